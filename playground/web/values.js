/** @import { SlackJson, ViewState } from '../protocol.ts' */
import { labelOf, toObject, toObjects, toText } from './json.js'
import { as, channels, people, words } from './state.js'

/** The browser's own field for each of Slack's inputs, and the keys under which Slack keeps its value. */
const typed = /** @type {Record<string, { type: string, key: string, initial: string }>} */ ({
  plain_text_input: { type: 'text', key: 'value', initial: 'initial_value' },
  email_text_input: { type: 'email', key: 'value', initial: 'initial_value' },
  url_text_input: { type: 'url', key: 'value', initial: 'initial_value' },
  number_input: { type: 'number', key: 'value', initial: 'initial_value' },
  datepicker: { type: 'date', key: 'selected_date', initial: 'initial_date' },
  timepicker: { type: 'time', key: 'selected_time', initial: 'initial_time' },
  datetimepicker: { type: 'datetime-local', key: 'selected_date_time', initial: 'initial_date_time' },
})

/** How an element that a person writes or picks a date in is kept; undefined for any other. @param {string} type */
export const typedKind = type => (Object.hasOwn(typed, type) ? typed[type] : undefined)

/**
 * A choice, and how Slack sends it back.
 * @typedef {{ value: string, label: unknown, description?: unknown, raw: unknown }} Choice
 */

const choosing =
  /^(?:(?:multi_)?(?:static|external|users|conversations|channels)_select|checkboxes|radio_buttons|overflow)$/

/** @param {string} type */
export const isMany = type => type.startsWith('multi_') || type === 'checkboxes'

/** The word in the middle of `selected_…` and `initial_…`, by what the element chooses from. @param {string} type */
const nounOf = type => /(user|conversation|channel)s_select$/.exec(type)?.[1] ?? 'option'

/**
 * What an element offers, in groups; most have one without a name.
 * @param {SlackJson} element @returns {{ label: string, choices: Choice[] }[]}
 */
export const groupsOf = element => {
  const noun = nounOf(toText(element.type))
  const toChoice = (/** @type {{ id: string, name: string }} */ { id, name }) => ({ value: id, label: name, raw: id })
  if (noun === 'user') return [{ label: '', choices: [...people.value.values()].map(toChoice) }]
  if (noun !== 'option') {
    const seen = [...channels.value.values()].filter(
      ({ kind, members }) => kind === 'channel' || (kind === 'private' && members.includes(as.value)),
    )
    return [{ label: '', choices: seen.map(({ id, name }) => toChoice({ id, name: `#${name}` })) }]
  }
  const toChoices = (/** @type {unknown} */ options) =>
    toObjects(options).map(raw => ({ value: toText(raw.value), label: raw.text, description: raw.description, raw }))
  const groups = toObjects(element.option_groups)
  if (groups.length === 0) return [{ label: '', choices: toChoices(element.options) }]
  return groups.map(group => ({ label: labelOf(group.label), choices: toChoices(group.options) }))
}

/**
 * The state of an element with these values chosen, as Slack sends it.
 * @param {SlackJson} element @param {string[]} values @returns {SlackJson}
 */
export const toChosen = (element, values) => {
  const type = toText(element.type)
  const all = groupsOf(element).flatMap(({ choices }) => choices)
  const chosen = all.filter(({ value }) => value !== '' && values.includes(value)).map(({ raw }) => raw)
  return isMany(type)
    ? { type, [`selected_${nounOf(type)}s`]: chosen }
    : { type, [`selected_${nounOf(type)}`]: chosen[0] ?? null }
}

/** The values that are chosen in a state. @param {SlackJson} state */
export const chosenIn = state => {
  const { type: _, ...rest } = state
  return Object.values(rest)
    .flat()
    .filter(Boolean)
    .map(one => (typeof one === 'string' ? one : toText(toObject(one).value)))
}

/**
 * The state that an element has before anybody touches it; undefined, when it holds none.
 * @param {SlackJson} element @returns {SlackJson | undefined}
 */
export const initialState = element => {
  const type = toText(element.type)
  const kind = typedKind(type)
  if (kind) return { type, [kind.key]: element[kind.initial] ?? null }
  if (!choosing.test(type) || type === 'overflow') return undefined
  const initial = element[`initial_${nounOf(type)}${isMany(type) ? 's' : ''}`]
  return toChosen(element, chosenIn({ initial }))
}

/** What tells an element of a view from another. @param {string} blockId @param {SlackJson} element */
export const fieldKey = (blockId, element) => `${blockId} ${toText(element.action_id)}`

/**
 * The elements of a view that hold a state, each with its block.
 * @param {unknown} blocks @returns {{ block: SlackJson, blockId: string, element: SlackJson }[]}
 */
const fieldsOf = blocks =>
  toObjects(blocks).flatMap((block, index) => {
    const blockId = toText(block.block_id) || `b${index}`
    const inside = toObjects([block.element, block.accessory, block.elements, block.actions].flat())
    const own = inside.filter(initialState).map(element => ({ block, blockId, element }))
    return [...own, ...fieldsOf(block.child_blocks)]
  })

/**
 * The values of a view as Slack sends them, with what has been put in since it was opened.
 * @param {unknown} blocks @param {Map<string, SlackJson>} held
 */
export const toViewState = (blocks, held) => {
  /** @type {ViewState} */
  const state = {}
  for (const { blockId, element } of fieldsOf(blocks)) {
    const one = held.get(fieldKey(blockId, element)) ?? initialState(element) ?? {}
    state[blockId] = { ...state[blockId], [toText(element.action_id)]: one }
  }
  return state
}

/**
 * What Slack's own client would refuse before it asks the bot, by block, each with its sentence.
 * @param {unknown} blocks @param {ViewState} state @returns {Record<string, string>}
 */
export const findErrors = (blocks, state) => {
  const found = fieldsOf(blocks).map(({ block, blockId, element }) => {
    const error = block.type === 'input' && errorOf(block, element, state[blockId]?.[toText(element.action_id)] ?? {})
    return /** @type {const} */ ([blockId, error || ''])
  })
  return Object.fromEntries(found.filter(([, error]) => error))
}

/** @param {SlackJson} block @param {SlackJson} element @param {SlackJson} state */
const errorOf = (block, element, state) => {
  if (chosenIn(state).length === 0) return block.optional === true ? '' : words.value.required
  const value = toText(state.value)
  const least = Number(element.min_length) || 0
  if (value && value.length < least) return words.value.tooShort(least)
  if (element.type === 'number_input') {
    const { min_value: min = -Infinity, max_value: max = Infinity } = element
    if (Number.isNaN(Number(value))) return words.value.notANumber
    return Number(value) < Number(min) || Number(value) > Number(max) ? words.value.outOfRange : ''
  }
  if (element.type === 'email_text_input' && !/^[^\s@]+@[^\s@]+$/.test(value)) return words.value.notAnAddress
  if (element.type === 'url_text_input' && !/^https?:\/\/\S+$/.test(value)) return words.value.notALink
  return ''
}
