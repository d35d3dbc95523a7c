import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Label } from '../../store/labels.ts'
import { defuseFormulas } from '../../text/csv-formulas.ts'
import { type CsvFormat, type CsvRecord, isBlank, readRecords } from '../../text/csv-records.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { bareName, detectLayout, isNumeric, isUsualName } from './detect-csv-layout.ts'

/** A table of feedback with one text in each row. */
interface CsvTable {
  /** The lines above the header, with their ends. */
  preamble: string
  header: CsvRow
  rows: CsvRow[]
  /** The blank lines below the last row. */
  trailer: string
  delimiter: string
  /** The number of cells in the widest row or the header. */
  width: number
}

interface CsvRow {
  cells: string[]
  /** The cells as the file writes them. */
  raw: string
  lineEnd: string
  /** The feedback. */
  text: string
}

/** How the rows of a table are laid out. */
interface Shape {
  format: CsvFormat
  /** The number of cells in the header. */
  columns: number
  /** The index of the column with the feedback. */
  column: number
  /** Every row has the same cells beyond the header: they are a column without a name. */
  isEven: boolean
}

/** The labels of one row. */
interface LabelledRow {
  labels: Label[]
  /** The reason why it has none, in the reader's language. */
  error?: string
}

/** More rows than this take a model server hours. */
const mostRows = 2_000

/** Rows that are counted. */
const mostCounted = 50_000
/** The returned table repeats every cell; a spreadsheet of feedback has some dozens of columns. */
const mostColumns = 500
const mostCells = 300_000
/** Longer lists of column names are cut. */
const longestNames = 1_000

/**
 * Parses a CSV file with a header and any usual delimiter. Throws a `ShownError` that names the problem: no rows, too many
 * rows, columns or cells, an unknown column, a header or delimiter that cannot be told.
 */
export function parseCsv(csv: string, { name, wanted }: { name: string; wanted: string | undefined }): CsvTable {
  const data = Buffer.from(csv.replace(/^\uFEFF/, ''))
  const found = detectLayout(data, wanted)
  if (found.kind !== 'found')
    throw new ShownError(`sheet_${found.kind}`, i18n =>
      i18n.labels.sheet[found.kind]({
        name: escapeMarkdown(name),
        lines: i18n.formats.or(found.seen.map(text => i18n.labels.sheet.quoted({ text: escapeMarkdown(text) }))),
      }),
    )
  const { format, headerAt, isSingle } = found.layout
  const records = readLines(data, headerAt, format)
  const [first = emptyRow, ...rest] = records.map(record => buildRow(data, record, format))
  const columns = isSingle ? 1 : first.cells.length
  const header = mergeCells(first, { at: 0, count: isSingle ? first.cells.length : 1, format })
  const column = findColumn(header.cells, rest, wanted)
  const shape = { format, columns, column, isEven: !isSingle && haveEvenExcess(rest, columns) }
  const rows = rest.map(row => addText(row, shape))
  const width = [header, ...rows].reduce((most, { cells }) => Math.max(most, cells.length), 0)
  const cells = rows.length * width
  if (cells > mostCells)
    throw new ShownError('sheet_large', i18n => i18n.labels.sheet.tooLarge({ cells, most: mostCells }))
  const preamble = data.toString('utf8', 0, headerAt)
  return {
    preamble,
    header,
    rows,
    width,
    trailer: data.toString('utf8', records.at(-1)?.to),
    delimiter: format.delimiter,
  }
}

const emptyRow: CsvRow = { cells: [], raw: '', lineEnd: '', text: '' }

