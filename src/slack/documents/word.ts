import type { Archive } from './archive.ts'
import { findAttribute, readXml } from './markup.ts'
import type { Outline } from './outline.ts'

type MarkupHandler = Parameters<typeof readXml>[1]

type Attributes = Parameters<MarkupHandler['open']>[1]

/** The reading of one part of a Word file. */
interface Reader {
  outline: Outline
  /** Levels of headings by the ids of their styles. */
  headings: Map<string, number>
  /** Levels of lists that are numbered: `list:level`. */
  numbered: Set<string>
  links: ReturnType<Archive['relationsOf']>
  /** Last numbers of lists: `list:level`. */
  counters: Map<string, number>
  /** Heading of a part that has not been written, since the part may be empty. */
  title: string
  /** Text that precedes the next paragraph. */
  opening: string
  level: number
  link: string
  isRun: boolean
  isHidden: boolean
  isText: boolean
}

/** Reads a Word file: its body, then its notes and comments. Deleted and hidden text is left out. */
export function readWord(archive: Archive, main: string, outline: Outline): void {
  const links = archive.relationsOf(main)
  const readPart = (type: string) => {
    const relation = [...links.values()].find(relation => relation.type === type)
    return relation === undefined ? undefined : archive.read(relation.target)
  }
  const headings = readHeadings(readPart('styles'))
  const numbered = readNumbered(readPart('numbering'))
  const readBody = (xml: Uint8Array | undefined, title: string) => {
    const place = { title, opening: '', level: 0, link: '', isRun: false, isHidden: false, isText: false }
    const reader = { outline, headings, numbered, links, counters: new Map<string, number>(), ...place }
    readXml(xml, createHandler(reader))
  }
  readBody(archive.readBody(main), '')
  readBody(readPart('footnotes'), '## Footnotes')
  readBody(readPart('endnotes'), '## Endnotes')
  readBody(readPart('comments'), '## Comments')
}

function createHandler(reader: Reader): MarkupHandler {
  let skipped = 0
  return {
    open(name, attributes) {
      // A text that was moved stands at its new place; a fallback repeats its choice.
      if (skipped > 0 || name === 'moveFrom' || name === 'Fallback') skipped += 1
      else openers[name]?.(reader, attributes)
    },
    close(name) {
      if (skipped > 0) skipped -= 1
      else closers[name]?.(reader)
    },
    text(text) {
      if (reader.isText && !reader.isHidden && skipped === 0) reader.outline.text(text)
    },
  }
}

const readValue = (attributes: Attributes) => findAttribute(attributes, 'val') ?? ''
const markHeading = (level: number) => `${'#'.repeat(Math.min(level, 6))} `

const openers: Record<string, (reader: Reader, attributes: Attributes) => void> = {
  p(reader) {
    reader.level = 0
    reader.outline.begin()
    reader.outline.text(reader.opening)
    reader.opening = ''
  },
  pStyle({ outline, headings }, attributes) {
    const level = headings.get(readValue(attributes))
    if (level !== undefined) outline.mark(markHeading(level))
  },
  ilvl(reader, attributes) {
    reader.level = Math.min(Number(readValue(attributes)) || 0, 8)
  },
  numId(reader, attributes) {
    if (readValue(attributes) !== '0') reader.outline.mark(markItem(reader, readValue(attributes)))
  },
  r(reader) {
    reader.isRun = true
  },
  vanish(reader, attributes) {
    if (reader.isRun) reader.isHidden = !/^(?:0|false|off)$/.test(readValue(attributes))
  },
  t(reader) {
    reader.isText = true
  },
  tab({ outline, isRun }) {
    if (isRun) outline.text('\t')
  },
  br: ({ outline }) => outline.lineBreak(),
  cr: ({ outline }) => outline.lineBreak(),
  noBreakHyphen: ({ outline }) => outline.text('-'),
  hyperlink(reader, attributes) {
    const { target = '' } = reader.links.get(findAttribute(attributes, 'id') ?? '') ?? {}
    reader.link = /^(?:https?|mailto):/i.test(target) ? target : ''
    if (reader.link !== '') reader.outline.text('[')
  },
  footnoteReference: ({ outline }, attributes) => outline.text(`[^${findAttribute(attributes, 'id')}]`),
  endnoteReference: ({ outline }, attributes) => outline.text(`[^${findAttribute(attributes, 'id')}]`),
  footnote: openNote,
  endnote: openNote,
  comment(reader, attributes) {
    openPart(reader, `${findAttribute(attributes, 'author') ?? ''}: `)
  },
  tbl: ({ outline }) => outline.openTable(),
  tr: ({ outline }) => outline.openRow(),
  tc: ({ outline }) => outline.openCell(),
}

const closers: Record<string, (reader: Reader) => void> = {
  t(reader) {
    reader.isText = false
  },
  r(reader) {
    reader.isRun = false
    reader.isHidden = false
  },
  tbl: ({ outline }) => outline.closeTable(),
  hyperlink(reader) {
    if (reader.link !== '') reader.outline.text(`](${reader.link})`)
    reader.link = ''
  },
}

/** Opens a note; those with a type are the lines between text and notes. */
function openNote(reader: Reader, attributes: Attributes): void {
  if (findAttribute(attributes, 'type') === undefined) openPart(reader, `[^${findAttribute(attributes, 'id')}]: `)
}

function openPart(reader: Reader, opening: string): void {
  reader.outline.begin()
  reader.outline.text(reader.title)
  reader.title = ''
  reader.opening = opening
}

function markItem({ counters, numbered, level }: Reader, list: string): string {
  const key = `${list}:${level}`
  const number = (counters.get(key) ?? 0) + 1
  counters.set(key, number)
  // A list inside of it begins anew.
  counters.delete(`${list}:${level + 1}`)
  return `${'  '.repeat(level)}${numbered.has(key) ? `${number}.` : '-'} `
}

/** Reads the levels of heading styles, which have English names and outline levels in every language. */
function readHeadings(xml: Uint8Array | undefined): Map<string, number> {
  const headings = new Map<string, number>()
  let style = ''
  const open = (name: string, attributes: Attributes) => {
    const value = readValue(attributes)
    if (name === 'style') style = findAttribute(attributes, 'styleId') ?? ''
    const level = name === 'name' ? /^heading ([1-9])$/i.exec(value)?.[1] : undefined
    if (level !== undefined) headings.set(style, Number(level))
    if (name === 'name' && value.toLowerCase() === 'title') headings.set(style, 1)
    if (name === 'outlineLvl' && Number(value) < 9) headings.set(style, Number(value) + 1)
  }
  readXml(xml, { open })
  return headings
}

/** Reads which levels of which lists are numbered. */
function readNumbered(xml: Uint8Array | undefined): Set<string> {
  const definitions = new Map<string, Set<string>>()
  const numbered = new Set<string>()
  const at = { definition: '', level: '', list: '' }
  const open = (name: string, attributes: Attributes) => {
    const value = readValue(attributes)
    if (name === 'abstractNum') at.definition = findAttribute(attributes, 'abstractNumId') ?? ''
    if (name === 'lvl') at.level = findAttribute(attributes, 'ilvl') ?? ''
    if (name === 'numFmt' && value !== 'bullet' && value !== 'none') {
      const levels = definitions.get(at.definition) ?? new Set()
      definitions.set(at.definition, levels.add(at.level))
    }
    if (name === 'num') at.list = findAttribute(attributes, 'numId') ?? ''
    if (name === 'abstractNumId') for (const level of definitions.get(value) ?? []) numbered.add(`${at.list}:${level}`)
  }
  readXml(xml, { open })
  return numbered
}
