// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { Child } from './dom.js' */
/** @import { Names } from './links.js' */
import { append, h } from './dom.js'
import { toObject, toObjects, toText } from './json.js'
import { drawBroadcast, drawChannel, drawEmoji, drawFence, drawLink, drawPerson } from './links.js'

/**
 * Draws a `rich_text` block: sections, lists, quotes and code.
 * @param {SlackJson} block
 * @param {Names} names
 * @returns {HTMLElement}
 */
export const drawRichText = (block, names) => {
  const root = h('div', { class: 'rich-text' })
  append(
    root,
    toObjects(block.elements).map(part => drawPart(part, names)),
  )
  return root
}

/**
 * @param {SlackJson} part
 * @param {Names} names
 * @returns {Node}
 */
const drawPart = (part, names) => {
  const inside = toObjects(part.elements)
  if (part.type === 'rich_text_list') return drawList(part, names)
  if (part.type === 'rich_text_preformatted') return drawFence(inside.map(plainOf).join(''))
  if (part.type === 'rich_text_quote') return h('blockquote', {}, drawRun(inside, names))
  return h('p', {}, drawRun(inside, names))
}

/**
 * @param {SlackJson} list
 * @param {Names} names
 */
const drawList = (list, names) => {
  const indent = Math.min(8, Number(list.indent) || 0)
  const isOrdered = list.style === 'ordered'
  const start = isOrdered && Number(list.offset) > 0 ? Number(list.offset) + 1 : undefined
  const items = toObjects(list.elements).map(item => h('li', {}, drawRun(toObjects(item.elements), names)))
  return h(isOrdered ? 'ol' : 'ul', { class: `indent-${indent}`, start }, items)
}

/** @param {SlackJson} element */
const plainOf = element => toText(element.text) || toText(element.url)

/**
 * @param {SlackJson[]} elements
 * @param {Names} names
 * @returns {Child[]}
 */
const drawRun = (elements, names) => elements.map(element => styled(drawAtom(element, names), toObject(element.style)))

/**
 * @param {SlackJson} element
 * @param {Names} names
 * @returns {Child}
 */
const drawAtom = (element, names) => {
  switch (element.type) {
    case 'text':
      return toLines(toText(element.text))
    case 'link':
      return drawLink(toText(element.url), [toText(element.text) || toText(element.url)])
    case 'user':
      return drawPerson(toText(element.user_id), names)
    case 'channel':
      return drawChannel(toText(element.channel_id), names)
    case 'emoji':
      return drawEmoji(toText(element.name))
    case 'broadcast':
      return drawBroadcast(toText(element.range))
    case 'usergroup':
      return drawBroadcast(toText(element.usergroup_id))
    case 'color':
      return h('code', {}, toText(element.value))
    default:
      return toText(element.fallback) || plainOf(element)
  }
}

/**
 * @param {string} text
 * @returns {Child[]}
 */
const toLines = text => text.split('\n').flatMap((line, index) => (index > 0 ? [h('br'), line] : [line]))

const styleTags = /** @type {const} */ ([
  ['code', 'code'],
  ['strike', 's'],
  ['italic', 'em'],
  ['bold', 'strong'],
])

/**
 * @param {Child} child
 * @param {SlackJson} style
 * @returns {Child}
 */
const styled = (child, style) =>
  styleTags.reduce((inner, [name, tag]) => (style[name] === true ? h(tag, {}, inner) : inner), child)
