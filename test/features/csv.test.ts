import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLabelledCsv, parseCsv } from '../../src/features/classify/csv.ts'
import { i18nFor } from '../../src/i18n/catalog.ts'
import { defuseFormulas, restoreFormulas } from '../../src/text/csv-formulas.ts'
import { measure } from '../growth.ts'

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
      const isHarmless = (_: string, row: number) => rows[row]?.every(cell => defuseFormulas(cell) === cell) === true
      for (const line of lines.filter(isHarmless)) {
        at = sheet.indexOf(line, at)
        expect(at).toBeGreaterThan(0)
        at += line.length
      }
      const again = parseCsv(sheet, { name: 'a.csv', wanted: 'comment' })
      expect(again.rows.map(({ cells }, row) => cells.slice(0, rows[row]?.length))).toEqual(rows)
      const back = parse(sheet.slice(1 + above.length), { delimiter })
      expect(back.map(cells => cells.slice(3))).toEqual([
        ['kind', 'confidence', 'quote', 'reason', 'error'],
        ...rows.map(() => ['bug', '0.90', 'slow', label.reason, '']),
      ])
    }),
    { numRuns: 300 },
  )
})

const formulas = [
  '=1+1',
  '+cmd',
  '-2+3',
  '@SUM(A1)',
  "=cmd|' /C calc'!A0",
  '＝1+1',
  '＋x',
  '－x',
  '＠x',
  '﹦x',
  '-5+cmd',
]
const before = [
  '',
  ' ',
  '\u3000',
  '\u200B',
  '\uFEFF',
  '"',
  '\t',
  '\r',
  '\n',
  'a;',
  'a; ',
  'a,',
  'a\t',
  'a\n  ',
  'a|',
  '-5;',
  '\0',
]

test('every cell that a spreadsheet could run is text: of the file, of its header, above it, and of the labels', () => {
  for (const formula of formulas) {
    for (const lead of before) {
      const cell = lead + formula
      const csv = `${formula},x\n\nid,comment,${quote(cell)}\n1,good words here,${quote(cell)}\n2,-5,+3.2\n`
      const table = parseCsv(csv, { name: 'a.csv', wanted: 'comment' })
      const found = table.rows.map(() => ({ labels: [{ kind: cell, quote: cell, reason: cell }], error: cell }))
      const sheet = formatLabelledCsv(table, found, { nameOf: kind => kind, i18n })
      for (const delimiter of [',', ';', '\t', '|']) {
        const cells = parse(sheet.slice(1), { delimiter, relax_quotes: true, relax_column_count: true }).flat()
        const parts = cells.flatMap(one => one.split(/[;\t\r\n|]/))
        for (const part of parts)
          expect(part).not.toMatch(/^[\s\u200B\uFEFF"\0]*(?![+-]\d[\d.]*"?(?:$|,))[=+\-@＝＋－＠﹦]/)
      }
      expect(sheet).toContain('2,-5,+3.2,')
      const again = parseCsv(sheet, { name: 'a.csv', wanted: 'comment' })
      expect(again.rows.map(({ cells }) => cells.slice(0, 3))).toEqual(table.rows.map(({ cells }) => cells))
    }
  }
})

test.each([
  '-5',
  '+3.2',
  '-1,234.50',
  '-12 %',
  '-1.5e-3',
  '-',
  '--',
  '1;-5',
  'a-b',
  'x=1',
  'ann@e.example',
  'well, @dana',
])('what is no formula stays as it is: %s', cell => expect(defuseFormulas(cell)).toBe(cell))

test('a cell whose formulas were made text is read as it was', () => {
  const cells = fc.string({ unit: fc.constantFrom(...'=+-@;,|\'"ab5 \n\t\u200B＝'), maxLength: 12 })
  fc.assert(
    fc.property(cells, cell => {
      const plain = restoreFormulas(cell)
      expect(restoreFormulas(defuseFormulas(plain))).toBe(plain)
      expect(defuseFormulas(defuseFormulas(cell))).toBe(defuseFormulas(cell))
    }),
    { numRuns: 3_000 },
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
  const read = () => parseCsv(csv, { name: 'a.csv', wanted: undefined })
  expect(measure(() => expect(read).toThrow(/^sheet_/))).toBeLessThan(5_000)
})
