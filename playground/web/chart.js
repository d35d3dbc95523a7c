// @ts-check
/** @import { SlackJson } from '../protocol.ts' */
import { html } from 'htm/preact'
import { toObject, toObjects, toText } from './json.js'

/** Points of the highest bar. */
const height = 160

/** The numbers of a chart, series by series; a pie is one series. @param {SlackJson} of */
const toSeries = of =>
  (of.segments ? [{ name: '', data: of.segments }] : toObjects(of.series)).map(({ name, data }) => ({
    name: toText(name),
    points: toObjects(data).map(({ label, value }) => ({ label: toText(label), value: Number(value) || 0 })),
  }))

/** A chart of any kind, as bars: those of one label stand on each other. @param {SlackJson} block */
export const chart = block => {
  const series = toSeries(toObject(block.chart))
  const labels = series[0]?.points.map(({ label }) => label) ?? []
  const stacks = labels.map((_, at) => series.map(({ points }) => points[at]?.value ?? 0))
  const sums = stacks.map(values => values.reduce((sum, value) => sum + value, 0))
  const most = Math.max(1, ...sums)
  const part = (/** @type {number} */ value, /** @type {number} */ at) =>
    html`<div class=${`series-${at}`} title=${`${series[at]?.name} ${value}`}
      style=${{ height: `${(value / most) * height}px` }}></div>`
  const bars = labels.map(
    (label, at) => html`<div class="chart-bar">
      <span>${sums[at]}</span>${stacks[at]?.map(part).reverse()}<span>${label}</span>
    </div>`,
  )
  const said = series.map(({ name, points }) => {
    return `${name}: ${points.map(({ label, value }) => `${label} ${value}`).join(', ')}`
  })
  return html`<figure class="chart">
    <figcaption>${toText(block.title)}</figcaption>
    <div class="chart-bars" role="img" aria-label=${said.join('; ')}>${bars}</div>
    <div class="chart-legend" aria-hidden="true">
      ${series.map(({ name }, at) => html`<span><i class=${`series-${at}`}></i>${name}</span>`)}
    </div>
  </figure>`
}
