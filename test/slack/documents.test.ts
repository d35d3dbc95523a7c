import { expect, test } from 'vitest'
import { createDocumentReader } from '../../src/slack/documents/read-document.ts'
import {
  inlineCell,
  toDocx,
  toOpenDocument,
  toPptx,
  toXlsx,
  toZip,
  withPromisedSize,
  wordParagraph,
} from '../files/office.ts'
import { toOutlook } from '../files/outlook.ts'
import { bySoak } from '../soak.ts'

/** Documents made to do harm, each read like any other. */
const documents = createDocumentReader()

type Task = Parameters<typeof documents.read>[0]

function read(kind: Task['kind'], bytes: Uint8Array | string, maxCharacters = 200_000) {
  return documents.read({ kind, bytes: Buffer.from(bytes as Uint8Array), maxCharacters })
}

const tooCostly = expect.objectContaining({ problem: 'too_costly' })

test('an archive whose directory promises more than is unpacked is not opened', async () => {
  const archive = withPromisedSize(toDocx(wordParagraph('Hi')), 'word/document.xml', 4_000_000_000)
  await expect(read('zip', archive)).rejects.toEqual(tooCostly)
})

test('an archive that promises less than it has is unpacked no further than it promised', async () => {
  const archive = toDocx(`${wordParagraph('Hi')}${'<w:p/>'.repeat(1_000_000)}${wordParagraph('End')}`)
  expect(archive.length).toBeLessThan(200_000)
  const read200 = await read('zip', withPromisedSize(archive, 'word/document.xml', 400))
  expect(read200.text).toBe('Hi')
})

test('an archive within limits that unpacks to many times its size is read', async () => {
  const { text } = await read('zip', toDocx(`${wordParagraph('Hi')}${'<w:p/>'.repeat(1_000_000)}`))
  expect(text).toBe('Hi')
})

test('parts that are large together are too much, although each is within the limit', async () => {
  const slides = Array.from({ length: 4 }, () => ({ shapes: '', notes: '' }))
  const archive = [1, 2, 3, 4].reduce(
    (bytes, at) => withPromisedSize(bytes, `ppt/notesSlides/notesslide${at}.xml`, 60_000_000),
    toPptx(slides),
  )
  await expect(read('zip', archive)).rejects.toEqual(tooCostly)
})

test('an archive with too many entries is not opened', async () => {
  const parts = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`word/${index}`, '']))
  await expect(read('zip', toZip(parts))).rejects.toEqual(tooCostly)
})

test('archives inside an archive stay closed', async () => {
  const inner = toDocx(wordParagraph('inner')).toString('latin1')
  const { text } = await read('zip', toDocx(wordParagraph('outer'), { 'word/embeddings/inner.docx': inner }))
  expect(text).toBe('outer')
})

const billion = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${'bcdefghi'
  .split('')
  .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefgh'[index]};`.repeat(10)}">`)
  .join('')}<!ENTITY file SYSTEM "file:///etc/hostname">]>`

test.each([
  ['that multiply', '&i;'],
  ['that stand for a file', '&file;'],
])('entities %s stay as they are written', async (_, entity) => {
  const document = `${billion}<w:document><w:body><w:p><w:r><w:t>${entity}</w:t></w:r></w:p></w:body></w:document>`
  const { text } = await read('zip', toZip({ 'word/document.xml': document }))
  expect(text).toBe(entity)
})

const nested = 100_000
test.each<[string, Task['kind'], Uint8Array | string]>([
  ['Word', 'zip', toDocx(`${'<w:sdt>'.repeat(nested)}${wordParagraph('x')}${'</w:sdt>'.repeat(nested)}`)],
  ['Word that is never closed', 'zip', toDocx('<w:tbl><w:tr><w:tc>'.repeat(nested))],
  ['OpenDocument', 'zip', toOpenDocument('text', '<text:list><text:list-item>'.repeat(nested))],
  ['a web page', 'html', '<div>'.repeat(nested)],
])('elements inside each other a hundred thousand times are given up: %s', async (_, kind, bytes) => {
  await expect(read(kind, bytes)).rejects.toEqual(tooCostly)
})

test('RTF groups inside each other a hundred thousand times are read', async () => {
  const { text } = await read('rtf', `{\\rtf1 ${'{'.repeat(nested)}deep${'}'.repeat(nested)} end}`)
  expect(text).toBe('deep end')
})

test('e-mails inside e-mails are given up at a depth', async () => {
  const parts = Array.from({ length: 1_000 }, (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`)
  await expect(read('mail', `Subject: x\n${parts.join('')}\nend`)).rejects.toMatchObject({ problem: 'damaged' })
})

