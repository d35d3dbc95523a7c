import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'

/** Work on the store that is done again and again, but never twice at once. */
export interface Repeater {
  /** What ended long ago is forgotten now and then. */
  hourly(work: () => Promise<unknown>): void
  /** What is due is looked for every few seconds. */
  often(work: () => Promise<unknown>): void
  stop(): void
}

const hourMs = 3_600_000
const oftenMs = 5_000

/** Nothing is repeated yet. A failure is told in the log, and the work tried again when its time comes. */
export function createRepeater(log: Log): Repeater {
  const timers: NodeJS.Timeout[] = []
  const every = (ms: number, work: () => Promise<unknown>) => {
    let isAtWork = false
    const once = async () => {
      if (isAtWork) return
      isAtWork = true
      await work().catch(error => log.warn({ reason: formatError(error) }, 'the store could not be read'))
      isAtWork = false
    }
    timers.push(setInterval(() => void once(), ms).unref())
  }
  return {
    hourly: work => every(hourMs, work),
    often: work => every(oftenMs, work),
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
