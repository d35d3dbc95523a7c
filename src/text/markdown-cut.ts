/**
 * One Markdown text cut in two, each of which is Markdown by itself: what is open at the cut (a fence, a table, a quote,
 * bold) is closed in the first part and opened again in the second.
 */

import { type Container, type Line, runningTextStart, toPrefix } from './markdown-lines.ts'
import { readMarks } from './open-marks.ts'

/** A text with its lines, as `readLines` gives them. */
export interface LinedText {
  readonly text: string
  readonly lines: readonly Line[]
}

/** A fence's first line repeated in every part is for its language, not for a story. */
const longestInfo = 40

/** The first part of a text cut at a place: at the beginning of a line, or inside its content. */
export function headAt(lined: LinedText, at: number): string {
  const { text, lines } = lined
  const index = lineAt(lines, at)
  const line = lines[index]
  if (line === undefined) return text
  const whole = at <= line.start
  const before = text.slice(0, whole ? Math.max(0, line.start - 1) : at)
  if (isInFence(line) && at > 0) return `${before}\n${toPrefix(line.containers)}${line.fence?.mark ?? ''}`
  return before.trimEnd() + openMarks(lined, index, at).reverse().join('')
}

/** The second part of the same cut, with what was open opened again. */
export function restAt(lined: LinedText, at: number): string {
  const { text, lines } = lined
  const index = lineAt(lines, at)
  const line = lines[index]
  if (line === undefined) return ''
  const whole = at <= line.start
  const shared = whole ? line.containers.slice(0, line.containers.length - line.opened) : line.containers
  const prefix = toQuotes(shared)
  const opening = reopened(lined, index, at).map(opened => `${prefix}${opened}\n`)
  const marks = openMarks(lined, index, at).join('')
  const first = whole ? '' : text.slice(at, line.end)
  const begun = whole ? '' : prefix + headingMark(text, line) + marks + (isInFence(line) ? first : first.trimStart())
  const following = outdented(lined, whole ? index : index + 1, shared)
  const joined = whole ? following.text : begun + (following.lines === 0 ? '' : `\n${following.text}`)
  return opening.join('') + (whole && marks !== '' ? withMarks(joined, prefix, marks) : joined)
}

/** The number of the line that a place belongs to. */
function lineAt(lines: readonly Line[], at: number): number {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle]?.start ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}

/** What ends the block before it, or is nothing: not a line that a part should begin with. */
const trailing = new Set<string>(['fence end', 'underline', 'table delimiter', 'blank'])

/** The same cut, but at the next line that says something when there is nothing more in its own. */
export function normalCut({ lines }: LinedText, at: number): number {
  let index = lineAt(lines, at)
  const line = lines[index]
  if (line === undefined || (at > line.start && at < line.end)) return at
  if (at > line.start) index += 1
  while (trailing.has(lines[index]?.kind ?? '')) index += 1
  return lines[index]?.start ?? lines.at(-1)?.end ?? at
}

/** Whether a line is code, so that a cut before or in it is a cut in its fence. */
export function isInFence(line: Line): boolean {
  return line.kind === 'code' || line.kind === 'fence end'
}

function withMarks(text: string, prefix: string, marks: string): string {
  const from = text.startsWith(prefix) ? prefix.length : 0
  return text.slice(0, from) + marks + text.slice(from).trimStart()
}

function toQuotes(containers: readonly Container[]): string {
  return toPrefix(containers.filter(container => container.kind === 'quote'))
}

/** The lines that have to stand before the rest so that it is still code, still a table, still a heading. */
function reopened(lined: LinedText, index: number, at: number): string[] {
  const line = lined.lines[index]
  if (line === undefined) return []
  if (isInFence(line)) {
    const info = line.fence?.info ?? ''
    return [' '.repeat(line.fence?.indent ?? 0) + (line.fence?.mark ?? '') + (info.length <= longestInfo ? info : '')]
  }
  return line.kind === 'table row' ? tableHead(lined, index, at) : []
}

/** A table's first two lines; not when they would fill half of every part. */
function tableHead({ text, lines }: LinedText, index: number, at: number): string[] {
  let head = index
  while (head > 0 && lines[head]?.kind !== 'table head') head -= 1
  const rows = lines.slice(head, head + 2).map(line => text.slice(line.content, line.end))
  return rows.join('').length * 2 < at ? rows : []
}

function headingMark(text: string, line: Line): string {
  return line.kind === 'heading' ? (/#+ /.exec(text.slice(line.content, line.end))?.[0] ?? '') : ''
}

/** The marks of running text that a cut leaves open, outermost first. */
function openMarks({ text, lines }: LinedText, index: number, at: number): string[] {
  const line = lines[index]
  const inside = line !== undefined && at > line.start
  if (line === undefined || (!inside && line.kind !== 'continuation')) return []
  const from = runningTextStart(text, lines, inside ? index : index - 1)
  if (from === undefined || from >= at) return []
  const marks = readMarks(text.slice(from, at).trimEnd())
  return [...marks.open.map(mark => mark.mark), ...(marks.code === undefined ? [] : [marks.code.mark])]
}

interface Outdented {
  text: string
  lines: number
}

/**
 * The lines from one on, freed from the list items that began before the cut: without their first line the indentation
 * would make code of them. Quotes keep their marks.
 */
function outdented({ text, lines }: LinedText, index: number, open: readonly Container[]): Outdented {
  const out: string[] = []
  let shared = open
  let numbered = false
  for (const line of lines.slice(index)) {
    const left = shared.length
    shared = shared.slice(0, sharedCount(shared, line))
    const number = line.containers.slice(line.containers.length - line.opened).find(isNumbered)?.number
    // In the middle of a paragraph `2.` would be text.
    if (shared.length < left && number !== undefined) out.push(toQuotes(shared))
    const own = ownText(text, line, shared)
    out.push(number === undefined || numbered ? own : renumbered(own, number))
    numbered ||= number !== undefined
  }
  return { text: out.join('\n'), lines: out.length }
}

function ownText(text: string, line: Line, shared: readonly Container[]): string {
  if (!shared.some(container => container.kind === 'item')) return text.slice(line.start, line.end)
  return toQuotes(shared) + text.slice(line.edges[shared.length - 1] ?? line.content, line.end)
}

function sharedCount(open: readonly Container[], line: Line): number {
  const end = open.findIndex((container, depth) => line.containers[depth] !== container)
  return end === -1 ? open.length : end
}

function isNumbered(container: Container): container is Container & { kind: 'item'; number: number } {
  return container.kind === 'item' && container.number !== undefined
}

/** A list goes on with the number that a reader expects, also when its writer numbered every item `1.`. */
function renumbered(line: string, number: number): string {
  return line.replace(/\d+(?=[.)])/, String(number))
}
