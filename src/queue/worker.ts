import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { lateMs } from '../reply/unknown-outcomes.ts'
import { createSemaphore } from '../semaphore.ts'
import type { TurnRecords } from '../store/turns.ts'
import { buildJob, type Entry, isSuspect, mostDeaths, startOver } from './entry.ts'
import type { Ended, Job } from './job.ts'
import { leavesReply } from './recheck.ts'
import type { Turn } from './turn.ts'

/** Answers turns, each to its end. */
export interface Worker {
  /** Never throws. */
  run(entry: Entry): Promise<void>
}

interface RunnerDeps {
  answer: (job: Job) => Promise<Ended>
  turns: TurnRecords
  log: Log
  /** The question was changed when its answer was just being completed. */
  onLateEdit: (turnId: string) => void
  /** The question was deleted when its answer was just being completed. */
  takeAway: (turnId: string) => Promise<void>
  /** Turns may still be begun. */
  isOpen: () => boolean
}

/** What a turn comes to in this process. */
type Settled = Exclude<Ended, 'again'>

/** If the process dies within this time while turns under suspicion rest, they are not what kills it. */
const quietMs = 2_000
/** The end of a turn that several replicas see is written down again after this long, when the database was away. */
const againMs = 500

/** Makes the runner. A turn's failure is the turn's own affair; one that throws all the same holds up nobody. */
export function createWorker({ answer, turns, log, onLateEdit, takeAway, isOpen }: RunnerDeps): Worker {
  const suspects = createSemaphore(1)
  const quiet = delay(quietMs, undefined, { ref: false })

  const run = async (entry: Entry): Promise<void> => {
    if (isSuspect(entry)) await quiet
    const leave = isSuspect(entry) ? await suspects.enter() : () => {}
    try {
      // The next start, or another replica, has it all.
      if (!isOpen() && entry.isKept) return await entry.lease?.giveBack()
      await end(entry, await attempt(entry))
    } finally {
      leave()
    }
  }

  /** Answers the turn, again each time that its question changes meanwhile. */
  const attempt = async (entry: Entry): Promise<Settled> => {
    entry.isRunning = true
    for (;;) {
      const ended = await answer(buildJob(entry, turns))
      if (ended !== 'again') return ended
      startOver(entry)
    }
  }

  const end = async (entry: Entry, ended: Settled): Promise<void> => {
    entry.isEnding = true
    if (entry.lease?.lost.aborted === true) return
    if (ended === 'handed_over') return entry.lease?.giveBack()
    if (ended === 'set_aside') await turns.explainDeaths(mostDeaths)
    await noteEnd(entry, ended)
    await entry.lease?.end()
    if (!leavesReply.has(ended)) return
    if (entry.interruption?.kind === 'withdrawn') await takeAway(entry.turn.id)
    if (entry.interruption?.kind === 'edited') onLateEdit(entry.turn.id)
  }

  const noteEnd = async ({ turn, isChecked, lease }: Entry, ended: Exclude<Settled, 'handed_over'>): Promise<void> => {
    const change = {
      state: ended,
      turn: JSON.stringify(withoutText(turn)),
      postingAt: null,
      // A call of the process before may still arrive and undo the last one.
      checkAt: !isChecked && leavesReply.has(ended) ? Date.now() + lateMs : null,
    }
    // Where others go on with what is not written down, it is written down before it is let go.
    while ((await turns.change(turn.id, change, lease?.count)) === undefined && lease?.lost.aborted === false)
      await delay(againMs)
  }

  return {
    run: entry =>
      run(entry).catch(error =>
        log.error({ turn: entry.turn.id, stack: (error as Error).stack }, 'unexpected: a turn threw'),
      ),
  }
}

/** What was asked stands in Slack; it is not stored for longer than it is needed. */
function withoutText(turn: Turn): Turn {
  return { ...turn, question: { ...turn.question, text: '', files: [] } }
}
