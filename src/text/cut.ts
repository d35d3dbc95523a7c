/**
 * Cuts a Markdown text in two, each of which is Markdown by itself: what is open at the cut (a code block, a table, a
 * quote, bold) is closed in the first part and opened again in the second.
 */

import { type Block, isFenceEnd } from './markdown-blocks.ts'
import {
  type Enclosing,
  findInlineStart,
  findOpenFence,
  type OpenFence,
  readPath,
  withoutPrefix,
} from './markdown-path.ts'
import { readMarks } from './open-marks.ts'

/** A text and its top-level blocks. */
interface Document {
  readonly text: string
  readonly blocks: readonly Block[]
}

/** A longer info string is not repeated in every part. */
const maxInfo = 40
/** Characters behind a cut that show which of the blocks before it go on. */
const lookahead = 200

/** A cut, and what is open there. */
interface Cut {
  at: number
  /** A cut between lines; one inside a line has to repeat the marks at the line's beginning. */
  isLineStart: boolean
  path: Enclosing[]
  fence: OpenFence | undefined
  /** Open marks such as `**`, outermost first. */
  marks: string[]
}

/** Cuts a text at a place. Returns undefined if one of the parts would be empty, or the text would not become shorter. */
export function cutAt(document: Document, place: number): { head: string; rest: string } | undefined {
  const cut = readCut(document, place)
  const head = buildHead(document, cut)
  const rest = buildRest(document, cut)
  return head.trim() === '' || rest.trim() === '' || rest.length >= document.text.length ? undefined : { head, rest }
}

function readCut(document: Document, place: number): Cut {
  const { text } = document
  const at = skipEmptyLines(document, place)
  const path = readPathAcross(document, at)
  const before = text.slice(0, at)
  const fence = findOpenFence(before, path)
  const inline = fence === undefined ? findInlineStart(before, path) : undefined
  const { open, code } = readMarks(inline === undefined ? '' : before.slice(inline).trimEnd())
  const marks = [...open, ...(code === undefined ? [] : [code])].map(({ mark }) => mark)
  return { at, isLineStart: at === 0 || text[at - 1] === '\n', path, fence, marks }
}

/** Finds the block that a place is in or behind. */
function findBlock({ blocks }: Document, at: number): number {
  return blocks.findLastIndex(({ start }) => start <= at)
}

/** Finds the nodes that begin before a cut and go on behind it. */
function readPathAcross(document: Document, at: number): Enclosing[] {
  const block = document.blocks[findBlock(document, at)]
  if (block === undefined) return []
  const text = document.text.slice(block.start, at + lookahead)
  return readPath({ ...block, text }, at + 1).filter(({ start }) => start < at)
}

/** An underline that makes a heading of the line above, or the second line of a table. */
const isUnderline = (line: string) => /^[\s>|:=-]+$/.test(line) && /[=-]/.test(line)

/** Moves a cut at the end of a line behind what belongs to the line, and behind blank lines. */
function skipEmptyLines(document: Document, place: number): number {
  const { text } = document
  const isLineEnd = text[place] === '\n'
  if (!isLineEnd && place > 0 && text[place - 1] !== '\n') return place
  const start = isLineEnd ? place + 1 : place
  const block = document.blocks[findBlock(document, start - 1)]
  const before = text.slice(block?.start, start).trimEnd()
  const path = block === undefined ? [] : readPath({ ...block, text: before }, block.start + before.length)
  const fence = findOpenFence(text.slice(0, start), path)
  let at = start
  const skip = (isSkipped: (line: string) => boolean) => {
    const end = text.indexOf('\n', at) + 1 || text.length
    const isDone = at === text.length || !isSkipped(text.slice(at, end))
    if (!isDone) at = end
    return !isDone
  }
  if (fence === undefined) skip(isUnderline)
  else if (!skip(line => isFenceEnd(withoutPrefix(line, fence.prefix), fence.mark))) return at
  while (skip(line => line.trim() === ''));
  return at
}

