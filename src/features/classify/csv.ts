import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Label } from '../../store/labels.ts'
import { escapeCell } from './report.ts'

/** A table of feedback with one text in each row. */
interface CsvTable {
  header: string[]
  rows: string[][]
  /** The number of cells in the widest row or the header. */
  width: number
  /** The index of the column with the feedback. */
  column: number
}

/** The labels of one row. */
interface LabelledRow {
  labels: Label[]
  /** The reason why it has none, in the reader's language. */
  error?: string
}

/** More rows than this take a model server hours. */
const mostRows = 2_000

/** The returned table repeats every cell; a spreadsheet of feedback has some dozens of columns. */
const mostColumns = 500
const mostCells = 300_000
/** Characters from which the separator is guessed. */
const longestHeader = 100_000
/** Longer lists of column names are cut. */
const longestNames = 1_000

/** Usual names of the column with the feedback. */
const usualHeads = /feedback|comment|text|message|content|review|反馈|意见|评论|内容|留言|评价|吐槽/i

/**
 * Parses a CSV file with a header and any usual separator. Throws a `ShownError` that names the problem: no rows, too many
 * rows, columns or cells, an unknown column.
 */
export function parseCsv(csv: string, wanted: string | undefined): CsvTable {
  const { lines, count, width } = readLines(csv)
  const [header = [], ...rows] = lines
  if (width > mostColumns) throw new ShownError('sheet_wide', i18n => i18n.labels.sheet.tooWide(width, mostColumns))
  if (count < 2) throw new ShownError('sheet_empty', i18n => i18n.labels.sheet.empty)
  if (count - 1 > mostRows) throw new ShownError('sheet_long', i18n => i18n.labels.sheet.tooLong(count - 1, mostRows))
  const cells = rows.length * width
  if (cells > mostCells) throw new ShownError('sheet_large', i18n => i18n.labels.sheet.tooLarge(cells, mostCells))
  return { header, rows, width, column: findColumn(header, rows, wanted) }
}

/** Parses the lines within the limits; counts all of them, and the cells of the widest. */
function readLines(csv: string): { lines: string[][]; count: number; width: number } {
  let count = 0
  let width = 0
  const measure = (line: string[]): string[] | null => {
    count += 1
    width = Math.max(width, line.length)
    return count > mostRows + 1 || line.length > mostColumns ? null : line
  }
  try {
    const text = csv.replace(/^\uFEFF/, '')
    const lines = parse(text, {
      delimiter: detectDelimiter(text),
      relax_column_count: true,
      skip_empty_lines: true,
      relax_quotes: true,
      on_record: measure,
    })
    return { lines, count, width }
  } catch (error) {
    throw new ShownError('sheet_unreadable', i18n => i18n.labels.sheet.unreadable, error)
  }
}

/** Guesses the separator: the most frequent one at the beginning of the first line. */
function detectDelimiter(text: string): string {
  const first = text.slice(0, longestHeader).split(/\r?\n/, 1)[0] ?? ''
  const counts = [',', ';', '\t'].map(mark => ({ mark, count: first.split(mark).length }))
  return counts.sort((a, b) => b.count - a.count)[0]?.mark ?? ','
}

/** Finds the column that was named, else one with a usual name, else the one with the longest texts. */
function findColumn(header: string[], rows: string[][], wanted: string | undefined): number {
  const bare = (name: string) => name.normalize('NFKC').trim().toLowerCase()
  if (wanted !== undefined) {
    const found = header.findIndex(name => bare(name) === bare(wanted))
    if (found < 0) throw new ShownError('sheet_column', i18n => i18n.labels.sheet.noColumn(wanted, formatNames(header)))
    return found
  }
  const usual = header.findIndex(name => usualHeads.test(name))
  if (usual >= 0) return usual
  const lengths = header.map((_, at) => rows.reduce((sum, row) => sum + (row[at]?.length ?? 0), 0))
  return lengths.indexOf(Math.max(...lengths))
}

function formatNames(header: string[]): string {
  const names = header.join(', ')
  return names.length > longestNames ? `${names.slice(0, longestNames).toWellFormed()}…` : names
}

/** Adds the columns kind, confidence, quote, reason and error to the table. */
export function formatLabelledCsv(
  { header, rows, width }: Pick<CsvTable, 'header' | 'rows' | 'width'>,
  found: LabelledRow[],
  nameOf: (kind: string) => string,
  i18n: I18n,
): string {
  const heads = i18n.labels.sheet.heads
  const pad = (row: string[]) => [...row, ...Array.from({ length: width - row.length }, () => '')]
  const lines = rows.map((row, index) => {
    const { labels = [], error = '' } = found[index] ?? {}
    const cells = (of: (label: Label) => string) => escapeCell(labels.map(of).join('\n'))
    return [
      ...pad(row),
      cells(({ kind }) => nameOf(kind)),
      cells(({ confidence }) => (confidence === undefined ? '' : confidence.toFixed(2))),
      cells(({ quote }) => quote ?? ''),
      cells(({ reason }) => reason),
      escapeCell(error),
    ]
  })
  const all = [[...pad(header), heads.kind, heads.confidence, heads.quote, heads.reason, heads.error], ...lines]
  // Spreadsheets recognize UTF-8 by its byte order mark.
  return `\uFEFF${stringify(all)}`
}
