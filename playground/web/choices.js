// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
/** @import { Field } from './elements.js' */
import { h, icon, iconButton } from './dom.js'
import { labelOf, toObject, toObjects, toText } from './json.js'
import { openMenu } from './menu.js'
import { drawMrkdwnInline } from './mrkdwn.js'

/**
 * One thing that can be chosen, and how Slack sends it back: a whole option object, or an id.
 * @typedef {{ value: string, label: string, description?: SlackJson, text?: SlackJson, raw: unknown }} Choice
 */

/** The word in the middle of `selected_…` and `initial_…`, by what the element chooses from. */
const nouns = /** @type {Record<string, string>} */ ({
  users: 'user',
  conversations: 'conversation',
  channels: 'channel',
})

/** @param {string} type */
const nounOf = type => nouns[/(users|conversations|channels)_select$/.exec(type)?.[1] ?? ''] ?? 'option'

/** @param {string} type */
const isMany = type => type.startsWith('multi_') || type === 'checkboxes'

/**
 * @param {SlackJson} element
 * @param {App} app
 * @returns {{ label: string, choices: Choice[] }[]}
 */
const groupsOf = (element, app) => {
  const noun = nounOf(toText(element.type))
  const { people, channels, as } = app.store.state
  if (noun === 'user') return [{ label: '', choices: [...people.values()].map(p => toIdChoice(p.id, p.name)) }]
  if (noun === 'channel' || noun === 'conversation') {
    const seen = [...channels.values()].filter(c => c.kind !== 'im' && (c.kind === 'channel' || c.members.includes(as)))
    return [{ label: '', choices: seen.map(channel => toIdChoice(channel.id, `#${channel.name}`)) }]
  }
  const groups = toObjects(element.option_groups)
  if (groups.length === 0) return [{ label: '', choices: toObjects(element.options).map(toOptionChoice) }]
  return groups.map(group => ({ label: labelOf(group.label), choices: toObjects(group.options).map(toOptionChoice) }))
}

/**
 * @param {string} id
 * @param {string} label
 * @returns {Choice}
 */
const toIdChoice = (id, label) => ({ value: id, label, raw: id })

/**
 * @param {SlackJson} option
 * @returns {Choice}
 */
const toOptionChoice = option => ({
  value: toText(option.value),
  label: labelOf(option.text),
  text: toObject(option.text),
  raw: option,
  ...(option.description ? { description: toObject(option.description) } : {}),
})

/**
 * The values that are chosen at first: those that were chosen before the view changed, or those that the bot gave.
 * @param {SlackJson} element
 * @param {SlackJson | undefined} before
 * @returns {string[]}
 */
const initialOf = (element, before) => {
  const noun = nounOf(toText(element.type))
  const one = before ? before[`selected_${noun}`] : element[`initial_${noun}`]
  const many = before ? before[`selected_${noun}s`] : element[`initial_${noun}s`]
  const all = Array.isArray(many) ? many : one ? [one] : []
  return all.map(item => (typeof item === 'string' ? item : toText(toObject(item).value)))
}

/**
 * The state of an element with these values chosen, as Slack sends it.
 * @param {SlackJson} element
 * @param {Choice[]} chosen
 * @returns {SlackJson}
 */
const toState = (element, chosen) => {
  const type = toText(element.type)
  const key = `selected_${nounOf(type)}${isMany(type) ? 's' : ''}`
  return { type, [key]: isMany(type) ? chosen.map(choice => choice.raw) : (chosen[0]?.raw ?? null) }
}

/**
 * A menu of which one thing is chosen: static, of people, of channels.
 * @param {SlackJson} element
 * @param {Field} field
 */
