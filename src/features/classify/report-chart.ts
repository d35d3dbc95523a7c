import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { buildReport } from './report.ts'
import type { ChartTask } from './report-chart-worker.ts'

/** Slack's limits on its charts. Source: docs.slack.dev, data visualization block. */
const mostSeries = 6
const mostNameCharacters = 20

/** Builds Slack's own chart of the report's numbers; undefined if there are more kinds than it takes, or names that are too alike. */
export function buildChartBlock(
  { weeks, kinds }: Pick<ReturnType<typeof buildReport>, 'weeks' | 'kinds'>,
  title: string,
): Record<string, unknown> | undefined {
  const series = kinds.map(({ name }, index) => ({
    name: shorten(name),
    data: weeks.map(week => ({ label: week.name, value: week.counts[index] ?? 0 })),
  }))
  if (series.length > mostSeries || new Set(series.map(({ name }) => name)).size < series.length) return undefined
  const chart = { type: 'bar', series, axis_config: { categories: weeks.map(({ name }) => name) } }
  return { type: 'data_visualization', title, chart }
}

/** Shortens a name, between words if it has several. */
function shorten(name: string): string {
  if (name.length <= mostNameCharacters) return name
  const head = name.slice(0, mostNameCharacters - 1).toWellFormed()
  return `${head.replace(/\s+\S*$/, '')}…`
}

/** Drawing takes about a second; a machine that is busy may need longer. */
const timeoutMs = 60_000

/**
 * Draws the report's numbers as a PNG in a worker thread: its libraries block for a second, and take their memory with them when the
 * thread ends. Throws if they fail or take longer than a minute.
 */
export async function drawChart(
  { weeks, kinds }: Pick<ReturnType<typeof buildReport>, 'weeks' | 'kinds'>,
  title: string,
): Promise<Uint8Array> {
  const workerData: ChartTask = { title, weeks, kinds: kinds.map(({ name }) => name) }
  const worker = new Worker(new URL('./report-chart-worker.ts', import.meta.url), {
    workerData,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  try {
    const [bytes] = await once(worker, 'message', { signal: AbortSignal.timeout(timeoutMs) })
    return bytes as Uint8Array
  } finally {
    await worker.terminate()
  }
}
