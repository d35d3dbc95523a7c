import { stringify } from 'csv-stringify/sync'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Label, LabelRecord } from '../../store/labels.ts'
import type { Range } from '../../text/date-range.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { Language } from '../../text/terms.ts'
import { defuseFormulas } from './csv-formulas.ts'
import { formatKind, otherId, type Taxonomy } from './taxonomy.ts'

/** The numbers and quotes of a report. */
interface Report {
  range: Range
  kinds: { id: string; name: string; count: number }[]
  /** The first day of each week, `2026-11-23`, and how many of each kind fell into it, in the order of `kinds`. */
  weeks: { from: string; counts: number[] }[]
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
const weekMs = 7 * 86_400_000

/** Counts labels by kind and week. A message that was labelled in several ways counts once, as people corrected it. */
export function buildReport(records: LabelRecord[], taxonomy: Taxonomy, range: Range, language: Language): Report {
  const once = withoutCopies(records)
  const ids = [...taxonomy.kinds.map(({ id }) => id), otherId]
  const kinds = ids.map(id => ({ id, name: formatKind(taxonomy, id, language), count: count(once, id) }))
  // Not Math.min(...): there may be more records than a call takes arguments.
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

/** Returns the Monday of the week, in UTC. */
function weekOf(at: number): number {
  const day = Math.floor(at / 86_400_000)
  return (day - ((day + 3) % 7)) * 86_400_000
}

/** Renders the report as Markdown. `linkOf` returns the permalink of a quoted message, if it has one. */
export function renderReportMarkdown(
  report: Report,
  language: Language,
  linkOf: (quote: Quote) => string | undefined,
): string {
  const { report: words } = i18nFor(language).labels
  const day = (at: number) => new Date(at).toISOString().slice(0, 10)
  const { range, kinds, weeks, quotes, total } = report
  const table = [
    ['', ...kinds.map(({ name }) => escapeMarkdown(name))],
    ...weeks.map(({ from, counts }) => [from, ...counts.map(String)]),
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
  return [`**${words.title(day(range.from), day(range.to), total)}**`, lines.join('\n'), ...shown].join('\n\n')
}

/** Formats the labels as CSV, one in each row. */
export function formatReportCsv(records: LabelRecord[], taxonomy: Taxonomy, language: Language): string {
  const head = ['said', 'channel', 'text', 'kind', 'quote', 'reason', 'confidence', 'corrected by', 'taxonomy version']
  const rows = withoutCopies(records).flatMap(record =>
    record.labels.map(({ kind, quote = '', reason, confidence }) => [
      new Date(record.saidAt).toISOString(),
      ...[record.channel, record.text, formatKind(taxonomy, kind, language), quote, reason].map(defuseFormulas),
      confidence?.toFixed(2) ?? '',
      record.correctedBy ?? '',
      record.version,
    ]),
  )
  return `\uFEFF${stringify([head, ...rows])}`
}
