import type { Message } from '../slack/message.ts'
import { isUnfinished, type TurnRecord } from '../store/turns.ts'
import type { ActiveJob } from './job.ts'
import type { QueueDriver } from './queue-driver.ts'
import { parseStoredTurn } from './turn.ts'

/** Creates the functions that stop, withdraw and revise unfinished turns, whichever process answers them. */
export function createMarks(driver: QueueDriver, jobs: ReadonlyMap<string, ActiveJob>) {
  /** The people who are changing a turn: a refresh may see the change before its caller does. */
  const marking = new Map<string, string>()
  // An ending job heeds a change by itself; its stored turn may have ended already.
  const markInDriver = async (turnId: string, ...change: [Parameters<QueueDriver['mark']>[1], string?]) =>
    jobs.get(turnId)?.isEnding !== true && (await driver.mark(turnId, ...change))

  const mark = async (turnId: string, change: Parameters<QueueDriver['mark']>[1], by?: string): Promise<boolean> => {
    if (by !== undefined) marking.set(turnId, by)
    const isMarked = await markInDriver(turnId, change, by).finally(() => marking.delete(turnId))
    const job = jobs.get(turnId)
    if (job !== undefined && (isMarked || job.isEnding)) applyMark(job, change, by)
    return isMarked || job?.isEnding === true
  }

  const refresh = async (turnId: string, by?: string): Promise<void> => {
    const job = jobs.get(turnId)
    const record = job && (await driver.load(turnId))
    if (job !== undefined && record !== undefined && isHeld(record, job.lease.token))
      applyMark(job, record, by ?? marking.get(turnId))
  }

  return {
    /** Changes an unfinished turn and its job. Resolves with false if there is none. */
    mark,
    /** Applies the changes of other replicas to the job of one turn, or to all. */
    refresh(turnId?: string, by?: string) {
      for (const id of turnId === undefined ? jobs.keys() : [turnId]) void refresh(id, by).catch(() => {})
    },
    /** Replaces the question. A running answer starts again. */
    async revise(turnId: string, question: Message): Promise<'revised' | 'not here'> {
      const record = await driver.load(turnId)
      const turn = record && parseStoredTurn(record.turn)
      if (record === undefined || turn === undefined) return 'not here'
      if (turn.question.text === question.text && isUnfinished(record)) return 'revised'
      const isMarked = await mark(turnId, { turn: JSON.stringify({ ...turn, question }) })
      return isMarked ? 'revised' : 'not here'
    },
  }
}

/** Checks that the turn is unfinished and that this process still has its lease. */
function isHeld(record: TurnRecord, token: number | undefined): boolean {
  return isUnfinished(record) && record.token === (token ?? record.token)
}

/** Applies a change of the stored turn to its job. */
export function applyMark(
  job: ActiveJob,
  { state, turn }: Partial<Pick<TurnRecord, 'state' | 'turn'>>,
  by?: string,
): void {
  if (state === 'withdrawing') {
    job.interrupt('withdrawn')
    return
  }
  if (state === 'stopping') {
    if (job.interruption === undefined || job.interruption.kind === 'edited') job.interrupt('stopped', by)
    return
  }
  const question = turn === undefined ? undefined : parseStoredTurn(turn)?.question
  if (question === undefined || question.text === job.turn.question.text) return
  job.turn = { ...job.turn, question }
  if (job.isRunning) job.interrupt('edited')
}
