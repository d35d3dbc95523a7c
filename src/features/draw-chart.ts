import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { formatError, ShownError, SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createSemaphore } from '../semaphore.ts'
import type { CallSlack } from '../slack/client.ts'
import { upload } from '../slack/upload.ts'
import { deliverOnce } from './delivery.ts'
import type { Chart } from './draw-chart-worker.ts'

/** Slack's limits on its charts. Source: docs.slack.dev, data visualization block. */
const mostSeries = 6
const mostCategories = 20
const mostSegments = 12
const mostNameCharacters = 20
const mostTitleCharacters = 50

/**
 * Builds Slack's own chart; undefined if there is more than it takes. `shorten` cuts names of series, which it otherwise refuses.
 */
export function buildChartBlock(
  { title, kind, categories, series }: Chart,
  shorten?: 'shorten',
): Record<string, unknown> | undefined {
  const names = series.map(({ name }) => (shorten === undefined ? name : shortenName(name)))
  const isShort = (name: string) => name !== '' && name.length <= mostNameCharacters
  const isWhole = series.every(({ values }) => values.every(value => value !== null))
  if (title.length > mostTitleCharacters || !isWhole || ![...names, ...categories].every(isShort)) return undefined
  if (hasTwins(names) || hasTwins(categories)) return undefined
  const block = (chart: object) => ({ type: 'data_visualization', title, chart })
  if (kind === 'pie') {
    const values = series[0]?.values ?? []
    const segments = categories.map((label, index) => ({ label, value: values[index] ?? 0 }))
    if (segments.length > mostSegments || segments.some(({ value }) => value <= 0)) return undefined
    return block({ type: 'pie', segments })
  }
  // Slack has no other bars than those of one series on those of the next.
  if (kind === 'bar' && series.length > 1) return undefined
  if (series.length > mostSeries || categories.length > mostCategories) return undefined
  const points = series.map(({ values }, index) => ({
    name: names[index],
    data: categories.map((label, at) => ({ label, value: values[at] ?? 0 })),
  }))
  return block({ type: kind === 'line' ? 'line' : 'bar', series: points, axis_config: { categories } })
}

const hasTwins = (names: readonly string[]) => new Set(names).size < names.length

/** Shortens a name, between words if it has several. */
function shortenName(name: string): string {
  if (name.length <= mostNameCharacters) return name
  const head = name.slice(0, mostNameCharacters - 1).toWellFormed()
  return `${head.replace(/\s+\S*$/, '')}…`
}

/**
 * Posts a message with Slack's own chart once, or where Slack does not take that, with a picture of it in its thread. `check` is asked again
 * before the picture. Resolves with the message's ts, and with whether it has its chart. Throws what `post` and `check` throw.
 */
export async function postWithChart(
  deps: Parameters<typeof deliverOnce>[0] & { call: CallSlack; log: Log },
  chart: Chart,
  to: Parameters<typeof deliverOnce>[1] & {
    /** Name of the picture. */
    file: string
    post: (block: ReturnType<typeof buildChartBlock>) => Promise<unknown>
    check: () => Promise<unknown>
  },
): Promise<{ ts: string; hasChart: boolean }> {
  const { channel } = to.place
  const block = buildChartBlock(chart, 'shorten')
  const post = async () => {
    const charted = block && (await to.post(block).catch(ignoreRefusal))
    return charted === undefined ? { ts: await to.post(undefined) } : { ts: charted, blocks: [block] }
  }
  const { ts: posted, blocks } = await deliverOnce(deps, to, post)
  const ts = String(posted)
  if (
    z
      .array(z.object({ type: z.string() }))
      .safeParse(blocks)
      .data?.some(isChart)
  )
    return { ts, hasChart: true }
  try {
    const bytes = await drawChart(chart)
    const sendPicture = async () => {
      await to.check()
      await upload(deps.call, [{ name: to.file, alt: chart.title, bytes }], { channel, threadTs: ts })
      return {}
    }
    await deliverOnce(deps, { ...to, place: { channel, threadTs: ts }, name: to.file }, sendPicture)
    return { ts, hasChart: true }
  } catch (error) {
    if (error instanceof ShownError) throw error
    deps.log.warn({ reason: formatError(error) }, 'chart not sent')
    return { ts, hasChart: false }
  }
}

const isChart = ({ type }: { type: string }) => type === 'data_visualization'

/** Resolves a post with undefined if Slack knows no charts. */
export function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof SlackError && /^(?:invalid_blocks|unsupported_block)/.test(error.code))) throw error
}

/** Drawing takes about a second; a machine that is busy may need longer. */
const timeoutMs = 60_000
/** Each holds its libraries and a font of 8 MB. */
const mostThreads = 2
const gate = createSemaphore(mostThreads)

/**
 * Draws a chart as a PNG in a worker thread: its libraries block for a second, and take their memory with them when the thread ends.
 * Throws if they fail or take longer than a minute. Waits while others are drawn.
 */
export const drawChart = (chart: Chart): Promise<Uint8Array> => gate.run(() => drawInThread(chart))

async function drawInThread(workerData: Chart): Promise<Uint8Array> {
  const worker = new Worker(new URL('./draw-chart-worker.ts', import.meta.url), {
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
