// @ts-check
/** @import { Names } from './links.js' */
import { h } from './dom.js'
import { drawAngle, drawEmoji, drawLink } from './links.js'

/**
 * A piece of a line: something already drawn, or a run of `*`, `_` or `~` that may turn out to be emphasis.
 * @typedef {{ node: Node | string }} Drawn
 * @typedef {{ mark: string, count: number, canOpen: boolean, canClose: boolean, inner?: never }} Run
 * @typedef {Drawn | Run} Piece
 */

const isPunctuation = (/** @type {string} */ character) => /[\p{P}\p{S}]/u.test(character)
const isSpace = (/** @type {string} */ character) => character === '' || /\s/.test(character)

/**
 * CommonMark's rule of which runs can open and which can close, by what stands beside them.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Run}
 */
const toRun = (text, start, end) => {
  const before = text[start - 1] ?? ''
  const after = text[end] ?? ''
  const mark = text[start] ?? ''
  const left = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before))
  const right = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after))
  const wordy = mark === '_'
  return {
    mark,
    count: end - start,
    canOpen: left && (!wordy || !right || isPunctuation(before)),
    canClose: right && (!wordy || !left || isPunctuation(after)),
  }
}

const slackAngle = /<([@#!][A-Za-z][^<>\s]*(?:\|[^<>]*)?)>/y
const autolink = /<((?:https?:|mailto:)[^<>\s]+)>/y
const bareLink = /https?:\/\/[^\s<>|`*]+[^\s<>|`*.,;:!?)\]}'"，。；：！？）】」』、_~]/y
const emoji = /:([a-z0-9_+-]+):/y
const entity = /&(amp|lt|gt|quot|#39|nbsp);/y
const entityTexts = /** @type {Record<string, string>} */ ({
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
})

/** A label of a link is shorter than this; looking further for its end would take long where there is none. */
const longestLabel = 1_000

/**
 * Draws one run of Markdown text. Nothing in it is ever HTML: a tag is shown as it is written.
 * @param {string} text
 * @param {Names} names
 * @param {boolean} [withLinks] a link holds no further links
 * @returns {(Node | string)[]}
 */
export const drawMarkdownInline = (text, names, withLinks = true) => {
  /** @type {Piece[]} */
  const pieces = []
  let plain = ''
  const flush = () => {
    if (plain) pieces.push({ node: plain })
    plain = ''
  }
  for (let at = 0; at < text.length; ) {
    const found = readPiece(text, at, names, withLinks)
    if (!found) plain += text[at++]
    else if (typeof found.piece === 'string') {
      plain += found.piece
      at = found.end
    } else {
      flush()
      pieces.push(found.piece)
      at = found.end
    }
  }
  flush()
  return toNodes(pair(pieces))
}

/**
 * @param {string} text
 * @param {number} at
 * @param {Names} names
 * @param {boolean} withLinks
 * @returns {{ piece: Piece | string, end: number } | undefined}
 */
const readPiece = (text, at, names, withLinks) => {
  const character = text[at] ?? ''
  if (character === '\\') return readEscape(text, at)
  if (character === '`') return readCode(text, at)
  if (character === '\n') return { piece: { node: h('br') }, end: at + 1 }
  if (character === '[' || (character === '!' && text[at + 1] === '['))
    return withLinks ? readLink(text, at, names) : undefined
  if ('*_~'.includes(character)) return readRun(text, at)
  if (character === '<') {
    return (
      read(slackAngle, text, at, match => drawAngle(match[1] ?? '', names)) ??
      read(autolink, text, at, match => drawLink(match[1] ?? '', [(match[1] ?? '').replace(/^mailto:/, '')]))
    )
  }
  if (character === ':') return read(emoji, text, at, match => drawEmoji(match[1] ?? ''))
  if (character === '&') return read(entity, text, at, match => entityTexts[match[1] ?? ''] ?? match[0])
  if (character === 'h' && withLinks) return read(bareLink, text, at, match => drawLink(match[0], [match[0]]))
  return undefined
}

/**
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 * @param {(match: RegExpExecArray) => Node | string} draw
 * @returns {{ piece: Drawn, end: number } | undefined}
 */
const read = (pattern, text, at, draw) => {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match ? { piece: { node: draw(match) }, end: at + match[0].length } : undefined
}

/**
 * @param {string} text
 * @param {number} at
 */
const readEscape = (text, at) => {
  const next = text[at + 1] ?? ''
  if (next === '\n') return { piece: { node: h('br') }, end: at + 2 }
  return /[!-/:-@[-`{-~]/.test(next) ? { piece: next, end: at + 2 } : undefined
}

/**
 * A code span, between equally long runs of back ticks.
 * @param {string} text
 * @param {number} at
 */
const readCode = (text, at) => {
  const ticks = /^`+/.exec(text.slice(at))?.[0] ?? '`'
  for (let end = text.indexOf(ticks, at + ticks.length); end >= 0; end = text.indexOf(ticks, end + 1)) {
    if (text[end - 1] === '`' || text[end + ticks.length] === '`') continue
    const code = text.slice(at + ticks.length, end).replace(/\n/g, ' ')
    const trimmed = /^ .*[^ ].* $/.test(code) ? code.slice(1, -1) : code
    return { piece: { node: h('code', {}, trimmed) }, end: end + ticks.length }
  }
  return { piece: ticks, end: at + ticks.length }
}

/**
 * @param {string} text
 * @param {number} at
 */
const readRun = (text, at) => {
  let end = at
  while (text[end] === text[at]) end++
  if (text[at] === '~' && end - at > 2) return { piece: text.slice(at, end), end }
  return { piece: toRun(text, at, end), end }
}

/**
 * `[label](url "title")`. An image becomes a link too, as in Slack: the page fetches nothing from elsewhere.
 * @param {string} text
 * @param {number} at
 * @param {Names} names
 */
const readLink = (text, at, names) => {
  const start = text[at] === '!' ? at + 1 : at
  const close = closingBracket(text, start)
  if (close < 0 || text[close + 1] !== '(') return undefined
  const rest = /^\(\s*(?:<([^<>\n]*)>|((?:[^\s()]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/.exec(
    text.slice(close + 1),
  )
  if (!rest) return undefined
  const url = rest[1] ?? rest[2] ?? ''
  const label = drawMarkdownInline(text.slice(start + 1, close), names, false)
  return { piece: { node: drawLink(url, label.length > 0 ? label : [url]) }, end: close + 1 + rest[0].length }
}

/**
 * @param {string} text
 * @param {number} start
 */
const closingBracket = (text, start) => {
  let depth = 0
  for (let at = start; at < Math.min(text.length, start + longestLabel); at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '[') depth++
    else if (text[at] === ']' && --depth === 0) return at
  }
  return -1
}

/**
 * Makes emphasis of the runs that belong together; those that are left alone stay the characters that they are.
 * @param {Piece[]} pieces
 * @returns {Piece[]}
 */
const pair = pieces => {
  for (let closer = 0; closer < pieces.length; closer++) {
    const end = pieces[closer]
    if (!end || !('mark' in end) || !end.canClose) continue
    const opener = openerOf(pieces, closer, end)
    const begin = pieces[opener]
    if (!begin || !('mark' in begin)) continue
    closer = join(pieces, opener, closer, begin, end)
  }
  return pieces
}

/**
 * @param {Piece[]} pieces
 * @param {number} closer
 * @param {Run} end
 */
const openerOf = (pieces, closer, end) => {
  for (let at = closer - 1; at >= 0; at--) {
    const piece = pieces[at]
    if (!piece || !('mark' in piece) || piece.mark !== end.mark || !piece.canOpen) continue
    if (end.mark === '~' && piece.count !== end.count) continue
    const isOdd = (piece.canClose || end.canOpen) && (piece.count + end.count) % 3 === 0
    if (end.mark !== '~' && isOdd && (piece.count % 3 !== 0 || end.count % 3 !== 0)) continue
    return at
  }
  return -1
}

/**
 * @param {Piece[]} pieces
 * @param {number} opener
 * @param {number} closer
 * @param {Run} begin
 * @param {Run} end
 * @returns {number} where to go on
 */
const join = (pieces, opener, closer, begin, end) => {
  const used = end.mark === '~' ? end.count : begin.count > 1 && end.count > 1 ? 2 : 1
  const tag = end.mark === '~' ? 's' : used === 2 ? 'strong' : 'em'
  const node = h(tag, {}, toNodes(pieces.slice(opener + 1, closer)))
  const left = { ...begin, count: begin.count - used }
  const right = { ...end, count: end.count - used }
  const fresh = [left.count > 0 ? [left] : [], [{ node }], right.count > 0 ? [right] : []].flat()
  pieces.splice(opener, closer - opener + 1, ...fresh)
  return opener + fresh.length - (right.count > 0 ? 2 : 1)
}

/**
 * @param {Piece[]} pieces
 * @returns {(Node | string)[]}
 */
const toNodes = pieces => pieces.map(piece => ('mark' in piece ? piece.mark.repeat(piece.count) : piece.node))
