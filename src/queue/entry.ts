import type { TurnRecord, TurnRecords } from '../store/turns.ts'
import { createProgress, nothingReached, type Reached } from './checkpoint.ts'
import type { Interruption, Job } from './job.ts'
import type { Lease } from './lease.ts'
import type { Turn } from './turn.ts'

/** A turn on its way, and what has become of it so far. */
export interface Entry {
  turn: Turn
  edition: number
  reached: Reached
  attempts: number
  deaths: number
  isKept: boolean
  /** Where several replicas answer: that this one has the turn. */
  lease?: Lease
  /** An earlier process, or an earlier edition, has left something in Slack. */
  isResumed: boolean
  /** Nothing of a dead process can undo its end any more. */
  isChecked: boolean
  isRunning: boolean
  isEnding: boolean
  heardAt: number
  attempt: AbortController
  /** The last reason for which an attempt was to be broken off; it may come while an earlier one still does its work. */
  interruption: Interruption | undefined
}

/** A turn over which the process died so often is set aside; from one death less on, it is tried alone and late. */
export const mostDeaths = 3

/** A turn that is begun for the first time. One that was found in history may have been answered by a bot whose store is gone. */
export function createEntry(turn: Turn, isKept: boolean, from: 'event' | 'history'): Entry {
  const first = { edition: 1, reached: nothingReached(), attempts: 0, deaths: 0, isChecked: true }
  return { turn, isKept, isResumed: from === 'history', ...first, ...heardNow() }
}

/** A turn that was written down and is taken up again. */
export function parseEntry(record: TurnRecord, isKept: boolean): Entry {
  const { edition, messages, shown, postingAt, attempts, deaths } = record
  const turn = JSON.parse(record.turn) as Turn
  const reached = { messages, shown, postingAt }
  return { turn, edition, reached, attempts, deaths, isKept, isResumed: true, isChecked: attempts === 0, ...heardNow() }
}

const heardNow = () => ({
  heardAt: performance.now(),
  attempt: new AbortController(),
  interruption: undefined,
  isRunning: false,
  isEnding: false,
})

/** Breaks off the attempt that goes on, or the next one before it begins. */
export function interrupt(entry: Entry, interruption: Interruption): void {
  entry.interruption = interruption
  entry.attempt.abort(interruption)
}

/** What stands is written over from its beginning; what else was wanted meanwhile is not forgotten. */
export function startOver(entry: Entry): void {
  entry.attempt = new AbortController()
  if (entry.interruption?.kind === 'edited') entry.interruption = undefined
  else entry.attempt.abort(entry.interruption)
  entry.isResumed = false
  entry.reached = { ...nothingReached(), messages: entry.reached.messages }
}

/** The process may be dying of this turn: it is tried when nothing else is under suspicion. */
export function isSuspect({ deaths }: Entry): boolean {
  return deaths === mostDeaths - 1
}

/** The next attempt. */
export function buildJob(entry: Entry, turns: TurnRecords): Job {
  const { signal } = entry.attempt
  const { lease } = entry
  const own: Pick<TurnRecords, 'change'> = { change: (id, change) => turns.change(id, change, lease?.count) }
  return {
    turn: entry.turn,
    progress: createProgress(own, entry.turn.id, entry.reached),
    edition: entry.edition,
    isResumed: entry.isResumed,
    isSetAside: entry.deaths >= mostDeaths,
    isKept: entry.isKept,
    async begin() {
      // What is only brought to its end stays what it was until then.
      if (signal.aborted) return
      entry.attempts += 1
      // What was claimed was written down as begun with that.
      if (lease !== undefined) return
      await own.change(entry.turn.id, { state: 'answering', attempts: entry.attempts })
    },
    signal,
    heardAt: entry.heardAt,
    ...(lease !== undefined && { lease }),
  }
}
