import { type CsvFormat, type CsvRecord, isEmpty, readRecords } from '../../text/csv-records.ts'

/**
 * Exports of feedback come with any delimiter, with a title above the header, with commas that nobody quoted. Every reading
 * of the file's beginning is given a score, and the best is taken if no other comes close.
 */

/** Where a table begins, and how it is written. */
interface CsvLayout {
  format: CsvFormat
  /** The byte at which the header begins. */
  headerAt: number
  /** Every line is one text, whatever is in it. */
  isSingle: boolean
}

/** A reading of the beginning. */
interface Reading extends CsvLayout {
  score: number
}

type Finding =
  | { kind: 'found'; layout: CsvLayout }
  /** Two readings are about as good: these lines may be the header. */
  | { kind: 'unclear'; seen: string[] }
  /** The first line is data. */
  | { kind: 'headless'; seen: string[] }

/** Bytes that are looked at. */
const beginningBytes = 100_000
/** Records that are looked at, and those of them that may be the header. */
const mostRecords = 100
const mostPreamble = 30
/** A reading must be so much better than the next. */
const minLead = 0.75
const delimiters = [',', ';', '\t', '|']
const longestName = 100
const longestSeen = 80

/** Usual names of the column with the feedback. */
const usualHeads = /feedback|comment|text|message|content|review|反馈|意见|意見|评论|評論|内容|內容|留言|评价|吐槽/i

/** Names of columns that tell something of a comment, such as “comment id”, “反馈时间”. */
const aboutHeads =
  /(?:^|[\s_-])(?:ids?|no|number|dates?|times?|types?|count|author|by|url|link)$|(?:编号|时间|日期|类型|人|链接)$/i

/** Returns true if a column with this name mostly holds feedback. */
export const isUsualName = (name: string): boolean =>
  name.length <= longestName && usualHeads.test(name) && !aboutHeads.test(name.trim())

/** Compares names of columns. */
export const bareName = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/** Finds delimiter, quoting and header; `wanted` is the name of a column, which makes a reading that has it certain. */
export function detectLayout(data: Buffer, wanted: string | undefined): Finding {
  const { delimiter: given, length: start } = parseSepLine(data)
  const beginning = selectBeginning(data.subarray(start))
  const readings = (given === undefined ? delimiters : [given]).flatMap(delimiter =>
    buildReadings(beginning, delimiter, wanted),
  )
  const single = buildSingle(beginning, given ?? ',', wanted)
  const [best = single, next] = [...readings, single].sort((a, b) => b.score - a.score)
  const seen = showLine(beginning.subarray(best.headerAt))
  if (next !== undefined && best.score - next.score < minLead)
    return { kind: 'unclear', seen: [...new Set([seen, showLine(beginning.subarray(next.headerAt))])] }
  if (best.score < wantedScore && isHeadless(beginning, best)) return { kind: 'headless', seen: [seen] }
  return { kind: 'found', layout: { ...best, headerAt: best.headerAt + start } }
}

/** Parses the first line by which a file tells Excel its delimiter. */
function parseSepLine(data: Buffer): { delimiter?: string; length: number } {
  const line =
    data
      .subarray(0, 20)
      .toString()
      .split(/[\r\n]/, 1)[0] ?? ''
  const bare = line.startsWith('"') && line.endsWith('"') ? line.slice(1, -1) : line
  const delimiter = bare.slice(4)
  if (bare.slice(0, 4).toLowerCase() !== 'sep=' || delimiter.length !== 1) return { length: 0 }
  const end = Buffer.byteLength(line)
  const after = data.subarray(end, end + 2).toString('latin1')
  return { delimiter, length: end + (after === '\r\n' ? 2 : after === '' ? 0 : 1) }
}

function selectBeginning(data: Buffer): Buffer {
  if (data.byteLength <= beginningBytes) return data
  const lineEnd = data.lastIndexOf('\n', beginningBytes)
  return data.subarray(0, lineEnd > 0 ? lineEnd + 1 : beginningBytes)
}

