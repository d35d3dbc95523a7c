/** The places where a long text may be cut, from the most natural to the last resort. */

import { isInFence } from './markdown-cut.ts'
import { type Line, readLines, runningTextStart } from './markdown-lines.ts'
import { type Marks, readMarks } from './open-marks.ts'

/**
 * How much of what would fit a part has to hold before a border of this kind is taken: between blocks, between items,
 * rows or lines of code, between a paragraph's lines, after a sentence, between words, anywhere.
 */
const leastShares = [0.35, 0.4, 0.45, 0.5, 0.4, 0]

const blockRank = 0
const itemRank = 1
const lineRank = 2
const sentenceRank = 3
const wordRank = 4
const anywhereRank = 5
/** Inside a link or code, or before what would begin a list there: only when there is no other place at all. */
const damagingRank = 6

/** Borders inside lines are looked for this far before the end: nobody wants a part that is half empty for a comma. */
const nearCharacters = 1500

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const sentenceEnd = /[。！？…]+[”’」』）〉》】]*|[.!?]+["')\]*_~]*(?=\s)/g
/** The marks behind a sentence may end what began in it. */
const markedSentenceEnd = /[。！？…]+[”’」』）〉》】]*[*_~]+/g
const wordEnd =
  /[^\S\n]+|[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF，、；：](?![，、；：。！？…”’」』）〉》】]|\p{M}|\u200D)/gu
/** What would begin another kind of block, were it to stand at the beginning of a line. */
const blockStart = /^\s*(?:[-+*>#=|]|\d+[.)]|`{3}|~{2,})/
/** What may turn out to be the beginning of a fence, a rule or a table's second line. */
const onlyMarks = /^[\s|:=`~*_+#>-]*$/
const uncutKinds = new Set(['fence', 'fence end', 'table delimiter', 'underline', 'rule', 'blank'])

interface Border {
  at: number
  rank: number
}

/**
 * Where to cut a text of which this much fits, best first; it has to end between two characters as a reader sees them.
 * It looks at nothing behind that, so growth changes nothing.
 */
export function readBorders(fitting: string): number[] {
  const lines = readLines(fitting)
  const borders = [...lineBorders(fitting, lines), ...innerBorders(fitting, lines)]
  const ranks = leastShares.map((share, rank) =>
    borders.filter(border => border.rank === rank && border.at >= share * fitting.length).map(border => border.at),
  )
  const damaging = borders.filter(border => border.rank === damagingRank).map(border => border.at)
  return [...ranks.flatMap(latestFirst), ...latestFirst(damaging)]
}

function latestFirst(places: number[]): number[] {
  return places.sort((one, other) => other - one)
}

function lineBorders(text: string, lines: readonly Line[]): Border[] {
  return lines.flatMap((line, index) => {
    const rank = index === 0 ? undefined : rankBefore(text, lines, index)
    return rank === undefined ? [] : [{ at: line.start, rank }]
  })
}

function rankBefore(text: string, lines: readonly Line[], index: number): number | undefined {
  const line = lines[index]
  const before = lines[index - 1]
  if (line === undefined || before === undefined) return undefined
  const said = lines.slice(0, index).findLast(other => other.kind !== 'blank')
  if (line.start === text.length) return rankAtEnd(line, before, said)
  const rest = text.slice(line.content, line.end).trim()
  const cutOff = index === lines.length - 1 && onlyMarks.test(rest)
  if (cutOff || (line.kind !== 'code' && line.kind !== 'rule' && uncutKinds.has(line.kind))) return undefined
  if (before.kind === 'fence' || before.kind === 'table delimiter' || before.kind === 'table head') return undefined
  if (line.kind === 'code' || line.kind === 'table row' || line.kind === 'indented') return itemRank
  if (line.kind === 'continuation') return blockStart.test(rest) ? damagingRank : lineRank
  return rankOfBlock(
    text,
    line,
    lines.slice(0, index).findLast(other => other.kind !== 'blank'),
  )
}

/** After the last line that fits, with nothing known of the one that follows: an item's is most often the next item. */
function rankAtEnd(line: Line, before: Line, said: Line | undefined): number | undefined {
  if (before.kind === 'fence' || before.kind === 'table delimiter' || before.kind === 'table head') return undefined
  if (said?.kind === 'heading' || said?.kind === 'underline') return sentenceRank
  if (line.kind === 'code' || before.kind === 'table row' || before.containers.at(-1)?.kind === 'item') return itemRank
  return before.kind === 'paragraph' || before.kind === 'continuation' ? lineRank : blockRank
}

/** A heading stays with what it heads, and "as follows:" with what follows. */
function rankOfBlock(text: string, line: Line, before: Line | undefined): number {
  if (before === undefined) return blockRank
  if (before.kind === 'heading' || before.kind === 'underline') return sentenceRank
  if (/[:：]$/.test(text.slice(before.content, before.end).trimEnd())) return lineRank
  if (line.opened < line.containers.length) return itemRank
  const first = line.containers[0]
  return first?.kind === 'item' && before.containers[0]?.kind === 'item' ? itemRank : blockRank
}

function innerBorders(text: string, lines: readonly Line[]): Border[] {
  const near = text.length - nearCharacters
  return lines.flatMap((line, index) =>
    line.end < near || uncutKinds.has(line.kind) ? [] : bordersInside(text, lines, index, near),
  )
}

function bordersInside(text: string, lines: readonly Line[], index: number, near: number): Border[] {
  const line = lines[index]
  if (line === undefined) return []
  if (index === lines.length - 1 && onlyMarks.test(text.slice(line.content))) return []
  const from = Math.max(line.content, near)
  const own = text.slice(from, line.end)
  const table = line.kind === 'table row' || line.kind === 'table head'
  const places = [
    ...(isInFence(line) || table ? [] : sentenceEnds(own)),
    ...(table ? [] : ends(own, wordEnd, wordRank)),
    ...Array.from(graphemes.segment(own), ({ index: at }) => ({ at, rank: anywhereRank })),
    { at: own.length, rank: anywhereRank },
  ].map(({ at, rank }) => ({ at: at + from, rank }))
  return places.filter(({ at }) => text.slice(line.content, at).trim() !== '').flatMap(avoidDamage(text, lines, index))
}

/** Between a mark and what it marks nothing can be closed and opened again: `**` and `**` would make four stars. */
function tears(run: { from: number; to: number; opens: boolean }, at: number): boolean {
  return at > run.from - (run.opens ? 0 : 1) && at < run.to + (run.opens ? 1 : 0)
}

function sentenceEnds(text: string): Border[] {
  return [...ends(text, sentenceEnd, sentenceRank), ...ends(text, markedSentenceEnd, sentenceRank)]
}

function ends(text: string, pattern: RegExp, rank: number): Border[] {
  return Array.from(text.matchAll(pattern), found => ({ at: found.index + found[0].length, rank }))
}

/** A border inside a link or code, or before something that would begin a list, is the last resort. */
function avoidDamage(text: string, lines: readonly Line[], index: number): (border: Border) => Border[] {
  const line = lines[index]
  const start = line === undefined || isInFence(line) ? undefined : runningTextStart(text, lines, index)
  if (start === undefined || line === undefined) return border => [border]
  const marks = readMarks(text.slice(start, line.end))
  const whole = [...marks.whole, ...halves(marks)]
  return border => {
    const at = border.at - start
    const inside = whole.some(({ from, to }) => at > from && at < to)
    const besideTick = text[border.at] === '`' || text[border.at - 1] === '`'
    if ((inside && besideTick) || marks.runs.some(run => tears(run, at))) return []
    const damages = inside || blockStart.test(text.slice(border.at, line.end))
    return [damages ? { at: border.at, rank: damagingRank } : border]
  }
}

/** What has begun and may become a link or code with what follows. */
function halves(marks: Marks): { from: number; to: number }[] {
  const { halfLink, brackets, code } = marks
  const from = halfLink?.from ?? brackets[0] ?? (code === undefined ? undefined : code.from - code.mark.length)
  return from === undefined ? [] : [{ from, to: Number.POSITIVE_INFINITY }]
}
