/** Markdown as a syntax tree, one top-level block at a time: what a growing text adds changes only its last blocks. */

import type { Nodes, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfm } from 'micromark-extension-gfm'
import { gfmTable } from 'micromark-extension-gfm-table'

/** A paragraph, quote, table, code block or list item that no other block contains. */
export interface Block {
  readonly start: number
  /** The source, without the blank lines behind it. */
  readonly text: string
  /** A blank line precedes it. */
  readonly isApart: boolean
  /** The number of an ordered list's item, counted from the number of the first. */
  readonly number: number | undefined
}

const parserOptions = {
  // Tags are shown as they are written. One tilde is how people write "about", not a deletion.
  extensions: [gfm({ singleTilde: false }), cjkFriendlyExtension(), { disable: { null: ['htmlFlow', 'htmlText'] } }],
  mdastExtensions: [gfmFromMarkdown()],
}

/** The names of micromark's constructs that stand inside lines. */
const inlineConstructs = [
  ...['attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'hardBreakEscape', 'htmlText'],
  ...['labelEnd', 'labelStartImage', 'labelStartLink'],
]
/** Without these, parsing takes a fifth of the time. */
const structureOptions = {
  extensions: [gfmTable(), { disable: { null: ['htmlFlow', ...inlineConstructs] } }],
  mdastExtensions: [gfmTableFromMarkdown()],
}

/** Nested quotes and lists beyond this depth are shown as they are written: parsing takes longer with every level. */
const tooDeep = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])){41}/m

/** Parses Markdown. */
export function parseMarkdown(markdown: string): Root {
  return tooDeep.test(markdown) ? buildLiteral(markdown) : fromMarkdown(markdown, parserOptions)
}

const maxCachedTrees = 16
const structures = new Map<string, Root>()

/** Parses the blocks of Markdown, and leaves the text in them as it is. Callers must not change the tree. */
export function parseStructure(markdown: string): Root {
  return remember(structures, markdown, maxCachedTrees, () =>
    tooDeep.test(markdown) ? buildLiteral(markdown) : fromMarkdown(markdown, structureOptions),
  )
}

function buildLiteral(text: string): Root {
  const start = { line: 1, column: 1, offset: 0 }
  const position = { start, end: { line: 1, column: text.length + 1, offset: text.length } }
  return {
    type: 'root',
    children: [{ type: 'paragraph', children: [{ type: 'text', value: text, position }], position }],
  }
}

/** Looks a key up in a map, or adds it; drops the entry that was used least recently. */
export function remember<T>(memory: Map<string, T>, key: string, limit: number, create: () => T): T {
  const value = memory.get(key) ?? create()
  memory.delete(key)
  memory.set(key, value)
  if (memory.size > limit) memory.delete(memory.keys().next().value ?? '')
  return value
}

const fenceLine = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/
const itemLine = /^(?:[-*+]|(\d{1,9})[.)])(?:[ \t]+(?=\S)|$)/
const headingLine = /^#{1,6}(?:[ \t]|$)/

interface Item {
  marker: string
  width: number
  number: number | undefined
  isEmpty: boolean
}

/**
 * Cuts Markdown into its top-level blocks without parsing it. A line that may belong to the block before is left there:
 * a block that is larger than need be is converted just as well.
 */
export function readBlocks(source: string): Block[] {
  const starts: Omit<Block, 'text'>[] = []
  let item: Item | undefined
  let fence = ''
  let isApart = true
  for (let start = 0, end = 0; start < source.length; start = end) {
    end = source.indexOf('\n', start) + 1 || source.length
    const line = source.slice(start, end).trimEnd()
    const mark = fence === '' ? findFence(line, item) : ''
    if (fence !== '') {
      if (isFenceEnd(line, fence)) fence = ''
    } else if (line !== '') {
      const next = parseItem(line, item)
      const begins = isApart || mark !== '' || headingLine.test(line) || (next !== undefined && interrupts(next, item))
      if (starts.length === 0 || (begins && (mark !== '' || !/^\s/.test(line)))) {
        item = next
        starts.push({ start, isApart, number: next?.number })
      }
      fence = mark
    }
    isApart = line === '' && fence === ''
  }
  return starts.map((block, index) => ({
    ...block,
    text: source.slice(block.start, starts[index + 1]?.start).trimEnd(),
  }))
}

/** Checks whether a block begins with a code fence, and so has neither links nor definitions. */
export function isFenced(block: Block): boolean {
  return fenceLine.test(block.text.split('\n', 1)[0] ?? '')
}

/** Finds the mark of a code fence that stands in no list item. */
function findFence(line: string, item: Item | undefined): string {
  const found = fenceLine.exec(line)
  return found === null || found[0].search(/\S/) >= (item?.width ?? 4) ? '' : (found[1] ?? '')
}

/** Checks whether a line ends the code block that a fence began. */
export function isFenceEnd(line: string, fence: string): boolean {
  const mark = line.trim()
  return mark.startsWith(fence) && mark === fence.charAt(0).repeat(mark.length)
}

function parseItem(line: string, before: Item | undefined): Item | undefined {
  const found = itemLine.exec(line)
  if (found === null) return undefined
  const marker = found[0].trimEnd().replace(/^\d+/, '')
  const goesOn = before?.number !== undefined && before.marker === marker
  const number = found[1] === undefined ? undefined : goesOn ? (before.number ?? 0) + 1 : Number(found[1])
  return { marker, width: found[0].length, number, isEmpty: found[0] === line }
}

/** Checks whether an item ends a paragraph. `2.` and empty items do not, or every wrapped year would become a list. */
function interrupts(item: Item, before: Item | undefined): boolean {
  return item.marker === before?.marker || (!item.isEmpty && (item.number ?? 1) === 1)
}

/** The offsets of a node in the text that was parsed. */
export function offsets(node: Nodes): { start: number; end: number } {
  return { start: node.position?.start.offset ?? 0, end: node.position?.end.offset ?? 0 }
}