function showLine(data: Buffer): string {
  const [line = ''] = data
    .subarray(0, longestSeen * 4)
    .toString()
    .split(/[\r\n]/, 1)
  return line.length > longestSeen ? `${line.slice(0, longestSeen).toWellFormed()}…` : line
}

/** Reads the first records; one that is cut by the end of the beginning is left out. */
function readBeginning(beginning: Buffer, format: CsvFormat): { records: CsvRecord[]; isBroken: boolean } {
  const records: CsvRecord[] = []
  try {
    readRecords(beginning, format, { most: mostRecords, read: record => records.push(record) })
    return { records, isBroken: false }
  } catch {
    return { records, isBroken: true }
  }
}

const standard = { quote: '"', escape: '"' } as const

/** Builds the readings with several columns, one for each line that may be the header. */
function buildReadings(beginning: Buffer, delimiter: string, wanted: string | undefined): Reading[] {
  const format = { delimiter, ...detectQuoting(beginning, delimiter) }
  const { records, isBroken } = readBeginning(beginning, format)
  const readings = scoreHeaders(records, format, wanted)
  if (!isBroken) return readings
  // Where an opening quotation mark is never closed, it may mean itself: then every line is a row.
  const bare = { ...format, quote: false } as const
  const lines = readBeginning(beginning, bare).records.filter(record => !isEmpty(record))
  const areEven = lines.every(({ cells }) => cells.length === lines[0]?.cells.length && !cells.some(isQuoted))
  return areEven ? scoreHeaders(lines, bare, wanted) : readings
}

const isQuoted = (cell: string) => cell.length > 1 && cell.startsWith('"') && cell.endsWith('"')

/** Finds the quotation mark and what escapes it. */
function detectQuoting(beginning: Buffer, delimiter: string): Pick<CsvFormat, 'quote' | 'escape'> {
  const [first = ''] = beginning
    .toString()
    .trimStart()
    .split(/[\r\n]/, 1)
  if (first.startsWith("'") && first.endsWith("'") && first.includes(`'${delimiter}'`))
    return { quote: "'", escape: "'" }
  return hasBackslashQuote(beginning, delimiter) ? { quote: '"', escape: '\\' } : standard
}

/** Returns true if `\"` stands within cells; at the end of one it is the backslash of a path. */
function hasBackslashQuote(beginning: Buffer, delimiter: string): boolean {
  const ends = new Set([delimiter, '\r', '\n', ''])
  for (let at = beginning.indexOf('\\"'); at >= 0; at = beginning.indexOf('\\"', at + 2)) {
    if (!ends.has(beginning.toString('latin1', at + 2, at + 3))) return true
  }
  return false
}

function scoreHeaders(records: CsvRecord[], format: CsvFormat, wanted: string | undefined): Reading[] {
  const readings: Reading[] = []
  for (const [at, record] of records.slice(0, mostPreamble).entries()) {
    const body = records.slice(at + 1).filter(other => !isEmpty(other))
    if (body.length === 0 || !mayBeHeader(record, body)) continue
    const names = scoreNames(record.cells, format.delimiter)
    const score =
      scoreBody(body, record.cells.length) + names.score - scorePreamble(records.slice(0, at), record, names.isUsual)
    const isWanted = wanted !== undefined && record.cells.some(name => bareName(name) === bareName(wanted))
    readings.push({ format, headerAt: record.from, isSingle: false, score: score + (isWanted ? wantedScore : 0) })
  }
  return readings
}

/** Returns false for a single line of text, also one that a spreadsheet padded; the name of an index column may be empty. */
function mayBeHeader(record: CsvRecord, body: CsvRecord[]): boolean {
  if (record.cells.length < 2 || isEmpty(record)) return false
  return countNames(record) > 1 || record.cells[0]?.trim() === '' || body.every(other => countNames(other) < 2)
}

