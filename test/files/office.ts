import { strToU8, zipSync } from 'fflate'

/** Office files made by hand: the few parts that a reader needs, as their programs write them. */

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const slide =
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** Packs the parts of an archive. */
export function toZip(parts: Record<string, string>): Buffer {
  const entries = Object.entries(parts).map(([name, text]) => [name, strToU8(text)])
  return Buffer.from(zipSync(Object.fromEntries(entries), { level: 1 }))
}

/** Describes the relationships of a part: type and target in turn, with the ids rId1, rId2 … */
function toRelations(...targets: [type: string, target: string][]): string {
  const all = targets.map(([type, target], index) => {
    const mode = target.includes('://') ? ' TargetMode="External"' : ''
    return `<Relationship Id="rId${index + 1}" Type="${relationships}/${type}" Target="${target}"${mode}/>`
  })
  return `${declaration}<Relationships>${all.join('')}</Relationships>`
}

function toOffice(main: string, parts: Record<string, string>): Buffer {
  const types = `${declaration}<Types><Default Extension="xml" ContentType="application/xml"/></Types>`
  return toZip({ '[Content_Types].xml': types, '_rels/.rels': toRelations(['officeDocument', main]), ...parts })
}

/** A Word file with this body; styles, numbering, notes and comments are parts of their own. */
export function toDocx(body: string, parts: Record<string, string> = {}): Buffer {
  const document = `${declaration}<w:document ${word}><w:body>${body}</w:body></w:document>`
  return toOffice('word/document.xml', { 'word/document.xml': document, ...parts })
}

export const wordParagraph = (text: string, properties = '') =>
  `<w:p>${properties === '' ? '' : `<w:pPr>${properties}</w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`

export const wordTable = (rows: string[][]) =>
  `<w:tbl>${rows.map(row => `<w:tr>${row.map(cell => `<w:tc>${wordParagraph(cell)}</w:tc>`).join('')}</w:tr>`).join('')}</w:tbl>`

/** Styles and lists as Chinese Word names them: by numbers. */
export const wordParts = {
  'word/styles.xml': `<w:styles ${word}><w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>`,
  'word/numbering.xml': `<w:numbering ${word}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
  'word/_rels/document.xml.rels': toRelations(
    ['styles', 'styles.xml'],
    ['numbering', 'numbering.xml'],
    ['footnotes', 'footnotes.xml'],
    ['comments', 'comments.xml'],
    ['hyperlink', 'https://example.com/plan'],
  ),
  'word/footnotes.xml': `<w:footnotes ${word}><w:footnote w:id="2">${wordParagraph('Counted in May')}</w:footnote></w:footnotes>`,
  'word/comments.xml': `<w:comments ${word}><w:comment w:id="0" w:author="Ann Lee">${wordParagraph('Is this true?')}</w:comment></w:comments>`,
}

/** An Excel file: the rows of each sheet by its name. Strings, dates and percentages are as Excel keeps them. */
export function toXlsx(sheets: Record<string, string>, strings: string[] = []): Buffer {
  const names = Object.keys(sheets)
  const list = names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
  const sheetParts = Object.values(sheets).map((rows, index) => [
    `xl/worksheets/sheet${index + 1}.xml`,
    `${declaration}<worksheet><dimension ref="A1"/><sheetData>${rows}</sheetData></worksheet>`,
  ])
  return toOffice('xl/workbook.xml', {
    'xl/workbook.xml': `${declaration}<workbook xmlns:r="${relationships}"><workbookPr/><sheets>${list.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': toRelations(
      ...names.map((_, index): [string, string] => ['worksheet', `worksheets/sheet${index + 1}.xml`]),
      ['sharedStrings', 'sharedStrings.xml'],
      ['styles', 'styles.xml'],
    ),
    'xl/sharedStrings.xml': `${declaration}<sst>${strings.map(text => `<si><t>${text}</t><rPh><t>phonetic</t></rPh></si>`).join('')}</sst>`,
    'xl/styles.xml': `${declaration}<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="22"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(sheetParts),
  })
}

export const inlineCell = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`

/** A presentation; each slide has the shapes `shapes`, and notes if there are any. */
export function toPptx(slides: { shapes: string; notes?: string; isHidden?: boolean }[]): Buffer {
  const parts: Record<string, string> = {}
  slides.forEach(({ shapes, notes, isHidden }, index) => {
    const name = `slide${index + 1}.xml`
    const tree = `<p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>`
    parts[`ppt/slides/${name}`] = `${declaration}<p:sld ${slide}${isHidden ? ' show="0"' : ''}>${tree}</p:sld>`
    if (notes === undefined) return
    parts[`ppt/slides/_rels/${name}.rels`] = toRelations(['notesSlide', `../notesSlides/notes${name}`])
    const noteTree = `<p:cSld><p:spTree>${shape('1', 'sldNum')}${shape(notes, 'body')}</p:spTree></p:cSld>`
    parts[`ppt/notesSlides/notes${name}`] = `${declaration}<p:notes ${slide}>${noteTree}</p:notes>`
  })
  // The order of the slides is not that of their file names.
  const order = slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="rId${slides.length - index}"/>`)
  return toOffice('ppt/presentation.xml', {
    'ppt/presentation.xml': `${declaration}<p:presentation ${slide}><p:sldIdLst>${order.join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': toRelations(
      ...slides.map((_, index): [string, string] => ['slide', `slides/slide${slides.length - index}.xml`]),
    ),
    ...parts,
  })
}

/** A shape of a slide with its paragraphs, and the placeholder that it fills. */
export const shape = (text: string, placeholder?: string) =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder === undefined ? '' : `<p:ph type="${placeholder}"/>`}</p:nvPr></p:nvSpPr><p:txBody>${text
    .split('\n')
    .map(line => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`)
    .join('')}</p:txBody></p:sp>`

/** An OpenDocument file: a text, a spreadsheet or a presentation by the element of its body. */
export function toOpenDocument(kind: 'text' | 'spreadsheet' | 'presentation', body: string): Buffer {
  return toZip({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'META-INF/manifest.xml': `${declaration}<manifest:manifest/>`,
    'content.xml': `${declaration}<office:document-content><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
  })
}

/** An old or encrypted Office file: a container with the names of its streams. */
export function toOle(...streams: string[]): Buffer {
  const head = Buffer.from('d0cf11e0a1b11ae1', 'hex')
  return Buffer.concat([head, Buffer.alloc(504), ...streams.map(name => Buffer.from(`${name}\0`, 'utf16le'))])
}

/** An archive that promises other sizes than it has: all that are said of an entry are at fixed places. */
export function withPromisedSize(archive: Buffer, name: string, size: number): Buffer {
  const bytes = Buffer.from(archive)
  const at = bytes.lastIndexOf(name) - 46
  bytes.writeUInt32LE(size, at + 24)
  return bytes
}
