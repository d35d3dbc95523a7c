/** Documents that are too long for a model: their sections are ranked by how well their words fit a question, as in Okapi BM25. */

import { parseTerms } from './terms.ts'

interface Section {
  start: number
  end: number
  /** Page or slide in which it begins. */
  place: number | undefined
  isHeaded: boolean
}

/** A text with its sections. */
type LongText = ReturnType<typeof splitSections>

/** Sections are paragraphs and lines up to this many characters, or less in a small window. */
const maxSectionCharacters = 1_500
const minSectionCharacters = 100
/** Share of the room that is for the beginning, where title, summary and contents are. */
const beginningShare = 1 / 8
const maxTerms = 24
const maxHeadings = 8
const maxHeadingCharacters = 80

/** Splits a text at the marks of its pages and slides, at headings, and where a section becomes too long for a room of so many characters. */
export function splitSections(text: string, maxCharacters: number) {
  const longest = Math.max(minSectionCharacters, Math.min(maxSectionCharacters, Math.floor(maxCharacters / 16)))
  const sections: Section[] = []
  const last = { page: 0, slide: 0 }
  let open: Section | undefined
  for (const { start, end } of splitLines(text, longest)) {
    const line = text.slice(start, Math.min(end, start + maxHeadingCharacters))
    const page = parsePlace(line, /^\[Page (\d{1,7})\]$/, last.page)
    const slide = parsePlace(line, /^## Slide (\d{1,7})\b/, last.slide)
    if (page !== undefined) last.page = page
    if (slide !== undefined) last.slide = slide
    const isMark = page !== undefined || slide !== undefined
    const isHeaded = /^#{1,6} /.test(line)
    const length = open === undefined ? 0 : open.end - open.start
    const isFull = length + end - start > longest
    if (open === undefined || isMark || ((isFull || isHeaded) && length > longest / 4)) {
      open = { start, end, place: last.page || last.slide || undefined, isHeaded: isHeaded && slide === undefined }
      sections.push(open)
    } else open.end = end
  }
  return { text, sections, kind: last.page > 0 ? 'page' : last.slide > 0 ? 'slide' : 'part' } as const
}

/** Yields the lines of a text with their ends; a line that is too long in pieces. */
function* splitLines(text: string, longest: number) {
  let lineEnd = 0
  for (let start = 0; start < text.length; ) {
    // A long line is searched for its end once, not for each piece.
    if (start >= lineEnd) lineEnd = text.indexOf('\n', start) + 1 || text.length
    const end = Math.min(lineEnd, start + longest)
    yield { start, end }
    start = end
  }
}

/** Parses the number of a page or slide that follows the one before; text may look like a mark. */
function parsePlace(line: string, mark: RegExp, before: number): number | undefined {
  const place = Number(mark.exec(line.trimEnd())?.[1])
  return place > before ? place : undefined
}

/**
 * Picks sections for a question up to a number of characters, and adds them to those that are `taken`. The first time these are the
 * beginning, what fits the question best, and then what follows the beginning; later, only what fits.
 */
export function pickSections(
  { text, sections }: LongText,
  { question, maxCharacters, taken }: { question: string; maxCharacters: number; taken: ReadonlySet<number> },
): Set<number> {
  const picked = new Set<number>()
  let room = maxCharacters
  const take = (index: number, least = 0): boolean => {
    const { start, end } = sections[index] ?? { start: 0, end: 0 }
    if (taken.has(index) || picked.has(index)) return true
    if (room - (end - start) < least) return false
    room -= end - start
    picked.add(index)
    return true
  }
  const inOrder = sections.map((_, index) => index)
  if (taken.size === 0) inOrder.every(index => take(index, maxCharacters * (1 - beginningShare)))
  const texts = sections.map(({ start, end }) => text.slice(start, end))
  for (const index of rankTexts(texts, question)) if (!take(index)) break
  if (taken.size === 0) inOrder.every(index => take(index))
  return picked
}

/** Ranks texts that have words of a question by their index, the best first. */
export function rankTexts(texts: readonly string[], question: string): number[] {
  const terms = [...new Set(parseTerms(question))].slice(0, maxTerms)
  if (terms.length === 0) return []
  const average = texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length)
  const documents = new Map<string, number>()
  const counted = texts.map(text => {
    const words = text.normalize('NFKC').toLowerCase()
    const counts = terms.flatMap(term => {
      const count = countTerm(words, term)
      if (count === 0) return []
      documents.set(term, (documents.get(term) ?? 0) + 1)
      return [{ term, count }]
    })
    return { counts, length: text.length }
  })
  const rarity = (term: string) => {
    const found = documents.get(term) ?? 0
    return Math.log(1 + (texts.length - found + 0.5) / (found + 0.5))
  }
  return counted
    .map(({ counts, length }, index) => {
      const norm = 1.2 * (0.25 + (0.75 * length) / average)
      const score = counts.reduce((sum, { term, count }) => sum + (rarity(term) * count * 2.2) / (count + norm), 0)
      return { index, score }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .map(({ index }) => index)
}

/** Counts where words begin with a stem, or, if it is short or a number, are the same. Chinese and Japanese have no boundaries. */
function countTerm(text: string, term: string): number {
  const isSpaced = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]/u.test(term)
  const stem = term.length > 3 ? term.replace(/y$/, '') : term
  let count = 0
  for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + stem.length)) {
    const isBegun = isSpaced && isLetter(text[at - 1])
    const isLonger = isSpaced && (stem.length <= 3 || /\d/.test(stem)) && isLetter(text[at + stem.length])
    if (!isBegun && !isLonger) count += 1
  }
  return count
}

