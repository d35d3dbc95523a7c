// @ts-check
import { h } from './dom.js'
import { toEmoji } from './emoji.js'

/**
 * What a text may refer to: people and channels by id, and who reads it.
 * @typedef {object} Names
 * @property {(id: string) => string} person
 * @property {(id: string) => string} channel
 * @property {string} me
 */

const entities = /** @type {Record<string, string>} */ ({ '&amp;': '&', '&lt;': '<', '&gt;': '>' })

/**
 * Slack's three escapes, undone.
 * @param {string} text
 * @returns {string}
 */
export const unescapeSlack = text => text.replace(/&(?:amp|lt|gt);/g, entity => entities[entity] ?? entity)

/**
 * A link that can be clicked only when it leads to the web, to mail, or into this page; otherwise its label as text.
 * @param {string} url
 * @param {(Node | string)[]} label
 * @returns {Node}
 */
export const drawLink = (url, label) => {
  const target = safeTarget(url)
  if (!target) return h('span', { class: 'dead-link', title: url }, label)
  const inside = target.origin === location.origin ? toInside(target) : undefined
  if (inside) return h('a', { href: inside, class: 'link' }, label)
  return h('a', { href: target.href, class: 'link', target: '_blank', rel: 'noopener noreferrer' }, label)
}

/**
 * Where a link to a message of this workspace leads within the page.
 * @param {URL} target
 */
const toInside = target => {
  const [, channel, seconds, rest] = /^\/archives\/(\w+)\/p(\d{10})(\d{6})$/.exec(target.pathname) ?? []
  if (channel) return `#/${channel}/${seconds}.${rest}`
  return target.hash.startsWith('#/') ? target.hash : undefined
}

/**
 * An address that can be opened without harm: the web and mail, no scripts, no data.
 * @param {string} url
 * @returns {URL | undefined}
 */
export const safeTarget = url => {
  if (!URL.canParse(url)) return undefined
  const target = new URL(url)
  return ['http:', 'https:', 'mailto:'].includes(target.protocol) ? target : undefined
}

/**
 * A ping: everyone who reads the page can see that this text would notify somebody.
 * @param {string} label
 * @param {'person' | 'me' | 'all'} whom
 */
const drawPing = (label, whom) => h('span', { class: `ping ping-${whom}`, 'data-ping': whom }, label)

/**
 * A mention of one person, as a ping.
 * @param {string} id
 * @param {Names} names
 */
export const drawPerson = (id, names) => drawPing(`@${names.person(id)}`, id === names.me ? 'me' : 'person')

/**
 * A mention of many people at once.
 * @param {string} range
 */
export const drawBroadcast = range => drawPing(`@${range}`, 'all')

/**
 * @param {string} id
 * @param {Names} names
 * @param {string} [label]
 */
export const drawChannel = (id, names, label) =>
  h('a', { class: 'link channel-link', href: `#/${id}` }, `#${label || names.channel(id)}`)

/**
 * Draws what stands between `<` and `>` in Slack's text: a person, a channel, a ping of many, a date or a link.
 * @param {string} inside
 * @param {Names} names
 * @returns {Node}
 */
export const drawAngle = (inside, names) => {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : unescapeSlack(inside.slice(bar + 1))
  if (/^@[UW]/.test(target)) return drawPerson(target.slice(1), names)
  if (/^#[CG]/.test(target)) return drawChannel(target.slice(1), names, label)
  if (target.startsWith('!subteam^')) return drawPing(label || '@group', 'all')
  if (target.startsWith('!date^')) return document.createTextNode(label)
  if (target.startsWith('!')) return drawBroadcast(label.replace(/^@/, '') || target.slice(1))
  const url = unescapeSlack(target)
  return drawLink(url, [label || url.replace(/^mailto:/, '')])
}

/**
 * An emoji by its name.
 * @param {string} name
 * @returns {Node}
 */
export const drawEmoji = name => {
  const picture = toEmoji(name)
  return picture.startsWith(':')
    ? document.createTextNode(picture)
    : h('span', { class: 'emoji', role: 'img', 'aria-label': name, title: `:${name}:` }, picture)
}

/**
 * A block of code that scrolls inside itself.
 * @param {string} code
 * @returns {HTMLElement}
 */
export const drawFence = code =>
  h('pre', { class: 'fence', tabindex: 0 }, h('code', {}, code.replace(/^\n/, '').replace(/\n$/, '')))
