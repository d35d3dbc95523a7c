import type { I18n } from '../../i18n/catalog.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { parseQuotations } from '../../text/find-quote.ts'
import { type Checks, isQuotedTruly, type Point, type Points, withoutOtherAddresses } from './check-points.ts'
import { numberPoints } from './prompt.ts'
import { sections } from './request.ts'

type Section = (typeof sections)[number]

/** A rendered summary, and how many of its points were left out. */
interface Rendered {
  markdown: string
  dropped: number
}

/** The address of a message, its author and its time, for Markdown, and the votes for it. */
type LinkOf = (ts: string) => { address: string; label: string; time: string; votes?: string | undefined }

/** Facts that stand beside the three sections. */
const maxFacts = 5

/** Renders the upshot, the decisions, open questions and tasks, each with links to its sources. */
export function renderSummaryMarkdown(
  { upshot, points, dropped }: Points,
  only: readonly Section[] | undefined,
  linkOf: LinkOf,
  i18n: I18n,
): Rendered {
  const of = (kind: Point['kind']) => points.filter(point => point.kind === kind)
  const kinds = {
    decisions: of('decision'),
    disagreements: of('disagreement'),
    questions: of('question'),
    tasks: of('task'),
  }
  const wanted = only ?? sections
  const blocks = wanted
    .filter(section => kinds[section].length > 0 || only !== undefined)
    .map(section => {
      const lines = kinds[section].map(point => renderPoint(point, linkOf, i18n))
      return [
        `**${i18n.summary.headings[section]}**`,
        ...(lines.length === 0 ? [i18n.summary.none[section]] : lines),
      ].join('\n')
    })
  const facts = only === undefined ? of('fact').slice(0, maxFacts) : []
  if (facts.length > 0)
    blocks.push(
      [
        `**${i18n.summary.headings.facts}**`,
        ...facts.map(fact => `- ${escapeMarkdown(fact.text)}${renderLinks(fact.sources, linkOf)}`),
      ].join('\n'),
    )
  const head =
    upshot === undefined || only !== undefined
      ? []
      : [`${escapeMarkdown(upshot.text)}${renderLinks(upshot.sources, linkOf)}`]
  const all = [...head, ...blocks]
  return { markdown: all.length === 0 ? i18n.summary.nothingFound : all.join('\n\n'), dropped }
}

/** Renders a point as an item of a list, with links to its sources. */
export function renderPoint(point: Point, linkOf: LinkOf, i18n: I18n): string {
  const { kind, text, sources, sides = [] } = point
  if (kind === 'task') return `- ${renderLine(point, i18n)}${renderLinks(sources, linkOf)}`
  if (kind === 'disagreement')
    return [`- ${escapeMarkdown(text)}`, ...sides.map(side => `  ${renderProposal(side, linkOf, i18n)}`)].join('\n')
  return renderProposal(point, linkOf, i18n)
}

/** Renders a point with the votes for the first of its messages that has any. */
function renderProposal({ text, sources }: Pick<Point, 'text' | 'sources'>, linkOf: LinkOf, i18n: I18n): string {
  const votes = sources.map(ts => linkOf(ts).votes).find(found => found !== undefined)
  const counted = votes === undefined ? '' : ` ${i18n.summary.votes({ votes })}`
  return `- ${escapeMarkdown(text)}${counted}${renderLinks(sources, linkOf)}`
}

function renderLine({ text, who, due }: Point, i18n: I18n): string {
  const owner = who === undefined ? '' : `**${escapeMarkdown(who)}**${i18n.summary.colon}`
  if (due === undefined) return owner + escapeMarkdown(text)
  return `${owner}${escapeMarkdown(text.replace(/[.。]$/, ''))}${i18n.summary.due({ when: escapeMarkdown(formatDue(due, i18n)) })}`
}

/** Formats a date as people say it; other words stay as they were said. */
const formatDue = (due: string, i18n: I18n) => (/^\d{4}-\d{2}-\d{2}$/.test(due) ? i18n.formats.day(due) : due)

const renderLinks = (sources: string[], linkOf: LinkOf) =>
  sources
    .map(ts => linkOf(ts))
    .map(({ address, label, time }) => ` [${label}](${address})${time && ` ${time}`}`)
    .join('')

