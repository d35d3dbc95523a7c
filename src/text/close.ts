/**
 * Makes a growing Markdown text complete for display. Marks that are open at its end are closed; an end that is not clear
 * yet (is `*` a bullet or half of `**`?) is held back, so that a reader never sees half a mark.
 */

import { graphemes, maxGrapheme } from './graphemes.ts'
import { type Block, readBlocks } from './markdown-blocks.ts'
import {
  type Enclosing,
  findInlineStart,
  findOpenFence,
  type OpenFence,
  readPath,
  withoutPrefix,
} from './markdown-path.ts'
import { readMarks } from './open-marks.ts'

type Marks = ReturnType<typeof readMarks>

const zeroWidthJoiner = '\u200D'
/** Each round removes one half mark or unfinished block; a text with more of them is a pile of marks. */
const maxRounds = 8

/** The end of a growing text. */
interface End {
  text: string
  blocks: Block[]
  path: Enclosing[]
  fence: OpenFence | undefined
  /** Line breaks behind the last word. */
  breaks: number
}

/** Completes a growing text for display. A text that is complete comes back unchanged. */
export function closeMarkdown(markdown: string): string {
  let text = dropHalfCharacter(markdown)
  for (let round = 0; ; round++) {
    const end = readEnd(text)
    if (end.fence === undefined && end.breaks > 1) return text
    const from = round < maxRounds ? findHeld(end) : undefined
    if (from === undefined) return close(end)
    text = text.slice(0, from)
  }
}

function readEnd(text: string): End {
  const blocks = readBlocks(text)
  const last = blocks.at(-1)
  const end = last === undefined ? 0 : last.start + last.text.length
  const path = last === undefined ? [] : readPath(last, end)
  const breaks = text.slice(end).split('\n').length - 1
  return { text, blocks, path, fence: findOpenFence(text, path), breaks }
}

function close({ text, path, fence }: End): string {
  if (fence !== undefined) return `${text}${text.endsWith('\n') ? '' : '\n'}${fence.prefix}${fence.mark}`
  const from = findInlineStart(text, path)
  return from === undefined ? text : text.slice(0, from) + closeMarks(text.slice(from))
}

function dropHalfCharacter(text: string): string {
  const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text
  if (/(?<!\p{RI})(?:\p{RI}{2})*\p{RI}$/u.test(whole.slice(-maxGrapheme))) return whole.slice(0, -2)
  if (!whole.endsWith(zeroWidthJoiner)) return whole
  const last = [...graphemes.segment(whole.slice(-maxGrapheme))].at(-1)?.segment ?? ''
  return whole.slice(0, whole.length - last.length)
}

/** Finds where the part of a text begins that shows nothing yet. */
function findHeld(end: End): number | undefined {
  const { text, path, fence } = end
  if (fence !== undefined) return findHeldCode(end, fence)
  const held = findHeldLines(end) ?? findHeldTable(end)
  const inline = findInlineStart(text, path)
  if (held !== undefined || inline === undefined) return held
  const isRow = path.some(({ node }) => node.type === 'table')
  return !isRow && closeMarks(text.slice(inline)).trim() === '' ? lineStart(text, inline) : undefined
}

/** Holds back a fence without code, and the beginning of the line that will end the code. */
function findHeldCode({ text, breaks }: End, { mark, start, prefix }: OpenFence): number | undefined {
  const code = text
    .slice(start)
    .split('\n')
    .slice(1)
    .map(line => withoutPrefix(line, prefix).trimEnd())
  if (code.every(line => line === '')) return lineStart(text, start)
  const last = code.at(-1) ?? ''
  const isHalfEnd = breaks === 0 && last !== '' && last.length < mark.length && mark.startsWith(last)
  return isHalfEnd ? lineStart(text, text.length) : undefined
}

