import { stringify } from 'csv-stringify/sync'
import type { Label, LabelRecord } from '../../store/labels.ts'
import { defuseFormulas } from '../../text/csv-formulas.ts'
import type { Range } from '../../text/date-range.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { createReader, fetchReader } from './reader.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

/** The numbers and quotes of a report. */
interface Report {
  range: Range
  kinds: { id: string; name: string; count: number }[]
  /** How many of each kind were said in each week, in the order of `kinds`; the week is named by its Monday, “Nov 23”. */
  weeks: { name: string; counts: number[] }[]
  /** How many of each kind were said before those weeks. */
  earlier: number[]
  /** The best quotes of each kind. */
  quotes: { kind: string; quotes: Quote[] }[]
  total: number
}

interface Quote {
  text: string
  channel: string
  ts: string | undefined
}

/** Quotes that are shown of each kind. */
const quotesOfKind = 3
/** Weeks that are counted one by one: a chart with more does not read, and Slack's takes no more. */
const mostWeeks = 20

type Reader = ReturnType<typeof createReader>
type LocalReader = Awaited<ReturnType<typeof fetchReader>>

/** Counts labels by kind and week. A message that was labelled in several ways counts once, as people corrected it. */
export function buildReport(records: LabelRecord[], taxonomy: Taxonomy, range: Range, reader: LocalReader): Report {
  const once = withoutCopies(records)
  const ids = [...taxonomy.kinds.map(({ id }) => id), otherId]
  const kinds = ids.map(id => ({ id, name: formatKind(taxonomy, id, reader), count: count(once, id) }))
  const weekOf = createCalendar(reader.timeZone)
  const byWeek = Map.groupBy(once, ({ saidAt }) => weekOf(saidAt))
  const [first, last] = [weekOf(range.from), weekOf(range.to)]
  const shown = Array.from({ length: Math.min(mostWeeks, last - first + 1) }, (_, ago) => last - ago).reverse()
  const countWeek = (records: LabelRecord[] = []) => ids.map(id => count(records, id))
  const weeks = shown.map(week => ({ name: formatWeek(week, reader), counts: countWeek(byWeek.get(week)) }))
  const earlier = countWeek(once.filter(({ saidAt }) => weekOf(saidAt) < (shown[0] ?? last)))
  const quotes = ids.map(kind => ({ kind, quotes: selectQuotes(once, kind) })).filter(({ quotes }) => quotes.length > 0)
  return { range, kinds, weeks, earlier, quotes, total: once.length }
}

const count = (records: LabelRecord[], kind: string) => records.filter(record => has(record, kind)).length
const has = ({ labels }: LabelRecord, kind: string) => labels.some(label => label.kind === kind)

/** Keeps one record of each message, a corrected one if there is any. */
function withoutCopies(records: LabelRecord[]): LabelRecord[] {
  const byMessage = new Map<string, LabelRecord>()
  for (const record of records) {
    const key = record.ts === undefined ? record.id : `${record.channel}:${record.ts}`
    const known = byMessage.get(key)
    if (known === undefined || (known.correctedBy === undefined && record.correctedBy !== undefined))
      byMessage.set(key, record)
  }
  return [...byMessage.values()]
}

/** Selects different quotes: corrected ones first, then by confidence. */
function selectQuotes(records: LabelRecord[], kind: string): Quote[] {
  const found = records
    .filter(record => has(record, kind))
    .map(record => ({ record, label: record.labels.find(label => label.kind === kind) as Label }))
    .filter(({ label }) => label.quote !== undefined)
    .sort((a, b) => weightOf(b) - weightOf(a))
    .map(({ record, label }) => ({ text: label.quote ?? '', channel: record.channel, ts: record.ts }))
  return [...new Map(found.map(quote => [quote.text, quote])).values()].slice(0, quotesOfKind)
}

const weightOf = ({ record, label }: { record: LabelRecord; label: Label }) =>
  (record.correctedBy === undefined ? 0 : 1) + (label.confidence ?? 0.5)

