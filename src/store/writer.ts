import type { Kysely } from 'kysely'
import type { Log } from '../log.ts'
import type { Schema } from './tables.ts'

/** Writes that may fail without stopping anybody: an answer that cannot be noted down is still an answer. */
export interface Writer {
  /**
   * Does the work. When it fails, the log says why and what to do, and the result is undefined: whoever asked goes on
   * without having been written down.
   */
  write<R>(work: () => Promise<R>): Promise<R | undefined>
  /** Runs the work so that what it commits outlives a power cut. Throws what it throws. */
  durably: Durably
  /** Whether the last write worked. */
  readonly isWorking: boolean
}

export type Durably = <R>(work: (db: Kysely<Schema>) => Promise<R>) => Promise<R>

/** A store that could not be written rests: waiting for a locked file holds up the whole process each time. */
const restMs = 1_000
/** The same complaint is made again after this long at the earliest. */
const complaintEveryMs = 60_000

/** Makes a writer that turns a failure into a sentence with `toProblem`, and says what comes of it meanwhile. */
export function createWriter(
  log: Log,
  toProblem: (error: unknown) => string,
  durably: Durably,
  outcome = 'answers go on, but do not outlive a restart until this is mended',
): Writer {
  let isWorking = true
  let complainedAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  return {
    durably,
    async write(work) {
      if (Date.now() - failedAt < restMs) return undefined
      try {
        const result = await work()
        if (!isWorking) log.info('the store can be written again')
        isWorking = true
        return result
      } catch (error) {
        if (isWorking || Date.now() - complainedAt > complaintEveryMs) {
          complainedAt = Date.now()
          log.error({ problem: toProblem(error) }, `the store could not be written; ${outcome}`)
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
