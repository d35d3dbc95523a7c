/**
 * A growing Markdown text made whole for display. What is open at its end is closed; what cannot be known yet (is `*` a
 * bullet or the first half of bold?) is held back until it can, so that a reader never sees half a mark.
 */

import { type Line, readLines, runningTextStart, toPrefix } from './markdown-lines.ts'
import { type Marks, readMarks } from './markdown-marks.ts'

const zeroWidthJoiner = '\u200D'
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** Longer than the longest emoji that is made of others. */
const longestGrapheme = 64
/** Each round takes away one half mark; what is left after so many is no writing but a pile of marks. */
const mostRounds = 8

/** A growing text as it can be shown now; a complete one comes back as it was, but for marks that close nothing. */
export function closeMarkdown(markdown: string): string {
  const text = dropHalfCharacter(markdown)
  const lines = readLines(text)
  if (isEmpty(lines.at(-1)) && isEmpty(lines.at(-2))) return text
  let done = isEmpty(lines.at(-1))
  if (done) lines.pop()
  lines.length -= heldTableLines(text, lines, done)
  for (;;) {
    const held = heldLines(text, lines, done)
    if (held === 0) return closeLast(text, lines, done)
    lines.length -= held
    done = true
  }
}

function closeLast(text: string, lines: readonly Line[], done: boolean): string {
  const last = lines.at(-1)
  if (last === undefined) return ''
  if (last.kind === 'code') return closeFence(text, last)
  const from = runningTextStart(text, lines, lines.length - 1)
  if (from === undefined) return text.slice(0, last.end)
  return text.slice(0, from) + closeMarks(text.slice(from, last.end) + (done ? '\n' : ''))
}

function isEmpty(line: Line | undefined): boolean {
  return line?.kind === 'blank' && line.opened === 0
}

function dropHalfCharacter(text: string): string {
  const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text
  if (/(?<!\p{RI})(?:\p{RI}{2})*\p{RI}$/u.test(whole.slice(-longestGrapheme))) return whole.slice(0, -2)
  if (!whole.endsWith(zeroWidthJoiner)) return whole
  const tail = whole.slice(-longestGrapheme)
  return whole.slice(0, whole.length - ([...graphemes.segment(tail)].at(-1)?.segment.length ?? 0))
}

/** How many of the last lines say nothing yet: a marker without its text, a rule that may become a heading's line. */
function heldLines(text: string, lines: readonly Line[], done: boolean): number {
  const last = lines.at(-1)
  if (last === undefined) return 0
  const rest = text.slice(last.content, last.end).trim()
  if (last.kind === 'code') return heldCodeLines(text, lines, rest, done)
  if (last.kind === 'fence') return 1
  if (last.opened > 0 && (rest === '' || isHalfTask(last, rest))) return 1
  if (last.kind === 'heading' && /^#+$/.test(rest)) return 1
  if (last.kind === 'table row' && /^[\s|]*$/.test(rest)) return 1
  if (!done && (last.kind === 'underline' || /^(?:-{1,2}|[+=]+|[*_][\s*_]*)$/.test(rest))) return 1
  if (!done && last.kind === 'paragraph' && isHalfNumber(rest, lines.at(-2))) return 1
  return closesToNothing(text, lines, last) ? 1 : 0
}

function isHalfTask(line: Line, rest: string): boolean {
  return line.containers.at(-1)?.kind === 'item' && /^\[[ xX]?\]?$/.test(rest)
}

/** A number that may be a list's next: shown now, it would go again when its point comes and come back with its text. */
function isHalfNumber(rest: string, before: Line | undefined): boolean {
  const item = before?.containers.findLast(container => container.kind === 'item' && container.number !== undefined)
  const next = item?.kind === 'item' ? (item.number ?? 0) + 1 : 1
  return rest === String(next)
}

/** Half a closing fence, and a fence in which nothing stands yet. */
function heldCodeLines(text: string, lines: readonly Line[], rest: string, done: boolean): number {
  const mark = lines.at(-1)?.fence?.mark ?? ''
  if (!done && rest !== '' && rest.length < mark.length && mark.startsWith(rest)) return 1
  let count = 0
  for (let line = lines.at(-1); line?.kind === 'code'; line = lines.at(-1 - count)) {
    if (text.slice(line.content, line.end).trim() !== '') return 0
    count += 1
  }
  return count + 1
}

/** A table's head is text full of strokes until the line below it has come. */
function heldTableLines(text: string, lines: readonly Line[], done: boolean): number {
  const last = lines.at(-1)
  const before = lines.at(-2)
  if (last === undefined) return 0
  const rest = text.slice(last.content, last.end).trim()
  const head = before === undefined ? '' : text.slice(before.content, before.end).trim()
  if (last.kind === 'table delimiter') return done ? 0 : 2
  if (last.kind !== 'paragraph' && last.kind !== 'continuation') return 0
  if (last.kind === 'continuation' && head.startsWith('|') && /^[|:\s-]*$/.test(rest)) return 2
  return rest.startsWith('|') ? 1 : 0
}

function closesToNothing(text: string, lines: readonly Line[], last: Line): boolean {
  const from = runningTextStart(text, lines, lines.length - 1)
  if (from === undefined || from < last.content || from === last.end) return false
  return closeMarks(text.slice(from, last.end)).trim() === '' && last.kind !== 'table row'
}

function closeFence(text: string, last: Line): string {
  const newline = last.end === last.content ? '' : '\n'
  return text.slice(0, last.end) + newline + toPrefix(last.containers) + (last.fence?.mark ?? '')
}

function closeMarks(text: string): string {
  let kept = text
  let marks = readMarks(kept)
  for (let round = 0; round < mostRounds; round++) {
    const next = withoutHalves(kept, marks)
    if (next === kept) break
    kept = next
    marks = readMarks(kept)
  }
  return withClosers(kept, marks)
}

/** The text without one thing at its end that is not whole yet; the same text when there is none. */
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
  const inner = text.slice(from).replace(/`+$/, '')
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
