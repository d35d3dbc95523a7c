import { fileURLToPath } from 'node:url'
import type { Report } from './report.ts'

const width = 960
const height = 480
/** Told apart also by people who see few colours. Source: Okabe and Ito, Color Universal Design. */
const colours = ['#d55e00', '#0072b2', '#e69f00', '#999999', '#009e73', '#cc79a7', '#56b4e9', '#f0e442']
const font = 'Noto Sans Hans'
/** From the package’s entry. */
const regular = '../fonts/NotoSansHans-Regular.otf'

/**
 * The report's numbers as a picture (PNG): a bar a week, a colour a kind. Chinese is drawn right on a machine without
 * fonts: the font comes with the bot. The libraries are large and loaded only for this.
 */
export async function drawChart(report: Report, title: string): Promise<Uint8Array> {
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
    xAxis: { type: 'category', data: report.weeks.map(({ from }) => from) },
    yAxis: { type: 'value', minInterval: 1 },
    series: report.kinds.map(({ name }, index) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 60,
      data: report.weeks.map(({ counts }) => counts[index] ?? 0),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  const fontFile = fileURLToPath(new URL(regular, import.meta.resolve('@embedpdf/fonts-sc')))
  const options = { font: { fontFiles: [fontFile], loadSystemFonts: false, defaultFontFamily: font } }
  return new Resvg(svg, options).render().asPng()
}
