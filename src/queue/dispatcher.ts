import { setTimeout as delay } from 'node:timers/promises'
import { orAbort } from '../abort.ts'
import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createSeen } from '../lru.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { TurnRecord, TurnRecords } from '../store/turns.ts'
import type { ThreadCache } from '../threads/cache.ts'
import { type ActiveJob, createJob, type Job } from './job.ts'
import { concurrency, type Lane, type LeasedTurn, type QueueDriver } from './queue-driver.ts'
import { applyMark } from './turn-changes.ts'

interface DispatcherDeps {
  driver: QueueDriver
  /** Jobs that run in this process, by turn id. */
  jobs: Map<string, ActiveJob>
  /** Applies what other replicas have changed in a turn since it was leased. */
  refresh: (turnId: string) => void
  turns: Pick<TurnRecords, 'update'>
  threads: Pick<ThreadCache, 'begin' | 'behind'>
  log: Log
  /** Resolves when no older message of the thread can be found any more. */
  ready: (lane: ThreadId & { ts: string }) => Promise<void>
  /** Checks that the turn is the bot's to answer. May wait for minutes until Slack can be asked about an unknown thread. */
  isForBot: (job: Job) => Promise<boolean>
  /** Ends a turn that is not the bot's to answer. */
  pass: (job: ActiveJob) => Promise<void>
  /** Runs the job to its end. */
  run: (job: ActiveJob) => Promise<void>
}

/** Lanes per request to the driver. */
const batchSize = 20
/** Follow-ups in unknown threads that wait to be checked; further ones are not answered. */
const maxChecks = 1_000
/** Turns of other replicas that the thread cache knows of. */
const rememberedTurns = 50_000
const rememberedMs = 7 * 86_400_000

/** Creates the dispatcher, which leases turns from the driver while there is room, and runs their jobs. */
export function createDispatcher(deps: DispatcherDeps) {
  const { driver, jobs, turns, threads, log } = deps
  const running = new Set<Promise<void>>()
  const checks = createChecks(deps)
  const markCachedTurns = createCatchUp(threads)
  let isStarted = false
  let isClosing = false

  const freeSlots = () => concurrency - running.size + checks.size

  const dispatch = coalesce(async () => {
    while (isStarted) {
      const room = Math.min(batchSize, freeSlots())
      const lanes = room > 0 ? await driver.take(room).catch(() => []) : []
      if (lanes.length === 0) return
      for (const lane of lanes) start(lane)
    }
  })

  const start = (lane: Lane) => {
    const done = runNext(lane)
      .catch(error => log.warn({ reason: formatError(error) }, 'turn could not be leased or finished'))
      .then(() => {
        running.delete(done)
        void dispatch()
      })
    running.add(done)
  }

  const runNext = async (lane: Lane): Promise<void> => {
    await deps.ready(lane)
    const leased = await lane.next()
    if (leased === undefined) return
    const { record, lease } = leased
    const job = createJob(leased, turns)
    if (job === undefined) return quarantine(deps, leased)
    markCachedTurns(lane, leased.foreign)
    // The replica that answers need not be the one that received the question.
    if (!job.isResumed && job.turn.isAddressed) threads.begin(job.turn, job.turn.question)
    applyMark(job, record, leased.stoppedBy)
    if (isClosing) job.interrupt('closing')
    lease.lost.addEventListener('abort', () => job.interrupt('lost'), { once: true })
    jobs.set(record.id, job)
    deps.refresh(record.id)
    await settle(job).finally(() => {
      jobs.delete(record.id)
      job.ended.resolve()
    })
  }

  const settle = async (job: ActiveJob): Promise<void> =>
    job.turn.isAddressed || (await checks.isForBot(job, dispatch)) ? deps.run(job) : deps.pass(job)

  const whenIdle = async (): Promise<void> => {
    do {
      await Promise.all(running)
      await dispatch()
    } while (running.size > 0)
  }

  return {
    dispatch,
    freeSlots,
    start() {
      isStarted = true
      void dispatch()
    },
    /** Waits for the running jobs, interrupts them after `patienceMs`, and gives up `lastMs` later. */
    async finish(patienceMs: number, lastMs: number) {
      checks.interrupt()
      const patience = setTimeout(() => {
        isClosing = true
        for (const job of jobs.values()) job.interrupt('closing')
      }, patienceMs)
      await Promise.race([whenIdle(), delay(patienceMs + lastMs, undefined, { ref: false })])
      clearTimeout(patience)
    },
  }
}

/** Creates the checks of follow-ups in unknown threads, which take no slot: Slack's limits may make them wait for minutes. */
function createChecks({ isForBot, log }: DispatcherDeps) {
  const checked = new Set<ActiveJob>()
  let isClosing = false
  return {
    get size() {
      return checked.size
    },
    async isForBot(job: ActiveJob, onSlotFree: () => unknown): Promise<boolean> {
      if (checked.size >= maxChecks) {
        log.warn({ turn: job.turn.id, checks: checked.size }, 'follow-up ignored: too many unknown threads')
        return false
      }
      checked.add(job)
      void onSlotFree()
      if (isClosing) job.interrupt('closing')
      // The worker hands an interrupted job over. Without a lasting store nobody takes it, and it may not be for the bot.
      return orAbort(isForBot(job), job.signal)
        .catch(() => job.isPersistent)
        .finally(() => checked.delete(job))
    },
    interrupt(): void {
      isClosing = true
      for (const job of checked) job.interrupt('closing')
    },
  }
}

async function quarantine({ log, turns }: DispatcherDeps, { record, lease }: LeasedTurn): Promise<void> {
  log.error({ turn: record.id }, 'stored turn could not be parsed; it is quarantined')
  await turns.update(record.id, { state: 'quarantined', checkAt: null }, lease.token)
  await lease.end()
}

/** Creates a function that tells the thread cache which messages other replicas have received since it last looked. */
function createCatchUp(threads: Pick<ThreadCache, 'behind'>) {
  const seen = createSeen(rememberedTurns, rememberedMs)
  return (thread: ThreadId, foreign: TurnRecord[]) => {
    const news = foreign.filter(({ id, revision, state, attempts }) =>
      seen.add(`${id} ${revision} ${state} ${attempts}`),
    )
    const from = news.map(({ ts }) => ts).sort()[0]
    if (from !== undefined) threads.behind(thread, from)
  }
}

/** Runs `work` once at a time; a call while it runs makes it run once more. */
function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let isWanted = false
  const run = async () => {
    while (isWanted) {
      isWanted = false
      await work()
    }
    running = undefined
  }
  return () => {
    isWanted = true
    running ??= run()
    return running
  }
}
