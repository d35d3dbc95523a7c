/** @import { SlackJson } from '../protocol.ts' */
/** @import { Child } from './ui.js' */
import { html } from 'htm/preact'
import { labelOf, toObject, toObjects, toText } from './json.js'
import { as, channelName, nameOf } from './state.js'
import { toMomentOf } from './time.js'

/** All emoji by Slack's names. Others are shown as `:name:`. @type {Map<string, string>} */
const pictures = new Map(Object.entries(await fetch('/page/emoji.json').then(response => response.json())))

/** What the reaction menu offers first. */
export const quickReactions = ['+1', '-1', 'eyes', 'white_check_mark', 'heart', 'tada', 'joy', 'thinking_face']

/** The picture of an emoji name; a name that is not known stands between colons, as in Slack. @param {string} name */
export const toEmoji = name => pictures.get(name.replace(/::skin-tone-\d$/, '')) ?? `:${name}:`

/** The reaction that is meant by `:Tada:`, `tada` or the picture itself. @param {string} typed */
export const toEmojiName = typed => {
  const name = typed.trim().replace(/^:|:$/g, '').toLowerCase()
  const bare = withoutVariation(name)
  for (const [known, picture] of pictures) if (withoutVariation(picture) === bare) return known
  return name
}

/** Some keyboards add to a picture that it is to be drawn in colour. @param {string} text */
const withoutVariation = text => text.replaceAll('\uFE0F', '')

const entities = /** @type {Record<string, string>} */ ({
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00A0',
})

/** A text without the escapes that a pattern finds. @param {string} text @param {RegExp} escapes */
export const unescapeText = (text, escapes) => text.replace(escapes, (all, name) => entities[name] ?? all)

/** Slack's three escapes, undone. @param {string} text */
const unescapeSlack = text => unescapeText(text, /&(amp|lt|gt);/g)

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
 * A link to the web, to mail, or into this page; any other is only its label.
 * @param {string} url @param {Child} label
 */
export const link = (url, label) => {
  const target = safeTarget(url)
  if (!target) return html`<span class="dead-link" title=${url}>${label}</span>`
  const inside = toInside(target)
  if (inside) return html`<a href=${inside} class="link">${label}</a>`
  return html`<a href=${target.href} class="link" target="_blank" rel="noopener noreferrer">${label}</a>`
}

/** A text that would notify somebody, seen as such. @param {string} label @param {'person' | 'me' | 'all'} whom */
const ping = (label, whom) => html`<span class=${`ping ping-${whom}`} data-ping=${whom}>${label}</span>`

/** @param {string} id */
const personPing = id => ping(`@${nameOf(id)}`, id === as.value ? 'me' : 'person')

/** @param {string} range */
const broadcast = range => ping(`@${range}`, 'all')

/** @param {string} id @param {string} [label] */
const channelLink = (id, label) => html`<a class="link channel-link" href=${`#/${id}`}>#${label || channelName(id)}</a>`

/** What stands between `<` and `>` in Slack's text. @param {string} inside */
export const angle = inside => {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? '' : unescapeSlack(inside.slice(bar + 1))
  if (/^@[UW]/.test(target)) return personPing(target.slice(1))
  if (/^#[CG]/.test(target)) return channelLink(target.slice(1), label)
  if (target.startsWith('!subteam^')) return ping(label || '@group', 'all')
  if (target.startsWith('!date^')) return toMomentOf(target.slice('!date^'.length))
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
const plain = text => text.split(/:([a-z0-9_+-]+):/).map((part, index) => (index % 2 === 1 ? emoji(part) : part))

/** A text object in its own form, or a plain string, within a line. @param {unknown} text */
export const inlineOf = text => {
  const object = toObject(text)
  return object.type === 'mrkdwn' ? mrkdwnInline(toText(object.text)) : plain(labelOf(text))
}

/** The same, in paragraphs. @param {unknown} text */
export const textOf = text => {
  const object = toObject(text)
  return object.type === 'mrkdwn' ? mrkdwn(toText(object.text)) : html`<p class="plain">${plain(labelOf(text))}</p>`
}

/** A web address in running text, without the punctuation behind it. */
export const bareLink = /https?:\/\/[^\s<>|`*，。；：！？）】」』、]*[^\s<>|`*.,;:!?)\]}'"，。；：！？）】」』、_~]/y

