import type { SlackJson, ViewState } from '../protocol.ts'
import { isObject, objectAt, objectsOf, textAt } from './json.ts'

/** The key under which an element keeps what was put in, and the key of what it starts with. */
const stateKeys: Record<string, [value: string, initial: string]> = {
  plain_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  radio_buttons: ['selected_option', 'initial_option'],
  checkboxes: ['selected_options', 'initial_options'],
  multi_static_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  multi_users_select: ['selected_users', 'initial_users'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  file_input: ['files', 'initial_files'],
}

/** Every element of the blocks that keeps a state, with the block it stands in. */
function statefulElements(blocks: SlackJson[]): { block: SlackJson; element: SlackJson }[] {
  return blocks.flatMap(block =>
    [block.element, block.accessory, ...objectsOf(block.elements)]
      .filter(isObject)
      .filter(element => textAt(element, 'type') in stateKeys)
      .map(element => ({ block, element })),
  )
}

/** The whole state of some blocks: what was put in, and for the rest what each element starts with. */
export function toState(blocks: SlackJson[], given: ViewState): { values: ViewState } {
  const values: ViewState = {}
  for (const { block, element } of statefulElements(blocks)) {
    const blockId = textAt(block, 'block_id')
    const actionId = textAt(element, 'action_id')
    const type = textAt(element, 'type')
    const [key = 'value', initial = ''] = stateKeys[type] ?? []
    const start = { type, [key]: element[initial] ?? (key.endsWith('s') ? [] : null) }
    values[blockId] = { ...values[blockId], [actionId]: given[blockId]?.[actionId] ?? start }
  }
  return { values }
}

/** A sentence for every input that Slack's own form would not let through. */
export function findMissing(blocks: SlackJson[], { values }: { values: ViewState }): Record<string, string> {
  const missing = statefulElements(blocks).filter(({ block, element }) => {
    if (block.type !== 'input' || block.optional === true) return false
    const [key = 'value'] = stateKeys[textAt(element, 'type')] ?? []
    return isEmpty(values[textAt(block, 'block_id')]?.[textAt(element, 'action_id')]?.[key])
  })
  return Object.fromEntries(
    missing.map(({ block }) => [
      textAt(block, 'block_id'),
      `Please complete this required field: ${textAt(objectAt(block, 'label'), 'text')}.`,
    ]),
  )
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
