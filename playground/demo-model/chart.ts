import { findTables, numericColumns } from '../../src/text/tables.ts'
import { type ChatMessage, textOf } from './messages.ts'

/** How the bot's question what to draw begins. */
const beginning = 'You choose what a chart'

const kinds = [
  ['pie', /饼|圆饼|扇形|圓餅|円グラフ|\bpie\b/i],
  ['line', /折线|曲线|趋势|走势|折線|\bline\b|\btrend\b/i],
  ['stacked', /堆叠|堆积|積み上げ|\bstacked\b/i],
] as const
/** Names of columns along which things develop. */
const times = /month|date|day|week|year|quarter|月|日期|年|周|季/i
const totals = /^(?:total|sum|all|合计|总计|合計|総計)$/i

/** Chooses what to draw by rules: the newest table with numbers, all of them, by its first column or the one that is named. */
export function chooseChart(messages: readonly ChatMessage[]): string | undefined {
  const [system, question] = messages
  if (system === undefined || question === undefined || !textOf(system).startsWith(beginning)) return undefined
  const text = unescaped(textOf(question))
  const request = /<request>([\s\S]*)<\/request>/.exec(text)?.[1] ?? ''
  const tables = [...text.matchAll(/<table id="(\d+)"[^>]*>\n([\s\S]*?)\n<\/table>/g)].flatMap(
    ([, id, written = '']) => {
      const [head = '', ...rows] = written.split('\n')
      const rule = head.replace(/[^|]+/g, '---')
      return findTables([head, rule, ...rows].join('\n')).map(table => ({ id: Number(id), table }))
    },
  )
  const chosen = tables.findLast(({ table }) => numericColumns(table).length > 0)
  const none = { unit: '', take: 'rows', only: [], without: [], swap: false, points: [] }
  if (chosen === undefined)
    return JSON.stringify({ ...none, title: '', kind: 'bar', table: 0, labels: '', columns: [] })
  const { columns, rows } = chosen.table
  const numeric = numericColumns(chosen.table)
  const named = columns.findIndex((name, at) => !numeric.includes(at) && name !== '' && request.includes(name))
  const at = Math.max(named, 0)
  const cells = rows.map(row => row[at] ?? '')
  const numbers = numeric.map(index => columns[index] ?? '')
  const kind = kinds.find(([, words]) => words.test(request))?.[0] ?? (times.test(columns[at] ?? '') ? 'line' : 'bar')
  return JSON.stringify({
    ...none,
    title: `${numbers.join(', ')} · ${columns[at]}`,
    kind,
    table: chosen.id,
    labels: columns[at],
    columns: kind === 'pie' ? numbers.slice(0, 1) : numbers,
    take: new Set(cells).size < cells.length ? 'sum' : 'rows',
    without: cells.filter(cell => totals.test(cell)),
  })
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
