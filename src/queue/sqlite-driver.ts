import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Message } from '../slack/message.ts'
import type { Store } from '../store/store.ts'
import { createEntry, type Entry, interrupt, parseEntry } from './entry.ts'
import { createKeeping } from './intake.ts'
import { type Ended, Interruption, type Job } from './job.ts'
import { leavesReply, recheck } from './recheck.ts'
import { createRepeater } from './repeater.ts'
import { createThreadScheduler } from './thread-scheduler.ts'
import type { Turn } from './turn.ts'
import { createWorker } from './worker.ts'

/** Turns on their way: kept before Slack hears that they came, each thread's one at a time and in order. */
export interface Inbox {
  /** Writes a turn down. Resolves when it outlives a power cut; a turn that was kept before is kept once. */
  keep(turn: Turn, from: 'event' | 'history'): Promise<void>
  /** Resolves when the turn, if it is just being written down, is. */
  settled(turnId: string): Promise<void>
  /**
   * Begins to answer a turn that was kept. One that was begun already is not begun again; one that was found in history
   * may have been answered by a bot whose store did not outlive it.
   */
  accept(turn: Turn, from: 'event' | 'history'): void
  /** Takes what the process before this one left unfinished. Nothing may be kept before. */
  takeOver(): Promise<void>
  /** Goes on with that, and looks after what is written down from time to time. */
  resume(): void
  /** The question was changed. What is being answered starts again; what waits waits with the new question. */
  revise(turnId: string, question: Message): Promise<'revised' | 'not here'>
  /** The question was deleted. Resolves when that is written down. */
  keepDeleted(turnId: string): Promise<void>
  /** Its reply stops and goes. */
  withdraw(turnId: string): Promise<void>
  /** Breaks the answer off, if there is one; what was written stays. Resolves when that is written down. */
  stop(turnId: string, by: string): Promise<void>
  /** A turn that is on its way or that ended not long ago and has a reply. */
  find(turnId: string): Promise<Turn | undefined>
  /** The turns of a thread that are being answered or wait. */
  inThread(thread: Thread): Promise<Turn[]>
  /** Answers a turn that has ended once more, in the same message. Resolves when that is written down. */
  again(turnId: string): Promise<'begun' | 'busy' | 'unknown'>
  /** Nothing of the thread is on its way that could make it the bot's business. */
  isForeign(thread: Thread): Promise<boolean>
  /** Turns that are being answered or wait. */
  readonly size: number
  /**
   * Takes nothing more, waits for the turns in flight, and after the patience leaves those that remain to the next start.
   * Resolves when all have ended, or when a few seconds later some still have not: Slack may be away.
   */
  stopAll(patienceMs: number): Promise<void>
}

type Thread = Pick<Turn, 'channel' | 'threadTs'>

/** What the inbox needs of the rest. */
export interface InboxDeps {
  answer: (job: Job) => Promise<Ended>
  store: Store
  log: Log
  /** Whether nothing is left to do of a turn that has ended. Throws when that cannot be seen. */
  isSettled: (turn: Turn, edition: number) => Promise<boolean>
  /** Resolves when nothing older of the thread can still turn up. */
  ready: (turn: Thread & { ts: string }) => Promise<void>
  /** The turn waits behind so many others. */
  onAhead: (turn: Turn, ahead: number) => void
  /** The question was changed when its answer was just being completed. */
  onLateEdit: (turnId: string) => void
}

/** More answers at once than this only make each of them slower: Slack's limits are shared by all. */
export const mostAtOnce = 100
/** For the last words below a reply that is not whole. */
export const lastWordsMs = 5_000
/** Ended turns are remembered this long, for another answer and so that no copy of them is answered again. */
export const prunedAfterMs = 7 * 86_400_000

