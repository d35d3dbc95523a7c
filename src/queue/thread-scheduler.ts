import { createSemaphore } from '../semaphore.ts'

/** Who is before whom: each thread's items run one at a time in the order of their keys, threads side by side under a limit. */
export interface ThreadScheduler<T> {
  add(item: T): void
  /** Whether anything of the thread runs or waits. */
  isEmpty(thread: string): boolean
  /** Resolves when nothing runs or waits any more. */
  allEnd(): Promise<void>
}

/** How items are lined up and run. */
export interface LineOptions<T> {
  /** So many threads run at once; the others wait. */
  most: number
  threadOf: (item: T) => string
  /** Items of one thread run in the order of these. */
  keyOf: (item: T) => string
  /** A thread's next item is chosen when this resolves: one that belongs before it may still come. */
  ready: (item: T) => Promise<void>
  /** Never throws. */
  run: (item: T) => Promise<void>
  /** The item waits behind so many others now. */
  onAhead: (item: T, ahead: number) => void
}

/** So many of those that wait are told again whenever one before them has begun. */
const toldAgain = 3

interface Line<T> {
  waiting: T[]
  isRunning: boolean
}

/** No lines yet. */
export function createThreadScheduler<T>(options: LineOptions<T>): ThreadScheduler<T> {
  const lines = new Map<string, Line<T>>()
  const pumps = new Set<Promise<void>>()
  const slots = createSemaphore(options.most)

  const pump = async (thread: string, line: Line<T>): Promise<void> => {
    for (let first = line.waiting[0]; first !== undefined; first = line.waiting[0]) {
      await options.ready(first)
      const leave = await slots.enter()
      const next = line.waiting.shift() as T
      line.isRunning = true
      for (const item of line.waiting.slice(0, toldAgain)) tellAhead(line, item)
      await options.run(next)
      line.isRunning = false
      leave()
    }
    lines.delete(thread)
  }

  const tellAhead = (line: Line<T>, item: T) => {
    const before = line.isRunning ? 1 : slots.waiting
    const ahead = before + line.waiting.indexOf(item)
    if (ahead > 0) options.onAhead(item, ahead)
  }

  return {
    add(item) {
      const thread = options.threadOf(item)
      const line = lines.get(thread) ?? { waiting: [], isRunning: false }
      const behind = line.waiting.findIndex(other => options.keyOf(other) > options.keyOf(item))
      line.waiting.splice(behind < 0 ? line.waiting.length : behind, 0, item)
      if (!lines.has(thread)) {
        lines.set(thread, line)
        const pumping = pump(thread, line).finally(() => pumps.delete(pumping))
        pumps.add(pumping)
      }
      tellAhead(line, item)
    },
    isEmpty: thread => !lines.has(thread),
    async allEnd() {
      while (pumps.size > 0) await Promise.all(pumps)
    },
  }
}
