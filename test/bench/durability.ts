import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type CallRecord, createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { createLog } from '../../src/log.ts'
import { createQueue } from '../../src/queue/queue.ts'
import { createSqliteDriver } from '../../src/queue/sqlite-driver.ts'
import type { Turn } from '../../src/queue/turn.ts'
import { openStore } from '../../src/store/open-sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { openBenchBot } from './bot.ts'
import type { Claim } from './main.ts'

/** Fewer than the edits that the bot allows itself in a minute, so that no round waits for that. */
const rounds = 40
/** A usual reply: so many seconds of speech, during which its progress is noted. */
const speechMs = 5_000
const manyTurns = 4_000
const manyPeople = 500
const manyThreads = 400
/** What is promised of the costs. */
const addedP50Ms = 5
const addedP95Ms = 15
const writesATurn = 9
const leastTurnsASecond = 100

/** What it costs that nothing is lost: the same bot with its store on disk and with none, in one run. */
export async function benchDurability(): Promise<Claim[]> {
  const log = createLog('silent')
  const kept = await openStore(await newFolder(), 0, log)
  const none = createNoStore()
  const [withStore, without] = [await openBot(kept), await openBot(none)]
  const times = { kept: [] as number[], none: [] as number[] }
  // Alternating, so that whatever else the machine does strikes both.
  for (let round = 0; round < rounds; round += 1) {
    times.kept.push(await withStore.ask())
    times.none.push(await without.ask())
  }
  await Promise.all([withStore.close(), without.close()])
  // Its own share of the budget is whole.
  const speaker = await openBot(kept)
  const { writes } = await speaker.speak()
  await speaker.close()
  const perSecond = { kept: await runMany(kept), none: await runMany(none) }
  await kept.close()

  const added = (share: number) => quantile(times.kept, share) - quantile(times.none, share)
  const toFigure = (share: number) =>
    `${added(share).toFixed(1)} ms (${quantile(times.kept, share).toFixed(1)} − ${quantile(times.none, share).toFixed(1)})`
  return [
    {
      what: 'added by the store from event to model request, p50',
      figure: toFigure(0.5),
      promise: `at most ${addedP50Ms} ms`,
      kept: added(0.5) <= addedP50Ms,
    },
    {
      what: 'the same, p95',
      figure: toFigure(0.95),
      promise: `at most ${addedP95Ms} ms`,
      kept: added(0.95) <= addedP95Ms,
    },
    {
      what: `writes of a turn whose reply takes ${speechMs / 1000} s`,
      figure: String(writes),
      promise: `at most ${writesATurn}`,
      kept: writes <= writesATurn,
    },
    {
      what: `turns a second through the inbox (${perSecond.none.toFixed(0)} without a store)`,
      figure: perSecond.kept.toFixed(0),
      promise: `at least ${leastTurnsASecond}`,
      kept: perSecond.kept >= leastTurnsASecond,
    },
  ]
}

async function openBot(store: Store) {
  const slack = await createWorkspace({ limits: 'off' })
  const model = await createScriptedModel()
  let writes = 0
  const counted: Store = {
    ...store,
    turns: {
      ...store.turns,
      save(turn) {
        writes += 1
        return store.turns.save(turn)
      },
      update(id, change) {
        writes += 1
        return store.turns.update(id, change)
      },
    },
  }
  const app = await openBenchBot(slack, model, counted)
  const { dana } = slack.people
  let room = 0
  /** Asks in a channel of its own, so that nothing waits for Slack’s limit on a channel. */
  const ask = async () => {
    room += 1
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name: `room-${room}` })
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
    const at = performance.now()
    await slack.do({ do: 'say', as: dana, channel: String(channel), text: `<@${slack.botUserId}> go on` })
    const exchange = await model.next()
    return { exchange, ms: exchange.at - at }
  }
  return {
    async ask() {
      const { exchange, ms } = await ask()
      exchange.reply('Done.')
      await delay(20)
      return ms
    },
    async speak() {
      const { exchange } = await ask()
      for (let at = 0; at < speechMs; at += 50) {
        exchange.say('word ')
        await delay(50)
      }
      exchange.end()
      await slack.until(() => slack.calls.some(isLastEdit), 'the last edit')
      await delay(100)
      return { writes }
    },
    async close() {
      await app.stop()
      await Promise.all([slack.close(), model.close()])
    },
  }
}

const isLastEdit = ({ method, args }: CallRecord) =>
  method === 'chat.update' && JSON.stringify(args).includes('regenerate_reply')

