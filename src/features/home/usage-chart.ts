import type { I18n } from '../../i18n/catalog.ts'
import { dayOf } from '../../store/usage.ts'
import type { drawChart } from '../draw-chart.ts'
import type { loadMonth } from './usage.ts'

type Rows = Awaited<ReturnType<typeof loadMonth>>

/** Slack's own chart takes 20 categories. */
const days = 14
const dayMs = 86_400_000

/** Lists the last days, the oldest first. Days are those of UTC. */
export const listDays = (now: number): string[] =>
  Array.from({ length: days }, (_, ago) => dayOf(now - ago * dayMs)).reverse()

/** Builds the chart of what was used on each day, by feature: dollars, or requests where nothing has a price. */
export function buildUsageChart(
  rows: Rows,
  shown: readonly string[],
  { usage, formats }: I18n,
): Parameters<typeof drawChart>[0] {
  const hasCost = rows.some(({ cost }) => cost > 0)
  const names: ReadonlyMap<string, string> = new Map(Object.entries(usage.features))
  const series = [...Map.groupBy(rows, ({ feature }) => feature)].map(([feature, of]) => ({
    name: names.get(feature) ?? feature,
    values: shown.map(day => sumDay(of, day, hasCost)),
  }))
  return {
    title: hasCost ? usage.chartCost : usage.chartCalls,
    kind: 'stacked',
    categories: shown.map(formats.day),
    series,
    unit: hasCost ? '$' : '',
  }
}

/** Sums dollars, to a hundredth of a cent, or requests. */
function sumDay(rows: Rows, day: string, hasCost: boolean): number {
  const own = rows.filter(row => row.day === day)
  if (!hasCost) return own.reduce((sum, { calls }) => sum + calls, 0)
  return Math.round(own.reduce((sum, { cost }) => sum + cost, 0) / 100) / 10_000
}
