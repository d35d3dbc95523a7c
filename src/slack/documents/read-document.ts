import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { DocumentAnswer, DocumentTask } from './document-worker.ts'
import { DocumentProblem } from './problem.ts'

/** The text of a document, the characters beyond the limit, and how many of its pages were read if not all. */
interface DocumentText {
  text: string
  cutCharacters: number
  pages?: { read: number; total: number }
}

interface DocumentBounds {
  timeoutMs: number
  /** Growth of the whole process meanwhile, in bytes. */
  maxGrowthBytes: number
}

/** Ordinary documents take well under a second. */
const defaultTimeoutMs = 20_000
/** Of JavaScript's heap; ordinary documents need a tenth of it. */
const maxHeapMb = 256
/** Unpacked data lies outside the heap: 2 kB can hold a gigabyte. The library for PDFs itself takes about 70 MB. */
const defaultMaxGrowthBytes = 400_000_000
const memoryCheckMs = 50

/**
 * Creates the reader of documents. It reads in a thread of its own: a hostile document can compute for minutes without a pause, and only
 * a thread can be ended. One at a time, because each thread carries its libraries. `read` throws a `DocumentProblem`, or the signal's
 * reason.
 */
export function createDocumentReader(bounds: Partial<DocumentBounds> = {}) {
  const { timeoutMs = defaultTimeoutMs, maxGrowthBytes = defaultMaxGrowthBytes } = bounds
  let last: Promise<unknown> = Promise.resolve()
  return {
    read(task: DocumentTask, signal?: AbortSignal): Promise<DocumentText> {
      const mine = last.then(() => ask(task, { timeoutMs, maxGrowthBytes }, signal))
      last = mine.catch(() => undefined)
      return untilAborted(mine, signal)
    },
  }
}

async function ask(task: DocumentTask, limits: DocumentBounds, signal?: AbortSignal): Promise<DocumentText> {
  signal?.throwIfAborted()
  const bounds = openBounds(limits)
  const worker = startWorker(task)
  try {
    const stop = signal === undefined ? bounds.signal : AbortSignal.any([signal, bounds.signal])
    const [answer]: DocumentAnswer[] = await once(worker, 'message', { signal: stop })
    if (answer === undefined || 'problem' in answer) throw new DocumentProblem(answer?.problem ?? 'damaged')
    return answer
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof DocumentProblem) throw error
    throw new DocumentProblem(bounds.signal.aborted || isOutOfMemory(error) ? 'too_costly' : 'damaged')
  } finally {
    bounds.close()
    await worker.terminate()
  }
}

/** Enforces the limits of one document from outside, since its thread may be too busy to notice. */
function openBounds({ timeoutMs, maxGrowthBytes }: DocumentBounds): { signal: AbortSignal; close(): void } {
  const startBytes = process.memoryUsage.rss()
  const exceeded = new AbortController()
  const growth = setInterval(() => {
    if (process.memoryUsage.rss() - startBytes > maxGrowthBytes) exceeded.abort()
  }, memoryCheckMs)
  const timeout = setTimeout(() => exceeded.abort(), timeoutMs)
  return {
    signal: exceeded.signal,
    close() {
      clearInterval(growth)
      clearTimeout(timeout)
    },
  }
}

/** The thread gets neither the environment, where the tokens are, nor the console, where text would reach a log. */
function startWorker(task: DocumentTask): Worker {
  const worker = new Worker(new URL('./document-worker.ts', import.meta.url), {
    workerData: task,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  })
  // An error after the answer, while the thread is being ended, has nobody left to tell.
  return worker.on('error', () => undefined)
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

/** Ends the wait, also the one for a free slot, when the signal aborts. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