/** Turns that come all at once and are answered at once: what the inbox itself can do. */
async function runMany(store: Store): Promise<number> {
  const log = createLog('silent')
  const queue = createQueue({
    driver: createSqliteDriver({ store, log, bounds: { running: manyTurns, waiting: manyTurns } }),
    store,
    threads: { begin() {}, behind() {} },
    log,
    answer: async job => {
      await job.begin()
      await job.progress.posting()
      await job.progress.posted(['1.000000'])
      return 'done'
    },
    isForBot: async () => true,
    isSettled: async () => true,
    ready: async () => {},
    onAhead() {},
    onFlood() {},
    onLateEdit() {},
  })
  await queue.recover()
  queue.start()
  const turns = Array.from({ length: manyTurns }, (_, number) => toTurn(number))
  const at = performance.now()
  await Promise.all(turns.map(turn => queue.save(turn, 'event').then(() => queue.accept(turn))))
  while (queue.size > 0) await delay(1)
  return (manyTurns * 1_000) / (performance.now() - at)
}

function toTurn(number: number): Turn {
  const ts = `${1_790_000_000 + number}.000100`
  const threadTs = `${1_780_000_000 + (number % manyThreads)}.000100`
  // What one person has waiting is bounded, and looked through at each question.
  const user = `U${number % manyPeople}`
  return {
    id: `T1:C1:${ts}`,
    channel: 'C1',
    threadTs,
    user,
    place: 'channel',
    isAddressed: true,
    question: {
      ts,
      author: { kind: 'person', id: user },
      text: 'a question of usual length?',
      form: 'slack',
      files: [],
    },
  }
}

/** A store that keeps nothing and costs nothing. */
function createNoStore(): Store {
  const nothing = async () => {}
  return {
    threadModels: { read: async () => undefined, choose: async () => true },
    turns: {
      save: async () => true,
      update: async () => true,
      mark: async () => true,
      load: async () => undefined,
      isRefusedBefore: async () => false,
      findByReply: async () => undefined,
      findNewest: async () => undefined,
      recover: async () => [],
      recordStop: nothing,
      forgetCrashes: nothing,
      takeDueForRecheck: async () => [],
      isAnyBefore: async () => false,
      lastAnswered: async () => undefined,
      isOurs: async () => false,
      threadsBetween: async () => [],
      threadsSince: async () => [],
      prune: async () => 0,
    },
    outbox: {
      save: async () => true,
      saveOnce: async () => true,
      takeOver: async () => [],
      remove: nothing,
      has: async () => true,
      quarantine: nothing,
    },
    unasked: { claim: async () => false, countJudged: async () => 0, isRatedDown: async () => false },
    ratings: {
      rate: nothing,
      explain: async () => false,
      of: async () => [],
      all: async () => [],
      count: async () => [],
    },
    labels: {
      save: async () => true,
      between: async () => [],
      share: nothing,
      correct: nothing,
      undoCorrection: nothing,
      read: async () => undefined,
      corrected: async () => [],
      countByChannel: async () => [],
    },
    settings: { all: async () => [], write: async () => true, onChange() {}, reload: async () => {} },
    personSettings: {
      read: async () => ({}),
      languageOf: async () => undefined,
      reload: nothing,
      change: async () => true,
    },
    usage: {
      reserve: async () => ({ id: crypto.randomUUID() }),
      settle: nothing,
      spent: async () => ({ personDay: 0, personMonth: 0, day: 0, month: 0 }),
      between: async () => [],
    },
    health: {
      noteFailure: nothing,
      failures: async () => ({ count: 0, newest: [] }),
      queue: async () => ({ waiting: 0, running: 0, oldestAt: undefined, quarantined: 0 }),
    },
    facts: { read: async () => undefined, write: nothing, remove: nothing },
    parts: {
      keep: nothing,
      read: async () => undefined,
      find: async () => [],
      touch: nothing,
      forget: nothing,
      forgetMessage: nothing,
      prune: nothing,
    },
    forgetting: {
      message: async () => [],
      person: async () => ({}) as never,
      countOld: async () => ({ labels: 0, ratings: 0, usage: 0, turns: 0 }),
      prune: nothing,
    },
    digests: {
      add: async () => true,
      of: async () => [],
      end: nothing,
      due: async () => ({ due: [], nextAt: undefined }),
      ask: async () => false,
      readTold: async () => undefined,
      writeTold: nothing,
      readPosted: async () => undefined,
      writePosted: nothing,
    },
    isPersistent: false,
    shared: undefined,
    close: nothing,
  }
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

const newFolder = () => mkdtemp(join(tmpdir(), 'threadwise-bench-'))
