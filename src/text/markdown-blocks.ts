/** The top-level blocks of Markdown, found without parsing it. What a growing text adds changes only its last blocks. */

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

/** The first line of a code block: indentation, mark and info string. */
export const fenceLine = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)/
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
  const [, indent = '', mark = ''] = fenceLine.exec(line) ?? []
  return indent.length >= (item?.width ?? 4) ? '' : mark
}

/** Checks whether a line ends the code block that a fence began. */
export function isFenceEnd(line: string, fence: string): boolean {
  const mark = line.trim()
  return /^ {0,3}\S/.test(line) && mark.startsWith(fence) && mark === fence.charAt(0).repeat(mark.length)
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
