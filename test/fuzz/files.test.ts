import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCsv } from '../../src/features/classify/csv.ts'
import { createFileReader } from '../../src/slack/files/read-file.ts'
import { createRandom } from '../random.ts'
import { type FileHost, openFileHost } from '../slack/file-host.ts'
import { toChinesePdf, toPdf } from '../slack/pdf.ts'
import { onePixel } from '../story.ts'
import { fuzzing, mutateBytes } from './mutate.ts'

const csv = 'sep=;\r\nid;comment;"when"\r\n1;"it crashes; often";2026-01-01\r\n2;太慢了;\r\n'
const seeds: [name: string, mimetype: string, bytes: Uint8Array][] = [
  ['plan.pdf', 'application/pdf', toPdf({ pages: ['(The launch is in May.)', '(Page two.)'] })],
  ['计划.pdf', 'application/pdf', toChinesePdf('发布日期是五月')],
  ['dot.png', 'image/png', Buffer.from(onePixel, 'base64')],
  ['notes.txt', 'text/plain', Buffer.from('Grüße aus Köln, 你好\n'.repeat(20))],
  ['old.txt', 'text/plain', Buffer.from(csv, 'latin1')],
  ['wide.csv', 'text/csv', Buffer.from(`\ufeff${csv}`, 'utf16le')],
  ['list.csv', 'text/csv', Buffer.from(csv)],
]

let host: FileHost
beforeAll(async () => {
  host = await openFileHost()
})
afterAll(() => host.close())

test('a damaged file is read as far as it goes, or skipped with its reason', async () => {
  const fetchInfo = () => Promise.reject(new Error('not asked for'))
  const reader = createFileReader({ token: 'xoxb-test', slackApiUrl: `${host.origin}/api/`, fetchInfo })
  const random = createRandom(fuzzing.seed)
  for (let run = 0; run < fuzzing.runs(300); run += 1) {
    const [name, mimetype, bytes] = random.of(seeds) as (typeof seeds)[number]
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