function buildHead({ text }: Document, { at, isLineStart, fence, marks }: Cut): string {
  const before = text.slice(0, at)
  if (fence === undefined) return before.trimEnd() + marks.toReversed().join('')
  return `${isLineStart ? before : `${before}\n`}${fence.prefix}${fence.mark}`
}

function buildRest(document: Document, cut: Cut): string {
  const { text, blocks } = document
  const { at, isLineStart, path, fence, marks } = cut
  const index = findBlock(document, at)
  const block = blocks[index]
  const next = blocks[index + 1]
  if (block === undefined) return text.slice(at)
  if (block.start === at) return renumber(text.slice(at), block)
  const indent = readIndent(path)
  const quotes = '> '.repeat(indent.quotes)
  const quoteMarks = new RegExp(`^(?: {0,3}> ?){${indent.quotes}}`)
  const lines = text.slice(at, next?.start).split('\n')
  const inside = isLineStart ? [] : lines.splice(0, 1)
  const following = outdent(lines, indent)
  const [first = ''] = isLineStart ? following.splice(0, 1).map(line => line.replace(quoteMarks, '')) : inside
  const begun = fence !== undefined || (isLineStart && marks.length === 0) ? first : first.trimStart()
  const opened = buildOpening(document, cut, indent).map(line => `${quotes}${line}\n`)
  const start = `${opened.join('')}${quotes}${headingMark(text, path)}${marks.join('')}`
  const own = [start + begun, ...following].join('\n')
  if (next === undefined) return own
  // In the middle of a paragraph `2.` would be text.
  return own + (next.number === undefined || next.isApart ? '' : '\n') + renumber(text.slice(next.start), next)
}

/** Builds the lines before the rest that make it code or a table again. */
function buildOpening({ text }: Document, { at, path, fence }: Cut, { columns }: Indent): string[] {
  if (fence !== undefined) {
    const indent = fence.prefix.replace(/^.*> ?/, '').slice(columns)
    return [indent + fence.mark + (fence.info.length <= maxInfo ? fence.info : '')]
  }
  const table = path.find(({ node }) => node.type === 'table')
  const head = table === undefined ? [] : text.slice(table.start, at).split('\n', 2)
  // Not when they would fill half of every part.
  return head.join('').length * 2 < at ? head.map(line => line.replace(/^[\s>]+/, '')) : []
}

function headingMark(text: string, path: readonly Enclosing[]): string {
  const heading = path.find(({ node }) => node.type === 'heading')
  return heading === undefined ? '' : (/^#+ /.exec(text.slice(heading.start, heading.end))?.[0] ?? '')
}

/** The quotes around a place, and the columns by which list items in the innermost quote indent its lines. */
interface Indent {
  quotes: number
  columns: number
}

function readIndent(path: readonly Enclosing[]): Indent {
  let quotes = 0
  let quoteColumn = 1
  let column = 1
  for (const { node } of path) {
    if (node.type !== 'blockquote' && node.type !== 'listItem') continue
    column = node.children[0]?.position?.start.column ?? column
    if (node.type === 'blockquote') {
      quotes += 1
      quoteColumn = column
    }
  }
  return { quotes, columns: column - quoteColumn }
}

/**
 * Removes the indentation of list items that began before the cut: without their first line it would make code of the
 * lines. A line that is indented less ends an item, and what follows it keeps its place beside that line.
 */
function outdent(lines: readonly string[], { quotes, columns }: Indent): string[] {
  let indent = columns
  if (columns === 0) return [...lines]
  return lines.map(line => {
    const marks = quotes === 0 ? '' : (/^[ \t]*(?:> ?)+/.exec(line)?.[0] ?? '')
    const rest = line.slice(marks.length)
    if (rest.trim() !== '') indent = Math.min(indent, rest.search(/[^ \t]/))
    return marks.trimStart() + rest.replace(/^[ \t]*/, found => found.slice(indent))
  })
}

/** A list goes on with the number that a reader expects, also when its writer numbered every item `1.`. */
function renumber(text: string, { number }: Block): string {
  return number === undefined ? text : text.replace(/^\d+/, String(number))
}
