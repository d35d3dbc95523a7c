import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCsv } from '../../src/features/classify/csv.ts'
import { createDocumentReader } from '../../src/slack/documents/read-document.ts'
import { createFileReader } from '../../src/slack/files/read-file.ts'
import { inlineCell, shape, toDocx, toOpenDocument, toPptx, toXlsx, wordParagraph, wordTable } from '../files/office.ts'
import { toChinesePdf, toPdf } from '../files/pdf.ts'
import { createRandom } from '../random.ts'
import { type FileHost, openFileHost } from '../slack/file-host.ts'
import { onePixel } from '../story.ts'
import { fuzzing, mutateBytes } from './mutate.ts'

const csv = 'sep=;\r\nid;comment;"when"\r\n1;"it crashes; often";2026-01-01\r\n2;太慢了;\r\n'
type Seed = [name: string, mimetype: string, bytes: Uint8Array]
const files: Seed[] = [
  ['dot.png', 'image/png', Buffer.from(onePixel, 'base64')],
  ['notes.txt', 'text/plain', Buffer.from('Grüße aus Köln, 你好\n'.repeat(20))],
  ['old.txt', 'text/plain', Buffer.from(csv, 'latin1')],
  ['wide.csv', 'text/csv', Buffer.from(`\ufeff${csv}`, 'utf16le')],
  ['list.csv', 'text/csv', Buffer.from(csv)],
]
const documents: Seed[] = [
  ['plan.pdf', 'application/pdf', toPdf({ pages: ['(The launch is in May.)', '(Page two.)'] })],
  ['计划.pdf', 'application/pdf', toChinesePdf('发布日期是五月')],
  ['plan.docx', 'application/octet-stream', toDocx(wordParagraph('The launch is in May.') + wordTable([['a', 'b']]))],
  ['plan.xlsx', 'application/octet-stream', toXlsx({ Plan: `<row r="1">${inlineCell('A1', 'May')}</row>` })],
  ['plan.pptx', 'application/octet-stream', toPptx([{ shapes: shape('The launch'), notes: 'in May' }])],
  ['plan.odt', 'application/octet-stream', toOpenDocument('text', '<text:p>The launch is in May.</text:p>')],
  ['plan.html', 'text/html', Buffer.from('<h1>Plan</h1><table><tr><td>May<td>五月</table><script>x</script>')],
  ['plan.rtf', 'text/rtf', Buffer.from("{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}\\b Gr\\'fc\\b0\\par \\u20013? end}")],
  ['plan.eml', 'message/rfc822', Buffer.from('From: a@b.c\r\nSubject: May\r\nContent-Type: text/html\r\n\r\n<p>May')],
]

let host: FileHost
beforeAll(async () => {
  host = await openFileHost()
})
afterAll(() => host.close())

test.each([
  ['file', files, 500],
  // Each is read in a process of its own.
  ['document', documents, 20],
] as const)('a damaged %s is read as far as it goes, or skipped with its reason', async (_, seeds, runs) => {
  const fetchInfo = () => Promise.reject(new Error('not asked for'))
  const deps = { token: 'xoxb-test', slackApiUrl: `${host.origin}/api/`, fetchInfo, documents: createDocumentReader() }
  const reader = createFileReader(deps)
  const random = createRandom(fuzzing.seed)
  for (let run = 0; run < fuzzing.runs(runs); run += 1) {
    const [name, mimetype, bytes] = random.of(seeds) as Seed
    const damaged = mutateBytes(bytes, random, 1 + Math.floor(random.upTo(20)))
    const url = host.serve(`/files-pri/F${run}`, damaged)
    const content = await reader.read({ id: `F${run}`, name, mimetype, size: 0, url })
    expect(['text', 'image', 'skipped'], `seed ${fuzzing.seed}, run ${run}`).toContain(content.kind)
  }
})

test('a damaged table keeps each of its rows, or says what it lacks', () => {
  const random = createRandom(fuzzing.seed)
  for (let run = 0; run < fuzzing.runs(2_000); run += 1) {
    const damaged = Buffer.from(
      mutateBytes(Buffer.from(csv.repeat(3)), random, 1 + Math.floor(random.upTo(12))),
    ).toString()
    try {
      const table = parseCsv(damaged, { name: 'list.csv', wanted: undefined })
      expect(table.rows.length, `seed ${fuzzing.seed}, run ${run}`).toBeGreaterThan(0)
    } catch (error) {
      expect((error as Error).name, `seed ${fuzzing.seed}, run ${run}: ${error}`).toBe('ShownError')
    }
  }
})
