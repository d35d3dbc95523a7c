import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'

/** Input of the worker thread that draws charts: the counts of each kind for each week. */
export interface ChartTask {
  title: string
  weeks: { from: string; counts: number[] }[]
  kinds: string[]
}

const width = 960
const height = 480
/** A palette for colour-blind readers. Source: Okabe and Ito, Color Universal Design. */
const colours = ['#d55e00', '#0072b2', '#e69f00', '#999999', '#009e73', '#cc79a7', '#56b4e9', '#f0e442']
const font = 'Noto Sans Hans'
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
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    color: colours,
    textStyle: { fontFamily: font },
    title: { text: title, left: 'center', top: 12, textStyle: { fontFamily: font, fontSize: 18 } },
    legend: { bottom: 10, textStyle: { fontFamily: font, fontSize: 14 } },
    grid: { left: 60, right: 30, top: 60, bottom: 70 },
    xAxis: { type: 'category', data: weeks.map(({ from }) => from) },
    yAxis: { type: 'value', minInterval: 1 },
    series: kinds.map((name, index) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 60,
      data: weeks.map(({ counts }) => counts[index] ?? 0),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const fontFile = fileURLToPath(new URL(regular, import.meta.resolve('@embedpdf/fonts-sc')))
  const options = { font: { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: font } }
  return new Resvg(svg, options).render().asPng()
}
