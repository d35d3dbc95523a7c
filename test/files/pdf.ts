import { constants, deflateRawSync } from 'node:zlib'

/** PDFs made by hand, small enough to read: what a page shows is the stream of its object 4. */
interface PdfParts {
  /** What each page shows: a PDF string, `(hello)` or `<0001>`, or a whole stream object. */
  pages: string[]
  font?: string
  /** Objects that the font needs, numbered from 4. */
  more?: string[]
  trailer?: string
}

const descriptor = '<</Type/FontDescriptor/FontName/Song/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/StemV 80>>'
const helvetica = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'

/** A PDF whose pages show the given strings in one font. */
export function toPdf({ pages, font = helvetica, more = [], trailer = '' }: PdfParts): Buffer {
  const firstPage = 4 + more.length
  const kids = pages.map((_, index) => `${firstPage + index * 2} 0 R`)
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${kids.join(' ')}]/Count ${pages.length}/MediaBox[0 0 612 792]/Resources<</Font<</F 3 0 R>>>>>>`,
    font,
    ...more,
    ...pages.flatMap((shown, index) => [
      `<</Type/Page/Parent 2 0 R/Contents ${firstPage + index * 2 + 1} 0 R>>`,
      shown.startsWith('<</') ? shown : toStream(shown === '' ? '' : `BT /F 12 Tf 72 720 Td ${shown} Tj ET`),
    ]),
  ]
  return Buffer.from(toFile(objects, trailer), 'latin1')
}

/** A PDF that shows Chinese the way Chromium prints it: glyph numbers, and a table of the characters they stand for. */
export function toChinesePdf(text: string): Buffer {
  const characters = Array.from(text)
  const glyphs = characters.map((_, index) => toHex(index + 1))
  const table = characters.map((character, index) => `<${glyphs[index]}> <${toHex(character.charCodeAt(0))}>`)
  const map = `begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange
${table.length} beginbfchar\n${table.join('\n')}\nendbfchar endcmap`
  return toPdf({
    pages: [`<${glyphs.join('')}>`],
    font: '<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/ToUnicode 4 0 R/DescendantFonts[5 0 R]>>',
    more: [
      toStream(map),
      '<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>',
    ],
  })
}

/** A PDF that names a font and a standard character table of East Asia, and brings neither along. */
export function toBarePdf(encoding: string, ordering: string, hex: string): Buffer {
  const system = `<</Registry(Adobe)/Ordering(${ordering})/Supplement 0>>`
  return toPdf({
    pages: [`<${hex}>`],
    font: `<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/${encoding}/DescendantFonts[4 0 R]>>`,
    more: [`<</Type/Font/Subtype/CIDFontType0/BaseFont/Song/CIDSystemInfo${system}/FontDescriptor 5 0 R>>`, descriptor],
  })
}

/** A PDF that cannot be opened without its password. */
export function toEncryptedPdf(): Buffer {
  const key = '11'.repeat(32)
  const trailer = `/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<${key}>/U<${key}>>>`
  return toPdf({ pages: ['(secret)'], trailer })
}

/** A PDF of one page that unpacks to this many megabytes of blanks; packed, a thousandth of that. */
export function toPdfBomb(megabytes: number): Buffer {
  const blanks = deflateRawSync(Buffer.alloc(1_000_000, ' '), { finishFlush: constants.Z_SYNC_FLUSH })
  const packed = `\x78\x9c${blanks.toString('latin1').repeat(megabytes)}`
  return toPdf({ pages: [toStream(packed, '/Filter/FlateDecode')] })
}

/** A PDF that says it has this many pages, and has none. */
export function toPagelessPdf(pages: number): Buffer {
  return Buffer.from(toFile(['<</Type/Catalog/Pages 2 0 R>>', `<</Type/Pages/Kids[]/Count ${pages}>>`], ''), 'latin1')
}

/** A PDF whose only page is a list of pages that has itself as a page. */
export function toCircularPdf(): Buffer {
  return Buffer.from(
    toFile(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>'], ''),
    'latin1',
  )
}

function toStream(data: string, filter = ''): string {
  return `<</Length ${data.length}${filter}>>stream\n${data}\nendstream`
}

function toFile(objects: string[], trailer: string): string {
  let file = '%PDF-1.7\n'
  let offsets = ''
  objects.forEach((object, index) => {
    offsets += `${String(file.length).padStart(10, '0')} 00000 n \n`
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
  })
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets}`
  return `${file}${table}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\nstartxref\n${file.length}\n%%EOF`
}

function toHex(code: number): string {
  return code.toString(16).padStart(4, '0')
}
