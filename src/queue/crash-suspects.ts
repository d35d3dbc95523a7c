import { setTimeout as delay } from 'node:timers/promises'
import { createSemaphore } from '../semaphore.ts'
import { type ActiveJob, maxCrashes } from './job.ts'

/** A process that crashes within this time after its start, while suspects wait, does not crash because of them. */
const quietMs = 2_000

/**
 * Creates the entrance for turns that may be crashing the process: such a turn waits for two quiet seconds after the start and then runs
 * alone, so that a further crash is its own. Others enter at once. Resolves with the function that leaves.
 */
export function createCrashSuspects() {
  const suspects = createSemaphore(1)
  const quiet = delay(quietMs, undefined, { ref: false })
  return async ({ crashes }: Pick<ActiveJob, 'crashes'>): Promise<() => void> => {
    if (crashes !== maxCrashes - 1) return () => undefined
    await quiet
    return suspects.enter()
  }
}