/** The marks of quotes, list items and tasks at the beginning of a line. */
const blockMarks = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)))*[ \t]*(?:(?<=[-*+.)][ \t]+)\[[ xX]?\]?$)?/
const markOnly = /^(?:#{1,6}|\|[\s|]*)$/
/** The beginning of a rule, of an underline that makes a heading, of a bullet or of bold. */
const halfMark = /^(?:-{1,2}|[+=]+|[*_][\s*_]*)$/

/** Holds back last lines that consist of marks whose text has not come. */
function findHeldLines({ text, blocks, breaks }: End): number | undefined {
  const number = blocks.slice(-2).findLast(block => block.number !== undefined)?.number ?? 0
  let from: number | undefined
  for (let body = text.trimEnd(); body !== ''; ) {
    const start = body.lastIndexOf('\n') + 1
    const marks = blockMarks.exec(body.slice(start))?.[0] ?? ''
    const rest = body.slice(start + marks.length)
    const followsText = body.slice(lineStart(body, start - 1), start).trim() !== ''
    const isUnderline = /^-+$/.test(rest) && followsText
    const isHalf = halfMark.test(rest) || isUnderline || rest === String(number + 1)
    const isEmpty = rest === '' && marks.trim() !== ''
    if (!isEmpty && !markOnly.test(rest) && !(isHalf && breaks === 0 && from === undefined)) break
    from = start
    if (!followsText) break
    body = body.slice(0, start).trimEnd()
  }
  return from
}

/** Holds back lines full of bars until the line below shows that they are the head of a table. */
function findHeldTable({ text, path, breaks }: End): number | undefined {
  const block = path.findLast(({ node: { type } }) => type === 'table' || type === 'paragraph')
  if (block?.node.type === 'table' && block.node.children.length === 1 && breaks === 0)
    return lineStart(text, block.start)
  if (block?.node.type !== 'paragraph') return undefined
  const end = text.trimEnd().length
  const last = lineStart(text, end)
  const before = lineStart(text, last - 1)
  const isBar = (start: number) => start >= 0 && /^[\s>]*\|/.test(text.slice(start, start + 80))
  if (!isBar(last)) return undefined
  return last > block.start && isBar(before) && /^[\s>|:-]*$/.test(text.slice(last, end)) ? before : last
}

function lineStart(text: string, at: number): number {
  return at <= 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
}

function closeMarks(text: string): string {
  let kept = text
  let marks = readMarks(kept)
  for (let round = 0; round < maxRounds; round++) {
    const next = withoutHalves(kept, marks)
    if (next === kept) break
    kept = next
    marks = readMarks(kept)
  }
  return withClosers(kept, marks)
}

/** Removes one incomplete mark, link or token at the end of a text; returns the same text if there is none. */
function withoutHalves(text: string, marks: Marks): string {
  const brackets = marks.brackets.filter(at => !/[A-Za-z0-9]/.test(text[at - 1] ?? ''))
  if (marks.halfLink !== undefined) return withoutHalfLink(text, marks.halfLink.from, marks.halfLink.labelEnd)
  if (brackets.length > 0) return withoutBrackets(text, brackets)
  if (marks.code !== undefined) return withoutHalfCode(text, marks.code.from, marks.code.mark.length)
  if (marks.loose !== undefined) return text.slice(0, marks.loose)
  return text.slice(0, text.length - halfToken(text))
}

function withoutHalfLink(text: string, from: number, labelEnd: number): string {
  const before = text.slice(0, from).replace(/!$/, '')
  return text[from + 1] === '^' ? text.slice(0, from) : before + text.slice(from + 1, labelEnd)
}

function withoutBrackets(text: string, brackets: readonly number[]): string {
  const note = brackets.find(at => text[at + 1] === '^')
  if (note !== undefined) return text.slice(0, note)
  const dropped = new Set(brackets.flatMap(at => (text[at - 1] === '!' ? [at - 1, at] : [at])))
  return Array.from({ length: text.length }, (_, at) => (dropped.has(at) ? '' : text[at])).join('')
}

function withoutHalfCode(text: string, from: number, markLength: number): string {
  const inner = text.slice(from).replace(/(?<!`)`+$/, '')
  return inner.trim() === '' ? text.slice(0, from - markLength) : text.slice(0, from) + inner
}

const halfTag = /<[^\s<>]{0,300}$/
const halfEntity = /(?<![A-Z])&(?:#\w{0,8}|[A-Za-z][A-Za-z0-9]{0,31})?$/
const halfEscape = /(?<!\\)(?:\\\\)*\\$/

function halfToken(text: string): number {
  if (halfEscape.test(text)) return 1
  return (halfTag.exec(text) ?? halfEntity.exec(text))?.[0].length ?? 0
}

function withClosers(text: string, marks: Marks): string {
  const closers =
    (marks.code?.mark ?? '') +
    marks.open
      .map(open => open.mark)
      .reverse()
      .join('')
  const body = text.trimEnd()
  return closers === '' ? text : body + closers + text.slice(body.length)
}