/** Reads the header and the rows within the limits, without blank lines at the end. */
function readLines(data: Buffer, headerAt: number, format: CsvFormat): CsvRecord[] {
  const records: CsvRecord[] = []
  let count = 0
  let solid = 0
  let width = 0
  let end = headerAt
  try {
    const read = ({ cells, from, to }: CsvRecord) => {
      count += 1
      width = Math.max(width, cells.length)
      end = headerAt + to
      if (!isBlank({ cells })) solid = count
      if (count > mostRows + 1 || cells.length > mostColumns) return
      const record = { cells, from: headerAt + from, to: end }
      if (hasSwallowed(data, record, format)) {
        end = record.from
        throw new Error('a quotation mark swallowed lines')
      }
      records.push(record)
    }
    readRecords(data.subarray(headerAt), format, { most: mostCounted + 1, read })
  } catch (error) {
    const line = data.toString('latin1', 0, end).split('\n').length
    throw new ShownError('sheet_unreadable', i18n => i18n.labels.sheet.unreadable({ line }), error)
  }
  if (width > mostColumns)
    throw new ShownError('sheet_wide', i18n => i18n.labels.sheet.tooWide({ columns: width, most: mostColumns }))
  if (count > mostCounted)
    throw new ShownError('sheet_long', i18n =>
      i18n.labels.sheet.tooLong({ rows: mostCounted, most: mostRows, isMore: true }),
    )
  if (solid < 2) throw new ShownError('sheet_empty', i18n => i18n.labels.sheet.empty)
  if (solid - 1 > mostRows)
    throw new ShownError('sheet_long', i18n =>
      i18n.labels.sheet.tooLong({ rows: solid - 1, most: mostRows, isMore: false }),
    )
  return records.slice(0, solid)
}

/** Returns true for cells that span lines with an odd number of quotation marks: one was opened by mistake. */
function hasSwallowed(data: Buffer, { cells, from, to }: CsvRecord, format: CsvFormat): boolean {
  const { quote } = format
  if (quote === false || format.escape !== quote || !cells.some(cell => cell.includes('\n'))) return false
  return data.toString('latin1', from, to).split(quote).length % 2 === 0
}

function buildRow(data: Buffer, { cells, from, to }: CsvRecord, format: CsvFormat): CsvRow {
  const line = data.toString('utf8', from, to)
  const lineEnd = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : line.endsWith('\r') ? '\r' : ''
  const isStandard = format.quote === '"' && format.escape === '"'
  // The labels are quoted in the standard way, and a file has one way of quoting.
  const raw = isStandard ? line.slice(0, line.length - lineEnd.length) : formatCells(cells, format.delimiter)
  return { cells, raw, lineEnd, text: '' }
}

function haveEvenExcess(rows: CsvRow[], columns: number): boolean {
  const solid = rows.filter(row => !isBlank(row))
  const width = solid[0]?.cells.length ?? 0
  const isEven = ({ cells }: CsvRow) =>
    cells.length === width && !cells.slice(columns).some(cell => cell.startsWith(' '))
  return solid.length > 1 && width > columns && solid.every(isEven)
}

/** Finds the feedback of a row. */
function addText(row: CsvRow, shape: Shape): CsvRow {
  const { columns, column, isEven } = shape
  const whole = row.cells.length > columns ? mergeTorn(row, shape) : row
  return { ...(isEven ? row : whole), text: whole.cells[column] ?? '' }
}

/** More pieces than this are not looked at one by one. */
const mostTorn = 20

/**
 * Puts cells together that unquoted commas tore: those before a space, if they account for all cells beyond the header, else
 * those of the last column if that has the feedback.
 */
function mergeTorn(row: CsvRow, { format, columns, column }: Shape): CsvRow {
  const { cells } = row
  const excess = cells.length - columns
  const isTorn = (at: number) => at > 0 && cells[at]?.startsWith(' ') === true
  const torn = [...cells.keys()].filter(isTorn)
  if (torn.length === excess && excess <= mostTorn) {
    const lasts = torn.filter(at => !isTorn(at + 1)).reverse()
    const mergeRun = (whole: CsvRow, last: number) => {
      let at = last
      while (isTorn(at)) at -= 1
      return mergeCells(whole, { at, count: last - at + 1, format })
    }
    return lasts.reduce(mergeRun, row)
  }
  const isLast = column === columns - 1 && cells.slice(columns).some(cell => cell.trim() !== '')
  return isLast ? mergeCells(row, { at: column, count: excess + 1, format }) : row
}