const idMark = /[[［【] ?(?:p|point ?)?\d{1,5}(?: ?[,，、;] ?(?:p|point ?)?\d{1,5}){0,20} ?[\]］】](?!\()/gi

/**
 * Renders the summary that a model wrote in the requested form, with links in place of ids. Lines that no point supports, or that
 * quote what nobody wrote, are left out. Returns undefined if nothing is left.
 */
export function renderFormedMarkdown(
  formed: string,
  found: Points,
  linkOf: LinkOf,
  checks: Pick<Checks, 'said'>,
): Rendered | undefined {
  const numbered = numberPoints([found])
  const lines = withoutFence(formed).split('\n')
  const kept: string[] = []
  let dropped = 0
  let said = 0
  for (const [at, line] of lines.entries()) {
    if (isFrame(line, lines[at + 1])) {
      kept.push(withoutOtherAddresses(line.replace(idMark, ''), [], checks))
      continue
    }
    const shown = line.includes('|')
      ? checkRow(line, numbered, linkOf, checks)
      : checkSentences(line, numbered, linkOf, checks)
    dropped += shown.dropped
    if (shown.text === '') continue
    said += 1
    kept.push(shown.text)
  }
  return said === 0 ? undefined : { markdown: withoutBareHeads(kept).join('\n').trim(), dropped }
}

/** The supported text of a line, and how many statements were left out of it. */
interface Kept {
  text: string
  dropped: number
}

/** Checks a table row, which is kept whole or not at all. */
function checkRow(
  line: string,
  numbered: Pick<Point, 'sources'>[],
  linkOf: LinkOf,
  checks: Pick<Checks, 'said'>,
): Kept {
  const sources = parseSources(line, numbered)
  if (sources.length === 0 || !isQuotedTruly(line, sources, checks)) return { text: '', dropped: 1 }
  return { text: linkSources(withoutOtherAddresses(line, sources, checks), numbered, linkOf), dropped: 0 }
}

const bySentence = new Intl.Segmenter('en', { granularity: 'sentence' })
/** A shorter piece is the beginning of a sentence, “No.” or “Dr.”, rather than one of its own. */
const fewestCharacters = 12

/** Checks a line sentence by sentence: each needs an id behind it. */
function checkSentences(
  line: string,
  numbered: Pick<Point, 'sources'>[],
  linkOf: LinkOf,
  checks: Pick<Checks, 'said'>,
): Kept {
  const [, lead = '', words = ''] = /^(\s*(?:(?:[-*+•]|\d+[.)])\s*)?)([\s\S]*)$/.exec(line) ?? []
  let text = ''
  let dropped = 0
  for (const { said, marks } of splitMarks(words)) {
    const sources = parseSources(marks, numbered)
    if (sources.length === 0 || !isQuotedTruly(said, sources, checks)) {
      dropped += 1
      continue
    }
    const [last = '', ...unproven] = splitSegments(said).reverse()
    dropped += unproven.length
    const shown = withoutOtherAddresses(last.trim(), sources, checks)
    text += `${text === '' ? '' : ' '}${shown}${linkSources(marks, numbered, linkOf)}`
  }
  return { text: text === '' ? '' : lead + text, dropped }
}

/** Splits a line into stretches of words, each with the ids behind it. */
function splitMarks(words: string): { said: string; marks: string }[] {
  const pieces: { said: string; marks: string }[] = []
  const isSaid = (between: string) => /[\p{L}\p{N}]/u.test(between)
  let from = 0
  for (const { 0: mark, index } of words.matchAll(idMark)) {
    const between = words.slice(from, index)
    const last = pieces.at(-1)
    if (last !== undefined && !isSaid(between)) last.marks += mark
    else pieces.push({ said: between.replace(/^[\s.,;，。；、]+/, ''), marks: mark })
    from = index + mark.length
  }
  const rest = words.slice(from)
  return isSaid(rest) ? [...pieces, { said: rest, marks: '' }] : pieces
}

/** Splits sentences; short beginnings are joined to what follows them. */
function splitSegments(words: string): string[] {
  const segments: string[] = []
  let open = ''
  for (const { segment } of bySentence.segment(words)) {
    open += segment
    if (open.trim().length < fewestCharacters) continue
    segments.push(open)
    open = ''
  }
  if (open.trim() !== '') segments.push((segments.pop() ?? '') + open)
  return segments
}

const parseSources = (line: string, numbered: Pick<Point, 'sources'>[]): string[] => {
  const ids = (line.match(idMark) ?? []).flatMap(mark => mark.match(/\d+/g) ?? [])
  return [...new Set(ids.flatMap(id => numbered[Number(id) - 1]?.sources ?? []))]
}

/** A longer heading makes a statement. */
const maxHeadCharacters = 40
/** So does a longer column head. */
const maxCellCharacters = 30

/** Returns whether a line states nothing: blank, a short heading, a rule, the head of a table. */
function isFrame(line: string, next: string | undefined): boolean {
  const bare = line.trim()
  if (bare === '' || isRule(bare)) return true
  if (bare.length > 400 || parseQuotations(bare).length > 0) return false
  if (/^#{1,6}\s/.test(bare) || /^\*\*[^*]+\*\*\s*[:：]?$/.test(bare))
    return bare.replace(/[#*]/g, '').length <= maxHeadCharacters
  if (!bare.includes('|') || next === undefined || !next.includes('|') || !isRule(next.trim())) return false
  return bare.split('|').every(cell => cell.trim().length <= maxCellCharacters)
}

const isRule = (bare: string) => /^[\s:|-]+$/.test(bare) && bare.includes('--')

/** Removes headings below which nothing was kept. */
function withoutBareHeads(lines: string[]): string[] {
  const isHead = (line: string) =>
    line.trim() !== '' && !line.includes('|') && isFrame(line, undefined) && !isRule(line.trim())
  return lines.filter((line, at) => {
    if (!isHead(line)) return true
    const next = lines.slice(at + 1).find(other => other.trim() !== '')
    return next !== undefined && !isHead(next)
  })
}

function linkSources(line: string, numbered: Pick<Point, 'sources'>[], linkOf: LinkOf): string {
  const linked = new Set<string>()
  return line.replace(new RegExp(` ?${idMark.source}`, 'gi'), mark => {
    const fresh = (mark.match(/\d+/g) ?? [])
      .flatMap(id => numbered[Number(id) - 1]?.sources ?? [])
      .filter(ts => !linked.has(ts))
    for (const ts of fresh) linked.add(ts)
    // The time has a mark that would divide the cell of a table.
    return renderLinks(fresh, ts => ({ ...linkOf(ts), time: '' }))
  })
}

const withoutFence = (text: string) => /^\s*```\w*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text
