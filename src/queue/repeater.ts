import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'

const hourMs = 3_600_000
const oftenMs = 5_000

/** Creates timers for work on the store that is repeated, but never runs twice at once. Logs failures. */
export function createRepeater(log: Log) {
  const timers: NodeJS.Timeout[] = []
  const every = (ms: number, work: () => Promise<unknown>) => {
    let isRunning = false
    const run = async () => {
      if (isRunning) return
      isRunning = true
      await work().catch(error => log.warn({ reason: formatError(error) }, 'the store could not be read'))
      isRunning = false
    }
    timers.push(setInterval(() => void run(), ms).unref())
  }
  return {
    hourly: (work: () => Promise<unknown>) => every(hourMs, work),
    often: (work: () => Promise<unknown>) => every(oftenMs, work),
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
