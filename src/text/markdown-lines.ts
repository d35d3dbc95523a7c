/**
 * Markdown read line by line: in which quotes and list items each line stands and what part it plays. It is what the
 * closing of a growing text and the splitting of a long one have in common; it costs a fraction of a full parse and
 * never looks further back than the line before, so a prefix of a text reads the same as the text.
 */

interface Quote {
  readonly kind: 'quote'
}

interface Item {
  readonly kind: 'item'
  /** Columns that a line needs before its text to belong to the item. */
  readonly width: number
  /** `-`, `*`, `+`, `.` or `)`: a list goes on only with the same one. */
  readonly marker: string
  /** The number that a reader sees; it counts from the list's first, whatever the later markers say. */
  readonly number: number | undefined
}

export type Container = Quote | Item

interface Fence {
  readonly mark: string
  readonly info: string
  /** Spaces before it, which the lines of its code have too. */
  readonly indent: number
}

type LineKind =
  | 'blank'
  | 'paragraph'
  | 'continuation'
  | 'heading'
  | 'underline'
  | 'rule'
  | 'indented'
  | 'fence'
  | 'code'
  | 'fence end'
  | 'table head'
  | 'table delimiter'
  | 'table row'

export interface Line {
  readonly start: number
  /** Where the line ends, its newline not counted. */
  readonly end: number
  /** Where the text begins that follows the marks of quotes and lists. */
  readonly content: number
  kind: LineKind
  readonly containers: readonly Container[]
  /** How many of the containers begin on this line. */
  readonly opened: number
  /** Where each container's mark (or indentation) ends on this line; shorter than `containers` on a lazy line. */
  readonly edges: readonly number[]
  /** The fence that a `fence`, `code` or `fence end` line belongs to. */
  readonly fence: Fence | undefined
}

interface Place {
  at: number
  containers: Container[]
  edges: number[]
}