/** Merges neighbouring cells into one, with all that the file has between them. */
function mergeCells(row: CsvRow, { at, count, format }: { at: number; count: number; format: CsvFormat }): CsvRow {
  if (count < 2) return row
  const { delimiter } = format
  const before = row.cells.slice(0, at)
  const after = row.cells.slice(at + count)
  const prefix = before.map(cell => cell + delimiter).join('')
  const suffix = after.map(cell => delimiter + cell).join('')
  const isPlain = row.raw.startsWith(prefix) && row.raw.endsWith(suffix)
  const merged = isPlain
    ? row.raw.slice(prefix.length, row.raw.length - suffix.length)
    : row.cells.slice(at, at + count).join(delimiter)
  const cells = [...before, merged, ...after]
  return { ...row, cells, raw: formatCells(cells, delimiter) }
}

/** Finds the column that was named, else the longest of those with a usual name, else the longest of all. */
function findColumn(header: string[], rows: CsvRow[], wanted: string | undefined): number {
  if (wanted !== undefined) {
    const found = header.findIndex(name => bareName(name) === bareName(wanted))
    if (found < 0)
      throw new ShownError('sheet_column', i18n =>
        i18n.labels.sheet.noColumn({ wanted: escapeMarkdown(wanted), names: escapeMarkdown(formatNames(header)) }),
      )
    return found
  }
  const usual = header.filter(isUsualName)
  const isCandidate = (name: string) => usual.length === 0 || usual.includes(name)
  const lengthOf = (cell = '') => (isNumeric(cell) ? 0 : cell.length)
  const lengths = header.map((name, at) =>
    isCandidate(name) ? rows.reduce((sum, { cells }) => sum + lengthOf(cells[at]), 0) : -1,
  )
  return lengths.indexOf(lengths.reduce((most, length) => Math.max(most, length), -1))
}

function formatNames(header: string[]): string {
  const names = header.join(', ')
  return names.length > longestNames ? `${names.slice(0, longestNames).toWellFormed()}…` : names
}

/**
 * Adds the columns kind, confidence, quote, reason and error to the file. All else stays as it was written, up to line ends and
 * the text above the header, but for formulas, which become text.
 */
export function formatLabelledCsv(
  { preamble, header, rows, trailer, delimiter, width }: CsvTable,
  found: LabelledRow[],
  { nameOf, i18n }: { nameOf: (kind: string) => string; i18n: I18n },
): string {
  const { kind, confidence, quote, reason, error } = i18n.labels.sheet.heads
  const extend = ({ cells, raw, lineEnd }: CsvRow, more: string[]) =>
    `${defuseRow(cells, raw, delimiter)}${delimiter.repeat(width - cells.length + 1)}${formatCells(more, delimiter)}${lineEnd}`
  const lines = rows.map((row, index) => extend(row, formatLabels(found[index] ?? { labels: [] }, nameOf)))
  // Spreadsheets recognize UTF-8 by its byte order mark.
  return [
    '\uFEFF',
    defuseFormulas(preamble),
    extend(header, [kind, confidence, quote, reason, error]),
    ...lines,
    trailer,
  ].join('')
}

/** Keeps a row as the file has it if no spreadsheet runs any of it. */
function defuseRow(cells: string[], raw: string, delimiter: string): string {
  const safe = cells.map(defuseFormulas)
  return safe.every((cell, at) => cell === cells[at]) ? raw : formatCells(safe, delimiter)
}

function formatLabels({ labels, error = '' }: LabelledRow, nameOf: (kind: string) => string): string[] {
  const cells = (of: (label: Label) => string) => defuseFormulas(labels.map(of).join('\n'))
  return [
    cells(({ kind }) => nameOf(kind)),
    cells(({ confidence }) => (confidence === undefined ? '' : confidence.toFixed(2))),
    cells(({ quote }) => quote ?? ''),
    cells(({ reason }) => reason),
    defuseFormulas(error),
  ]
}

const formatCells = (cells: string[], delimiter: string) =>
  cells.map(cell => (needsQuotes(cell, delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter)

const needsQuotes = (cell: string, delimiter: string) =>
  [delimiter, '"', '\n', '\r'].some(character => cell.includes(character))
