import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { createReader } from '../../src/features/classify/reader.ts'
import { buildReport, buildReportChart, renderReportMarkdown } from '../../src/features/classify/report.ts'
import { loadTaxonomies } from '../../src/features/classify/taxonomy-files.ts'
import { buildChartBlock, drawChart } from '../../src/features/draw-chart.ts'
import { background, colours } from '../../src/features/draw-chart-worker.ts'
import type { LabelRecord } from '../../src/store/labels.ts'

const taxonomy = (await loadTaxonomies()).of('')
const weekMs = 7 * 86_400_000
const reader = { ...createReader('en-US'), timeZone: 'Asia/Shanghai' }
/** A Friday noon in Shanghai. */
const now = Date.UTC(2026, 10, 27, 4)

function said(at: string, kind = 'bug'): LabelRecord {
  const fixed = { state: 'done' as const, channel: 'C1', text: at, version: '1', model: 'm', isShared: true }
  return { id: `${at}${kind}`, labels: [{ kind, reason: '' }], saidAt: Date.parse(at), ...fixed }
}

const build = (records: LabelRecord[], weeks: number) =>
  buildReport(records, taxonomy, { from: now - weeks * weekMs, to: now }, reader)

/** The rows of the table as they are shown, without its head. */
function rowsOf(report: ReturnType<typeof build>): string[] {
  const lines = renderReportMarkdown(report, { place: 'feedback', reader, linkOf: () => undefined }).split('\n')
  return lines.filter(line => line.startsWith('|')).slice(2)
}

describe('the weeks of a report', () => {
  test('are all there, those without feedback as zeros', () => {
    expect(rowsOf(build([said('2026-11-11T08:00Z')], 4))).toEqual([
      '| Oct 26 | 0 | 0 | 0 | 0 |',
      '| Nov 2 | 0 | 0 | 0 | 0 |',
      '| Nov 9 | 1 | 0 | 0 | 0 |',
      '| Nov 16 | 0 | 0 | 0 | 0 |',
      '| Nov 23 | 0 | 0 | 0 | 0 |',
      '| Total | 1 | 0 | 0 | 0 |',
    ])
  })

  test('begin on Monday by the clock of the reader', () => {
    // Sunday evening in London is Monday morning in Shanghai.
    expect(rowsOf(build([said('2026-11-22T20:00Z')], 1)).slice(0, 2)).toEqual([
      '| Nov 16 | 0 | 0 | 0 | 0 |',
      '| Nov 23 | 1 | 0 | 0 | 0 |',
    ])
  })

  test('are at most twenty in a long time; what was said before them is counted together', () => {
    const report = build(
      [said('2020-01-01T08:00Z'), said('2026-01-05T08:00Z', 'other'), said('2026-11-23T08:00Z')],
      520,
    )
    const rows = rowsOf(report)
    expect(rows).toHaveLength(22)
    expect(rows[0]).toBe('| Earlier | 1 | 0 | 0 | 1 |')
    expect(rows.at(-2)).toBe('| Nov 23 | 1 | 0 | 0 | 0 |')
    expect(rows.at(-1)).toBe('| Total | 2 | 0 | 0 | 1 |')
  })
})

const chartOf = (report: ReturnType<typeof build>) =>
  buildChartBlock(buildReportChart(report, 'Feedback by week'), 'shorten')

describe('the chart of a report', () => {
  test('is in the form that Slack takes: few series with short names, a value for each week', () => {
    const block = chartOf(build([said('2026-11-11T08:00Z')], 2_000))
    const { title, chart } = block as {
      title: string
      chart: { series: Series[]; axis_config: { categories: string[] } }
    }
    expect(title.length).toBeLessThanOrEqual(50)
    expect(chart.series.map(({ name }) => name)).toEqual(['Bug', 'User experience…', 'Complaint', 'Other'])
    expect(chart.axis_config.categories).toHaveLength(20)
    for (const { data } of chart.series) expect(data.map(({ label }) => label)).toEqual(chart.axis_config.categories)
  })

  test('is none where there are more kinds than Slack takes, or their short names are the same', () => {
    const report = build([said('2026-11-11T08:00Z')], 4)
    const renamed = (names: string[]) => ({ ...report, kinds: names.map(name => ({ id: name, name, count: 0 })) })
    expect(chartOf(renamed(['a', 'b', 'c', 'd', 'e', 'f', 'g']))).toBeUndefined()
    expect(chartOf(renamed(['the very same kind of bug', 'the very same kind of ant']))).toBeUndefined()
  })

  test('as a picture has colours that stand out from its background, in light mode and dark', () => {
    expect(colours.map(colour => [colour, contrast(colour, background) >= 3])).toEqual(colours.map(one => [one, true]))
  })
})

interface Series {
  name: string
  data: { label: string; value: number }[]
}

/** The contrast of two colours, from 1 to 21, as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [a, b].map(luminance).sort((one, other) => other - one)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

test('of the charts that are wanted at once, two are drawn at a time', async () => {
  const chart = { title: 'A', kind: 'bar' as const, categories: ['x'], series: [{ name: 'A', values: [1] }], unit: '' }
  let running = 0
  let most = 0
  const count = (message: unknown) => {
    const { worker } = message as { worker: Worker }
    most = Math.max(most, ++running)
    worker.once('exit', () => {
      running -= 1
    })
  }
  subscribe('worker_threads', count)
  const pictures = await Promise.all(Array.from({ length: 3 }, () => drawChart(chart)))
  unsubscribe('worker_threads', count)
  expect(pictures.map(bytes => Buffer.from(bytes).subarray(1, 4).toString())).toEqual(['PNG', 'PNG', 'PNG'])
  expect(most).toBe(2)
})