const anglePattern =
  /<(!date\^\d+\^[^<>|]*(?:\|[^<>]*)?|[@#!][^<>\s]+(?:\|[^<>]*)?|(?:https?:|mailto:)[^<>|]+(?:\|[^<>]*)?|[a-z][a-z0-9+.-]*:[^<>|]+\|[^<>]*)>/y
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
 * What is marked up at this place, if anything.
 * @param {string} text @param {number} at @param {number} depth @returns {{ node: Child, end: number } | undefined}
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

/** Slack's text form within a line: marks, code, links, pings. @param {string} text @param {number} [depth] */
const mrkdwnInline = (text, depth = 0) => {
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

/** Slack's text form (`mrkdwn`): paragraphs, quotes and fences. @param {string} text */
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

/** A message as its author typed it: with names for ids, and addresses for links. @param {string} text */
export const toTypedText = text =>
  unescapeSlack(
    text.replace(/<([^<>]+)>/g, (_, /** @type {string} */ inside) => {
      const [target = '', label = ''] = inside.split('|')
      if (target.startsWith('@')) return `@${nameOf(target.slice(1))}`
      if (target.startsWith('#')) return `#${label || channelName(target.slice(1))}`
      return target.startsWith('!') ? `@${target.slice(1)}` : target
    }),
  )

/** Draws a `rich_text` block: sections, lists, quotes and code. @param {SlackJson} block */
export const richText = block => html`<div class="rich-text">${toObjects(block.elements).map(part)}</div>`

/** @param {SlackJson} json */
const part = json => {
  const inside = toObjects(json.elements)
  if (json.type === 'rich_text_list') return list(json)
  if (json.type === 'rich_text_preformatted') return fence(inside.map(plainOf).join(''))
  return html`<${json.type === 'rich_text_quote' ? 'blockquote' : 'p'}>${inside.map(styled)}<//>`
}

/** @param {SlackJson} json */
const list = json => {
  const isOrdered = json.style === 'ordered'
  const start = isOrdered && Number(json.offset) > 0 ? Number(json.offset) + 1 : undefined
  const items = toObjects(json.elements).map(one => html`<li>${toObjects(one.elements).map(styled)}</li>`)
  const marginLeft = `${Math.min(4, Number(json.indent) || 0) * 1.6}em`
  return html`<${isOrdered ? 'ol' : 'ul'} style=${{ marginLeft }} start=${start}>${items}<//>`
}

/** @param {SlackJson} element */
const plainOf = element => toText(element.text) || toText(element.url)

/** @type {Record<string, (element: SlackJson) => Child>} */
const richAtoms = {
  text: ({ text }) =>
    toText(text)
      .split('\n')
      .flatMap((line, index) => (index > 0 ? [html`<br />`, line] : [line])),
  link: element => link(toText(element.url), plainOf(element)),
  user: element => personPing(toText(element.user_id)),
  channel: element => channelLink(toText(element.channel_id)),
  emoji: element => emoji(toText(element.name)),
  broadcast: element => broadcast(toText(element.range)),
  usergroup: element => broadcast(toText(element.usergroup_id)),
  color: element => html`<code>${toText(element.value)}</code>`,
}

const styleTags = { code: 'code', strike: 's', italic: 'em', bold: 'strong' }

/** @param {SlackJson} element */
const styled = element => {
  const type = toText(element.type)
  const draw = Object.hasOwn(richAtoms, type) ? richAtoms[type] : undefined
  const style = toObject(element.style)
  return Object.entries(styleTags).reduce(
    (inner, [name, tag]) => (style[name] === true ? html`<${tag}>${inner}<//>` : inner),
    draw ? draw(element) : toText(element.fallback) || plainOf(element),
  )
}
