/** Finds the places where a long Markdown text may be cut, from the most natural to the last resort. */

import type { Nodes } from 'mdast'
import { graphemes } from './graphemes.ts'
import { type Block, isFenceEnd, readBlocks } from './markdown-blocks.ts'
import { readMarks } from './open-marks.ts'
import { offsets, parseStructure } from './parse-markdown.ts'

/**
 * The kinds of places, best first, and how much of the room the part before a place has to fill: between blocks, between
 * items, rows or lines of code, between a paragraph's lines, after a sentence, between words, between characters.
 */
const minShares = { block: 0.35, item: 0.4, line: 0.45, sentence: 0.5, word: 0.4, character: 0, damaging: 0 }

/** `damaging` is inside a link or code, or before what would begin a list at the beginning of a line. */
type Kind = keyof typeof minShares

interface Place {
  at: number
  kind: Kind
}

/** The distance from the end within which a place inside a line is better than a part that is half empty. */
const nearCharacters = 1500

const sentenceEnd = /[。！？…]+[”’」』）〉》】]*|[.!?]+["')\]*_~]*(?=\s)/g
/** The marks behind a sentence may end what began in it. */
const markedSentenceEnd = /[。！？…]+[”’」』）〉》】]*[*_~]+/g
const wordEnd =
  /[^\S\n]+|[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF，、；：](?![，、；：。！？…”’」』）〉》】]|\p{M}|\u200D)/gu
/** The beginning of another kind of block, were it to stand at the beginning of a line. */
const blockStart = /^[\s>]*(?:[-+*>#=|]|\d+[.)]|`{3}|~{2,})/
/** A line that may become a fence, a rule or the second line of a table. */
const onlyMarks = /^[\s|:=`~*_+#>-]*$/

/**
 * Finds the places to cut a text that fits, best first. The text has to end at a grapheme boundary. It is all that is
 * looked at, so that a text that grows is cut at the same place.
 */
export function findCutPlaces(fitting: string): number[] {
  const blocks = readBlocks(fitting)
  const lastLine = fitting.lastIndexOf('\n') + 1
  const isUnclear = lastLine < fitting.length && onlyMarks.test(fitting.slice(lastLine))
  const places = blocks
    .flatMap((block, index) => [...placesBefore(block, blocks[index - 1]), ...placesIn(fitting, block)])
    .filter(({ at }) => at > 0 && !(isUnclear && at >= lastLine))
  const last = blocks.at(-1)
  if (last !== undefined && fitting.endsWith('\n')) places.push(...placesAtEnd(fitting, last))
  return Object.entries(minShares).flatMap(([kind, share]) =>
    places
      .filter(place => place.kind === kind && place.at >= share * fitting.length)
      .map(({ at }) => at)
      .sort((one, other) => other - one),
  )
}

function placesBefore(block: Block, before: Block | undefined): Place[] {
  if (before === undefined) return []
  const isInList = itemMark.test(before.text) && itemMark.test(block.text)
  return [{ at: block.start, kind: kindAfter(before.text, isInList ? 'item' : 'block') }]
}

const itemMark = /^(?:[-*+]|\d+[.)])\s/

/** Lowers the kind of a place behind a heading or a colon, which belong to what follows. */
function kindAfter(before: string, kind: Kind): Kind {
  if (/^#{1,6}\s.*$/.test(before) || /\n(?:=+|-+)$/.test(before)) return 'sentence'
  return /[:：]$/.test(before) ? 'line' : kind
}

/** Rates the place behind the last line. Nothing is known of the next line, but items are mostly followed by items. */
function placesAtEnd(text: string, block: Block): Place[] {
  const last = deepestLast(parseStructure(block.text))
  const { start } = offsets(last)
  const lines = block.text.slice(start).split('\n')
  if (last.type === 'code' && lines.length === 1) return []
  const isBesideItem = last.type === 'code' || last.type === 'table' || itemMark.test(block.text)
  if (last.type === 'table' && lines.length < 3) return []
  return [
    {
      at: text.length,
      kind: kindAfter(block.text, isBesideItem ? 'item' : last.type === 'paragraph' ? 'line' : 'block'),
    },
  ]
}

function deepestLast(node: Nodes): Nodes {
  const isLeaf = node.type === 'paragraph' || node.type === 'heading' || node.type === 'table' || !('children' in node)
  const last = isLeaf ? undefined : node.children.at(-1)
  return last === undefined ? node : deepestLast(last)
}

/** Finds the places inside a block: between the blocks it contains, and in their lines. */
function placesIn(text: string, block: Block): Place[] {
  const visit = (node: Nodes): Place[] => {
    const { start, end } = offsets(node)
    const leaf = { start: block.start + start, end: block.start + end }
    if (node.type === 'code') return placesInCode(text, leaf)
    if (node.type === 'table') return placesInTable(text, leaf)
    if (node.type === 'paragraph' || node.type === 'heading') return placesInText(text, leaf)
    if (!('children' in node)) return []
    return node.children.flatMap((child, index) => {
      const before = node.children[index - 1]
      if (before === undefined) return visit(child)
      const said = text.slice(block.start + offsets(before).start, block.start + offsets(before).end)
      const at = text.lastIndexOf('\n', block.start + offsets(child).start) + 1
      return [{ at, kind: kindAfter(said, 'item') }, ...visit(child)]
    })
  }
  return visit(parseStructure(block.text))
}

interface Span {
  start: number
  end: number
}

/** Splits a leaf into lines and finds their content, behind the marks of quotes and indentation. */
function linesOf(text: string, { start, end }: Span): { lineStart: number; content: Span }[] {
  let at = start
  return text
    .slice(start, end)
    .split('\n')
    .map(line => {
      const lineStart = at
      at += line.length + 1
      const indent = lineStart === start ? 0 : (/^[\s>]*/.exec(line)?.[0].length ?? 0)
      return { lineStart, content: { start: lineStart + indent, end: lineStart + line.length } }
    })
}

function placesInCode(text: string, leaf: Span): Place[] {
  const lines = linesOf(text, leaf)
  const mark = /^\s*(`{3,}|~{3,})/.exec(text.slice(leaf.start, leaf.end))?.[1]
  const last = lines.at(-1)
  if (mark !== undefined) lines.shift()
  if (mark !== undefined && last !== undefined && isFenceEnd(text.slice(last.content.start, last.content.end), mark))
    lines.pop()
  return lines.flatMap(({ lineStart, content }, index): Place[] => [
    ...(index === 0 ? [] : [{ at: lineStart, kind: 'item' as const }]),
    ...placesInLine(text, content, [wordEnd]),
  ])
}

function placesInTable(text: string, leaf: Span): Place[] {
  return linesOf(text, leaf).flatMap(({ lineStart, content }, index): Place[] => [
    ...(index > 2 ? [{ at: lineStart, kind: 'item' as const }] : []),
    ...(index === 1 ? [] : placesInLine(text, content, [])),
  ])
}

function placesInText(text: string, leaf: Span): Place[] {
  const marks = readMarks(text.slice(leaf.start, leaf.end))
  const { halfLink, brackets, code } = marks
  const half = halfLink?.from ?? brackets[0] ?? (code === undefined ? undefined : code.from - code.mark.length)
  const whole = half === undefined ? marks.whole : [...marks.whole, { from: half, to: leaf.end + 1 }]
  const isInWhole = createCover(leaf.end - leaf.start, whole)
  const tears = createCover(leaf.end - leaf.start, marks.runs.map(findTorn))
  return linesOf(text, leaf)
    .flatMap(({ lineStart, content }, index): Place[] => [
      ...(index === 0 ? [] : [{ at: lineStart, kind: 'line' as const }]),
      ...placesInLine(text, content, [sentenceEnd, markedSentenceEnd, wordEnd]),
    ])
    .flatMap(({ at, kind }): Place[] => {
      const offset = at - leaf.start
      const isInside = isInWhole(offset)
      const isBesideTick = text[at] === '`' || text[at - 1] === '`'
      if ((isInside && isBesideTick) || tears(offset)) return []
      return [{ at, kind: isInside || blockStart.test(text.slice(at, at + 40)) ? 'damaging' : kind }]
    })
}

type Range = ReturnType<typeof readMarks>['whole'][number]

/** Finds the places between a mark and the marked text, where closing and reopening would make `****`. */
const findTorn = ({ from, to, opens }: ReturnType<typeof readMarks>['runs'][number]): Range =>
  opens ? { from, to: to + 1 } : { from: from - 1, to }

/** Creates a check whether a place in a text is inside a range, not at its ends. It takes the same time for any number of ranges. */
function createCover(length: number, ranges: readonly Range[]): (place: number) => boolean {
  const depths = new Int32Array(length + 2)
  const add = (place: number, change: number) => {
    if (place < depths.length) depths[place] = (depths[place] ?? 0) + change
  }
  for (const { from, to } of ranges) {
    add(from + 1, 1)
    add(to, -1)
  }
  for (let place = 1; place < depths.length; place += 1) add(place, depths[place - 1] ?? 0)
  return place => (depths[place] ?? 0) > 0
}

function placesInLine(text: string, content: Span, patterns: readonly RegExp[]): Place[] {
  const start = Math.max(content.start, text.length - nearCharacters)
  const line = text.slice(start, content.end)
  const ends = patterns.flatMap(pattern =>
    Array.from(line.matchAll(pattern), found => ({
      at: start + found.index + found[0].length,
      kind: pattern === wordEnd ? ('word' as const) : ('sentence' as const),
    })),
  )
  const characters = Array.from(graphemes.segment(line), ({ index }) => ({
    at: start + index,
    kind: 'character' as const,
  }))
  const places: Place[] = [...ends, ...characters, { at: content.end, kind: 'character' }]
  return places.filter(({ at }) => text.slice(content.start, at).trim() !== '')
}
