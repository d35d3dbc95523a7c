import type { SlackJson } from '../protocol.ts'
import { type Check, checkText, type Issue, most, mostItems, plain, required } from './checks.ts'
import { isObject, objectAt, objectsOf, textAt } from './json.ts'

const mostSelectOptions = 100
const mostChoices = 10
/** Source: docs.slack.dev, plain-text input element. */
const mostTyped = 3_000

function checkOptions(element: SlackJson, limit: number, at: string): Issue[] {
  const options = objectsOf(element.options)
  return [
    ...(options.length === 0 && !element.option_groups ? required(undefined, 'options', at) : []),
    ...mostItems(element.options, limit, `${at}/options`),
    ...options.flatMap((option, index) => [
      ...checkText(option, 'text', 75, `${at}/options/${index}`),
      ...most(textAt(option, 'value'), 150, `${at}/options/${index}/value`),
    ]),
  ]
}

function checkConfirm(element: SlackJson, at: string): Issue[] {
  if (!isObject(element.confirm)) return []
  const confirm = element.confirm
  return [
    ...plain(confirm, 'title', 100, `${at}/confirm`),
    ...checkText(confirm, 'text', 300, `${at}/confirm`),
    ...plain(confirm, 'confirm', 30, `${at}/confirm`),
    ...plain(confirm, 'deny', 30, `${at}/confirm`),
  ]
}

const elementChecks: Record<string, Check> = {
  button: (element, at) => [
    ...required(element.text, 'text', at),
    ...plain(element, 'text', 75, at),
    ...most(textAt(element, 'value'), 2_000, `${at}/value`),
    ...most(textAt(element, 'url'), 3_000, `${at}/url`),
  ],
  image: (element, at) => [
    ...required(element.alt_text, 'alt_text', at),
    ...most(textAt(element, 'alt_text'), 2_000, `${at}/alt_text`),
    ...most(textAt(element, 'image_url'), 3_000, `${at}/image_url`),
  ],
  plain_text_input: (element, at) => [
    ...(Number(element.max_length ?? 0) > mostTyped
      ? [{ at: `${at}/max_length`, says: 'must be less than 3001' }]
      : []),
    ...most(textAt(element, 'initial_value'), Number(element.max_length ?? mostTyped), `${at}/initial_value`),
  ],
  static_select: (element, at) => checkOptions(element, mostSelectOptions, at),
  multi_static_select: (element, at) => checkOptions(element, mostSelectOptions, at),
  overflow: (element, at) => checkOptions(element, 5, at),
  radio_buttons: (element, at) => checkOptions(element, mostChoices, at),
  checkboxes: (element, at) => checkOptions(element, mostChoices, at),
  // “The trash icon is the only icon available at this time.” Source: docs.slack.dev, icon button element.
  icon_button: (element, at) => [
    ...required(element.text, 'text', at),
    ...plain(element, 'text', 75, at),
    ...(element.icon === 'trash' ? [] : required(undefined, 'icon', at)),
    ...most(textAt(element, 'accessibility_label'), 75, `${at}/accessibility_label`),
    ...most(textAt(element, 'value'), 2_000, `${at}/value`),
  ],
  feedback_buttons: (element, at) =>
    ['positive_button', 'negative_button'].flatMap(name => [
      ...required(element[name], name, at),
      ...plain(objectAt(element, name), 'text', 75, `${at}/${name}`),
      ...most(textAt(objectAt(element, name), 'value'), 2_000, `${at}/${name}/value`),
    ]),
}

/** What is wrong with one element: a button, a menu, a field. */
export function checkElement(element: SlackJson, at: string): Issue[] {
  return [
    ...most(textAt(element, 'action_id'), 255, `${at}/action_id`),
    ...plain(element, 'placeholder', 150, at),
    ...checkConfirm(element, at),
    ...(elementChecks[textAt(element, 'type')]?.(element, at) ?? []),
  ]
}
