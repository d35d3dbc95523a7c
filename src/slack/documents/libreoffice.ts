import type { Archive } from './archive.ts'
import { findAttribute, readXml } from './markup.ts'
import type { Outline } from './outline.ts'
import { DocumentProblem } from './problem.ts'

type Attributes = Record<string, string>

/** A blank row or cell may be repeated to the end of the sheet; no one repeats so many with a text. */
const mostRepeated = 1_000

/** Deleted text, and comments with their authors and times. */
const isSkipped = new Set(['tracked-changes', 'annotation'])

interface Reader {
  outline: Outline
  slides: number
  lists: number
  isSheet: boolean
  isTitle: boolean
  opening: string
  /** Nesting of paragraphs, outside of which text is white space between elements. */
  paragraphs: number
  /** Copies of the open row. */
  copies: number
  cell: { value: string | undefined; text: string; repeated: number } | undefined
}

/** Reads a text, a spreadsheet or a presentation of LibreOffice and others. */
export function readOpenDocument(archive: Archive, outline: Outline): void {
  if (isEncrypted(archive)) throw new DocumentProblem('encrypted')
  const none = {
    slides: 0,
    lists: 0,
    isSheet: false,
    isTitle: false,
    opening: '',
    paragraphs: 0,
    copies: 0,
    cell: undefined,
  }
  const reader: Reader = { outline, ...none }
  let skipped = 0
  readXml(archive.readBody('content.xml'), {
    open(name, attributes) {
      if (skipped > 0 || isSkipped.has(name)) skipped += 1
      else openers[name]?.(reader, attributes)
    },
    close(name) {
      if (skipped > 0) skipped -= 1
      else closers[name]?.(reader)
    },
    text(text) {
      if (reader.paragraphs > 0 && skipped === 0) addText(reader, text)
    },
  })
}

function isEncrypted(archive: Archive): boolean {
  let isFound = false
  readXml(archive.read('META-INF/manifest.xml'), {
    open(name) {
      if (name === 'encryption-data') isFound = true
    },
  })
  return isFound
}

function addText(reader: Reader, text: string): void {
  const { outline, cell, opening } = reader
  reader.opening = ''
  if (cell === undefined) outline.text(opening + text)
  else cell.text += text
}

const openers: Record<string, (reader: Reader, attributes: Attributes) => void> = {
  spreadsheet(reader) {
    reader.isSheet = true
  },
  page(reader) {
    reader.slides += 1
    reader.outline.begin('## ')
    reader.outline.text(`Slide ${reader.slides}`)
  },
  frame(reader, attributes) {
    reader.isTitle = findAttribute(attributes, 'class') === 'title'
  },
  notes(reader) {
    reader.opening = 'Notes: '
  },
  h(reader, attributes) {
    beginParagraph(reader, `${'#'.repeat(Math.min(Number(findAttribute(attributes, 'outline-level')) || 1, 6))} `)
  },
  p(reader) {
    const item = reader.lists > 0 ? `${'  '.repeat(Math.min(reader.lists, 9) - 1)}- ` : ''
    beginParagraph(reader, reader.isTitle ? '### ' : item)
  },
  list(reader) {
    reader.lists += 1
  },
  s: (reader, attributes) =>
    addText(reader, ' '.repeat(Math.min(Number(findAttribute(attributes, 'c') ?? 1) || 1, 99))),
  tab: reader => addText(reader, '\t'),
  'line-break'(reader) {
    if (reader.cell === undefined) reader.outline.lineBreak()
    else reader.cell.text += ' '
  },
  table({ outline, isSheet }, attributes) {
    if (isSheet) {
      outline.begin('## ')
      outline.text(findAttribute(attributes, 'name') ?? '')
    }
    outline.openTable()
  },
  'table-row'(reader, attributes) {
    reader.copies = Math.min(Number(findAttribute(attributes, 'number-rows-repeated') ?? 1) || 1, mostRepeated) - 1
    reader.outline.openRow()
  },
  'note-body': reader => addText(reader, ' ('),
  'table-cell': openCell,
  'covered-table-cell': openCell,
}

const closers: Record<string, (reader: Reader) => void> = {
  h: endParagraph,
  p: endParagraph,
  list(reader) {
    reader.lists -= 1
  },
  frame(reader) {
    reader.isTitle = false
  },
  notes(reader) {
    reader.opening = ''
  },
  'note-body': reader => addText(reader, ')'),
  table: ({ outline }) => outline.closeTable(),
  'table-row': ({ outline, copies }) => outline.repeatRow(copies),
  'table-cell': closeCell,
  'covered-table-cell': closeCell,
}

function beginParagraph(reader: Reader, mark: string): void {
  reader.paragraphs += 1
  // A note stands inside a paragraph.
  if (reader.paragraphs > 1) return
  if (reader.cell !== undefined) {
    reader.cell.text += reader.cell.text === '' ? '' : ' '
    return
  }
  reader.outline.begin(mark)
}

function endParagraph(reader: Reader): void {
  reader.paragraphs -= 1
}

const timeOfDay = /T(\d\d:\d\d).*/

/** Opens a cell. Only a spreadsheet's cell has a value of its own, which says more than what is shown of it. */
function openCell(reader: Reader, attributes: Attributes): void {
  const repeated = Number(findAttribute(attributes, 'number-columns-repeated') ?? 1) || 1
  const value = findAttribute(attributes, 'date-value')?.replace(timeOfDay, (_, time) =>
    time === '00:00' ? '' : ` ${time}`,
  )
  if (reader.isSheet) reader.cell = { value, text: '', repeated }
  else reader.outline.openCell()
}

function closeCell(reader: Reader): void {
  const { outline, cell } = reader
  reader.cell = undefined
  if (cell === undefined) return
  const text = cell.value ?? cell.text
  if (text === '') outline.skipCells(cell.repeated)
  const copies = text === '' ? 0 : Math.min(cell.repeated, mostRepeated)
  for (let left = copies; left > 0; left -= 1) {
    outline.openCell()
    outline.text(text)
  }
}