const countNames = ({ cells }: CsvRecord) => cells.filter(cell => cell.trim() !== '').length

/** More than all other scores together. */
const wantedScore = 20

/** Scores rows by their width: too many cells are mostly unquoted commas, too few are cells left out. */
function scoreBody(body: CsvRecord[], width: number): number {
  const points = body.map(({ cells }) => (cells.length === width ? 4 : cells.length > width ? 1.5 : 0.5))
  return points.reduce((sum, point) => sum + point, 0) / body.length
}

/** Scores how much cells look like names of columns, not like data or like the pieces of a sentence. */
function scoreNames(cells: string[], delimiter: string): { score: number; isUsual: boolean } {
  const names = cells.map(bareName).filter(name => name !== '')
  const areNames =
    names.every(name => name.length <= longestName && !isNumeric(name)) && new Set(names).size === names.length
  const isUsual = names.some(isUsualName)
  const isProse = delimiter === ',' && cells.slice(1).some(cell => cell.startsWith(' '))
  const hasOther = cells.some(cell => delimiters.some(other => other !== delimiter && cell.includes(other)))
  const clean = !areNames || names.length * 2 < cells.length ? 0 : names.length === cells.length ? 1.5 : 1
  return { score: clean + (isUsual ? 1.5 : 0) - (isProse ? 2 : 0) - (hasOther ? 1.5 : 0), isUsual }
}

/** Returns how improbable it is that lines are text above the header: such text mostly stands apart. */
function scorePreamble(before: CsvRecord[], header: CsvRecord, isUsual: boolean): number {
  const lines = before.filter(record => !isEmpty(record))
  if (lines.length === 0) return 0
  const last = before.at(-1)
  const adjacent = last !== undefined && isEmpty(last) ? Math.min(lines.length, 5) / 10 : isUsual ? 0.5 : 1.5
  return adjacent + (lines.some(line => countNames(line) >= countNames(header)) ? 0.5 : 0)
}

/** Builds the reading in which every line is one text. */
function buildSingle(beginning: Buffer, delimiter: string, wanted: string | undefined): Reading {
  const format = { delimiter, ...standard }
  const { records } = readBeginning(beginning, format)
  const first = records.find(record => !isEmpty(record))
  const name = first?.cells.join(delimiter) ?? ''
  const isWanted = wanted !== undefined && bareName(name) === bareName(wanted)
  const score = scoreSingle(name) + (isWanted ? wantedScore : 0)
  return { format, headerAt: first?.from ?? 0, isSingle: true, score }
}

/** Scores the name of an only column: a sentence may have commas, but a space follows them. */
function scoreSingle(name: string): number {
  const marks = delimiters.flatMap(mark => findAll(name, mark))
  if (marks.length > 0) return marks.every(at => name.charAt(at + 1) === ' ') ? 2.75 : 1
  if (name.length > longestName) return 2
  return 2 + (/\d/.test(name) ? 1 : 1.5) + (isUsualName(name) ? 1.5 : 0)
}

function findAll(text: string, mark: string): number[] {
  const found: number[] = []
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) found.push(at)
  return found
}

/** Returns true if the header has a number in a column of numbers, and no usual name: then it is a row. */
function isHeadless(beginning: Buffer, { format, headerAt, isSingle }: Reading): boolean {
  if (isSingle) return false
  const [header, ...body] = readBeginning(beginning.subarray(headerAt), format).records
  if (header === undefined || header.cells.some(isUsualName)) return false
  return header.cells.some((name, at) => {
    const values = body.map(({ cells }) => cells[at]?.trim() ?? '').filter(value => value !== '')
    return isNumeric(name.trim()) && values.length > 0 && values.every(isNumeric)
  })
}

/** Matches numbers, dates and times. */
export const isNumeric = (value: string): boolean => /\d/.test(value) && /^[\d\s.,:/+\-%TZ]+$/i.test(value)
