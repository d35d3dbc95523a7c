import type { Log } from '../log.ts'
import type { Message } from '../slack/message.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { Store } from '../store/store.ts'
import { isUnfinished, type NewTurn, type TurnRecord } from '../store/turns.ts'
import type { ThreadCache } from '../threads/cache.ts'
import { createDispatcher } from './dispatcher.ts'
import type { ActiveJob, Ended, Job } from './job.ts'
import type { QueueDriver } from './queue-driver.ts'
import { createUpkeep, leavesReply } from './recheck-and-prune.ts'
import { parseStoredTurn, type Turn } from './turn.ts'
import { createMarks } from './turn-changes.ts'
import { createWorker } from './worker.ts'

/** Durable turns: saved before Slack gets its ack, answered one at a time per thread and in order, redelivered after a crash. */
export interface Queue {
  /** Saves a turn durably; duplicates count once. A person who has too many that wait is told so, once a flood. */
  save(turn: Turn, from: Source): Promise<void>
  /** Checks that one more question of a person may wait, besides `coming` ones that are not saved yet. */
  hasRoom(person: string, coming: number): Promise<boolean>
  /** Resolves when the turn is not just being saved. */
  whenSaved(turnId: string): Promise<void>
  /** Answers a turn that was saved. */
  accept(turn: Turn): void
  /** Takes over unfinished turns. Nothing may be saved before. */
  recover(): Promise<void>
  /** Begins to answer. */
  start(): void
  /** Replaces an edited question: a running answer starts again. */
  revise(turnId: string, question: Message): Promise<'revised' | 'not here'>
  /** Saves that the question was deleted, so that `withdraw` happens even after a crash. */
  saveDeletion(turnId: string): Promise<void>
  /** Stops the answer to a deleted question, and deletes it. */
  withdraw(turnId: string): Promise<void>
  /** Stops a running or waiting answer; what was written stays. */
  stop(turnId: string, by: string): Promise<void>
  /** Finds a turn that waits, runs, or ended with a reply. */
  find(turnId: string): Promise<Turn | undefined>
  /** Lists the running and waiting turns of a thread. */
  inThread(thread: ThreadId): Promise<Turn[]>
  /** Answers an ended turn once more, in the same message; by another model if one is named. */
  regenerate(turnId: string, model?: string): ReturnType<QueueDriver['reopen']>
  /** Answers a turn that was passed over, now that its question was edited to be for the bot. */
  reconsider(turn: Turn): Promise<void>
  /** Checks that no turn makes the thread the bot's business. */
  isForeign(thread: ThreadId): Promise<boolean>
  /** Number of running and waiting turns of this process. */
  readonly size: number
  /**
   * Accepts nothing more, waits `patienceMs` for running turns, then hands them over to the next start. Resolves a few seconds later
   * at the latest.
   */
  stopAll(patienceMs: number): Promise<void>
}

/**
 * Origin of a turn. One found in history may have been answered by a bot that lost its store. What a person commanded was checked
 * before it was posted; a schedule's questions count against nobody.
 */
type Source = 'event' | 'history' | 'command' | 'schedule'

interface QueueDeps {
  driver: QueueDriver
  /** Checks that a turn is the bot's to answer. */
  isForBot: (job: Job) => Promise<boolean>
  answer: (job: Job) => Promise<Ended>
  store: Pick<Store, 'turns'>
  /** Deletes a step of what has been kept long enough. */
  prune?: () => Promise<void>
  threads: Pick<ThreadCache, 'begin' | 'behind'>
  log: Log
  /** Checks that nothing is left to do for an ended turn. Throws if Slack cannot be read. */
  isSettled: (turn: Turn, revision: number) => Promise<boolean>
  /** Resolves when no older message of the thread can be found any more. */
  ready: (turn: ThreadId & { ts: string }) => Promise<void>
  /** Called when a turn waits behind `ahead` others. */
  onAhead: (turn: Turn, ahead: number) => void
  /** Called when the first turn of a flood is declined. */
  onFlood: (turn: Turn) => void
  /** Called if the question was edited while its answer was being completed. */
  onLateEdit: (turnId: string) => void
}

/** Time for the last edit of replies that are interrupted by a stop. */
const lastEditMs = 5_000