const ruleLine = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const headingLine = /^#{1,6}(?=[ \t]|$)/
const fenceLine = /^(`{3,}|~{3,})(.*)$/
const underlineLine = /^(?:=+|-+)[ \t]*$/
const delimiterLine = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/
const markerText = /^(?:([-*+])|(\d{1,9})([.)]))(?=[ \t]|$)/
/** From this many columns on, Markdown takes a line for code. */
const codeColumns = 4

/** All lines of a text with their places; the last one is there even when nothing follows the last newline. */
export function readLines(text: string): Line[] {
  const lines: Line[] = []
  let start = 0
  while (start <= text.length) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    lines.push(readLine(text, start, end, lines))
    start = end + 1
  }
  return lines
}

/** What a line begins with to stand in the same quotes and list items as another. */
export function toPrefix(containers: readonly Container[]): string {
  return containers.map(container => (container.kind === 'quote' ? '> ' : ' '.repeat(container.width))).join('')
}

/** Where the paragraph, heading or cell begins that a line belongs to; undefined where marks such as `**` mean nothing. */
export function runningTextStart(text: string, lines: readonly Line[], index: number): number | undefined {
  const line = lines[index]
  if (line === undefined) return undefined
  const own = text.slice(line.content, line.end)
  if (line.kind === 'heading') return line.content + (/^\s*#+\s*/.exec(own)?.[0].length ?? 0)
  if (line.kind === 'table row') return line.content + lastStroke(own) + 1
  let first: Line | undefined = line
  for (let back = 1; first?.kind === 'continuation'; back++) first = lines[index - back]
  return first?.kind === 'paragraph' ? first.content : undefined
}

function lastStroke(row: string): number {
  return [...row.matchAll(/\\.|\|/g)].findLast(found => found[0] === '|')?.index ?? -1
}

function readLine(text: string, start: number, end: number, lines: Line[]): Line {
  const before = lines.at(-1)
  const place = matchContainers(text, start, end, before?.containers ?? [])
  const matched = place.containers.length
  const stays = matched === (before?.containers.length ?? 0)
  const rest = () => text.slice(indentAt(text, place.at, end).offset, end)
  const line = (kind: LineKind, containers: readonly Container[], fence?: Fence): Line => ({
    start,
    end,
    content: place.at,
    kind,
    containers,
    opened: Math.max(0, containers.length - matched),
    edges: place.edges,
    fence,
  })
  if (before?.fence !== undefined && before.kind !== 'fence end' && stays) {
    return line(isFenceEnd(rest(), before.fence) ? 'fence end' : 'code', before.containers, before.fence)
  }
  if (rest() === '') return line('blank', place.containers)
  const inParagraph = before?.kind === 'paragraph' || before?.kind === 'continuation'
  openContainers(text, end, place, before, inParagraph && stays)
  const opened = place.containers.length - matched
  const kind = kindOf(text, end, place, opened === 0 && stays ? before : undefined, inParagraph && opened === 0)
  if (before !== undefined && kind === 'continuation' && !stays) {
    return { ...line(kind, before.containers), opened: 0 }
  }
  if (before !== undefined && kind === 'table delimiter') before.kind = 'table head'
  return line(
    kind,
    stays && opened === 0 && before !== undefined ? before.containers : place.containers,
    fenceOf(kind, rest(), indentAt(text, place.at, end).columns),
  )
}

function matchContainers(text: string, start: number, end: number, open: readonly Container[]): Place {
  const place: Place = { at: start, containers: [], edges: [] }
  for (const container of open) {
    const indent = indentAt(text, place.at, end)
    if (container.kind === 'quote') {
      if (indent.columns >= codeColumns || text[indent.offset] !== '>' || indent.offset >= end) break
      place.at = skipColumns(text, indent.offset + 1, end, 1)
    } else {
      if (indent.offset < end && indent.columns < container.width) break
      place.at = skipColumns(text, place.at, end, container.width)
    }
    place.containers.push(container)
    place.edges.push(place.at)
  }
  return place
}

function openContainers(text: string, end: number, place: Place, before: Line | undefined, inParagraph: boolean): void {
  for (let first = true; ; first = false) {
    const indent = indentAt(text, place.at, end)
    if (indent.columns >= codeColumns || indent.offset >= end) return
    const rest = text.slice(indent.offset, end)
    if (rest.startsWith('>')) {
      place.at = skipColumns(text, indent.offset + 1, end, 1)
      place.containers.push({ kind: 'quote' })
    } else {
      const mark = markerText.exec(rest)
      if (mark === null || ruleLine.test(rest) || (first && inParagraph && !interrupts(mark, rest))) return
      const sibling = before?.containers[place.containers.length]
      const padding = indentAt(text, indent.offset + mark[0].length, end)
      const spaces = padding.offset >= end || padding.columns > codeColumns ? 1 : padding.columns
      place.at = skipColumns(text, indent.offset + mark[0].length, end, spaces)
      place.containers.push(toItem(mark, indent.columns + mark[0].length + spaces, first ? sibling : undefined))
    }
    place.edges.push(place.at)
  }
}

/** In the middle of a paragraph `2. ` or an empty marker is text, or every wrapped year and sum would become a list. */
function interrupts(mark: RegExpExecArray, rest: string): boolean {
  return rest.trimEnd().length > mark[0].length && (mark[2] === undefined || Number(mark[2]) === 1)
}

function toItem(mark: RegExpExecArray, width: number, sibling: Container | undefined): Item {
  const marker = mark[1] ?? mark[3] ?? ''
  if (mark[2] === undefined) return { kind: 'item', width, marker, number: undefined }
  const goesOn = sibling?.kind === 'item' && sibling.marker === marker && sibling.number !== undefined
  return { kind: 'item', width, marker, number: goesOn ? (sibling.number ?? 0) + 1 : Number(mark[2]) }
}

function kindOf(text: string, end: number, place: Place, before: Line | undefined, inParagraph: boolean): LineKind {
  const indent = indentAt(text, place.at, end)
  const rest = text.slice(indent.offset, end)
  if (rest === '') return 'blank'
  if (indent.columns >= codeColumns) return inParagraph ? 'continuation' : 'indented'
  const paragraph = before?.kind === 'paragraph' || before?.kind === 'continuation'
  if (paragraph && isDelimiterFor(rest, text.slice(before.content, before.end))) return 'table delimiter'
  if (paragraph && underlineLine.test(rest)) return 'underline'
  if (isFenceStart(rest)) return 'fence'
  if (headingLine.test(rest)) return 'heading'
  if (ruleLine.test(rest)) return 'rule'
  if (before?.kind === 'table delimiter' || before?.kind === 'table row') return 'table row'
  return inParagraph ? 'continuation' : 'paragraph'
}

function isFenceStart(rest: string): boolean {
  const found = fenceLine.exec(rest)
  return found !== null && !(rest.startsWith('`') && found[2]?.includes('`') === true)
}

function fenceOf(kind: LineKind, rest: string, indent: number): Fence | undefined {
  const found = kind === 'fence' ? fenceLine.exec(rest) : null
  return found === null ? undefined : { mark: found[1] ?? '', info: (found[2] ?? '').trim(), indent }
}

function isFenceEnd(rest: string, fence: Fence): boolean {
  const mark = rest.trimEnd()
  return mark.startsWith(fence.mark) && mark === fence.mark.charAt(0).repeat(mark.length)
}

function isDelimiterFor(rest: string, head: string): boolean {
  return (rest.includes('|') || head.includes('|')) && delimiterLine.test(rest) && countCells(rest) === countCells(head)
}

function countCells(row: string): number {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.replace(/\\./g, '').split('|').length
}

/** The white space at a place of a line: how wide it is, tabs counted to the next fourth column, and where it ends. */
function indentAt(text: string, from: number, end: number): { columns: number; offset: number } {
  let columns = 0
  let offset = from
  for (; offset < end; offset++) {
    if (text[offset] === ' ') columns += 1
    else if (text[offset] === '\t') columns += codeColumns - (columns % codeColumns)
    else break
  }
  return { columns, offset }
}

function skipColumns(text: string, from: number, end: number, columns: number): number {
  let offset = from
  for (let left = columns; left > 0 && offset < end; offset++) {
    if (text[offset] === ' ') left -= 1
    else if (text[offset] === '\t') left -= codeColumns
    else break
  }
  return offset
}