test('an Outlook message whose sectors form a circle is given up, and so is one that ends early', async () => {
  const bytes = toOutlook({ subject: 'x', sender: ['A', 'a@example.com'], to: [], text: 'x'.repeat(5_000) })
  const directory = bytes.readInt32LE(0x30)
  const allocation = 512 * (bytes.readInt32LE(0x4c) + 1)
  const circle = Buffer.from(bytes)
  circle.writeInt32LE(directory, allocation + 4 * directory)
  const impatient = createDocumentReader({ timeoutMs: 1_000 })
  for (const broken of [circle, bytes.subarray(0, bytes.length / 2)])
    await expect(impatient.read({ kind: 'outlook', bytes: broken, maxCharacters: 1_000 })).rejects.toMatchObject({
      problem: expect.stringMatching(/too_costly|damaged/),
    })
})

test('a sheet with one cell at its far end is one line', async () => {
  const { text } = await read('zip', toXlsx({ S: `<row r="1048576">${inlineCell('XFD1048576', 'far')}</row>` }))
  expect(text).toBe('## S\n\nfar')
})

test('a sheet whose cells stand on its diagonal does not become a square of empty cells', async () => {
  const letters = (column: number): string =>
    column < 0 ? '' : letters(Math.floor(column / 26) - 1) + String.fromCharCode(65 + (column % 26))
  const rows = Array.from(
    { length: 16_000 },
    (_, at) => `<row>${inlineCell(`${letters(at)}${at + 1}`, `v${at}`)}</row>`,
  )
  const { text, cutCharacters } = await read('zip', toXlsx({ S: rows.join('') }))
  expect(text).toMatch(/^## S\n\nv0\nv1\n/)
  expect(text).toMatch(/\nv15999$/)
  expect(cutCharacters).toBe(0)
})

test('a sheet of hundreds of thousands of rows is cut like a long text, and says by how much', async () => {
  const rows = Array.from(
    { length: bySoak(250_000, 1_000_000) },
    (_, at) => `<row><c><v>${at}</v></c><c><v>7</v></c></row>`,
  )
  const { text, cutCharacters } = await read('zip', toXlsx({ S: rows.join('') }), 1_000)
  expect(text).toMatch(/^## S\n\n\| 0 \| 7 \|\n\| --- \| --- \|\n\| 1 \| 7 \|/)
  expect(text.length).toBeLessThanOrEqual(1_000)
  expect(cutCharacters).toBeGreaterThan(9 * rows.length)
})

test('cells and rows that are repeated to the end of a sheet cost nothing', async () => {
  const cell = '<table:table-cell table:number-columns-repeated="2000000000"><text:p>x</text:p></table:table-cell>'
  const row = `<table:table-row table:number-rows-repeated="2000000000">${cell}</table:table-row>`
  const sheet = `<table:table table:name="S">${row.repeat(20)}</table:table>`
  const { text, cutCharacters } = await read('zip', toOpenDocument('spreadsheet', sheet), 5_000)
  expect(text).toMatch(/^## S\n\n\| x \| x \|/)
  expect(text.length + cutCharacters).toBeGreaterThan(5_000)
})

test('a name of a part that leads out of the archive leads nowhere', async () => {
  const relations =
    '<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="../../../etc/passwd"/></Relationships>'
  await expect(read('zip', toZip({ '_rels/.rels': relations }))).rejects.toMatchObject({ problem: 'archive' })
})

test('a document that may be more than its process can hold leaves the bot and the next document alone', async () => {
  const lines = Buffer.from(`Subject: x\n\n${'\n'.repeat(900_000)}${'=?utf-8?q?a?= '.repeat(500_000)}`)
  const answer = await read('mail', lines).catch(error => error)
  expect(answer.problem ?? 'read').toMatch(/^(?:too_costly|damaged|read)$/)
  expect(await read('html', '<p>next</p>')).toEqual({ text: 'next', cutCharacters: 0 })
})

test.each<[string, Task['kind'], Buffer]>([
  ['one cell', 'zip', toXlsx({ S: `<row><c t="s"><v>0</v></c></row>` }, ['字'.repeat(30_000_000)])],
  ['one paragraph', 'html', Buffer.from(`<p>${' a'.repeat(5_000_000)}`)],
  ['one text of Word', 'zip', toDocx(wordParagraph('字'.repeat(30_000_000)))],
  ['one attribute', 'zip', toDocx(`<w:p w:id="${'x'.repeat(90_000_000)}"/>`)],
  [
    'the attributes of one element',
    'html',
    Buffer.from(`<p ${Array.from({ length: 1_000_000 }, (_, at) => `a${at}=x`).join(' ')}>`),
  ],
  ['one line of RTF', 'rtf', Buffer.from(`{\\rtf1 ${'x'.repeat(9_000_000)}}`)],
  ['braces of RTF', 'rtf', Buffer.from(`{\\rtf1 ${'{'.repeat(9_000_000)}`)],
  ['one e-mail', 'mail', Buffer.from(`Subject: x\n\n${'a b '.repeat(2_400_000)}`)],
  ['lines of an e-mail', 'mail', Buffer.from(`Subject: x\n\n${'\n'.repeat(9_000_000)}y`)],
  ['one line of an e-mail', 'mail', Buffer.from(`Subject: ${'x'.repeat(9_000_000)}\n\ny`)],
])('a text of millions of characters in %s is cut or given up', async (_, kind, bytes) => {
  const answer = await read(kind, bytes).catch(error => ({ text: '', ...error }))
  expect(answer.text.length).toBeLessThanOrEqual(200_000)
  expect(answer).toMatchObject(answer.text === '' ? { problem: expect.stringMatching(/too_costly|damaged|empty/) } : {})
})

test('millions of strings that no cell shows are read or given up', async () => {
  const answer = await read(
    'zip',
    toXlsx(
      { S: '' },
      Array.from({ length: 6_000_000 }, () => ''),
    ),
  )
    .then(() => 'read')
    .catch(error => error.problem)
  expect(['read', 'too_costly']).toContain(answer)
})

test('text in one paragraph with a million line breaks is read in time', async () => {
  const { cutCharacters } = await read('html', `<p>${'word <br>'.repeat(1_000_000)}`)
  expect(cutCharacters).toBeGreaterThan(4_000_000)
})

test('documents are read one at a time, and one that is too costly does not stop the next', async () => {
  const reader = createDocumentReader({ timeoutMs: 1_500 })
  const slow = { kind: 'zip' as const, bytes: toDocx('<w:p/>'.repeat(10_000_000)), maxCharacters: 1_000 }
  const quick = { kind: 'html' as const, bytes: Buffer.from('<p>quick</p>'), maxCharacters: 1_000 }
  const before = process.getActiveResourcesInfo().filter(name => name === 'ProcessWrap').length
  const all = [slow, slow, quick].map(task => reader.read(task).catch(error => error))
  const stopped = new AbortController()
  const aborted = reader.read(slow, stopped.signal).catch(error => error)
  stopped.abort(new Error('the turn was stopped'))
  expect(await aborted).toMatchObject({ message: 'the turn was stopped' })
  expect(await Promise.all(all)).toEqual([tooCostly, tooCostly, { text: 'quick', cutCharacters: 0 }])
  expect(process.getActiveResourcesInfo().filter(name => name === 'ProcessWrap').length).toBe(before)
})

test('damaged bytes are an answer, whatever they are', async () => {
  const whole = toXlsx({ S: `<row>${inlineCell('A1', 'x')}</row>` })
  for (const at of [10, 40, 90, whole.length - 10, whole.length - 40]) {
    const bytes = Buffer.from(whole)
    bytes.fill(0xff, at, at + 6)
    const answer = await read('zip', bytes).catch(error => error.problem)
    expect(['damaged', 'archive', 'too_costly', 'empty', 'string']).toContain(
      typeof answer === 'string' ? answer : typeof answer.text,
    )
  }
})
