import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { buildChildEnvironment } from '../child-environment.ts'
import type { readInThread } from './document-process.ts'
import { DocumentProblem } from './problem.ts'

type Task = Parameters<typeof readInThread>[0]

type Bounds = Parameters<typeof readInThread>[1]

type Answer = Awaited<ReturnType<typeof readInThread>>

type DrawTask = Required<Pick<Task, 'bytes' | 'limits'>> & { kind: Extract<Task['kind'], `draw_${string}`> }

type ReadTask = Task & { kind: Exclude<Task['kind'], DrawTask['kind']> }

/** Ordinary documents take well under a second. */
const defaultTimeoutMs = 20_000
/** The library for PDFs takes about 70 MB by itself. */
const defaultMaxGrowthBytes = 400_000_000
/** For a process to start and to end. */
const processMs = 10_000

/**
 * Creates the reader of documents. It reads in a process of its own, which a hostile document can only end: one can compute for minutes
 * without a pause, and a single allocation beyond the heap of a thread ends its whole process. One at a time, because each process carries
 * its libraries. `read` gives text, `draw` pictures; both throw a `DocumentProblem`, or the signal's reason.
 */
export function createDocumentReader(bounds: Partial<Bounds> = {}) {
  const { timeoutMs = defaultTimeoutMs, maxGrowthBytes = defaultMaxGrowthBytes } = bounds
  let last: Promise<unknown> = Promise.resolve()
  const run = (task: Task, signal: AbortSignal | undefined) => {
    const mine = last.then(() => ask(task, { timeoutMs, maxGrowthBytes }, signal))
    last = mine.catch(() => undefined)
    return untilAborted(mine, signal)
  }
  return {
    async read(task: ReadTask, signal?: AbortSignal): Promise<Extract<Answer, { text: string }>> {
      const answer = await run(task, signal)
      if ('text' in answer) return answer
      throw new DocumentProblem('damaged')
    },
    async draw(task: DrawTask, signal?: AbortSignal): Promise<Extract<Answer, { pictures: unknown }>> {
      const answer = await run({ ...task, maxCharacters: 0 }, signal)
      if ('pictures' in answer) return answer
      throw new DocumentProblem('damaged')
    },
  }
}

async function ask(task: Task, bounds: Bounds, signal?: AbortSignal): Promise<Exclude<Answer, { problem: unknown }>> {
  signal?.throwIfAborted()
  const timeout = AbortSignal.timeout(bounds.timeoutMs + processMs)
  const child = startProcess()
  try {
    const { bytes, ...rest } = task
    child.send({ task: rest, bounds })
    // In a message, they would be copied several times while nobody is served. A process that has ended reads no more.
    child.stdin?.on('error', () => undefined).end(bytes)
    const answer = await fetchAnswer(child, signal === undefined ? timeout : AbortSignal.any([signal, timeout]))
    if ('problem' in answer) throw new DocumentProblem(answer.problem)
    return answer
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof DocumentProblem ? error : new DocumentProblem('too_costly')
  } finally {
    await endProcess(child)
  }
}

/** The flags of `npm start`: a process for one document has nothing to gain from optimized code and many threads. */
const smallHeap = ['--liftoff-only', '--optimize-for-size', '--max-semi-space-size=1', '--v8-pool-size=1']

/** The process does not get the console, where text would reach a log. */
function startProcess(): ChildProcess {
  const file = new URL('./document-process.ts', import.meta.url)
  return fork(file, {
    env: buildChildEnvironment(),
    execArgv: smallHeap,
    serialization: 'advanced',
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  }).on('error', () => undefined)
}

/** Waits for the answer; a process that ends without one has met its limits. */
async function fetchAnswer(child: ChildProcess, signal: AbortSignal): Promise<Answer> {
  const ended = new AbortController()
  child.once('exit', () => ended.abort())
  const [answer]: Answer[] = await once(child, 'message', { signal: AbortSignal.any([signal, ended.signal]) })
  return answer ?? { problem: 'damaged' }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
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
