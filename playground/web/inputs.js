// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { Field } from './elements.js' */
import { h } from './dom.js'
import { labelOf, toObject, toStrings, toText } from './json.js'

/** What the browser's own field for each of Slack's inputs is, and the key under which Slack keeps its value. */
const kinds = /** @type {Record<string, { type: string, key: string, initial: string }>} */ ({
  plain_text_input: { type: 'text', key: 'value', initial: 'initial_value' },
  email_text_input: { type: 'email', key: 'value', initial: 'initial_value' },
  url_text_input: { type: 'url', key: 'value', initial: 'initial_value' },
  number_input: { type: 'number', key: 'value', initial: 'initial_value' },
  datepicker: { type: 'date', key: 'selected_date', initial: 'initial_date' },
  timepicker: { type: 'time', key: 'selected_time', initial: 'initial_time' },
  datetimepicker: { type: 'datetime-local', key: 'selected_date_time', initial: 'initial_date_time' },
})

/**
 * Whether an element is one that a person writes or picks a date in.
 * @param {string} type
 * @returns {boolean}
 */
export const isTyped = type => Object.hasOwn(kinds, type)

/**
 * A field for text, a number, an address, a date or a time.
 * @param {SlackJson} element
 * @param {Field} field
 * @returns {HTMLElement}
 */
export const drawTyped = (element, field) => {
  const type = toText(element.type)
  const kind = kinds[type]
  if (!kind) return h('span')
  const box = element.multiline === true ? h('textarea', { rows: 4 }) : h('input', { type: kind.type })
  setLimits(box, element, field)
  box.value = toShown(kind.type, field.before ? field.before[kind.key] : element[kind.initial])
  const read = () => ({ type, [kind.key]: toSent(kind.type, box.value) })
  field.register(element, read)
  const triggers = toStrings(toObject(element.dispatch_action_config).trigger_actions_on)
  listen(box, kind.key === 'value' ? triggers : ['change'], () => field.act(element, read()))
  return box
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} box
 * @param {SlackJson} element
 * @param {Field} field
 */
const setLimits = (box, element, field) => {
  const placeholder = labelOf(element.placeholder)
  if (placeholder) box.placeholder = placeholder
  box.dataset.testid = `element-${element.action_id}`
  box.setAttribute('aria-label', field.label || placeholder || toText(element.action_id))
  if (typeof element.max_length === 'number') box.maxLength = element.max_length
  if (box.type === 'number' && box instanceof HTMLInputElement)
    box.step = element.is_decimal_allowed === false ? '1' : 'any'
  if (element.focus_on_load === true) box.autofocus = true
}

/**
 * @param {HTMLInputElement | HTMLTextAreaElement} box
 * @param {string[]} triggers
 * @param {() => void} act
 */
const listen = (box, triggers, act) => {
  if (triggers.includes('change')) box.addEventListener('change', act)
  if (triggers.includes('on_character_entered')) box.addEventListener('input', act)
  if (triggers.length > 0 && !triggers.includes('on_enter_pressed')) return
  box.addEventListener('keydown', event => {
    if (
      event instanceof KeyboardEvent &&
      event.key === 'Enter' &&
      !event.isComposing &&
      box instanceof HTMLInputElement
    )
      act()
  })
}

/**
 * @param {string} type
 * @param {unknown} value
 */
const toShown = (type, value) => {
  if (type !== 'datetime-local' || typeof value !== 'number')
    return value === undefined || value === null ? '' : String(value)
  const local = new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/**
 * @param {string} type
 * @param {string} value
 */
const toSent = (type, value) => {
  if (value === '') return null
  return type === 'datetime-local' ? Math.round(new Date(value).getTime() / 1000) : value
}
