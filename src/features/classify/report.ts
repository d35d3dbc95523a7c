import { stringify } from 'csv-stringify/sync'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Label, LabelRecord } from '../../store/labels.ts'
import type { Range } from '../../text/date-range.ts'
import type { Language } from '../../text/terms.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

/** What a report tells of the feedback in a stretch of time. */
export interface Report {
  range: Range
  kinds: { id: string; name: string; count: number }[]
  /** The first day of each week, `2026-11-23`, and how many of each kind fell into it, in the order of `kinds`. */
  weeks: { from: string; counts: number[] }[]
  /** The most telling words of each kind, with the message that they stand in. */
  quotes: { kind: string; quotes: Quote[] }[]
  total: number
}

interface Quote {
  text: string
  channel: string
  ts: string | undefined
}

/** So many quotes of a kind are shown. */
const quotesOfKind = 3
const weekMs = 7 * 86_400_000

/** Counts labels by kind and week. What was labelled several times, in several ways, counts once, as people corrected it. */
export function buildReport(records: LabelRecord[], taxonomy: Taxonomy, range: Range, language: Language): Report {
  const once = withoutCopies(records)
  const ids = [...taxonomy.kinds.map(({ id }) => id), otherId]
  const kinds = ids.map(id => ({ id, name: formatKind(taxonomy, id, language), count: count(once, id) }))
  // There may be more of them than a call takes arguments.
  const earliest = once.reduce((least, { saidAt }) => Math.min(least, saidAt), range.to)
  const first = weekOf(Math.max(range.from, earliest))
  const weeks: Report['weeks'] = []
  for (let from = first; from <= range.to; from += weekMs) {
    const own = once.filter(({ saidAt }) => saidAt >= from && saidAt < from + weekMs)
    weeks.push({ from: new Date(from).toISOString().slice(0, 10), counts: ids.map(id => count(own, id)) })
  }
  const quotes = ids.map(kind => ({ kind, quotes: selectQuotes(once, kind) })).filter(({ quotes }) => quotes.length > 0)
  return { range, kinds, weeks, quotes, total: once.length }
}

const count = (records: LabelRecord[], kind: string) => records.filter(record => has(record, kind)).length
const has = ({ labels }: LabelRecord, kind: string) => labels.some(label => label.kind === kind)

/** One record a message; of several the one that a person corrected. */
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

/** What people corrected first, then what the model was surest of; the same words only once. */
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

/** Monday of the week, in UTC. */
function weekOf(at: number): number {
  const day = Math.floor(at / 86_400_000)
  return (day - ((day + 3) % 7)) * 86_400_000
}

/** The report in words and numbers, as Markdown. `linkOf` gives the address of a message, where it has one. */
export function renderReportMarkdown(
  report: Report,
  language: Language,
  linkOf: (quote: Quote) => string | undefined,
): string {
  const { report: words } = i18nFor(language).labels
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const { range, kinds, weeks, quotes, total } = report
  const table = [
    ['', ...kinds.map(({ name }) => name)],
    ...weeks.map(({ from, counts }) => [from, ...counts.map(String)]),
    [words.all, ...kinds.map(({ count: all }) => String(all))],
  ]
  const rule = table[0]?.map((_, at) => (at === 0 ? '---' : '---:')) ?? []
  const lines = [table[0] ?? [], rule, ...table.slice(1)].map(cells => `| ${cells.join(' | ')} |`)
  const shown = quotes.map(({ kind, quotes: own }) => {
    const name = kinds.find(({ id }) => id === kind)?.name ?? kind
    const items = own.map(quote => {
      const link = linkOf(quote)
      return `- “${quote.text.replace(/\s+/g, ' ')}”${link === undefined ? '' : ` [↗](${link})`}`
    })
    return `**${name}**\n${items.join('\n')}`
  })
  return [`**${words.title(day(range.from), day(range.to), total)}**`, lines.join('\n'), ...shown].join('\n\n')
}

/** Every label of the report, a line each. */
export function formatReportCsv(records: LabelRecord[], taxonomy: Taxonomy, language: Language): string {
  const head = ['said', 'channel', 'text', 'kind', 'quote', 'reason', 'confidence', 'corrected by', 'taxonomy version']
  const rows = withoutCopies(records).flatMap(record =>
    record.labels.map(({ kind, quote = '', reason, confidence }) => [
      new Date(record.saidAt).toISOString(),
      record.channel,
      ...[record.text, formatKind(taxonomy, kind, language), quote, reason].map(escapeCell),
      confidence?.toFixed(2) ?? '',
      record.correctedBy ?? '',
      record.version,
    ]),
  )
  return `\uFEFF${stringify([head, ...rows])}`
}

/** A cell that begins like a formula would be one in a spreadsheet. */
export function escapeCell(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
}
