// @ts-check
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { toEmoji } from './emoji.js'
import { as, channelName, nameOf } from './state.js'

const entities = /** @type {Record<string, string>} */ ({ '&amp;': '&', '&lt;': '<', '&gt;': '>' })

/** Slack's three escapes, undone. @param {string} text */
const unescapeSlack = text => text.replace(/&(?:amp|lt|gt);/g, entity => entities[entity] ?? entity)

/** An address that can be opened without harm: the web and mail, no scripts, no data. @param {string} url */
export const safeTarget = url => {
  const target = URL.parse(url)
  return target && ['http:', 'https:', 'mailto:'].includes(target.protocol) ? target : undefined
}

/** Where a link to a message of this workspace leads within the page. @param {URL} target */
const toInside = target => {
  if (target.origin !== location.origin) return undefined
  const [, channel, seconds, rest] = /^\/archives\/(\w+)\/p(\d{10})(\d{6})$/.exec(target.pathname) ?? []
  if (channel) return `#/${channel}/${seconds}.${rest}`
  return target.hash.startsWith('#/') ? target.hash : undefined
}

/**
 * A link that can be clicked only when it leads to the web, to mail, or into this page; otherwise its label as text.
 * @param {string} url
 * @param {Child} label
 */
export const link = (url, label) => {
  const target = safeTarget(url)
  if (!target) return html`<span class="dead-link" title=${url}>${label}</span>`
  const inside = toInside(target)
  if (inside) return html`<a href=${inside} class="link">${label}</a>`
  return html`<a href=${target.href} class="link" target="_blank" rel="noopener noreferrer">${label}</a>`
}

/**
 * A ping: everyone who reads the page can see that this text would notify somebody.
 * @param {string} label
 * @param {'person' | 'me' | 'all'} whom
 */
const ping = (label, whom) => html`<span class=${`ping ping-${whom}`} data-ping=${whom}>${label}</span>`

/** @param {string} id */
export const personPing = id => ping(`@${nameOf(id)}`, id === as.value ? 'me' : 'person')

/** @param {string} range */
export const broadcast = range => ping(`@${range}`, 'all')

/** @param {string} id @param {string} [label] */
export const channelLink = (id, label) =>
  html`<a class="link channel-link" href=${`#/${id}`}>#${label || channelName(id)}</a>`

/**
 * Draws what stands between `<` and `>` in Slack's text: a person, a channel, a ping of many, a date or a link.
 * @param {string} inside
 */
export const angle = inside => {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : unescapeSlack(inside.slice(bar + 1))
  if (/^@[UW]/.test(target)) return personPing(target.slice(1))
  if (/^#[CG]/.test(target)) return channelLink(target.slice(1), label)
  if (target.startsWith('!subteam^')) return ping(label || '@group', 'all')
  if (target.startsWith('!date^')) return label
  if (target.startsWith('!')) return broadcast(label.replace(/^@/, '') || target.slice(1))
  const url = unescapeSlack(target)
  return link(url, label || url.replace(/^mailto:/, ''))
}

/** An emoji by its name; one that is not known stays its name. @param {string} name */
export const emoji = name => {
  const picture = toEmoji(name)
  if (picture.startsWith(':')) return picture
  return html`<span class="emoji" role="img" aria-label=${name} title=${`:${name}:`}>${picture}</span>`
}

/** A block of code that scrolls inside itself. @param {string} code */
export const fence = code =>
  html`<pre class="fence" tabindex="0"><code>${code.replace(/^\n/, '').replace(/\n$/, '')}</code></pre>`

/** Plain text, in which only emoji names are drawn. @param {string} text */
export const plain = text =>
  html`<p class="plain">${text.split(/:([a-z0-9_+-]+):/).map((part, index) => (index % 2 === 1 ? emoji(part) : part))}</p>`

/** A web address in running text, without the punctuation behind it. */
export const bareLink = /https?:\/\/[^\s<>|`*]*[^\s<>|`*.,;:!?)\]}'"，。；：！？）】」』、_~]/y

