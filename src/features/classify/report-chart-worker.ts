import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

/** Input of the worker thread that draws charts: the counts of each kind for each week. */
export interface ChartTask {
  title: string
  weeks: { name: string; counts: number[] }[]
  kinds: string[]
}

/** Slack shows pictures 360 points wide, in which letters of 12 read like its own; each point is drawn as two pixels. */
const width = 360
const plotHeight = 210
const scale = 2
const legendGap = 12
const lineHeight = 24
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
if (!isMainThread && isChartTask(workerData)) parentPort?.postMessage(await drawChart(workerData))

function isChartTask(data: unknown): data is ChartTask {
  return typeof data === 'object' && data !== null && 'weeks' in data && 'kinds' in data
}

/** Draws a bar for each week with a colour for each kind. The font for Chinese comes with the bot. */
async function drawChart({ title, weeks, kinds }: ChartTask): Promise<Uint8Array> {
  const [{ init }, { Resvg }] = await Promise.all([import('echarts'), import('@resvg/resvg-js')])
  const legendHeight = countLegendLines(kinds) * lineHeight
  const size = { width, height: plotHeight + legendHeight }
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  chart.setOption({
    animation: false,
    backgroundColor: background,
    color: colours,
    title: { text: title, left: 12, top: 12, textStyle: { ...text, fontSize: 15 } },
    legend: { left: 8, bottom: 8, itemWidth: 12, itemHeight: 12, itemGap: legendGap, textStyle: text },
    grid: { left: 36, right: 16, top: 48, bottom: legendHeight + 36 },
    xAxis: {
      type: 'category',
      data: weeks.map(({ name }) => name),
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: ink } },
    },
    yAxis: { type: 'value', minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: '#dddddd' } } },
    series: kinds.map((name, index) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 32,
      itemStyle: { borderColor: background, borderWidth: 1 },
      data: weeks.map(({ counts }) => counts[index] ?? 0),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const fontFile = fileURLToPath(new URL(regular, import.meta.resolve('@embedpdf/fonts-sc')))
  const fonts = { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: font }
  return new Resvg(svg, { font: fonts, fitTo: { mode: 'zoom', value: scale } }).render().asPng()
}

/** Counts the lines that names take below a chart, by the usual widths of letters. */
function countLegendLines(kinds: string[]): number {
  let lines = 1
  let used = 0
  for (const name of kinds) {
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