const isLetter = (character = ' ') => /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d]/u.test(character)

/** Renders sections in the document's order, with a mark where others were left out. */
export function renderSections({ text, sections, kind }: LongText, picked: ReadonlySet<number>): string {
  let skipped: Section[] = []
  let rendered = ''
  sections.forEach((section, index) => {
    if (!picked.has(index)) {
      skipped.push(section)
      return
    }
    if (skipped.length > 0) rendered += renderGap(text, skipped)
    const isContinued = section.place !== undefined && section.place === sections[index - 1]?.place
    if (skipped.length > 0 && isContinued) rendered += `[${kind === 'page' ? 'Page' : 'Slide'} ${section.place}]\n`
    skipped = []
    rendered += text.slice(section.start, section.end)
  })
  return (rendered + (skipped.length > 0 ? renderGap(text, skipped) : '')).trim().toWellFormed()
}

/** Renders what was left out: its length, and its first headings. */
function renderGap(text: string, skipped: readonly Section[]): string {
  const characters = skipped.reduce((sum, { start, end }) => sum + end - start, 0)
  const headings = skipped
    .filter(({ isHeaded }) => isHeaded)
    .slice(0, maxHeadings)
    .map(({ start }) => text.slice(start, start + maxHeadingCharacters).split('\n', 1)[0] ?? '')
  const named = headings.length === 0 ? '' : `, such as ${headings.join('; ')}`
  return `\n[… ${characters} characters left out${named} …]\n`
}

/** Measures what was picked: ranges of pages or slides that are there in full, and the characters of all. */
export function measureSections({ sections, kind }: LongText, picked: ReadonlySet<number>) {
  const places = new Map<number, boolean>()
  let characters = 0
  sections.forEach(({ start, end, place }, index) => {
    if (picked.has(index)) characters += end - start
    if (place !== undefined) places.set(place, picked.has(index) && places.get(place) !== false)
  })
  const whole = [...places].flatMap(([place, isWhole]) => (isWhole ? [place] : []))
  return { kind, ranges: joinRanges(whole), total: [...places.keys()].at(-1) ?? 0, characters }
}

/** Joins ascending numbers to ranges, `1–40`. */
function joinRanges(numbers: readonly number[]): string[] {
  const ranges: { from: number; to: number }[] = []
  for (const number of numbers) {
    const open = ranges.at(-1)
    if (open !== undefined && open.to === number - 1) open.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`))
}
