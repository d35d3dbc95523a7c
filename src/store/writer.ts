import type { Kysely } from 'kysely'
import type { Log } from '../log.ts'
import type { Schema } from './tables.ts'

/** Writes that may fail: an answer that cannot be recorded is still an answer. */
export interface Writer {
  /** Runs `work`. If it fails, logs the reason with its cure and resolves with undefined. */
  write<R>(work: () => Promise<R>): Promise<R | undefined>
  /** Runs `work` so that its commits survive a power cut. Throws what `work` throws. */
  durably: <R>(work: (db: Kysely<Schema>) => Promise<R>) => Promise<R>
  /** True if the last write worked. */
  readonly isWorking: boolean
}

/** Pause after a failed write: each wait for a locked file blocks the whole process. */
const pauseMs = 1_000
const logEveryMs = 60_000

interface WriterOptions {
  formatProblem: (error: unknown) => string
  durably: Writer['durably']
  /** Effect of a failure, for the log. */
  outcome?: string
}

export function createWriter(
  log: Log,
  {
    formatProblem,
    durably,
    outcome = 'answers go on, but do not outlive a restart until this is mended',
  }: WriterOptions,
): Writer {
  let isWorking = true
  let loggedAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  return {
    durably,
    async write(work) {
      if (Date.now() - failedAt < pauseMs) return undefined
      try {
        const result = await work()
        if (!isWorking) log.info('the store can be written again')
        isWorking = true
        return result
      } catch (error) {
        if (isWorking || Date.now() - loggedAt > logEveryMs) {
          loggedAt = Date.now()
          log.error({ problem: formatProblem(error) }, `the store could not be written; ${outcome}`)
        }
        isWorking = false
        failedAt = Date.now()
        return undefined
      }
    },
    get isWorking() {
      return isWorking
    },
  }
}
