import type { Archive } from './archive.ts'
import { findRelation, readXml } from './markup.ts'
import type { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

/** A number format, as far as it changes what a number means. */
type NumberFormat = 'date' | 'percent' | 'number'

/** A workbook's definitions that its cells refer to. */
interface Definitions {
  strings: string[]
  formats: NumberFormat[]
  /** True if days count from 1904, as in old files of the Mac. */
  isFrom1904: boolean
}

interface Cell {
  type: string
  style: number
  value: string
  formula: string
}

/** Columns of a sheet; the last one is XFD. */
const maxColumns = 16_384
/** Characters of a cell, as in Excel. */
const maxCellLength = 32_767
/** Memory of the shared texts in bytes, by a rough estimate. */
const maxStringBytes = 100_000_000
const stringBytes = 40

/** Reads an Excel file: each sheet with its name and a table. Formulas are given by the values that Excel saved, dates as dates. */
export function readExcel(archive: Archive, main: string, outline: Outline): void {
  const relations = archive.relationsOf(main)
  const findPart = (type: string) => [...relations.values()].find(relation => relation.type === type)?.target ?? ''
  const { sheets, isFrom1904 } = readWorkbook(archive.read(main))
  const strings = readStrings(archive.readBody(findPart('sharedStrings')))
  const definitions = { strings, formats: readFormats(archive.read(findPart('styles'))), isFrom1904 }
  for (const { name, id, isHidden } of sheets) {
    const relation = relations.get(id)
    const sheet = relation?.type === 'worksheet' ? archive.readBody(relation.target) : undefined
    outline.begin('## ')
    outline.text(isHidden ? `${name} (hidden)` : name)
    outline.openTable()
    readSheet(sheet, definitions, outline)
    outline.closeTable()
  }
}

function readWorkbook(xml: Uint8Array | undefined) {
  const sheets: { name: string; id: string; isHidden: boolean }[] = []
  let isFrom1904 = false
  readXml(xml, {
    open(name, attributes) {
      if (name === 'workbookPr') isFrom1904 = /^(?:1|true)$/.test(attributes.date1904 ?? '')
      if (name !== 'sheet') return
      const isHidden = /hidden/i.test(attributes.state ?? '')
      sheets.push({ name: attributes.name ?? '', id: findRelation(attributes), isHidden })
    },
  })
  return { sheets, isFrom1904 }
}

/** Reads the texts that cells share, without their pronunciation. */
function readStrings(xml: Uint8Array | undefined): string[] {
  const strings: string[] = []
  let own = ''
  let size = 0
  let isText = false
  let isSpoken = false
  readXml(xml, {
    open(name) {
      if (name === 'si') own = ''
      if (name === 'rPh') isSpoken = true
      if (name === 't') isText = true
    },
    close(name) {
      if (name === 'si') strings.push(own)
      if (name === 'si') size += own.length * 2 + stringBytes
      if (size > maxStringBytes) throw new DocumentProblem('too_costly')
      if (name === 'rPh') isSpoken = false
      if (name === 't') isText = false
    },
    text(text) {
      if (isText && !isSpoken) own = (own + text).slice(0, maxCellLength)
    },
  })
  return strings
}

/** Reads the number formats of cell styles, in order. */
function readFormats(xml: Uint8Array | undefined): NumberFormat[] {
  const own = new Map<number, NumberFormat>()
  const formats: NumberFormat[] = []
  let isCellStyle = false
  readXml(xml, {
    open(name, attributes) {
      const id = Number(attributes.numFmtId ?? 0)
      if (name === 'cellXfs') isCellStyle = true
      if (name === 'numFmt') own.set(id, parseFormat(attributes.formatCode ?? ''))
      if (name === 'xf' && isCellStyle) formats.push(own.get(id) ?? findStandardFormat(id))
    },
    close(name) {
      if (name === 'cellXfs') isCellStyle = false
    },
  })
  return formats
}

/** Excel writes no longer formats. Source: support.microsoft.com, Excel specifications and limits. */
const longestFormat = 255

/** Parses a format without its quoted texts, colours and conditions. */
function parseFormat(code: string): NumberFormat {
  const bare = code.slice(0, longestFormat).replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*./gi, '')
  if (/[ymdhs]/i.test(bare)) return 'date'
  return bare.includes('%') ? 'percent' : 'number'
}

/** Finds a format that Excel does not write out, among them those of East Asia. Source: ECMA-376, 18.8.30. */
function findStandardFormat(id: number): NumberFormat {
  if (id === 9 || id === 10) return 'percent'
  const isDate = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)
  return isDate ? 'date' : 'number'
}

function readSheet(xml: Uint8Array | undefined, definitions: Definitions, outline: Outline): void {
  let cell: Cell = { type: '', style: 0, value: '', formula: '' }
  let into: 'value' | 'formula' | undefined
  readXml(xml, {
    open(name, attributes) {
      if (name === 'row') outline.openRow()
      if (name === 'c') {
        outline.openCell(parseColumn(attributes.r))
        cell = { type: attributes.t ?? 'n', style: Number(attributes.s ?? 0), value: '', formula: '' }
      }
      into = name === 'v' || name === 't' ? 'value' : name === 'f' ? 'formula' : undefined
    },
    close(name) {
      into = undefined
      if (name === 'c') outline.text(formatCell(cell, definitions))
    },
    text(text) {
      if (into !== undefined) cell[into] = (cell[into] + text).slice(0, maxCellLength)
    },
  })
}

/** Parses the column of `AB12`; undefined if there is none, which means the next one. */
function parseColumn(at = ''): number | undefined {
  let column = 0
  for (const letter of /^[A-Z]{1,3}/.exec(at)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64
  return column >= 1 && column <= maxColumns ? column - 1 : undefined
}

function formatCell({ type, style, value, formula }: Cell, { strings, formats, isFrom1904 }: Definitions): string {
  if (value === '') return formula === '' ? '' : `=${formula}`
  if (type === 's') return strings[Number(value)] ?? ''
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  const number = Number(value)
  if (type !== 'n' || !Number.isFinite(number)) return value
  const format = formats[style] ?? 'number'
  if (format === 'date') return formatDate(number + (isFrom1904 ? 1462 : 0)) ?? value
  return format === 'percent' ? `${formatNumber(number * 100)}%` : formatNumber(number)
}

/** Formats a number with the 15 digits that Excel shows; the file has those of its processor. */
function formatNumber(number: number): string {
  return Number.isSafeInteger(number) ? String(number) : String(Number(number.toPrecision(15)))
}

const dayMs = 86_400_000
/** 1970-01-01 as Excel counts days. */
const epochDays = 25_569
/** 9999-12-31, the last day of Excel. */
const lastDay = 2_958_466

/** Formats a number of days since the end of 1899: a day, a time, or both. Excel has a day too many before March 1900. */
function formatDate(days: number): string | undefined {
  if (days < 0 || days >= lastDay) return undefined
  const seconds = Math.round(days * 86_400)
  const time = new Date(seconds * 1000 - epochDays * dayMs).toISOString()
  const clock = time.slice(11, time.slice(17, 19) === '00' ? 16 : 19)
  if (days < 1) return clock
  const day = days < 60 ? new Date(Math.floor(days + 1 - epochDays) * dayMs).toISOString() : time
  return seconds % 86_400 === 0 ? day.slice(0, 10) : `${day.slice(0, 10)} ${clock}`
}
