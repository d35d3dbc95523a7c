// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { App } from './app.js' */
import { drawBoxes, drawMultiSelect, drawOverflow, drawSelect } from './choices.js'
import { h, icon, iconButton } from './dom.js'
import { drawTyped, isTyped } from './inputs.js'
import { labelOf, toObject, toText } from './json.js'
import { safeTarget } from './links.js'
import { askSure } from './menu.js'
import { drawMrkdwn } from './mrkdwn.js'

/**
 * The place in which an element stands: who is told when it is used, and who wants to read it later.
 * @typedef {object} Field
 * @property {App} app
 * @property {string} label
 * @property {SlackJson | undefined} before its state before the view was drawn anew
 * @property {(element: SlackJson, state: SlackJson) => void} act
 * @property {(element: SlackJson, read: () => SlackJson) => void} register
 */

const selects = ['static_select', 'users_select', 'conversations_select', 'channels_select']

/**
 * Draws one of Slack's elements: a button, a menu, a field.
 * @param {SlackJson} element
 * @param {Field} field
 * @returns {HTMLElement}
 */
export const drawElement = (element, field) => {
  const type = toText(element.type)
  const sure = withConfirm(field, toObject(element.confirm))
  if (type === 'button' || type === 'workflow_button') return drawButton(element, sure)
  if (type === 'icon_button') return drawIconButton(element, sure)
  if (type === 'feedback_buttons') return drawFeedback(element, sure)
  if (type === 'overflow') return drawOverflow(element, sure)
  if (selects.includes(type)) return drawSelect(element, sure)
  if (selects.includes(type.replace('multi_', ''))) return drawMultiSelect(element, sure)
  if (type === 'checkboxes' || type === 'radio_buttons') return drawBoxes(element, sure)
  if (isTyped(type)) return drawTyped(element, sure)
  if (type === 'image') return drawPicture(element, field.app, 'thumbnail')
  return drawUnknown(element, field.app)
}

/**
 * The same field, but a person is asked first whether they are sure when the element wants it.
 * @param {Field} field
 * @param {SlackJson} confirm
 * @returns {Field}
 */
const withConfirm = (field, confirm) => {
  if (Object.keys(confirm).length === 0) return field
  const text = toObject(confirm.text)
  const question = {
    title: labelOf(confirm.title),
    text: text.type === 'mrkdwn' ? drawMrkdwn(toText(text.text), field.app.names) : labelOf(text),
    yes: labelOf(confirm.confirm) || field.app.words.yes,
    no: labelOf(confirm.deny) || field.app.words.cancel,
    isDanger: confirm.style === 'danger',
  }
  return { ...field, act: async (element, state) => void ((await askSure(question)) && field.act(element, state)) }
}

/**
 * @param {SlackJson} element
 * @param {Field} field
 */
const drawButton = (element, field) => {
  const label = h('span', {}, labelOf(element.text))
  const style = element.style === 'primary' || element.style === 'danger' ? ` ${element.style}` : ''
  const props = {
    class: `button${style}`,
    testid: `element-${element.action_id}`,
    'aria-label': element.accessibility_label,
  }
  const press = () => field.act(element, { type: element.type, text: element.text, ...toValue(element) })
  const target = typeof element.url === 'string' ? safeTarget(element.url) : undefined
  if (!target) return h('button', { type: 'button', ...props, on: { click: press } }, label)
  return h(
    'a',
    { ...props, href: target.href, target: '_blank', rel: 'noopener noreferrer', on: { click: press } },
    label,
  )
}

/** @param {SlackJson} element */
const toValue = element => (typeof element.value === 'string' ? { value: element.value } : {})

/**
 * @param {SlackJson} element
 * @param {Field} field
 */
const drawIconButton = (element, field) => {
  if (!isForMe(element, field.app)) return h('span', { hidden: true })
  const label = toText(element.accessibility_label) || labelOf(element.text)
  const press = () => field.act(element, { type: 'icon_button', text: element.text, ...toValue(element) })
  return iconButton(element.icon === 'trash' ? 'trash' : 'more', label, press, {
    testid: `element-${element.action_id}`,
  })
}

/**
 * @param {SlackJson} element
 * @param {App} app
 */
const isForMe = (element, app) =>
  !Array.isArray(element.visible_to_user_ids) || element.visible_to_user_ids.includes(app.store.state.as)

/**
 * Thumbs up and down. The pressed one stays marked until the message is drawn anew.
 * @param {SlackJson} element
 * @param {Field} field
 */
const drawFeedback = (element, field) => {
  const { words } = field.app
  const sides = /** @type {const} */ ([
    ['positive_button', 'up', words.good],
    ['negative_button', 'thumbdown', words.bad],
  ])
  const buttons = sides.map(([side, drawing, fallback]) => {
    const part = toObject(element[side])
    const label = toText(part.accessibility_label) || labelOf(part.text) || fallback
    const button = iconButton(
      drawing,
      label,
      () => {
        for (const other of buttons) other.setAttribute('aria-pressed', String(other === button))
        field.act(element, { type: 'feedback_buttons', text: part.text, value: part.value })
      },
      { 'aria-pressed': 'false', testid: `feedback-${side === 'positive_button' ? 'good' : 'bad'}` },
    )
    return button
  })
  return h('span', { class: 'feedback', role: 'group' }, buttons)
}

/**
 * A picture, when it comes from this server; anything else is a link that a person may follow, because the page itself
 * asks nobody else for anything.
 * @param {SlackJson} image
 * @param {App} app
 * @param {string} className
 * @returns {HTMLElement}
 */
export const drawPicture = (image, app, className) => {
  const alt = toText(image.alt_text) || app.words.picture
  const file = toText(toObject(image.slack_file).id)
  const url = file ? `/page/files/${encodeURIComponent(file)}` : toText(image.image_url)
  const target = URL.canParse(url, location.href) ? new URL(url, location.href) : undefined
  if (target?.origin === location.origin) return h('img', { class: className, src: target.href, alt, loading: 'lazy' })
  if (!target || !safeTarget(target.href)) return h('span', { class: 'dead-link' }, alt)
  return h('a', { class: 'link', href: target.href, target: '_blank', rel: 'noopener noreferrer' }, alt)
}

/**
 * What the page cannot draw, folded away as the JSON that it is.
 * @param {SlackJson} json
 * @param {App} app
 * @returns {HTMLElement}
 */
export const drawUnknown = (json, app) =>
  h(
    'details',
    { class: 'unknown' },
    h('summary', {}, icon('more'), app.words.unknownBlock(toText(json.type) || '?')),
    h('pre', { class: 'fence' }, JSON.stringify(json, undefined, 2)),
  )
