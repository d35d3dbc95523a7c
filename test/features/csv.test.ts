import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLabelledCsv, parseCsv } from '../../src/features/classify/csv.ts'
import { i18nFor } from '../../src/i18n/catalog.ts'

const i18n = i18nFor('en')
const label = { kind: 'bug', quote: 'slow', reason: 'It, "fails";\n|now', confidence: 0.9 }

const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`

/** Tables in any format: their text, and their rows cell by cell. */
const tables = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    preamble: fc.constantFrom('', 'Export of 2026-01-01\n\n', 'sep='),
    rows: fc.array(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 8,
    }),
    endsLine: fc.boolean(),
  })
  // Empty lines at the end are no rows.
  .filter(({ rows }) => rows.at(-1)?.join('').trim() !== '')
  .map(({ delimiter, lineEnd, preamble, rows, endsLine }) => {
    const above = preamble === 'sep=' ? `sep=${delimiter}${lineEnd}` : preamble.replaceAll('\n', lineEnd)
    const lines = rows.map(cells => cells.map(quote).join(delimiter))
    const body = [['id', 'comment', 'rating'].join(delimiter), ...lines].join(lineEnd)
    return { csv: above + body + (endsLine ? lineEnd : ''), above, rows, lines, delimiter }
  })

test('whatever the table, every row comes back as it was written, with its labels behind it', () => {
  fc.assert(
    fc.property(tables, ({ csv, above, rows, lines, delimiter }) => {
      const table = parseCsv(csv, { name: 'a.csv', wanted: 'comment' })
      expect(table.rows.map(({ cells }) => cells)).toEqual(rows)
      const found = rows.map(() => ({ labels: [label] }))
      const sheet = formatLabelledCsv(table, found, { nameOf: kind => kind, i18n })
      expect(sheet.startsWith(`\uFEFF${above}`)).toBe(true)
      let at = above.length
      for (const line of lines) {
        at = sheet.indexOf(line, at)
        expect(at).toBeGreaterThan(0)
        at += line.length
      }
      const back = parse(sheet.slice(1 + above.length), { delimiter })
      expect(back.map(cells => cells.slice(3))).toEqual([
        ['kind', 'confidence', 'quote', 'reason', 'error'],
        ...rows.map(() => ['bug', '0.90', 'slow', label.reason, '']),
      ])
    }),
    { numRuns: 300 },
  )
})

test('whatever the text, the answer is a table or a sentence', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab,;|\t"\'\\\r\n 1=sep'), maxLength: 60 })
  fc.assert(
    fc.property(text, csv => {
      try {
        const { header, rows, preamble, trailer, delimiter, width } = parseCsv(csv, {
          name: 'a.csv',
          wanted: undefined,
        })
        expect(rows.length).toBeGreaterThan(0)
        expect(Math.max(header.cells.length, ...rows.map(({ cells }) => cells.length))).toBe(width)
        // Nothing vanishes but quotation marks that are written in another way.
        const kept = [preamble, header.raw, ...rows.map(({ raw }) => raw), trailer].join('')
        const bare = (written: string) => written.replace(/["'\\\r\n]/g, '').replaceAll(delimiter, '')
        expect(bare(kept)).toBe(bare(csv))
      } catch (error) {
        expect(error).toMatchObject({ name: 'ShownError' })
      }
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['quotation marks', `feedback\n${'"'.repeat(5_000_000)}`],
  ['delimiters', `a,b\n${'x,'.repeat(4_000_000)}`],
  ['line ends', `a;b\n${'\n'.repeat(8_000_000)}`],
  ['backslashes', '\\"'.repeat(4_000_000)],
  ['cells', `a,b\n${'1,2\n'.repeat(2_000_000)}`],
])('a file that is all %s is refused in a moment', (_, csv) => {
  const start = performance.now()
  expect(() => parseCsv(csv, { name: 'a.csv', wanted: undefined })).toThrow(/^sheet_/)
  expect(performance.now() - start).toBeLessThan(5_000)
})
