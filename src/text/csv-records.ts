import { parse } from 'csv-parse/sync'
import { restoreFormulas } from './csv-formulas.ts'

/** How a file writes its cells. */
export interface CsvFormat {
  delimiter: string
  /** False if quotation marks mean themselves. */
  quote: '"' | "'" | false
  escape: '"' | "'" | '\\'
}

/** A line of cells, which may span several lines of the file. */
export interface CsvRecord {
  cells: string[]
  /** Bytes in the file, the line end included. */
  from: number
  to: number
}

/** A record with more bytes is the rest of a file behind a quotation mark that nobody closed. */
const maxRecordBytes = 2_000_000

/** Reads up to `most` records, one by one. Throws if a quotation mark is not closed, or a record is very long. */
export function readRecords(
  data: Buffer,
  format: CsvFormat,
  { most, read }: { most: number; read: (record: CsvRecord) => void },
): void {
  let from = 0
  parse(data, {
    ...format,
    to: most,
    record_delimiter: data.includes('\n') ? ['\r\n', '\n'] : ['\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: maxRecordBytes,
    on_record(cells: string[], { bytes }) {
      read({ cells: cells.map(restoreFormulas), from, to: bytes })
      from = bytes
      return null
    },
  })
}

/** Returns true for a record whose cells have nothing in them. */
export const isEmpty = ({ cells }: Pick<CsvRecord, 'cells'>): boolean => cells.every(cell => cell.trim() === '')

/** Returns true for a line with nothing in it, not even a delimiter. */
export const isBlank = ({ cells }: Pick<CsvRecord, 'cells'>): boolean => cells.length === 1 && isEmpty({ cells })
