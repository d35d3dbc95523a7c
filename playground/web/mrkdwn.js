// @ts-check
/** @import { Names } from './links.js' */
import { h } from './dom.js'
import { drawAngle, drawEmoji, drawFence, drawLink, unescapeSlack } from './links.js'

const anglePattern =
  /<([@#!][^<>\s]+(?:\|[^<>]*)?|(?:https?:|mailto:)[^<>|]+(?:\|[^<>]*)?|[a-z][a-z0-9+.-]*:[^<>|]+\|[^<>]*)>/y
const barePattern = /https?:\/\/[^\s<>|`]+[^\s<>|`.,;:!?)\]}'"，。；：！？）】」』、]/y
const emojiPattern = /:([a-z0-9_+-]+(?:::skin-tone-\d)?):/y
const codePattern = /`([^`\n]+)`/y
const markTags = /** @type {Record<string, 'strong' | 'em' | 's'>} */ ({ '*': 'strong', _: 'em', '~': 's' })

/** Slack opens and closes a mark only at the edge of a word, and a Chinese character is part of a word. */
const isWord = (/** @type {string | undefined} */ character) =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character)

/** Marks within marks: there are but three kinds, so what is deeper means nothing. */
const deepest = 4

/** A mark that closes further away than this was not meant as one. */
const longestMarked = 4_000

/**
 * Where the mark that opens at `start` closes, or -1.
 * @param {string} text
 * @param {number} start
 */
const closingOf = (text, start) => {
  const mark = text[start]
  if (isWord(text[start - 1]) || !text[start + 1] || /\s/.test(text[start + 1] ?? '') || text[start + 1] === mark)
    return -1
  for (let at = start + 2; at < Math.min(text.length, start + longestMarked); at++) {
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
 * @param {number} [depth]
 * @returns {(Node | string)[]}
 */
export const drawMrkdwnInline = (text, names, depth = 0) => {
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
    const special = readSpecial(text, at, names, depth)
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
 * @param {number} depth
 * @returns {{ node: Node, end: number } | undefined}
 */
const readSpecial = (text, at, names, depth) => {
  const character = text[at] ?? ''
  if (character === '<') return readWith(anglePattern, text, at, match => drawAngle(match[1] ?? '', names))
  if (character === '`') return readWith(codePattern, text, at, match => h('code', {}, unescapeSlack(match[1] ?? '')))
  if (character === ':') return readWith(emojiPattern, text, at, match => drawEmoji(match[1] ?? ''))
  if (character === '\n') return { node: h('br'), end: at + 1 }
  if (character === 'h' && !isWord(text[at - 1])) {
    return readWith(barePattern, text, at, match => drawLink(unescapeSlack(match[0]), [unescapeSlack(match[0])]))
  }
  const tag = markTags[character]
  const end = tag && depth < deepest ? closingOf(text, at) : -1
  if (!tag || end < 0) return undefined
  return { node: h(tag, {}, drawMrkdwnInline(text.slice(at + 1, end), names, depth + 1)), end: end + 1 }
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
  return groups
    .filter(group => group.quoted || group.lines.some(line => line !== ''))
    .map(group => drawGroup(group, names))
}

/**
 * @param {{ quoted: boolean, lines: string[] }} group
 * @param {Names} names
 */
const drawGroup = (group, names) =>
  h(group.quoted ? 'blockquote' : 'p', {}, drawMrkdwnInline(group.lines.join('\n'), names))
