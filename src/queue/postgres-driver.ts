import { setTimeout as delay } from 'node:timers/promises'
import { formatError } from '../errors.ts'
import { createSeen } from '../lru.ts'
import type { Shared } from '../store/store.ts'
import { isUnfinished, type TurnRecord } from '../store/turns.ts'
import type { ThreadCache } from '../threads/cache.ts'
import { type Entry, interrupt, parseEntry } from './entry.ts'
import { buildNewTurn } from './intake.ts'
import { Interruption } from './job.ts'
import type { Line } from './postgres-queue.ts'
import { leavesReply, recheck } from './recheck.ts'
import { createRepeater } from './repeater.ts'
import { type Inbox, type InboxDeps, lastWordsMs, mostAtOnce, prunedAfterMs } from './sqlite-driver.ts'
import type { Turn } from './turn.ts'
import { createWorker } from './worker.ts'

/** So many lines are taken with one question to the database. */
const mostTaken = 20
/** A database that is away is asked again after this long; the event is not acknowledged meanwhile, so Slack repeats it. */
const keepAgainMs = 250
const keepPatienceMs = 120_000
/** Turns of other replicas whose answers are known here. */
const rememberedTurns = 50_000
const rememberedMs = 7 * 86_400_000

/**
 * The inbox of one of several replicas. Any of them writes a turn down, and any answers it: the queue hands each turn to one, and
 * again to another when that one dies.
 */
