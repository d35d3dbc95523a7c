import type { ThreadId } from '../slack/thread-history.ts'
import type { NewTurn, TurnRecord, TurnRecords } from '../store/turns.ts'

/**
 * Storage and order of the queue's turns. It leases the turns of a thread one at a time and in order, each to one process. With
 * SQLite there is one process, whose leases never expire; with PostgreSQL there are several replicas.
 */
export interface QueueDriver {
  /**
   * Saves a turn durably. Resolves with false for a duplicate, with 'declined' if its person has too many that wait and it is not
   * promised, with 'flood' if it is the first of them that is declined.
   */
  save(turn: NewTurn): Promise<boolean | 'declined' | 'flood'>
  /** Checks that one more turn of a person may wait, besides `coming` ones in threads of their own that are not saved yet. */
  hasRoom(person: string, coming: number): Promise<boolean>
  /** Takes over unfinished turns. */
  start(events: QueueEvents): Promise<void>
  /** Lets a turn that was just saved be leased. */
  enqueue(turn: ThreadId & { id: string; ts: string }): void
  /** Takes up to `most` threads whose next turn can be leased. */
  take(most: number): Promise<Lane[]>
  load(id: string): Promise<TurnRecord | undefined>
  /** Lists the waiting and running turns of a thread, oldest first. */
  inThread(thread: ThreadId): Promise<TurnRecord[]>
  /** Checks that no turn makes the thread the bot's business. */
  isForeign(thread: ThreadId): Promise<boolean>
  /** Changes an unfinished turn, and tells the replica that holds its lease. Resolves with false if there is none. */
  mark(id: string, change: Parameters<TurnRecords['mark']>[1], by?: string): Promise<boolean>
  /** Enqueues an ended turn again, with another revision if asked for, and changed if `turn` is given. */
  reopen(
    id: string,
    as: { state: 'waiting' | 'withdrawing'; isNextRevision: boolean; turn?: string },
  ): Promise<Reopened>
  /** Number of turns that this process holds. */
  readonly size: number
  /** Leases nothing more that outlives this process. */
  drain(): void
  stop(): Promise<void>
}

/** At most this many turns run at once: they share Slack's limits, so that more would only be slower. */
export const concurrency = 100

type Reopened = 'begun' | 'busy' | 'unknown'

interface QueueEvents {
  /** Something can be leased. */
  onReady(): void
  /** Another process marked a turn; without an id, any turn. */
  onMarked(id?: string, by?: string): void
  /** Counts the turns that can start at once. */
  freeSlots(): number
  /** The turn waits behind `ahead` others. */
  onAhead(record: Pick<TurnRecord, 'turn'>, ahead: number): void
}

/** A thread taken from the queue at the turn with this ts. */
export interface Lane extends ThreadId {
  ts: string
  /** Leases the thread's oldest unfinished turn. Resolves with undefined if there is none. */
  next(): Promise<LeasedTurn | undefined>
}

/** A leased turn. */
export interface LeasedTurn {
  /** As it was before this attempt. */
  record: TurnRecord
  lease: Lease
  isResumed: boolean
  /** It had ended before. */
  isReopened: boolean
  isPersistent: boolean
  /** The person who stopped it while it waited. */
  stoppedBy?: string | undefined
  /** The thread's other turns that another replica received or answered. */
  foreign: TurnRecord[]
}

/** Exclusive right to answer a turn. */
export interface Lease {
  /** Fencing token for writes to the turn's record; undefined with a single process. */
  readonly token: number | undefined
  /** True while no other replica can hold the turn. */
  readonly isValid: boolean
  /** Resolves while the lease is valid; waits while the database is away. Rejects with the reason of `lost`. */
  whenValid(): Promise<void>
  /** Aborts when another replica holds the turn, or may. */
  readonly lost: AbortSignal
  /** Ends the lease of a turn whose end is saved. */
  end(): Promise<void>
  /** Gives the turn back to the queue. */
  release(): Promise<void>
}
