import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { lateMs } from '../reply/unknown-outcomes.ts'
import type { TurnRecords } from '../store/turns.ts'
import { createCrashSuspects } from './crash-suspects.ts'
import { type ActiveJob, type Ended, type Job, maxCrashes } from './job.ts'
import { leavesReply } from './recheck-and-prune.ts'
import type { Turn } from './turn.ts'

interface WorkerDeps {
  answer: (job: Job) => Promise<Ended>
  turns: Pick<TurnRecords, 'update' | 'forgetCrashes'>
  log: Log
  /** Called if the question was edited while its answer was being completed. */
  onLateEdit: (turnId: string) => void
  /** Deletes the reply: its question was deleted while its answer was being completed. */
  withdrawReply: (turnId: string) => Promise<void>
  isOpen: () => boolean
}

type FinalState = Exclude<Ended, 'again' | 'handed_over'>

const saveRetryMs = 500

/** Creates the functions that run a job to its end. A failure of its handler ends that turn only. */
export function createWorker({ answer, turns, log, onLateEdit, withdrawReply, isOpen }: WorkerDeps) {
  const enter = createCrashSuspects()

  const run = async (job: ActiveJob): Promise<void> => {
    const leave = await enter(job)
    await runNow(job).finally(leave)
  }

  const runNow = async (job: ActiveJob): Promise<void> => {
    // The next start, or another replica, takes it.
    if (!isOpen() && job.isPersistent) return job.lease.release()
    const ended = await answerUntilSettled(job).catch(error => {
      log.error({ turn: job.turn.id, stack: error.stack }, 'unexpected: a turn threw')
      return 'failed' as const
    })
    job.isEnding = true
    if (job.lease.lost.aborted) return
    if (ended === 'handed_over') return job.lease.release()
    await end(job, ended)
  }

  /** Answers again each time that the question is edited meanwhile. */
  const answerUntilSettled = async (job: ActiveJob): Promise<Exclude<Ended, 'again'>> => {
    job.isRunning = true
    for (;;) {
      const ended = await answer(job)
      if (ended !== 'again') return ended
      job.restart()
    }
  }

  const end = async (job: ActiveJob, state: FinalState): Promise<void> => {
    if (state === 'quarantined') await turns.forgetCrashes(maxCrashes)
    await saveEnd(job, state)
    await job.lease.end()
    if (!leavesReply.has(state)) return
    if (job.interruption?.kind === 'withdrawn') await withdrawReply(job.turn.id)
    if (job.interruption?.kind === 'edited') onLateEdit(job.turn.id)
  }

  const saveEnd = async (job: ActiveJob, state: FinalState): Promise<void> => {
    const { turn, facts, lease } = job
    const checkAt = job.needsRecheck && leavesReply.has(state) ? Date.now() + lateMs : null
    const change = {
      state,
      turn: JSON.stringify(withoutText(turn)),
      facts: JSON.stringify(state === 'withdrawn' ? {} : facts),
      postingAt: null,
      checkAt: state === 'withdrawn' ? (job.removeAgainAt ?? null) : checkAt,
    }
    // Other replicas continue a turn whose end is not saved.
    const isRetried = lease.token !== undefined
    while ((await turns.update(turn.id, change, lease.token)) === undefined && isRetried && !lease.lost.aborted)
      await delay(saveRetryMs)
  }

  const pass = async (job: ActiveJob): Promise<void> => {
    job.isEnding = true
    if (!job.lease.lost.aborted) await end(job, 'passed')
  }

  return { run, pass }
}

/** Strips everything that people wrote, which stands in Slack: ids stay. */
function withoutText(turn: Turn): Turn {
  const { ts, author, form, inThread } = turn.question
  const bare = author.kind === 'person' ? { kind: author.kind, id: author.id } : author
  return {
    ...turn,
    question: { ts, author: bare, form, text: '', files: [], ...(inThread !== undefined && { inThread }) },
  }
}