/** Makes the inbox. A turn's failure is the turn's own affair; one that throws all the same holds up nobody. */
export function createInbox(deps: InboxDeps): Inbox {
  const { store, log } = deps
  const entries = new Map<string, Entry>()
  const keeping = createKeeping(store, turnId => entries.has(turnId))
  /** What the process before this one left, until it is gone on with. */
  const left: Entry[] = []
  /** Ended turns that are being taken up again. */
  const beginning = new Set<string>()
  const repeat = createRepeater(log)
  let isOpen = true

  const runner = createWorker({
    ...deps,
    turns: store.turns,
    takeAway: turnId => takeAway(turnId),
    isOpen: () => isOpen,
  })
  const lines = createThreadScheduler<Entry>({
    most: mostAtOnce,
    threadOf: ({ turn }) => threadKey(turn),
    keyOf: ({ turn }) => turn.question.ts,
    ready: ({ turn }) => deps.ready({ ...turn, ts: turn.question.ts }),
    run: entry => runner.run(entry).finally(() => entries.delete(entry.turn.id)),
    onAhead: ({ turn }, ahead) => deps.onAhead(turn, ahead),
  })

  const begin = (entry: Entry) => {
    entries.set(entry.turn.id, entry)
    lines.add(entry)
  }

  /** Takes up a turn that has ended, to remove its reply. */
  const takeAway = async (turnId: string): Promise<void> => {
    const record = await store.turns.read(turnId)
    if (record === undefined || record.messages.length === 0 || !leavesReply.has(record.state)) return
    // Slack may tell of one deletion in two ways.
    if (entries.has(turnId)) return
    const entry = parseEntry(record, store.isKept)
    interrupt(entry, new Interruption('withdrawn'))
    begin(entry)
  }

  const lookAgain = () =>
    recheck({
      turns: store.turns,
      isSettled: deps.isSettled,
      isBusy: turnId => entries.has(turnId) || beginning.has(turnId),
      reopen: record => begin({ ...parseEntry(record, store.isKept), isChecked: true }),
    })

  return {
    keep: keeping.keep,
    settled: keeping.settled,
    accept(turn, from) {
      // What comes when the bot stops is kept, and left to the next start.
      const kept = isOpen ? keeping.take(turn.id) : undefined
      if (kept !== undefined) begin(createEntry(turn, kept.isKept, from))
    },
    async takeOver() {
      for (const record of await store.turns.beginLife()) {
        const entry = parseEntry(record, store.isKept)
        if (record.state === 'stopping') interrupt(entry, new Interruption('stopped'))
        entries.set(record.id, entry)
        left.push(entry)
      }
      await store.turns.prune(Date.now() - prunedAfterMs)
    },
    resume() {
      if (left.length > 0) log.info({ turns: left.length }, 'going on with what was left unfinished')
      for (const entry of left.splice(0)) lines.add(entry)
      repeat.hourly(() => store.turns.prune(Date.now() - prunedAfterMs))
      repeat.often(lookAgain)
    },
    async revise(turnId, question) {
      const entry = entries.get(turnId)
      if (entry === undefined) return 'not here'
      if (entry.turn.question.text === question.text) return 'revised'
      entry.turn = { ...entry.turn, question }
      void store.turns.change(turnId, { turn: JSON.stringify(entry.turn) })
      if (entry.isRunning) interrupt(entry, new Interruption('edited'))
      return 'revised'
    },
    async keepDeleted(turnId) {
      await keeping.settled(turnId)
      // Whoever looks at it then finds that the question is gone.
      await store.turns.change(turnId, { checkAt: Date.now() })
    },
    async withdraw(turnId) {
      const entry = entries.get(turnId)
      if (entry === undefined) await takeAway(turnId)
      else interrupt(entry, new Interruption('withdrawn'))
    },
    async stop(turnId, by) {
      const entry = entries.get(turnId)
      if (entry === undefined || entry.isEnding) return
      if (entry.interruption !== undefined && entry.interruption.kind !== 'edited') return
      interrupt(entry, new Interruption('stopped', by))
      await store.turns.change(turnId, { state: 'stopping' })
    },
    async find(turnId) {
      const entry = entries.get(turnId)
      if (entry !== undefined) return entry.turn
      const record = await store.turns.read(turnId)
      return record !== undefined && leavesReply.has(record.state) ? (JSON.parse(record.turn) as Turn) : undefined
    },
    inThread: async thread =>
      [...entries.values()].map(({ turn }) => turn).filter(turn => threadKey(turn) === threadKey(thread)),
    async again(turnId) {
      if (entries.has(turnId) || beginning.has(turnId)) return 'busy'
      beginning.add(turnId)
      try {
        const record = await store.turns.read(turnId)
        if (record === undefined) return 'unknown'
        const edition = record.edition + 1
        // A person who asks for it takes the blame upon themselves.
        const anew = { edition, shown: 0, deaths: 0 }
        await store.turns.change(turnId, { ...anew, state: 'waiting' })
        begin({ ...parseEntry({ ...record, ...anew }, store.isKept), isChecked: true })
        return 'begun'
      } finally {
        beginning.delete(turnId)
      }
    },
    isForeign: async thread => lines.isEmpty(threadKey(thread)),
    get size() {
      return entries.size
    },
    async stopAll(patienceMs) {
      isOpen = false
      repeat.stop()
      const patience = setTimeout(() => {
        for (const entry of entries.values()) interrupt(entry, new Interruption('closing'))
      }, patienceMs)
      await Promise.race([lines.allEnd(), delay(patienceMs + lastWordsMs, undefined, { ref: false })])
      clearTimeout(patience)
      await store.turns.endLife()
    },
  }
}

function threadKey({ channel, threadTs }: Thread): string {
  return `${channel}:${threadTs}`
}
