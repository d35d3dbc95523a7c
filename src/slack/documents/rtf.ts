import type { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

/** Settings of a group, which end with it. */
interface Group {
  isSkipped: boolean
  isHidden: boolean
  encoding: string
  /** Bytes that follow a Unicode character, for programs that cannot show it. */
  fallback: number
}

const maxPendingBytes = 100_000
/** Groups inside each other. */
const maxDepth = 200_000

/** Font of a file that names none: its text has the file's own code page. */
const noFont = -1

interface Reader {
  outline: Outline
  group: Group
  outer: Group[]
  fonts: Map<number, string>
  font: number
  /** Bytes that wait for the rest of their character. */
  bytes: number[]
  /** Bytes to leave out after a Unicode character. */
  left: number
  table: { isOpen: boolean; isRowOpen: boolean; isCell: boolean }
}

/** Control words and symbols, bytes in hexadecimal, braces and text, in turn. */
const tokens = /\\([a-z]+)(-?\d{1,9})? ?|\\'([\da-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/giy

/** Parts of a file that are no text of it. Those behind `\*` are left out, too. */
const destinations = new Set([
  ...['fonttbl', 'colortbl', 'stylesheet', 'info', 'pict', 'object', 'header', 'headerl', 'headerr', 'headerf'],
  ...['footer', 'footerl', 'footerr', 'footerf', 'filetbl', 'listtable', 'listoverridetable', 'revtbl', 'rsidtbl'],
  ...['themedata', 'datastore', 'latentstyles', 'xmlnstbl', 'generator', 'fldinst', 'bkmkstart', 'bkmkend'],
])

const symbols: Record<string, string> = {
  ...{ tab: '\t', emdash: '—', endash: '–', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•' },
  ...{ '~': ' ', _: '-', '{': '{', '}': '}', '\\': '\\' },
}

const codePages: Record<number, string> = {
  ...{ 437: 'windows-1252', 850: 'windows-1252', 874: 'windows-874', 932: 'shift_jis', 936: 'gbk', 949: 'euc-kr' },
  ...{ 950: 'big5', 10000: 'macintosh', 65001: 'utf-8', 54936: 'gb18030' },
}

/** Code pages of fonts by their character sets. */
const characterSets: Record<number, number> = {
  ...{ 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256 },
  ...{ 186: 1257, 204: 1251, 222: 874, 238: 1250 },
}

const encodingOf = (page: number) =>
  codePages[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : 'windows-1252')

/** Reads Rich Text Format. Source: Microsoft, RTF Specification 1.9.1. */
export function readRtf(bytes: Uint8Array, outline: Outline): void {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const group = { isSkipped: false, isHidden: false, encoding: 'windows-1252', fallback: 1 }
  const table = { isOpen: false, isRowOpen: false, isCell: false }
  const reader: Reader = { outline, group, outer: [], fonts: new Map(), font: noFont, bytes: [], left: 0, table }
  for (let at = 0; at < source.length; at = tokens.lastIndex) {
    tokens.lastIndex = at
    const match = tokens.exec(source)
    if (match === null) break
    const [, word, number, byte, symbol, brace, text] = match
    if (byte !== undefined) addByte(reader, Number.parseInt(byte, 16))
    else if (text !== undefined) for (const character of text) addByte(reader, character.charCodeAt(0))
    else {
      endBytes(reader)
      if (brace !== undefined) changeGroup(reader, brace)
      if (word === 'bin') tokens.lastIndex += Math.max(0, Number(number ?? 0))
      else if (word !== undefined) applyWord(reader, word, number === undefined ? undefined : Number(number))
      if (symbol === '*') reader.group.isSkipped = true
      else if (symbol === '\n' || symbol === '\r') outline.begin()
      else if (symbol !== undefined) addText(reader, symbols[symbol] ?? '')
    }
  }
  endBytes(reader)
  if (table.isOpen) outline.closeTable()
}

function addByte(reader: Reader, byte: number): void {
  if (reader.left > 0) reader.left -= 1
  else if (!reader.group.isSkipped) reader.bytes.push(byte)
  // No character of an encoding goes on behind a space.
  if (byte === 0x20 || reader.bytes.length > maxPendingBytes) endBytes(reader)
}

const decoders = new Map<string, InstanceType<typeof TextDecoder>>()

function decoderOf(encoding: string) {
  const decoder = decoders.get(encoding) ?? new TextDecoder(encoding)
  decoders.set(encoding, decoder)
  return decoder
}

function endBytes(reader: Reader): void {
  if (reader.bytes.length === 0) return
  const text = decoderOf(reader.group.encoding).decode(Uint8Array.from(reader.bytes))
  reader.bytes = []
  addText(reader, text)
}

function addText(reader: Reader, text: string): void {
  const { outline, group, table } = reader
  if (group.isSkipped || group.isHidden || text === '') return
  if (table.isOpen && !table.isCell && !table.isRowOpen) {
    outline.closeTable()
    table.isOpen = false
  }
  outline.text(text)
}

function changeGroup(reader: Reader, brace: string): void {
  reader.left = 0
  if (brace === '{') {
    if (reader.outer.length > maxDepth) throw new DocumentProblem('too_costly')
    reader.outer.push(reader.group)
    reader.group = { ...reader.group }
  } else reader.group = reader.outer.pop() ?? reader.group
}

function applyWord(reader: Reader, word: string, number: number | undefined): void {
  if (destinations.has(word)) reader.group.isSkipped = true
  const symbol = symbols[word]
  if (symbol !== undefined) addText(reader, symbol)
  words[word]?.(reader, number)
}

const words: Record<string, (reader: Reader, number: number | undefined) => void> = {
  ansicpg(reader, page = 1252) {
    reader.group.encoding = encodingOf(page)
    reader.fonts.set(noFont, reader.group.encoding)
  },
  f(reader, font = 0) {
    reader.font = font
    if (!reader.group.isSkipped)
      reader.group.encoding = reader.fonts.get(font) ?? reader.fonts.get(noFont) ?? 'windows-1252'
  },
  fcharset(reader, set = 0) {
    const page = characterSets[set]
    if (page !== undefined) reader.fonts.set(reader.font, encodingOf(page))
  },
  uc(reader, bytes = 1) {
    reader.group.fallback = Math.min(Math.max(bytes, 0), 16)
  },
  u(reader, code = 0) {
    addText(reader, String.fromCharCode(code & 0xffff))
    reader.left = reader.group.fallback
  },
  v(reader, isOn = 1) {
    reader.group.isHidden = isOn !== 0
  },
  deleted(reader, isOn = 1) {
    reader.group.isHidden = isOn !== 0
  },
  outlinelevel: ({ outline }, level = 0) => outline.mark(level < 9 ? `${'#'.repeat(Math.min(level + 1, 6))} ` : ''),
  par: endParagraph,
  sect: endParagraph,
  page: endParagraph,
  line({ outline, group }) {
    if (!group.isSkipped) outline.lineBreak()
  },
  pard({ table }) {
    table.isCell = false
  },
  intbl(reader) {
    reader.table.isCell = true
    openRow(reader)
  },
  trowd(reader) {
    reader.table.isCell = true
    openRow(reader)
  },
  cell({ outline }) {
    outline.openCell()
  },
  row({ table }) {
    table.isRowOpen = false
  },
}

function endParagraph({ outline, group }: Reader): void {
  if (!group.isSkipped) outline.begin()
}

function openRow({ outline, table }: Reader): void {
  if (!table.isOpen) outline.openTable()
  if (!table.isRowOpen) {
    outline.openRow()
    outline.openCell()
  }
  table.isOpen = true
  table.isRowOpen = true
}
