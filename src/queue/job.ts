import type { Progress } from '../reply/checkpoint.ts'
import type { TurnRecords } from '../store/turns.ts'
import type { Lease, LeasedTurn } from './queue-driver.ts'
import { parseStoredTurn, type Turn } from './turn.ts'
import type { parseFacts } from './turn-facts.ts'

/** The attempts of this process to answer one turn, as the handler sees them. */
export interface Job {
  readonly turn: Turn
  readonly progress: Progress
  /** 1, plus one for each regeneration. */
  readonly revision: number
  /** An earlier attempt may have left the reply in Slack, in part or whole. */
  readonly isResumed: boolean
  /** The process crashed over the turn too often: it is not tried again. */
  readonly isQuarantined: boolean
  /** The next start finishes the turn if the bot stops first. */
  readonly isPersistent: boolean
  /** Saved with the end of the turn. */
  readonly facts: ReturnType<typeof parseFacts>
  /** When to withdraw the turn again: what was made for it could not be looked for. */
  removeAgainAt: number | undefined
  /** Records that the turn is being answered. */
  begin(): Promise<void>
  /** Aborts with an {@link Interruption}. */
  readonly signal: AbortSignal
  /** Nothing may be written to Slack unless it is valid. */
  readonly lease: Lease
  /** When the question came, by `performance.now()`. */
  readonly heardAt: number
}

/** Reason for aborting an attempt. */
export class Interruption extends Error {
  readonly kind: 'stopped' | 'edited' | 'withdrawn' | 'closing' | 'lost'
  /** The person who stopped it. */
  readonly by: string | undefined

  constructor(kind: Interruption['kind'], by?: string) {
    super(kind)
    this.name = 'Interruption'
    this.kind = kind
    this.by = by
  }
}

/** Outcome of an attempt: a final state of the turn, another attempt, or leaving it to the next process. */
export type Ended =
  | 'done'
  | 'volunteered'
  | 'failed'
  | 'stopped'
  | 'withdrawn'
  | 'passed'
  | 'quarantined'
  | 'again'
  | 'handed_over'

/** A job and the queue's own notes about it. */
export type ActiveJob = NonNullable<ReturnType<typeof createJob>>

/** Turns with this many crashes are quarantined; with one less, they run alone and late. */
export const maxCrashes = 3

/** A growing reply saves its length this often at most. */
const saveShownEveryMs = 2_000

/** Creates the job of a leased turn. Returns undefined if the stored turn cannot be parsed. */
export function createJob(leased: LeasedTurn, turns: Pick<TurnRecords, 'update'>) {
  const { record, lease, isReopened } = leased
  const turn = parseStoredTurn(record.turn)
  if (turn === undefined) return undefined
  const update: Update = change => turns.update(record.id, change, lease.token)
  const reached = { messages: record.messages, shown: record.shown, postingAt: record.postingAt }
  let attempt = new AbortController()
  let isBegun = record.state !== 'waiting'
  return {
    turn,
    progress: createProgress(update, reached),
    revision: record.revision,
    isResumed: leased.isResumed,
    isQuarantined: record.crashes >= maxCrashes,
    isPersistent: leased.isPersistent,
    crashes: record.crashes,
    facts: {} as ReturnType<typeof parseFacts>,
    /** A call of a crashed process may still arrive after the end. */
    needsRecheck: record.attempts > 0 && !isReopened,
    removeAgainAt: undefined as number | undefined,
    async begin() {
      if (isBegun || attempt.signal.aborted) return
      isBegun = true
      await update({ state: 'answering', attempts: record.attempts + 1 })
    },
    signal: attempt.signal,
    lease,
    // After a restart, the person has waited since the turn was saved.
    heardAt: performance.now() - (isReopened ? 0 : Math.max(0, Date.now() - record.savedAt)),
    isRunning: false,
    isEnding: false,
    /** Resolves when the end is saved, or the job is left to another process. */
    ended: Promise.withResolvers<void>(),
    /** The last reason for an abort, which may come while an earlier one is handled. */
    interruption: undefined as Interruption | undefined,
    interrupt(kind: Interruption['kind'], by?: string) {
      this.interruption = new Interruption(kind, by)
      attempt.abort(this.interruption)
    },
    /** Prepares another attempt, which writes over the reply from its beginning. */
    restart() {
      attempt = new AbortController()
      this.signal = attempt.signal
      if (this.interruption?.kind === 'edited') this.interruption = undefined
      else attempt.abort(this.interruption)
      this.isResumed = false
      this.facts = {}
      Object.assign(reached, { shown: 0, postingAt: undefined })
      this.progress = createProgress(update, reached)
    },
  }
}

type Update = (change: Parameters<TurnRecords['update']>[1]) => Promise<unknown>

/** Creates the progress of a reply, which is saved with the turn and in `reached`. */
function createProgress(
  update: Update,
  reached: { messages: string[]; shown: number; postingAt?: number | undefined },
) {
  let savedAt = Date.now()
  return {
    messages: reached.messages,
    shown: reached.shown,
    postingAt: reached.postingAt,
    async posting() {
      await update({ postingAt: Date.now() })
    },
    async posted(messages: readonly string[]) {
      // Remembered even if the store cannot be written.
      reached.messages = [...messages]
      await update({ messages: [...messages], postingAt: null })
    },
    showing(characters: number, isHandedOver: boolean) {
      if (!isHandedOver && Date.now() - savedAt < saveShownEveryMs) return
      savedAt = Date.now()
      void update({ shown: characters })
    },
  }
}
