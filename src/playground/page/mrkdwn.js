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

const anglePattern = /<([@#!][^<>\s]+(?:\|[^<>]*)?|(?:https?:|mailto:)[^<>|]+(?:\|[^<>]*)?|[a-z][a-z0-9+.-]*:[^<>|]+\|[^<>]*)>/y
const barePattern = /https?:\/\/[^\s<>|`]+[^\s<>|`.,;:!?)\]}'"，。；：！？）】」』、]/y
const emojiPattern = /:([a-z0-9_+-]+(?:::skin-tone-\d)?):/y
const codePattern = /`([^`\n]+)`/y
const markTags = /** @type {Record<string, 'strong' | 'em' | 's'>} */ ({ '*': 'strong', _: 'em', '~': 's' })

/** Slack opens and closes a mark only at the edge of a word, and a Chinese character is part of a word. */
const isWord = (/** @type {string | undefined} */ character) => character !== undefined && /[\p{L}\p{N}_]/u.test(character)

/**
 * Where the mark that opens at `start` closes, or -1.
 * @param {string} text
 * @param {number} start
 */
const closingOf = (text, start) => {
  const mark = text[start]
  if (isWord(text[start - 1]) || !text[start + 1] || /\s/.test(text[start + 1] ?? '') || text[start + 1] === mark) return -1
  for (let at = start + 2; at < text.length; at++) {
    if (text[at] === '\n') return -1
    if (text[at] === mark && !/\s/.test(text[at - 1] ?? ' ') && !isWord(text[at + 1])) return at
  }
  return -1
}

/**
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 */
const matchAt = (pattern, text, at) => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/**
 * Draws one run of Slack's text form without lines and fences: marks, code, links, pings, emoji.
 * @param {string} text
 * @param {Names} names
 * @returns {(Node | string)[]}
 */
export const drawMrkdwnInline = (text, names) => {
  /** @type {(Node | string)[]} */
  const out = []
  let plain = ''
  /** @param {Node} node @param {number} end */
  const push = (node, end) => {
    if (plain) out.push(unescapeSlack(plain))
    plain = ''
    out.push(node)
    return end
  }
  for (let at = 0; at < text.length; ) {
    const special = readSpecial(text, at, names)
    if (special) at = push(special.node, special.end)
    else plain += text[at++]
  }
  if (plain) out.push(unescapeSlack(plain))
  return out
}

/**
 * The marked-up thing that begins at this place, if one does.
 * @param {string} text
 * @param {number} at
 * @param {Names} names
 * @returns {{ node: Node, end: number } | undefined}
 */
const readSpecial = (text, at, names) => {
  const character = text[at] ?? ''
  if (character === '<') return readWith(anglePattern, text, at, match => drawAngle(match[1] ?? '', names))
  if (character === '`') return readWith(codePattern, text, at, match => h('code', {}, unescapeSlack(match[1] ?? '')))
  if (character === ':') return readWith(emojiPattern, text, at, match => drawEmoji(match[1] ?? ''))
  if (character === '\n') return { node: h('br'), end: at + 1 }
  if (character === 'h' && !isWord(text[at - 1])) {
    return readWith(barePattern, text, at, match => drawLink(unescapeSlack(match[0]), [unescapeSlack(match[0])]))
  }
  const tag = markTags[character]
  const end = tag ? closingOf(text, at) : -1
  if (!tag || end < 0) return undefined
  return { node: h(tag, {}, drawMrkdwnInline(text.slice(at + 1, end), names)), end: end + 1 }
}

/**
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 * @param {(match: RegExpExecArray) => Node} draw
 */
const readWith = (pattern, text, at, draw) => {
  const match = matchAt(pattern, text, at)
  return match ? { node: draw(match), end: at + match[0].length } : undefined
}

/**
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
 * Draws Slack's text form (`mrkdwn`): paragraphs, quotes and fences, and within them marks, links and pings.
 * @param {string} text
 * @param {Names} names
 * @returns {HTMLElement}
 */
export const drawMrkdwn = (text, names) => {
  const root = h('div', { class: 'mrkdwn' })
  for (const [index, part] of text.split(/```([\s\S]+?)```/).entries()) {
    if (index % 2 === 1) root.append(drawFence(unescapeSlack(part)))
    else for (const node of drawLines(part, names)) root.append(node)
  }
  return root
}

/**
 * A block of code that scrolls inside itself.
 * @param {string} code
 * @returns {HTMLElement}
 */
export const drawFence = code =>
  h('pre', { class: 'fence', tabindex: 0 }, h('code', {}, code.replace(/^\n/, '').replace(/\n$/, '')))

/**
 * @param {string} part
 * @param {Names} names
 */
const drawLines = (part, names) => {
  /** @type {{ quoted: boolean, lines: string[] }[]} */
  const groups = []
  let restIsQuote = false
  for (const line of part.replace(/^\n|\n$/g, '').split('\n')) {
    const quote = /^(?:&gt;|>)((?:&gt;|>){2})? ?/.exec(line)
    const quoted = restIsQuote || quote !== null
    if (quote?.[1]) restIsQuote = true
    const last = groups.at(-1)
    const bare = quote ? line.slice(quote[0].length) : line
    if (last?.quoted === quoted) last.lines.push(bare)
    else groups.push({ quoted, lines: [bare] })
  }
  return groups.filter(group => group.quoted || group.lines.some(line => line !== '')).map(group => drawGroup(group, names))
}

/**
 * @param {{ quoted: boolean, lines: string[] }} group
 * @param {Names} names
 */
const drawGroup = (group, names) =>
  h(group.quoted ? 'blockquote' : 'p', {}, drawMrkdwnInline(group.lines.join('\n'), names))
