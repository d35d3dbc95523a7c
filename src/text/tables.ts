/** Tables in texts that people, models and files write, and the numbers in their cells. */

import { isEmpty, readRecords } from './csv-records.ts'

/** Bounds of what is read. */
const mostTables = 20
const mostRows = 2_000
const mostColumns = 60
const longestCell = 200

/** A table with a name for each column. Every row has as many cells. */
interface Table {
  columns: string[]
  rows: string[][]
}

const ruleCell = /^\s*:?-+:?\s*$/

/**
 * Finds the tables of a text: Markdown's, also in code blocks and without bars at the ends of lines, as Slack keeps the tables of an
 * answer.
 */
export function findTables(text: string): Table[] {
  const lines = text.split('\n')
  const tables: Table[] = []
  for (let at = 1; at < lines.length && tables.length < mostTables; at += 1) {
    const rule = splitRow(lines[at] ?? '')
    const head = splitRow(lines[at - 1] ?? '')
    if (head.length < 2 || rule.length !== head.length || !rule.every(cell => ruleCell.test(cell))) continue
    const rows: string[][] = []
    let end = at + 1
    for (; end < lines.length && rows.length < mostRows; end += 1) {
      const row = lines[end] ?? ''
      if (!row.includes('|')) break
      rows.push(splitRow(row))
    }
    const table = buildTable(head, rows)
    if (table !== undefined) tables.push(table)
    at = end
  }
  return tables
}

/** Reads the table of a CSV file with any usual delimiter; undefined if it has none. */
export function parseCsvTable(text: string): Table | undefined {
  const lines = text.split('\n', 20)
  const countOf = (delimiter: string) =>
    lines.filter(line => line.split(delimiter).length === lines[0]?.split(delimiter).length).length *
    ((lines[0] ?? '').split(delimiter).length - 1)
  const delimiter = [',', ';', '\t', '|'].toSorted((a, b) => countOf(b) - countOf(a))[0] ?? ','
  const rows: string[][] = []
  try {
    const read = (record: { cells: string[] }) => void (isEmpty(record) || rows.push(record.cells))
    readRecords(Buffer.from(text), { delimiter, quote: '"', escape: '"' }, { most: mostRows + 1, read })
  } catch {
    // A quotation mark that nobody closed: what came before it counts.
  }
  const [head = [], ...rest] = rows
  return buildTable(head, rest)
}

/** Splits a line of a table into its cells; a bar behind a backslash is a part of one. */
function splitRow(line: string): string[] {
  if (!line.includes('|')) return []
  const cells = line.trim().split(/(?<!\\)\|/)
  if (cells[0]?.trim() === '') cells.shift()
  if (cells.at(-1)?.trim() === '') cells.pop()
  return cells.slice(0, mostColumns)
}

function buildTable(head: readonly string[], rows: readonly string[][]): Table | undefined {
  const columns = head.slice(0, mostColumns).map(cleanCell)
  const full = rows.map(row => columns.map((_, index) => cleanCell(row[index] ?? '')))
  return columns.length > 1 && full.length > 0 ? { columns, rows: full } : undefined
}

/** Takes the marks off a cell, those of Markdown and Slack and what nobody sees. */
const cleanCell = (cell: string): string =>
  cell
    .slice(0, 2 * longestCell)
    .replace(/\\(?=[\\|`*_~[\]<>$:.])/g, '')
    .replace(/\*\*|__|[`\u2060\u200b\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longestCell)

/** Signs before a number that change nothing about it. */
const before = String.raw`(?:[~≈约約]|[A-Z]{0,3}[$€£¥₩₹元]|(?:USD|EUR|CNY|RMB|JPY|GBP)\s)?`
const digits = String.raw`\d[\d,.'’\u00a0\u202f ]{0,30}`
/** Multiples by what stands behind a number; a small m means metres or minutes. */
const multiples: Record<string, number> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  bn: 1e9,
  千: 1e3,
  万: 1e4,
  萬: 1e4,
  亿: 1e8,
  億: 1e8,
}
const number = new RegExp(
  String.raw`^([-+−(]?)\s?${before}\s?([-−]?)(${digits}?)\s?((?:[kKM]|bn)(?![a-zA-Z])|[千万萬亿億])?(?![\d.,])(\D{0,12})$`,
)

/** Parses a cell that is a number, with a sign of money, a unit or a percent sign; undefined for words, dates and blanks. */
export function parseNumber(cell: string): number | undefined {
  const text = cell.normalize('NFKC').trim()
  if (text.length > 60) return undefined
  const [, sign = '', inner = '', written = '', multiple = ''] = number.exec(text) ?? []
  const value = readDigits(written.replace(/['’\u00a0\u202f ]/g, ''))
  if (value === undefined) return undefined
  const isNegative = inner !== '' || (sign !== '' && sign !== '+' && (sign !== '(' || text.endsWith(')')))
  // Without the rounding, 0.07 million would have a tail of digits.
  const scaled = Number((value * (multiples[multiple] ?? 1)).toPrecision(15))
  return isNegative ? -scaled : scaled
}

/** Reads digits with points and commas, of which the last may be the decimal mark: `1,234.5`, `1.234,5`, `1,234`. */
function readDigits(written: string): number | undefined {
  if (!/^\d/.test(written)) return undefined
  const last = Math.max(written.lastIndexOf('.'), written.lastIndexOf(','))
  if (last < 0) return toFinite(written)
  const mark = written[last] ?? ''
  const other = mark === '.' ? ',' : '.'
  const isGroup = written.indexOf(mark) !== last || (mark === ',' && /^\d{1,3},\d{3}$/.test(written))
  if (isGroup && !written.includes(other)) {
    return /^\d{1,3}(?:[.,]\d{2,4})+$/.test(written) ? toFinite(written.replaceAll(mark, '')) : undefined
  }
  const [whole = '', ...rest] = written.split(mark)
  return rest.length === 1 ? toFinite(`${whole.replaceAll(other, '')}.${rest[0]}`) : undefined
}

function toFinite(text: string): number | undefined {
  const value = Number(text)
  return text !== '' && Number.isFinite(value) ? value : undefined
}

/** A number in a text, with the multiple behind it. */
const numberInText = /([-−]?\d(?:[\d,.]{0,30}\d)?)((?:[kKM]|bn)\b|\s?[千万萬亿億])?/g

/** Finds the numbers that stand in a text, those with a multiple behind them as written and in full. */
export const findNumbers = (text: string): number[] =>
  [...text.normalize('NFKC').matchAll(numberInText)].flatMap(([whole, written = '', multiple = '']) =>
    [written, ...(multiple === '' ? [] : [whole])].flatMap(found => parseNumber(found) ?? []),
  )

/** Lists the columns of a table with numbers in most of their cells, by their places; the first column names the rows. */
export const numericColumns = ({ columns, rows }: Table): number[] =>
  columns.flatMap((_, at) => {
    const cells = rows.map(row => row[at] ?? '').filter(cell => cell !== '' && cell !== '-' && cell !== '–')
    const numbers = cells.filter(cell => parseNumber(cell) !== undefined)
    return at > 0 && numbers.length > 0 && 2 * numbers.length >= cells.length ? [at] : []
  })

/** Returns whether a text has a table that can be drawn: two rows or more, and a column of numbers. */
export const hasNumericTable = (text: string): boolean =>
  text.includes('|') && findTables(text).some(table => table.rows.length > 1 && numericColumns(table).length > 0)

/** Normalizes a cell for comparison with what a model calls it. */
export const bareCell = (cell: string): string => cell.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase()
