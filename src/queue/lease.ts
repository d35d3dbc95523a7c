import type { Selectable } from 'kysely'
import type { Schema } from '../store/tables.ts'

/** A turn that this replica has taken, as long as no other has. */
export interface Lease {
  /** Changes to the turn's record count only with this. */
  readonly count: number
  /** Nobody else can have taken it yet. */
  readonly isSure: boolean
  /** Resolves when that is sure; waits while the database is away. Rejects with the reason of `lost`. */
  sure(): Promise<void>
  /** Aborts when another replica has the turn, or may have. */
  readonly lost: AbortSignal
  /** The turn has ended, and that is written down. */
  end(): Promise<void>
  /** Another replica goes on with it. */
  giveBack(): Promise<void>
}

/** All claims of this replica. */
export interface Leases {
  /** `sentAt` is the moment of `performance.now()` at which the turn was asked for. */
  open(row: Claimed, job: JobAttempt, sentAt: number): Lease
  close(): void
}

/** The turn's record as it was claimed. */
type Claimed = Pick<Selectable<Schema['turns']>, 'id' | 'claim'>

/** An entry of the queue, and the how-manieth time that it was handed out. */
interface JobAttempt {
  id: string
  retryCount: number
}

/** What the queue does with its entries. */
interface Entries {
  /** Says that they are still worked on; answers which of them are still this replica's. */
  touch(jobs: JobAttempt[]): Promise<string[]>
  complete(job: JobAttempt): Promise<void>
  giveBack(job: JobAttempt, turn: Claimed): Promise<void>
}

const touchEveryMs = 1_000
/**
 * So long after the database last knew of it, a claim is sure. It is less than the time after which another replica may take
 * it: four seconds without any connection, or ten without a touch.
 */
const sureMs = 3_500

/** Makes the claims. The clock is the process's own: it only measures how long ago something was. */
export function createLeases(entries: Entries): Leases {
  const held = new Map<string, Held>()
  let isTouching = false

  const touch = async (): Promise<void> => {
    if (isTouching || held.size === 0) return
    isTouching = true
    const asked = [...held.values()]
    const sentAt = performance.now()
    try {
      const ours = new Set(await entries.touch(asked.map(({ job }) => job)))
      for (const one of asked) if (held.has(one.job.id)) ours.has(one.job.id) ? one.confirm(sentAt) : one.lose()
    } catch {
      // Away: what is no longer sure waits.
    } finally {
      isTouching = false
    }
  }
  const timer = setInterval(() => void touch(), touchEveryMs).unref()

  return {
    open(turn, job, sentAt) {
      const lost = new AbortController()
      let sureUntil = sentAt + sureMs
      let told = Promise.withResolvers<void>()
      const isSure = () => !lost.signal.aborted && performance.now() < sureUntil
      const tell = () => {
        told.resolve()
        told = Promise.withResolvers()
      }
      held.set(job.id, {
        job,
        confirm(at) {
          sureUntil = at + sureMs
          tell()
        },
        lose() {
          held.delete(job.id)
          lost.abort(new LostClaim())
          tell()
        },
      })
      const leave = () => void held.delete(job.id)
      return {
        count: turn.claim,
        get isSure() {
          return isSure()
        },
        async sure() {
          while (!isSure()) {
            lost.signal.throwIfAborted()
            await told.promise
          }
        },
        lost: lost.signal,
        async end() {
          leave()
          // What cannot be said now shows by the touches that no longer come.
          await entries.complete(job).catch(() => {})
        },
        async giveBack() {
          leave()
          await entries.giveBack(job, turn).catch(() => {})
        },
      }
    },
    close() {
      clearInterval(timer)
    },
  }
}

interface Held {
  job: JobAttempt
  confirm(sentAt: number): void
  lose(): void
}

/** Another replica has the turn: whatever was still to be written is not this one's to write. */
class LostClaim extends Error {
  constructor() {
    super('another replica has taken the turn')
    this.name = 'LostClaim'
  }
}