const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** A Monday before all messages. */
const firstMonday = Date.UTC(1970, 0, 5)

/** Creates the function from a time to the number of its week, which begins on Monday by the clocks of a time zone. */
function createCalendar(timeZone: string): (at: number) => number {
  const days = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return at => Math.floor((Date.parse(days.format(at)) - firstMonday) / weekMs)
}

function formatWeek(week: number, { language }: Reader): string {
  const monday = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' })
  return monday.format(firstMonday + week * weekMs)
}

/** Formats the days of a time range: “Oct 31 – Nov 28, 2026”. */
function formatDays({ from, to }: Range, { language, timeZone }: LocalReader): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone }).formatRange(from, to)
}

/**
 * Renders the report as Markdown. `place` names its channel; blank for all channels, and for those without a name. `linkOf` returns the
 * permalink of a quoted message, if it has one.
 */
export function renderReportMarkdown(
  { range, kinds, weeks, earlier, quotes, total }: Report,
  { place, reader, linkOf }: { place: string; reader: LocalReader; linkOf: (quote: Quote) => string | undefined },
): string {
  const words = reader.i18n.labels.report
  const table = [
    [words.week, ...kinds.map(({ name }) => escapeMarkdown(name))],
    ...(earlier.some(some => some > 0) ? [[words.earlier, ...earlier.map(String)]] : []),
    ...weeks.map(({ name, counts }) => [name, ...counts.map(String)]),
    [words.all, ...kinds.map(({ count: all }) => String(all))],
  ]
  const rule = table[0]?.map((_, at) => (at === 0 ? '---' : '---:')) ?? []
  const lines = [table[0] ?? [], rule, ...table.slice(1)].map(cells => `| ${cells.join(' | ')} |`)
  const shown = quotes.map(({ kind, quotes: own }) => {
    const name = escapeMarkdown(kinds.find(({ id }) => id === kind)?.name ?? kind)
    const items = own.map(quote => {
      const link = linkOf(quote)
      return `- “${escapeMarkdown(quote.text)}”${link === undefined ? '' : ` [↗](${link})`}`
    })
    return `**${name}**\n${items.join('\n')}`
  })
  const days = formatDays(range, reader)
  const title =
    place === '' ? words.title({ days, total }) : words.titleIn({ place: escapeMarkdown(place), days, total })
  return [`**${title}**`, lines.join('\n'), ...shown].join('\n\n')
}

/** Formats the labels as CSV, one in each row. `nameOf` returns the name of a channel or person, blank if it is not known. */
export function formatReportCsv(
  records: LabelRecord[],
  taxonomy: Taxonomy,
  { reader, nameOf }: { reader: Reader; nameOf: (id: string) => string },
): string {
  const rows = withoutCopies(records).flatMap(({ saidAt, channel, text, labels, correctedBy = '', version }) =>
    labels.map(({ kind, quote = '', reason, confidence }) =>
      [
        ...[new Date(saidAt).toISOString(), channel, nameOf(channel), text, formatKind(taxonomy, kind, reader), quote],
        ...[reason, confidence?.toFixed(2) ?? '', correctedBy, nameOf(correctedBy), version],
      ].map(defuseFormulas),
    ),
  )
  const { heads } = reader.i18n.labels.report
  const head = [
    ...[heads.said, heads.channelId, heads.channel, heads.text, heads.kind, heads.quote],
    ...[heads.reason, heads.confidence, heads.correctedById, heads.correctedBy, heads.version],
  ]
  return `\uFEFF${stringify([head, ...rows])}`
}

/** Builds the chart of a report: a bar for each week, with a part for each kind. */
export function buildReportChart({ weeks, kinds }: Pick<Report, 'weeks' | 'kinds'>, title: string) {
  return {
    title,
    kind: 'stacked' as const,
    categories: weeks.map(({ name }) => name),
    series: kinds.map(({ name }, index) => ({ name, values: weeks.map(({ counts }) => counts[index] ?? 0) })),
    unit: '',
  }
}
