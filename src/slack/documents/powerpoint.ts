import type { Archive } from './archive.ts'
import { findRelation, readXml } from './markup.ts'
import type { Outline } from './outline.ts'

/** Reads a presentation: each slide with its number, title, texts, tables and diagrams, and the speaker's notes. */
export function readPowerPoint(archive: Archive, main: string, outline: Outline): void {
  const relations = archive.relationsOf(main)
  readSlideIds(archive.read(main)).forEach((id, index) => {
    const path = relations.get(id)?.target ?? ''
    const slide = archive.readBody(path)
    if (slide === undefined) return
    outline.begin('## ')
    outline.text(`Slide ${index + 1}`)
    readShapes(slide, outline, 'slide')
    for (const { type, target } of archive.relationsOf(path).values()) {
      const kind = type === 'notesSlide' ? 'notes' : type === 'diagramData' ? 'slide' : undefined
      const part = kind === undefined ? undefined : archive.read(target)
      if (part !== undefined && kind !== undefined) readShapes(part, outline, kind)
    }
  })
}

/** Reads the ids of the slides in the order in which they are shown. */
function readSlideIds(xml: Uint8Array | undefined): string[] {
  const ids: string[] = []
  readXml(xml, {
    open(name, attributes) {
      if (name === 'sldId') ids.push(findRelation(attributes))
    },
  })
  return ids
}

/** Reads the texts of a slide. Of notes, only those of the speaker: the rest repeats the slide. */
function readShapes(xml: Uint8Array, outline: Outline, kind: 'slide' | 'notes'): void {
  let placeholder: string | undefined
  let isText = false
  let opening = kind === 'notes' ? 'Notes: ' : ''
  const isRead = () => kind === 'slide' || placeholder === 'body'
  const openers: Record<string, (attributes: Record<string, string>) => void> = {
    sld: ({ show }) => outline.text(show === '0' ? ' (hidden)' : ''),
    sp() {
      placeholder = undefined
    },
    ph({ type = 'body' }) {
      placeholder = type
    },
    p() {
      if (isRead()) outline.begin(findMark(kind, placeholder, 0))
    },
    pPr: ({ lvl }) => outline.mark(findMark(kind, placeholder, Math.min(Number(lvl) || 0, 8))),
    br: () => outline.lineBreak(),
    t() {
      isText = true
    },
    tbl: () => outline.openTable(),
    tr: () => outline.openRow(),
    tc: () => outline.openCell(),
  }
  readXml(xml, {
    open: (name, attributes) => openers[name]?.(attributes),
    close(name) {
      if (name === 't') isText = false
      if (name === 'tbl') outline.closeTable()
    },
    text(text) {
      if (!isText || !isRead()) return
      outline.text(opening + text)
      opening = ''
    },
  })
}

function findMark(kind: 'slide' | 'notes', placeholder: string | undefined, level: number): string {
  if (kind === 'notes') return ''
  if (placeholder === 'title' || placeholder === 'ctrTitle') return '### '
  return placeholder === 'body' || placeholder === 'obj' ? `${'  '.repeat(level)}- ` : ''
}
