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
