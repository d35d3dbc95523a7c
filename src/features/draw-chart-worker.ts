import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

/** Numbers and how they are drawn. A series has a value for each category, null where there is none. */
export interface Chart {
  title: string
  kind: 'bar' | 'stacked' | 'line' | 'pie'
  categories: string[]
  series: { name: string; values: (number | null)[] }[]
  /** Unit of the numbers, such as `€`; blank if that is clear without. */
  unit: string
}

/** Slack shows pictures 360 points wide, in which letters of 12 read like its own; each point is drawn as two pixels. */
const width = 360
const plotHeight = 210
const scale = 2
const legendGap = 12
const lineHeight = 24
/** Names of more categories, of which some are longer, do not fit side by side. */
const mostLevelNames = 6
const longestLevelName = 8
const tiltedHeight = 56
/** A row of lying bars, and the least of it for each of several series. */
const barHeight = 24
const leastBarHeight = 10
const pieHeight = 260
/** Opaque, so that the chart reads the same on a dark page. */
export const background = '#ffffff'
const ink = '#1d1c1d'
/** A palette for colour-blind readers that stands out from white. Source: Okabe and Ito, Color Universal Design, and Paul Tol. */
export const colours = ['#d55e00', '#0072b2', '#aa3377', '#757575', '#008a65', '#332288', '#8a6d00', '#222222']
const font = 'Noto Sans Hans'
const text = { fontFamily: font, fontSize: 12, color: ink }
/** The font's path from the entry of its package. */
const regular = '../fonts/NotoSansHans-Regular.otf'

// Only in a thread that was started for this: importing the file anywhere else has no effect.
if (!isMainThread && isChart(workerData)) parentPort?.postMessage(await drawChart(workerData))

function isChart(data: unknown): data is Chart {
  return typeof data === 'object' && data !== null && 'categories' in data && 'series' in data
}

/** Draws a chart as a PNG. The font for Chinese and Japanese comes with the bot. */
async function drawChart(data: Chart): Promise<Uint8Array> {
  const [{ init }, { Resvg }] = await Promise.all([import('echarts'), import('@resvg/resvg-js')])
  const { height, option } = data.kind === 'pie' ? layOutPie(data) : layOutAxes(data)
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({
    animation: false,
    backgroundColor: background,
    color: colours,
    title: {
      text: data.title,
      left: 12,
      top: 12,
      textStyle: { ...text, fontSize: 15, width: width - 24, overflow: 'truncate' },
    },
    ...option,
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const fontFile = fileURLToPath(new URL(regular, import.meta.resolve('@embedpdf/fonts-sc')))
  const fonts = { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: font }
  return new Resvg(svg, { font: fonts, fitTo: { mode: 'zoom', value: scale } }).render().asPng()
}

/** Lays out bars or lines, the names of the series below; a single one needs none. Bars with long names lie. */
function layOutAxes({ kind, categories, series, unit }: Chart) {
  const names = series.map(({ name }) => name)
  const legendHeight = names.length > 1 || kind === 'stacked' ? countLegendLines(names) * lineHeight : 0
  const isCrowded = categories.length > mostLevelNames && categories.some(name => name.length > longestLevelName)
  const isLying = isCrowded && kind !== 'line'
  const label = isLying ? { width: 130, overflow: 'truncate', interval: 0 } : { hideOverlap: true }
  const tilt = isCrowded && !isLying ? { rotate: 40, width: 76, overflow: 'truncate' } : {}
  const categoryAxis = {
    type: 'category',
    data: categories,
    inverse: isLying,
    axisLabel: { ...text, ...label, ...tilt },
    axisLine: { lineStyle: { color: ink } },
  }
  const valueAxis = {
    type: 'value',
    ...(unit !== '' && !isLying && { name: unit, nameTextStyle: { ...text, align: 'left' }, nameGap: 10 }),
    ...(series.every(({ values }) => values.every(Number.isInteger)) && { minInterval: 1 }),
    axisLabel: { ...text, hideOverlap: true, ...(unit !== '' && isLying && { formatter: `{value} ${unit}` }) },
    splitLine: { lineStyle: { color: '#dddddd' } },
  }
  const bars = categories.length * Math.max(barHeight, (kind === 'bar' ? series.length : 1) * leastBarHeight)
  const top = unit === '' || isLying ? 48 : 48 + lineHeight
  const plot = isLying ? bars : plotHeight - 48 - 36 + (isCrowded ? tiltedHeight : 0)
  return {
    height: top + plot + 36 + legendHeight,
    option: {
      ...(legendHeight > 0 && {
        legend: { left: 8, bottom: 8, itemWidth: 12, itemHeight: 12, itemGap: legendGap, textStyle: text },
      }),
      grid: { left: isCrowded && !isLying ? 36 : 12, right: 16, top, bottom: legendHeight + 12, containLabel: true },
      xAxis: isLying ? valueAxis : categoryAxis,
      yAxis: isLying ? categoryAxis : valueAxis,
      series: series.map(({ name, values }) => ({
        name,
        type: kind === 'line' ? 'line' : 'bar',
        ...(kind === 'stacked' && { stack: 'all' }),
        ...(kind === 'line' && { lineStyle: { width: 2 }, symbolSize: 5 }),
        ...(kind !== 'line' && { barMaxWidth: 32, itemStyle: { borderColor: background, borderWidth: 1 } }),
        data: values,
      })),
    },
  }
}

/** Lays out a pie, with names, numbers and shares in a list below. */
function layOutPie({ categories, series, unit }: Chart) {
  const values = series[0]?.values ?? []
  const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0)
  const share = (value: number) => `${Math.round((100 * value) / sum)}%`
  const nameOf = (index: number) => {
    const value = values[index] ?? 0
    return `${categories[index]}  ${unit === '%' ? '' : `${value}${unit === '' ? '' : ` ${unit}`} · `}${share(value)}`
  }
  const height = pieHeight + categories.length * lineHeight
  return {
    height,
    option: {
      legend: { orient: 'vertical', left: 24, top: pieHeight - 8, itemWidth: 12, itemHeight: 12, textStyle: text },
      series: [
        {
          type: 'pie',
          radius: 92,
          center: [width / 2, 146],
          label: { show: false },
          itemStyle: { borderColor: background, borderWidth: 1 },
          data: categories.map((_, index) => ({ name: nameOf(index), value: values[index] ?? 0 })),
        },
      ],
    },
  }
}

/** Counts the lines that names take below a chart, by the usual widths of letters. */
function countLegendLines(names: string[]): number {
  let lines = 1
  let used = 0
  for (const name of names) {
    const wide = name.match(/[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]/gu)?.length ?? 0
    const length = 17 + wide * 12 + (name.length - wide) * 7 + legendGap
    if (used > 0 && used + length > width - 16) {
      lines += 1
      used = 0
    }
    used += length
  }
  return lines
}