export function createSharedInbox(
  deps: InboxDeps & { threads: Pick<ThreadCache, 'begin' | 'behind' | 'drop'> },
  { queue, replicas }: Shared,
): Inbox {
  const { store, log } = deps
  /** The turns that this replica answers. */
  const entries = new Map<string, Entry>()
  const running = new Set<Promise<void>>()
  const keeping = new Map<string, Promise<void>>()
  /** Those that it has written down and not begun to tell about. */
  const fresh = new Set<string>()
  const repeat = createRepeater(log)
  const seen = createSeen(rememberedTurns, rememberedMs)
  let isOpen = true
  let isReady = false

  const reopen = async (turnId: string, as: Parameters<typeof queue.reopen>[1]) => {
    const outcome = await queue.reopen(turnId, as)
    if (outcome === 'begun') void take()
    return outcome
  }
  const takeAway = async (turnId: string): Promise<void> => {
    const record = await store.turns.read(turnId)
    if (record !== undefined && record.messages.length > 0 && leavesReply.has(record.state))
      await reopen(turnId, { state: 'withdrawing', isOtherAnswer: false })
  }
  const runner = createWorker({ ...deps, turns: store.turns, takeAway, isOpen: () => isOpen })

  let isTaking = false
  let isWanted = false
  /** Takes what can be taken, as long as there is room and anything is handed out. */
  const take = async (): Promise<void> => {
    isWanted = true
    if (isTaking || !isReady) return
    isTaking = true
    while (isWanted && isOpen) {
      isWanted = false
      const room = Math.min(mostTaken, mostAtOnce - running.size)
      const lines = room > 0 ? await queue.take(room).catch(() => []) : []
      for (const line of lines) begin(line)
      if (lines.length > 0) isWanted = true
    }
    isTaking = false
  }

  const begin = (line: Line) => {
    const work = follow(line).catch(error => log.warn({ reason: formatError(error) }, 'a turn could not be taken'))
    running.add(work)
    void work.then(() => {
      running.delete(work)
      // The thread's next turn, if there is one, can be taken now.
      void take()
    })
  }

  const follow = async (line: Line): Promise<void> => {
    await deps.ready(line)
    const taken = await line.next()
    if (taken === undefined) return
    const { record, lease, foreign } = taken
    catchUp(line, foreign)
    const known = parseEntry(record, true)
    const isAgain = line.isAgain === true
    const entry = {
      ...known,
      lease,
      isChecked: known.isChecked || isAgain,
      isResumed: record.attempts > 0 || record.isFound,
      // Whoever asked has waited since then, whichever replicas have come and gone.
      heardAt: isAgain ? known.heardAt : performance.now() - Math.max(0, Date.now() - record.keptAt),
    }
    // Whoever hears a thread begin, and whoever answers it, need not be the same.
    if (!entry.isResumed && entry.turn.isAddressed) deps.threads.begin(entry.turn, entry.turn.question)
    heed(entry, record)
    lease.lost.addEventListener('abort', () => interrupt(entry, new Interruption('lost')), { once: true })
    entries.set(record.id, entry)
    // What was wanted of it while it was on its way here.
    heedAgain(record.id).catch(() => {})
    await runner.run(entry).finally(() => entries.delete(record.id))
  }

  /** What other replicas have heard and answered in the thread since this one last looked, it has not seen. */
  const catchUp = (thread: Pick<Turn, 'channel' | 'threadTs'>, foreign: TurnRecord[]) => {
    const news = foreign.filter(({ id, edition, state, attempts }) => seen.add(`${id} ${edition} ${state} ${attempts}`))
    const from = news.map(({ ts }) => ts).sort()[0]
    if (from !== undefined) deps.threads.behind(thread, from)
  }

  /** What others wrote into the record of a turn that is answered here. */
  const heed = (entry: Entry, { state, turn }: TurnRecord, by?: string) => {
    if (state === 'stopping') return interrupt(entry, new Interruption('stopped', by))
    if (state === 'withdrawing') return interrupt(entry, new Interruption('withdrawn'))
    const { question } = JSON.parse(turn) as Turn
    if (question.text !== entry.turn.question.text && !entry.isEnding) change(entry, question)
  }
  const change = (entry: Entry, question: Turn['question']) => {
    entry.turn = { ...entry.turn, question }
    if (entry.isRunning) interrupt(entry, new Interruption('edited'))
  }
  const heedAgain = async (turnId: string, by?: string): Promise<void> => {
    const entry = entries.get(turnId)
    const record = entry && (await store.turns.read(turnId))
    // What another has, or has ended, is not this one's to heed.
    const isOurs = record !== undefined && record.claim === entry?.lease?.count && isUnfinished(record)
    if (entry !== undefined && isOurs && !entry.isEnding) heed(entry, record, by)
  }

  const write = async (turn: Turn, from: 'event' | 'history'): Promise<void> => {
    const deadline = Date.now() + keepPatienceMs
    const isFound = from === 'history'
    for (;;) {
      const isNew = await store.turns.keep({ ...buildNewTurn(turn), isFound })
      if (isNew === true) fresh.add(turn.id)
      if (isNew !== undefined) return
      if (!isOpen || Date.now() > deadline) throw new Error('a turn could not be written down')
      await delay(keepAgainMs)
    }
  }

  const mark: typeof queue.mark = async (turnId, marked, by) => {
    const isMarked = await queue.mark(turnId, marked, by)
    if (isMarked) await heedAgain(turnId, by)
    return isMarked
  }

  const inThread = async (thread: Pick<Turn, 'channel' | 'threadTs'>) =>
    (await queue.inThread(thread)).map(({ turn }) => JSON.parse(turn) as Turn)

  const tellAhead = async (turn: Turn): Promise<void> => {
    const ahead = (await inThread(turn)).filter(({ question }) => question.ts < turn.question.ts).length
    if (ahead > 0) deps.onAhead(turn, ahead)
  }

  return {
    keep(turn, from) {
      const known = keeping.get(turn.id)
      if (known !== undefined) return known
      const written = write(turn, from).finally(() => keeping.delete(turn.id))
      keeping.set(turn.id, written)
      return written
    },
    settled: async turnId => keeping.get(turnId),
    accept(turn) {
      // It has been handed out already, or will be; here only those who wait are told so.
      const isOurs = fresh.delete(turn.id)
      if (isOurs && turn.question.ts !== turn.threadTs) tellAhead(turn).catch(() => {})
      void take()
    },
    takeOver: () => queue.start(),
    resume() {
      isReady = true
      queue.onReady(() => void take())
      replicas.hear(word => {
        if (word.kind === 'turn') heedAgain(word.id, word.by).catch(() => {})
        if (word.kind === 'thread') deps.threads.drop(word)
      })
      replicas.onReturn(() => {
        for (const turnId of entries.keys()) void heedAgain(turnId).catch(() => {})
      })
      repeat.hourly(() => store.turns.prune(Date.now() - prunedAfterMs))
      repeat.often(() =>
        recheck({
          turns: store.turns,
          isSettled: deps.isSettled,
          isBusy: turnId => entries.has(turnId),
          reopen: ({ id }) => void reopen(id, { state: 'waiting', isOtherAnswer: false }).catch(() => {}),
        }),
      )
      void take()
    },
    async revise(turnId, question) {
      const record = await store.turns.read(turnId)
      if (record === undefined) return 'not here'
      const turn = { ...(JSON.parse(record.turn) as Turn), question }
      return (await mark(turnId, { turn: JSON.stringify(turn) })) ? 'revised' : 'not here'
    },
    async keepDeleted(turnId) {
      await keeping.get(turnId)
      // Whoever looks at it then finds that the question is gone.
      await store.turns.change(turnId, { checkAt: Date.now() })
    },
    async withdraw(turnId) {
      if (!(await mark(turnId, { state: 'withdrawing' }))) await takeAway(turnId)
    },
    async stop(turnId, by) {
      await mark(turnId, { state: 'stopping' }, by)
    },
    async find(turnId) {
      const record = await store.turns.read(turnId)
      if (record === undefined) return undefined
      const isThere = leavesReply.has(record.state) || isUnfinished(record)
      return isThere ? (JSON.parse(record.turn) as Turn) : undefined
    },
    inThread,
    async again(turnId) {
      return reopen(turnId, { state: 'waiting', isOtherAnswer: true })
    },
    isForeign: async thread => !(await queue.knows(thread)),
    get size() {
      return entries.size
    },
    async stopAll(patienceMs) {
      isOpen = false
      repeat.stop()
      const patience = setTimeout(() => {
        for (const entry of entries.values()) interrupt(entry, new Interruption('closing'))
      }, patienceMs)
      const allEnd = async () => {
        while (running.size > 0) await Promise.all(running)
      }
      await Promise.race([allEnd(), delay(patienceMs + lastWordsMs, undefined, { ref: false })])
      clearTimeout(patience)
      // What was handed over can be taken at once.
      replicas.tell({ kind: 'turns' })
    },
  }
}