const anglePattern =
  /<([@#!][^<>\s]+(?:\|[^<>]*)?|(?:https?:|mailto:)[^<>|]+(?:\|[^<>]*)?|[a-z][a-z0-9+.-]*:[^<>|]+\|[^<>]*)>/y
const marks = /** @type {Record<string, 'strong' | 'em' | 's'>} */ ({ '*': 'strong', _: 'em', '~': 's' })

/** Slack opens and closes a mark only at the edge of a word, and a Chinese character is part of a word. */
const isWord = (/** @type {string | undefined} */ character) =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character)

const isSpace = (/** @type {string | undefined} */ character) => /\s/.test(character ?? ' ')

/** Marks within marks: there are but three kinds, so what is deeper means nothing. */
const deepest = 4

/** A mark that closes further away than this was not meant as one. */
const longestMarked = 4_000

/** Where the mark that opens at `start` closes, or -1. @param {string} text @param {number} start */
const closingOf = (text, start) => {
  const mark = text[start]
  if (isWord(text[start - 1]) || isSpace(text[start + 1]) || text[start + 1] === mark) return -1
  for (let at = start + 2; at < Math.min(text.length, start + longestMarked); at++) {
    if (text[at] === '\n') return -1
    if (text[at] === mark && !isSpace(text[at - 1]) && !isWord(text[at + 1])) return at
  }
  return -1
}

/** @type {[first: string, pattern: RegExp, draw: (inside: string) => Child][]} */
const atoms = [
  ['<', anglePattern, angle],
  ['`', /`([^`\n]+)`/y, code => html`<code>${unescapeSlack(code)}</code>`],
  [':', /:([a-z0-9_+-]+(?:::skin-tone-\d)?):/y, emoji],
  ['\n', /(\n)/y, () => html`<br />`],
  ['h', bareLink, url => link(unescapeSlack(url), unescapeSlack(url))],
]

/**
 * The marked-up thing that begins at this place, if one does.
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 * @returns {{ node: Child, end: number } | undefined}
 */
const readSpecial = (text, at, depth) => {
  const character = text[at] ?? ''
  const atom = atoms.find(([first]) => first === character)
  if (atom && !(character === 'h' && isWord(text[at - 1]))) {
    const [, pattern, draw] = atom
    pattern.lastIndex = at
    const match = pattern.exec(text)
    return match ? { node: draw(match[1] ?? match[0]), end: at + match[0].length } : undefined
  }
  const tag = marks[character]
  const end = tag && depth < deepest ? closingOf(text, at) : -1
  if (end < 0) return undefined
  return { node: html`<${tag}>${mrkdwnInline(text.slice(at + 1, end), depth + 1)}<//>`, end: end + 1 }
}

/**
 * Draws one run of Slack's text form without lines and fences: marks, code, links, pings, emoji.
 * @param {string} text
 * @param {number} [depth]
 */
export const mrkdwnInline = (text, depth = 0) => {
  /** @type {Child[]} */
  const out = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    const special = readSpecial(text, at, depth)
    if (!special) at++
    else {
      out.push(unescapeSlack(text.slice(from, at)), special.node)
      from = special.end
      at = from
    }
  }
  return [...out, unescapeSlack(text.slice(from))].filter(part => part !== '')
}

/**
 * Draws Slack's text form (`mrkdwn`): paragraphs, quotes and fences, and within them marks, links and pings.
 * @param {string} text
 */
export const mrkdwn = text => {
  const parts = text.split(/```([\s\S]+?)```/)
  const drawn = parts.map((part, index) => (index % 2 === 1 ? fence(unescapeSlack(part)) : paragraphs(part)))
  return html`<div class="mrkdwn">${drawn.flat()}</div>`
}

/** @param {string} part */
const paragraphs = part => {
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
  return groups
    .filter(group => group.quoted || group.lines.some(line => line !== ''))
    .map(({ quoted, lines }) => html`<${quoted ? 'blockquote' : 'p'}>${mrkdwnInline(lines.join('\n'))}<//>`)
}

/**
 * A message as its author typed it, for editing: the server made ids of names and links of addresses, this undoes it.
 * @param {string} text
 */
export const toTypedText = text =>
  unescapeSlack(
    text.replace(/<([^<>]+)>/g, (_, /** @type {string} */ inside) => {
      const [target = '', label = ''] = inside.split('|')
      if (target.startsWith('@')) return `@${nameOf(target.slice(1))}`
      if (target.startsWith('#')) return `#${label || channelName(target.slice(1))}`
      return target.startsWith('!') ? `@${target.slice(1)}` : target
    }),
  )
