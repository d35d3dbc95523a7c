/** @import { SlackJson } from '../protocol.ts' */
import { html } from 'htm/preact'
import { toObject, toObjects, toText } from './json.js'

/** Points of the highest bar. */
const height = 160

/** @param {number} at */
const colour = at => `var(--series-${at % 6})`

/** The numbers of a chart, series by series; a pie is one series. @param {SlackJson} of */
const toSeries = of =>
  (of.segments ? [{ name: '', data: of.segments }] : toObjects(of.series)).map(({ name, data }) => ({
    name: toText(name),
    points: toObjects(data).map(({ label, value }) => ({ label: toText(label), value: Number(value) || 0 })),
  }))

/** Bars: those of one label stand on each other, below their sum. @param {ReturnType<typeof toSeries>} series */
const bars = series => {
  const columns = (series[0]?.points ?? []).map(({ label }, at) => {
    const parts = series.map(({ name, points }) => ({ name, value: points[at]?.value ?? 0 }))
    return { label, parts, sum: parts.reduce((sum, { value }) => sum + value, 0) }
  })
  const most = Math.max(1, ...columns.map(({ sum }) => sum))
  return columns.map(({ label, parts, sum }) => {
    const drawn = parts.map(({ name, value }, at) => {
      const style = { height: `${(value / most) * height}px`, background: colour(at) }
      return html`<div title=${`${name} ${value}`} style=${style}></div>`
    })
    return html`<div class="chart-column"><span>${sum}</span>${drawn.reverse()}<span>${label}</span></div>`
  })
}

/** Lines from the middle of each label's column to the next. @param {ReturnType<typeof toSeries>} series */
const lines = series => {
  const labels = (series[0]?.points ?? []).map(({ label }) => label)
  const values = series.flatMap(({ points }) => points.map(({ value }) => value))
  const [least, most] = [Math.min(0, ...values), Math.max(1, ...values)]
  const drawn = series.map(({ name, points }, at) => {
    const spots = points.map(({ value }, index) => `${index + 0.5} ${most - value}`)
    const dots = spots.map(spot => `M${spot}h0`).join('')
    return html`<g style=${{ stroke: colour(at) }}>
      <title>${name}</title><polyline points=${spots.join(' ')} /><path d=${dots} />
    </g>`
  })
  const viewBox = `0 0 ${labels.length} ${most - least}`
  return [
    html`<div class="chart-axis"><span>${most}</span><span>${least}</span></div>`,
    html`<svg class="chart-lines" aria-hidden="true" viewBox=${viewBox} preserveAspectRatio="none"
      style=${{ gridColumnEnd: `span ${labels.length}` }}>${drawn}</svg>`,
    html`<span></span>`,
    labels.map(label => html`<span class="chart-column">${label}</span>`),
  ]
}

/** A pie: arcs that all begin at the top, the longest first, so that each shows its own part. @param {ReturnType<typeof toSeries>} series */
const pie = ([one]) => {
  const points = one?.points ?? []
  const whole = points.reduce((sum, { value }) => sum + value, 0) || 1
  let to = 0
  const arcs = points.map(({ label, value }, at) => {
    to += value
    return html`<circle cx="16" cy="16" r="8" pathLength=${whole} style=${{ stroke: colour(at) }}
      stroke-dasharray=${to < whole && `${to} ${whole}`}><title>${`${label} ${value}`}</title></circle>`
  })
  return html`<svg class="chart-pie" aria-hidden="true" viewBox="0 0 32 32">${arcs.reverse()}</svg>`
}

/** A chart of Slack's own, in its title, its drawing and the names of its colours. @param {SlackJson} block */
export const chart = block => {
  const of = toObject(block.chart)
  const series = toSeries(of)
  const points = series[0]?.points ?? []
  const draw = { pie, line: lines, area: lines }[toText(of.type)] ?? bars
  const names =
    of.type === 'pie' ? points.map(({ label, value }) => `${label} ${value}`) : series.map(({ name }) => name)
  const said = series.map(({ name, points }) => {
    return (name && `${name}: `) + points.map(({ label, value }) => `${label} ${value}`).join(', ')
  })
  const columns = draw === lines ? `auto repeat(${points.length}, 1fr)` : `repeat(${points.length}, 1fr)`
  const gridTemplateColumns = draw === pie ? '' : columns
  return html`<figure class="chart" tabindex="0">
    <figcaption>${toText(block.title)}</figcaption>
    <div class="chart-plot" role="img" aria-label=${said.join('; ')} style=${{ gridTemplateColumns }}>${draw(series)}</div>
    <div class="chart-legend" aria-hidden="true">
      ${names.map((name, at) => html`<span><i style=${{ background: colour(at) }}></i>${name}</span>`)}
    </div>
  </figure>`
}
