// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
/** @import { Draw } from './block-parts.js' */
import { h } from './dom.js'
import { toObject, toObjects, toText } from './json.js'

/** Points of the highest bar. */
const height = 160

/**
 * The numbers of a chart, series by series; a pie is one series.
 * @param {SlackJson} chart
 */
const toSeries = chart =>
  (chart.segments ? [{ name: '', data: chart.segments }] : toObjects(chart.series)).map(({ name, data }) => ({
    name: toText(name),
    points: toObjects(data).map(({ label, value }) => ({ label: toText(label), value: Number(value) || 0 })),
  }))

/**
 * A chart of any kind, as bars: those of one label stand on each other.
 * @type {Draw}
 */
export const drawChart = block => {
  const series = toSeries(toObject(block.chart))
  const labels = series[0]?.points.map(({ label }) => label) ?? []
  const stacks = labels.map((_, at) => series.map(({ points }) => points[at]?.value ?? 0))
  const sums = stacks.map(values => values.reduce((sum, value) => sum + value, 0))
  const most = Math.max(1, ...sums)
  const bars = labels.map((label, at) => {
    const parts = (stacks[at] ?? []).map((value, index) => {
      const part = h('div', { class: `series-${index}`, title: `${series[index]?.name} ${value}` })
      part.style.height = `${(value / most) * height}px`
      return part
    })
    return h('div', { class: 'chart-bar' }, h('span', {}, sums[at]), parts.reverse(), h('span', {}, label))
  })
  const said = series.map(
    ({ name, points }) => `${name}: ${points.map(({ label, value }) => `${label} ${value}`).join(', ')}`,
  )
  const legend = series.map(({ name }, index) => h('span', {}, h('i', { class: `series-${index}` }), name))
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, toText(block.title)),
    h('div', { class: 'chart-bars', role: 'img', 'aria-label': said.join('; ') }, bars),
    h('div', { class: 'chart-legend', 'aria-hidden': 'true' }, legend),
  )
}
