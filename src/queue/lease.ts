import type { TurnRecord } from '../store/turns.ts'
import type { Lease } from './queue-driver.ts'

/** An entry of the queue and its number of deliveries before this one. */
interface QueueEntry {
  id: string
  retryCount: number
}

interface Entries {
  /** Sends a heartbeat. Resolves with the ids of the entries that are still this replica's. */
  touch(entries: QueueEntry[]): Promise<string[]>
  complete(entry: QueueEntry): Promise<void>
  release(entry: QueueEntry, turn: Pick<TurnRecord, 'id' | 'token'>): Promise<void>
}

const touchEveryMs = 1_000
/**
 * A lease is valid for this long after the last heartbeat. Others may take the turn later: after four seconds without a connection,
 * or ten without a heartbeat.
 */
const validMs = 3_500

/**
 * Creates the leases of one replica, kept alive by heartbeats. Their clock is the process's own: clocks of replicas need not agree.
 */
export function createLeases(entries: Entries) {
  const held = new Map<string, { entry: QueueEntry } & Pick<ReturnType<typeof createValidity>, 'confirm' | 'lose'>>()
  let isTouching = false

  const touch = async (): Promise<void> => {
    if (isTouching || held.size === 0) return
    isTouching = true
    const asked = [...held.values()]
    const sentAt = performance.now()
    try {
      const ours = new Set(await entries.touch(asked.map(({ entry }) => entry)))
      for (const one of asked) if (held.has(one.entry.id)) ours.has(one.entry.id) ? one.confirm(sentAt) : one.lose()
    } catch {
      // The database is away: leases expire until it is back.
    } finally {
      isTouching = false
    }
  }
  const timer = setInterval(() => void touch(), touchEveryMs).unref()

  return {
    /** Opens the lease of a turn that was requested at `sentAt`, by `performance.now()`. */
    open(turn: Pick<TurnRecord, 'id' | 'token'>, entry: QueueEntry, sentAt: number): Lease {
      const validity = createValidity(sentAt)
      const forget = () => held.delete(entry.id)
      held.set(entry.id, {
        entry,
        confirm: validity.confirm,
        lose() {
          forget()
          validity.lose()
        },
      })
      return Object.assign(validity.lease, {
        token: turn.token,
        async end() {
          forget()
          // If the database is away, the missing heartbeats end it.
          await entries.complete(entry).catch(() => {})
        },
        async release() {
          forget()
          await entries.release(entry, turn).catch(() => {})
        },
      })
    },
    get size() {
      return held.size
    },
    close: () => clearInterval(timer),
  }
}

/** Tracks how long a lease is valid. */
function createValidity(sentAt: number) {
  const lost = new AbortController()
  let validUntil = sentAt + validMs
  let changed = Promise.withResolvers<void>()
  const isValid = () => !lost.signal.aborted && performance.now() < validUntil
  const wake = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  return {
    confirm(at: number) {
      validUntil = at + validMs
      wake()
    },
    lose() {
      lost.abort(new LeaseLost())
      wake()
    },
    lease: {
      get isValid() {
        return isValid()
      },
      async whenValid() {
        while (!isValid()) {
          lost.signal.throwIfAborted()
          await changed.promise
        }
      },
      lost: lost.signal,
    },
  }
}

class LeaseLost extends Error {
  constructor() {
    super('another replica holds the lease of this turn')
    this.name = 'LeaseLost'
  }
}