export function createQueue(deps: QueueDeps): Queue {
  const { driver } = deps
  const { turns } = deps.store
  const intake = createIntake(deps)
  let isOpen = true

  const withdrawReply = async (turnId: string): Promise<void> => {
    if (hasReply(await driver.load(turnId))) await reopen(turnId, { state: 'withdrawing', isNextRevision: false })
  }
  const worker = createWorker({ ...deps, turns, withdrawReply, isOpen: () => isOpen })
  const jobs = new Map<string, ActiveJob>()
  const marks = createMarks(driver, jobs)
  const dispatcher = createDispatcher({ ...deps, jobs, refresh: marks.refresh, turns, ...worker })

  const reopen: QueueDriver['reopen'] = async (turnId, as) => {
    const outcome = await driver.reopen(turnId, as)
    if (outcome === 'begun') void dispatcher.dispatch()
    return outcome
  }
  const isBusy = (turnId: string) => jobs.has(turnId)
  const upkeep = createUpkeep({ ...deps, turns, isBusy, reopen })

  return {
    save: intake.save,
    hasRoom: driver.hasRoom,
    whenSaved: intake.whenSaved,
    accept(turn) {
      // After a stop, the next start answers it.
      if (!intake.take(turn.id) || !isOpen) return
      driver.enqueue({ ...turn, ts: turn.question.ts })
      void dispatcher.dispatch()
    },
    async recover() {
      const { dispatch, freeSlots } = dispatcher
      const onAhead = createAheadTeller(deps.onAhead)
      await driver.start({ onReady: () => void dispatch(), onMarked: marks.refresh, freeSlots, onAhead })
      await upkeep.prune()
    },
    start() {
      dispatcher.start()
      upkeep.start()
    },
    revise: marks.revise,
    async saveDeletion(turnId) {
      await intake.whenSaved(turnId)
      // The recheck finds that the question is gone.
      await turns.update(turnId, { checkAt: Date.now() })
    },
    async withdraw(turnId) {
      if (!(await marks.mark(turnId, { state: 'withdrawing' }))) await withdrawReply(turnId)
    },
    async stop(turnId, by) {
      await marks.mark(turnId, { state: 'stopping' }, by)
    },
    find: turnId => findTurn(driver, turnId),
    inThread: thread => listTurns(driver, thread),
    async regenerate(turnId, model) {
      // The button appears with the last edit, a moment before the end is saved.
      const job = jobs.get(turnId)
      if (job?.isEnding) await job.ended.promise
      return reopen(turnId, { state: 'waiting', isNextRevision: true, ...(await changeModel(driver, turnId, model)) })
    },
    async reconsider(turn) {
      if ((await driver.load(turn.id))?.state !== 'passed') return
      await turns.update(turn.id, { turn: JSON.stringify(turn), person: turn.user })
      await reopen(turn.id, { state: 'waiting', isNextRevision: false })
    },
    isForeign: driver.isForeign,
    get size() {
      return driver.size
    },
    async stopAll(patienceMs) {
      isOpen = false
      upkeep.stop()
      driver.drain()
      await dispatcher.finish(patienceMs, lastEditMs)
      await driver.stop()
    },
  }
}

/** Creates a function that parses a stored turn once, however many positions it is told. */
function createAheadTeller(tell: QueueDeps['onAhead']) {
  const parsed = new WeakMap<object, Turn>()
  return (record: { turn: string }, ahead: number): void => {
    const turn = parsed.get(record) ?? parseStoredTurn(record.turn)
    if (turn === undefined) return
    parsed.set(record, turn)
    tell(turn, ahead)
  }
}

/** Creates the functions that save new turns. */
function createIntake({ driver, store, onFlood }: QueueDeps) {
  const saving = new Map<string, Promise<void>>()
  const saved = new Set<string>()
  /** Finds whose bounds a turn counts against: nobody's if it may not be for the bot. */
  const personOf = async (turn: Turn, from: Source): Promise<string> =>
    from !== 'schedule' && (turn.isAddressed || (await store.turns.isOurs(turn))) ? turn.user : ''
  const save = async (turn: Turn, from: Source): Promise<void> => {
    const outcome = await driver.save(buildNewTurn(turn, from, await personOf(turn, from)))
    if (outcome === true) saved.add(turn.id)
    if (outcome === 'flood') onFlood(turn)
  }
  return {
    save(turn: Turn, from: Source): Promise<void> {
      const known = saving.get(turn.id)
      if (known !== undefined) return known
      const done = save(turn, from).finally(() => saving.delete(turn.id))
      saving.set(turn.id, done)
      return done
    },
    whenSaved: async (turnId: string) => saving.get(turnId),
    /** Takes a saved turn, once. Returns false if there is none. */
    take: (turnId: string) => saved.delete(turnId),
  }
}

/** Checks for a turn that ended with a reply, or with something else in its thread, such as a chart. */
const hasReply = (record: TurnRecord | undefined): boolean => record !== undefined && leavesReply.has(record.state)

async function listTurns(driver: QueueDriver, thread: ThreadId): Promise<Turn[]> {
  return (await driver.inThread(thread)).flatMap(({ turn }) => parseStoredTurn(turn) ?? [])
}

async function findTurn(driver: QueueDriver, turnId: string): Promise<Turn | undefined> {
  const record = await driver.load(turnId)
  const isThere = record !== undefined && (leavesReply.has(record.state) || isUnfinished(record))
  return isThere ? parseStoredTurn(record.turn) : undefined
}

function buildNewTurn(turn: Turn, from: Source, person: string): NewTurn {
  const { id, channel, threadTs, question } = turn
  const isPromised = from === 'command' || from === 'schedule'
  return {
    ...{ id, channel, threadTs, person, isPromised },
    ts: question.ts,
    turn: JSON.stringify(turn),
    isFound: from === 'history',
  }
}

/** Returns the change of a stored turn that another model is to answer, if it is another one. */
async function changeModel(driver: QueueDriver, turnId: string, model: string | undefined) {
  const turn = parseStoredTurn((await driver.load(turnId))?.turn ?? '')
  return turn?.model !== model && { turn: JSON.stringify({ ...turn, model }) }
}
