import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { buildReport } from './report.ts'
import type { ChartTask } from './report-chart-worker.ts'

/** Drawing takes about a second; a machine that is busy may need longer. */
const timeoutMs = 60_000

/**
 * Draws the report's numbers as a PNG in a worker thread: its libraries block for a second, and take their memory with them when the
 * thread ends. Throws if they fail or take longer than a minute.
 */
export async function drawChart({ weeks, kinds }: ReturnType<typeof buildReport>, title: string): Promise<Uint8Array> {
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
