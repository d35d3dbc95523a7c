import type { Words } from '../words/words.ts'
import { type Checks, isQuotedTruly, type Point, type Points } from './points.ts'
import { toNumbered } from './question.ts'
import { type Section, sections } from './wish.ts'

/** A summary as Markdown, and how much of it was left out. */
export interface Shown {
  markdown: string
  dropped: number
}

/** The address of a message and a name for it; both for Markdown. */
export type LinkOf = (ts: string) => { address: string; label: string }

/** Facts beside the three sections, the first so many. */
const mostFacts = 5

/** What was found: the upshot, then what was decided, what is open, who does what; every line with its sources. */
export function toSummaryMarkdown(
  { upshot, points, dropped }: Points,
  only: readonly Section[] | undefined,
  linkOf: LinkOf,
  words: Words,
): Shown {
  const of = (kind: Point['kind']) => points.filter(point => point.kind === kind)
  const kinds = { decisions: of('decision'), questions: of('question'), tasks: of('task') }
  const wanted = only ?? sections
  const blocks = wanted
    .filter(section => kinds[section].length > 0 || only !== undefined)
    .map(section => {
      const lines = kinds[section].map(point => `- ${toLine(point, words)}${toLinks(point.sources, linkOf)}`)
      return [
        `**${words.summary.headings[section]}**`,
        ...(lines.length === 0 ? [words.summary.none[section]] : lines),
      ].join('\n')
    })
  const facts = only === undefined ? of('fact').slice(0, mostFacts) : []
  if (facts.length > 0)
    blocks.push(
      [
        `**${words.summary.headings.facts}**`,
        ...facts.map(fact => `- ${toText(fact.text)}${toLinks(fact.sources, linkOf)}`),
      ].join('\n'),
    )
  const head =
    upshot === undefined || only !== undefined ? [] : [`${toText(upshot.text)}${toLinks(upshot.sources, linkOf)}`]
  const all = [...head, ...blocks]
  return { markdown: all.length === 0 ? words.summary.nothingFound : all.join('\n\n'), dropped }
}

function toLine({ text, who, due }: Point, words: Words): string {
  const owner = who === undefined ? '' : `**${toText(who)}**${words.summary.colon}`
  return `${owner}${toText(text)}${due === undefined ? '' : words.summary.due(toText(due))}`
}

/** Text in which nothing is Markdown: it is what a model wrote about what people wrote. */
const toText = (text: string) =>
  text
    .replace(/https?:\/\/\S+|[\\`*_[\]~|]/g, found => (found.length > 1 ? found : `\\${found}`))
    .replace(/^(\d+)([.)])/, '$1\\$2')

const toLinks = (sources: string[], linkOf: LinkOf) =>
  sources
    .map(ts => linkOf(ts))
    .map(({ address, label }) => ` [${label}](${address})`)
    .join('')

const idMark = /\s*[[［【]\s*(?:p|point)?\s*\d+(?:\s*[,，、;]\s*(?:p|point)?\s*\d+)*\s*[\]］】](?!\()/gi

/**
 * The summary that a model wrote in the form that was wished for, with links in the place of ids. What rests on none of the
 * points, or quotes what nobody wrote, is left out, line by line. Undefined when nothing is left.
 */
export function toFormedMarkdown(
  formed: string,
  found: Points,
  linkOf: LinkOf,
  checks: Pick<Checks, 'said'>,
): Shown | undefined {
  const numbered = toNumbered([found])
  const lines = withoutFence(formed).split('\n')
  const kept: string[] = []
  let dropped = 0
  let said = 0
  for (const [at, line] of lines.entries()) {
    if (isFrame(line, lines[at + 1])) {
      kept.push(withoutLinks(line.replace(idMark, '')))
      continue
    }
    const ids = (line.match(idMark) ?? []).flatMap(mark => mark.match(/\d+/g) ?? [])
    const sources = [...new Set(ids.flatMap(id => numbered[Number(id) - 1]?.sources ?? []))]
    if (sources.length === 0 || !isQuotedTruly(line, sources, checks)) dropped += 1
    else {
      said += 1
      kept.push(toLinked(withoutLinks(line), numbered, linkOf))
    }
  }
  return said === 0 ? undefined : { markdown: withoutBareHeads(kept).join('\n').trim(), dropped }
}

/** Lines that say nothing by themselves: blank ones, headings, rules, the head of a table. */
function isFrame(line: string, next: string | undefined): boolean {
  const rule = /^\s*\|?[\s:|-]*-{2,}[\s:|-]*\|?\s*$/
  if (line.trim() === '' || rule.test(line)) return true
  if (/^\s*#{1,6}\s/.test(line) || /^\s*\*\*[^*]{1,80}\*\*\s*[:：]?\s*$/.test(line)) return true
  return line.includes('|') && next !== undefined && rule.test(next) && next.includes('|')
}

/** A heading, or a table’s head, below which nothing was kept. */
function withoutBareHeads(lines: string[]): string[] {
  const isHead = (line: string) => isFrame(line, undefined) && line.trim() !== '' && !line.includes('|')
  return lines.filter((line, at) => {
    if (!isHead(line)) return true
    const next = lines.slice(at + 1).find(other => other.trim() !== '')
    return next !== undefined && !isHead(next)
  })
}

function toLinked(line: string, numbered: Pick<Point, 'sources'>[], linkOf: LinkOf): string {
  const linked = new Set<string>()
  return line.replace(idMark, mark => {
    const fresh = (mark.match(/\d+/g) ?? [])
      .flatMap(id => numbered[Number(id) - 1]?.sources ?? [])
      .filter(ts => !linked.has(ts))
    for (const ts of fresh) linked.add(ts)
    return toLinks(fresh, linkOf)
  })
}

/** The only links are those of the sources. */
const withoutLinks = (line: string) => line.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/https?:\/\/\S+/g, '')

const withoutFence = (text: string) => text.replace(/^\s*```\w*\n([\s\S]*?)\n?```\s*$/, '$1')
