import { once } from 'node:events'
import { flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { DocumentAnswer, DocumentTask } from './document-worker.ts'

/** Limits of one document. */
interface Bounds {
  timeoutMs: number
  /** Growth of the process meanwhile, in bytes. Unpacked data lies outside of the heap: 2 kB can hold a gigabyte. */
  maxGrowthBytes: number
}

/** Of JavaScript's heap; ordinary documents need a tenth of it. */
const maxHeapMb = 256
const memoryCheckMs = 50

// Only in a process that was started for this: importing the file anywhere else has no effect.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('disconnect', () => process.exit())
  process.once('message', async ({ task, bounds }: { task: Omit<DocumentTask, 'bytes'>; bounds: Bounds }) => {
    const bytes = await readAll(process.stdin)
    const answer = await readInThread({ ...task, bytes }, bounds)
    flushCompileCache()
    process.send?.(answer, () => process.exit())
  })
}

async function readAll(stream: NodeJS.ReadStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = await stream.toArray()
  const bytes = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** Reads a document in a thread, so that this one can watch what it costs. */
export async function readInThread(task: DocumentTask, { timeoutMs, maxGrowthBytes }: Bounds): Promise<DocumentAnswer> {
  const startBytes = process.memoryUsage.rss()
  const exceeded = new AbortController()
  const stop = () => exceeded.abort()
  const timeout = setTimeout(stop, timeoutMs)
  const growth = setInterval(() => {
    if (process.memoryUsage.rss() - startBytes > maxGrowthBytes) stop()
  }, memoryCheckMs)
  const worker = startWorker(task)
  try {
    const [answer]: DocumentAnswer[] = await once(worker, 'message', { signal: exceeded.signal })
    return answer ?? { problem: 'damaged' }
  } catch (error) {
    return { problem: exceeded.signal.aborted || isOutOfMemory(error) ? 'too_costly' : 'damaged' }
  } finally {
    clearTimeout(timeout)
    clearInterval(growth)
    // A library in the middle of its work ends with the process only.
    void worker.terminate()
  }
}

function startWorker(task: DocumentTask): Worker {
  const worker = new Worker(new URL('./document-worker.ts', import.meta.url), {
    workerData: task,
    // Moved, not copied.
    transferList: task.bytes.byteLength === task.bytes.buffer.byteLength ? [task.bytes.buffer as ArrayBuffer] : [],
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
