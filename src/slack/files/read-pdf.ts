import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { PdfAnswer, PdfTask } from './pdf-worker.ts'
import { FileSkipped } from './skipped.ts'

/** The text of a PDF, and how many of its pages were read if not all. */
interface PdfText {
  text: string
  pages?: { read: number; total: number }
}

/** Gives the text of a PDF, or a `FileSkipped`; rejects with the signal's reason when aborted. */
interface PdfReader {
  read(bytes: Uint8Array, signal?: AbortSignal): Promise<PdfText>
}

interface PdfBounds {
  timeoutMs: number
  /** Growth of the whole process meanwhile, in bytes. */
  maxGrowthBytes: number
}

/** Pages that are read, from the first. */
const maxPages = 200
/** Ordinary documents take well under a second. */
const defaultTimeoutMs = 20_000
/** Of JavaScript's heap; ordinary documents need a tenth of it. */
const maxHeapMb = 256
/** Unpacked data lies outside the heap: 2 kB can hold a gigabyte. The library itself takes about 70 MB. */
const defaultMaxGrowthBytes = 400_000_000
const memoryCheckMs = 50

/**
 * Reads PDFs in a thread of its own: a hostile one can compute for minutes without a pause, and only a thread can be
 * ended. One at a time, because each thread carries the whole PDF library.
 */
export function createPdfReader(bounds: Partial<PdfBounds> = {}): PdfReader {
  const { timeoutMs = defaultTimeoutMs, maxGrowthBytes = defaultMaxGrowthBytes } = bounds
  let last: Promise<unknown> = Promise.resolve()
  return {
    read(bytes, signal) {
      const mine = last.then(() => ask(bytes, { timeoutMs, maxGrowthBytes }, signal))
      last = mine.catch(() => undefined)
      return untilAborted(mine, signal)
    },
  }
}

async function ask(bytes: Uint8Array, limits: PdfBounds, signal?: AbortSignal): Promise<PdfText> {
  signal?.throwIfAborted()
  const bounds = openBounds(limits)
  const worker = startWorker(bytes)
  try {
    const stop = signal === undefined ? bounds.signal : AbortSignal.any([signal, bounds.signal])
    const [answer] = await once(worker, 'message', { signal: stop })
    return parseReply(answer)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof FileSkipped) throw error
    throw new FileSkipped(bounds.signal.aborted || isOutOfMemory(error) ? 'too_large' : 'damaged')
  } finally {
    bounds.close()
    await worker.terminate()
  }
}

/** Enforces the limits of one PDF from outside, since its thread may be too busy to notice. */
function openBounds({ timeoutMs, maxGrowthBytes }: PdfBounds): { signal: AbortSignal; close(): void } {
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
function startWorker(bytes: Uint8Array): Worker {
  const workerData: PdfTask = { pdf: bytes, maxPages }
  const worker = new Worker(new URL('./pdf-worker.ts', import.meta.url), {
    workerData,
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  })
  // An error after the answer, while the thread is being ended, has nobody left to tell.
  return worker.on('error', () => undefined)
}

function parseReply(answer: PdfAnswer): PdfText {
  if ('problem' in answer) throw new FileSkipped(answer.problem)
  const { text, readPages, totalPages } = answer
  if (text === '') throw new FileSkipped('no_text')
  if (totalPages === readPages) return { text }
  const pages = { read: readPages, total: totalPages }
  return { text: `[The first ${readPages} of ${totalPages} pages]\n\n${text}`, pages }
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