export const drawSelect = (element, field) => {
  const groups = groupsOf(element, field.app)
  const [initial] = initialOf(element, field.before)
  const options = groups.map(group => {
    const drawn = group.choices.map(c => h('option', { value: c.value, selected: c.value === initial }, c.label))
    return group.label ? h('optgroup', { label: group.label }, drawn) : drawn
  })
  const placeholder = labelOf(element.placeholder) || field.app.words.select
  const label = field.label || placeholder
  const empty = h('option', { value: '', selected: initial === undefined }, placeholder)
  const select = h('select', { 'aria-label': label, testid: `element-${element.action_id}` }, empty, options)
  const read = () =>
    toState(
      element,
      groups.flatMap(g => g.choices).filter(c => select.value !== '' && c.value === select.value),
    )
  field.register(element, read)
  select.addEventListener('change', () => field.act(element, read()))
  return h('span', { class: 'select' }, select, icon('down'))
}

/**
 * A menu of which several things are chosen.
 * @param {SlackJson} element
 * @param {Field} field
 */
export const drawMultiSelect = (element, field) => {
  const summary = h('summary', { testid: `element-${element.action_id}` })
  const placeholder = labelOf(element.placeholder) || field.app.words.select
  const list = drawTicks(element, field, () => showChosen())
  const showChosen = () => {
    const labels = list.chosen().map(choice => choice.label)
    summary.replaceChildren(labels.length > 0 ? labels.join(', ') : placeholder, icon('down'))
    summary.classList.toggle('is-empty', labels.length === 0)
  }
  showChosen()
  return h('details', { class: 'multi-select' }, summary, list.node)
}

/**
 * Boxes to tick, or round ones of which one is chosen.
 * @param {SlackJson} element
 * @param {Field} field
 */
export const drawBoxes = (element, field) => drawTicks(element, field).node

let nextGroup = 0

/**
 * @param {SlackJson} element
 * @param {Field} field
 * @param {() => void} [onChange]
 */
const drawTicks = (element, field, onChange) => {
  const choices = groupsOf(element, field.app).flatMap(group => group.choices)
  const initial = initialOf(element, field.before)
  const type = isMany(toText(element.type)) ? 'checkbox' : 'radio'
  const name = `group-${nextGroup++}`
  const boxes = choices.map(c => h('input', { type, name, value: c.value, checked: initial.includes(c.value) }))
  const chosen = () => choices.filter((_, index) => boxes[index]?.checked)
  const read = () => toState(element, chosen())
  field.register(element, read)
  const onTick = () => {
    onChange?.()
    field.act(element, read())
  }
  const node = h(
    'fieldset',
    {
      class: 'boxes',
      testid: `boxes-${element.action_id}`,
      on: { change: onTick },
    },
    field.label ? h('legend', { class: 'hidden' }, field.label) : undefined,
    choices.map((choice, index) => drawTick(choice, boxes[index], field.app)),
  )
  return { node, chosen }
}

/**
 * @param {Choice} choice
 * @param {HTMLInputElement | undefined} box
 * @param {App} app
 */
const drawTick = (choice, box, app) => {
  const draw = (/** @type {SlackJson | undefined} */ text) =>
    text?.type === 'mrkdwn' ? drawMrkdwnInline(toText(text.text), app.names) : labelOf(text)
  return h(
    'label',
    {},
    box,
    h(
      'span',
      {},
      choice.text ? draw(choice.text) : choice.label,
      choice.description && h('small', {}, draw(choice.description)),
    ),
  )
}

/**
 * The three dots, with a menu of what can be done.
 * @param {SlackJson} element
 * @param {Field} field
 */
export const drawOverflow = (element, field) => {
  const { words } = field.app
  const choose = (/** @type {Choice} */ choice) => field.act(element, toState(element, [choice]))
  const button = iconButton(
    'more',
    words.moreOptions,
    () =>
      openMenu(
        button,
        words.moreOptions,
        groupsOf(element, field.app)
          .flatMap(g => g.choices)
          .map(c => ({ label: c.label, choose: () => choose(c) })),
      ),
    { testid: `element-${element.action_id}`, 'aria-haspopup': 'menu', class: 'bordered' },
  )
  return button
}

/**
 * Whether nothing is chosen or written in the state of an element.
 * @param {SlackJson | undefined} state
 * @returns {boolean}
 */
export const isEmptyState = state =>
  Object.entries(state ?? {}).every(
    ([key, value]) => key === 'type' || value === null || value === '' || (Array.isArray(value) && value.length === 0),
  )
