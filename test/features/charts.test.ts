import { describe, expect, test } from 'vitest'
import { parseChart } from '../../src/features/charts/choice.ts'
import { createPublisher } from '../../src/features/home/publish.ts'

describe('a table of many columns', () => {
  const columns = ['Day', ...Array.from({ length: 59 }, (_, at) => `c${at}`)]
  let reads = 0
  const counted = (row: string[]) =>
    new Proxy(row, {
      get(cells, key, self) {
        reads += 1
        return Reflect.get(cells, key, self)
      },
    })
  const rows = Array.from({ length: 100 }, (_, at) => counted([`d${at}`, ...columns.slice(1).map(() => '1,234.5')]))
  const source = { tables: [{ table: { columns, rows }, file: undefined }], texts: [], quotedFrom: [] }
  const choice = { title: 'All', kind: 'bar', table: 1, labels: 'Day', columns: columns.slice(1), take: 'rows' }

  test.each(['rows', 'sum', 'average'])('is refused before a chart of its %s holds up all others', take => {
    reads = 0
    const parse = (more = {}) => parseChart(JSON.stringify({ ...choice, take, ...more }), source, 'Count')
    expect(() => parse()).toThrow('chart_too_many')
    expect(() => parse({ swap: true, columns: columns.slice(1, 40) })).toThrow('chart_too_many')
    const one = parse({ columns: ['c1', 'c2'], only: ['d1', 'd2'] })
    expect(one.chart.series.map(({ values }) => values)).toEqual([
      [1234.5, 1234.5],
      [1234.5, 1234.5],
    ])
    // Three charts, each of which may look at every cell a few times.
    expect(reads).toBeLessThan(10 * rows.length * columns.length)
  })
})

describe('the answer of a small model', () => {
  const table = {
    columns: ['Region', 'Q1 sales', 'Q2 sales'],
    rows: [
      ['North', '120', '150'],
      ['South', '90', '80'],
      ['East', '60', '95'],
      ['Total', '270', '325'],
    ],
  }
  const source = { tables: [{ table, file: undefined }], texts: [], quotedFrom: [] }
  // Word for word what Qwen2.5-Coder-1.5B wrote.
  const bars =
    '{"title": "Region Sales","kind": "bar","unit": "€","table": 1,"labels": "Region","columns": ["Region", "Q1 sales", "Q2 sales"],"take": "rows","only": [],"without": [],"swap": false,"points": []}'
  const pie =
    '{"title": "Q2 Sales","kind": "pie","unit": "","table": 1,"labels": "Region","columns": ["Q2 sales"],"take": "rows","only": ["Q2 sales"],"without": [],"swap": false,"points": []}'

  test('that adds a unit which nobody wrote, or leaves in the row of totals, becomes a chart without them', () => {
    const { chart } = parseChart(bars, source, 'Count')
    expect(chart.unit).toBe('')
    expect(chart.categories).toEqual(['North', 'South', 'East'])
    const total = parseChart(bars.replace('"only": []', '"only": ["Total"]'), source, 'Count')
    expect(total.chart.categories).toEqual(['Total'])
    const priced = { ...table, columns: ['Region', 'Q1 sales', 'Q2 sales (€)'] }
    expect(parseChart(bars, { ...source, tables: [{ table: priced, file: undefined }] }, 'Count').chart.unit).toBe('€')
  })

  test.each([
    ['sizes of which one is called 小', ['大', '中', '小'], ['大', '中', '小']],
    ['a rating that is called overall', ['Quality', 'Service', 'Overall'], ['Quality', 'Service', 'Overall']],
    ['nothing but a total', ['Total'], ['Total']],
    ['totals in other words', ['North', 'Total:', '総計', '合计'], ['North']],
  ])('of %s becomes a chart of its own rows', (_, labels, shown) => {
    const rows = labels.map((label, at) => [label, String(at), String(at + 1)])
    const tables = [{ table: { ...table, rows }, file: undefined }]
    expect(parseChart(bars, { ...source, tables }, 'Count').chart.categories).toEqual(shown)
  })

  test('that names a row which is called like a column becomes a chart of that row', () => {
    const rows = [...table.rows, ['Q2 sales', '1', '2']]
    const { chart } = parseChart(pie, { ...source, tables: [{ table: { ...table, rows }, file: undefined }] }, 'Count')
    expect(chart.categories).toEqual(['Q2 sales'])
  })

  test('that names a column among the rows to show becomes a chart of all rows', () => {
    const { chart } = parseChart(pie, source, 'Count')
    expect(chart).toMatchObject({ kind: 'pie', categories: ['North', 'South', 'East'] })
    expect(chart.series).toEqual([{ name: 'Q2 sales', values: [150, 80, 95] }])
  })
})

test('a sentence that waits to be shown in App Home outlives a change that brings none', async () => {
  const shown: unknown[] = []
  const limiter = {
    async send(_: string, args: () => { view?: unknown }) {
      shown.push(args().view)
      return {}
    },
  }
  const publish = createPublisher({ limiter, log: {} } as never, async (_, notice) => ({ notice }) as never)
  await Promise.all([publish('U1'), publish('U1', { notice: 'It comes.' }), publish('U1', { notice: undefined })])
  expect(shown).toEqual([{ notice: undefined }, { notice: 'It comes.' }])
})
