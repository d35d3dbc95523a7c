import { exec, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createWorkspace } from '../../playground/slack-emulator/workspace.ts'
import { createLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open-sqlite-store.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { type Asked, askAll, openFleet, readThreads, speakSlowly, untilAnswered } from '../fleet.ts'
import { openDatabase, openProxy } from '../postgres.ts'
import { createRandom } from '../random.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { openBenchBot } from './bot.ts'
import type { Claim } from './main.ts'
import { benchFleet } from './replies.ts'

/** The load: so many mentions over so many threads, to so many replicas, one of which is killed every two seconds. */
const load = { mentions: 500, threads: 100, replicas: 4, killEveryMs: 2_000 }
/** Slack takes 300 posts a minute of all replicas together, which is what they keep to. */
const mentionEveryMs = 250
const channels = 20
const answerMs = 1_000
const lateMs = 20_000
const mostLate = 0.01
const patienceMs = 180_000

/** A turn over PostgreSQL reaches the model at most so much later. */
const mostMoreMs = 15
const warmMentions = 40
const speedTurns = 2_000

/** The database's server restarts by this command; without it, its connections are cut for two seconds. */
const restartCommand = process.env.TEST_DATABASE_RESTART
const awayMs = 2_000

/** What several replicas on PostgreSQL promise. Needs `TEST_DATABASE_URL`. */
export async function benchReplicas(): Promise<Claim[]> {
  if (process.env.TEST_DATABASE_URL === undefined) {
    process.stdout.write('replicas: left out, TEST_DATABASE_URL names no PostgreSQL server\n')
    return []
  }
  const ends: (() => void | Promise<void>)[] = []
  const atEnd = (end: () => void | Promise<void>) => void ends.unshift(end)
  try {
    return [
      ...(await measureChaos(atEnd)),
      await measureWay(atEnd),
      ...(await benchFleet(2, () => openDatabase(atEnd))),
      ...(await benchFleet(4, () => openDatabase(atEnd))),
      ...(await measureSpeeds(atEnd)),
    ]
  } finally {
    for (const end of ends) await end()
  }
}

type AtEnd = (end: () => void | Promise<void>) => void

/** Kills and a restart of the database under load. */
async function measureChaos(atEnd: AtEnd): Promise<Claim[]> {
  const url = await openDatabase(atEnd)
  const proxy = await openProxy(url, atEnd)
  const random = createRandom(11)
  const urls = Array.from({ length: load.replicas }, () => proxy.url)
  const fleet = await openFleet(urls, atEnd, { limits: 'off' })
  speakSlowly(fleet, answerMs, random)
  let isOver = false
  let kills = 0
  const killing = (async () => {
    for (; !isOver; kills += 1) {
      await delay(load.killEveryMs)
      // The next one is killed on time, however long this one takes to come back.
      void fleet.replace(kills % load.replicas).catch(() => {})
      if (kills !== 10) continue
      if (restartCommand !== undefined) await promisify(exec)(restartCommand)
      else {
        proxy.cut()
        await delay(awayMs)
        proxy.mend()
      }
    }
  })()
  const asked = await askAll(fleet, {
    questions: load.mentions,
    threads: load.threads,
    channels,
    everyMs: mentionEveryMs,
  })
  isOver = true
  await killing
  await untilAnswered(fleet, asked, patienceMs).catch(() => {})
  await delay(1_000)
  const threads = await readThreads(fleet, asked, url)
  const whole = asked.filter(({ wholeAt }) => wholeAt !== undefined).length
  const wrong = threads.filter(({ stands, wanted }) => JSON.stringify(stands) !== JSON.stringify(wanted)).length
  const late = asked.filter(one => toWaitMs(one) > lateMs).length
  const waits = asked.map(toWaitMs).toSorted((a, b) => a - b)
  const name = `${load.mentions} mentions, ${load.replicas} replicas, ${kills} kills:`
  return [
    { what: `${name} whole replies`, figure: `${whole}`, promise: 'all', kept: whole === load.mentions },
    { what: `${name} threads out of order or doubled`, figure: `${wrong}`, promise: 'none', kept: wrong === 0 },
    {
      what: `${name} later than ${lateMs / 1000} s`,
      figure: `${late} (worst ${((waits.at(-1) ?? 0) / 1000).toFixed(1)} s, median ${((waits[waits.length >> 1] ?? 0) / 1000).toFixed(1)})`,
      promise: 'at most 1 in 100',
      kept: late <= load.mentions * mostLate,
    },
  ]
}

const toWaitMs = ({ at, wholeAt }: Asked) => (wholeAt ?? Number.POSITIVE_INFINITY) - at

/** How long a mention takes from Slack to the model, over SQLite and over PostgreSQL. */
async function measureWay(atEnd: AtEnd): Promise<Claim> {
  const log = createLog('silent')
  const folder = await mkdtemp(join(tmpdir(), 'threadwise-bench-'))
  const sqlite = await measureWayOver(await openStore(folder, 0, log))
  const postgres = await measureWayOver(await openSharedStore(await openDatabase(atEnd), log))
  const more = postgres - sqlite
  return {
    what: 'from event to model request, PostgreSQL beside SQLite, p50',
    figure: `${postgres.toFixed(1)} beside ${sqlite.toFixed(1)} ms`,
    promise: `at most ${mostMoreMs} ms more`,
    kept: more <= mostMoreMs,
  }
}

async function measureWayOver(store: Store): Promise<number> {
  const slack = await createWorkspace({ limits: 'off' })
  const model = await createScriptedModel()
  const app = await openBenchBot(slack, model, store)
  const times: number[] = []
  for (let at = 0; at < warmMentions; at += 1) {
    const askedAt = performance.now()
    await slack.do({
      do: 'say',
      as: slack.people.dana,
      channel: slack.channels.general,
      text: `<@${slack.botUserId}> go`,
    })
    const exchange = await model.next()
    times.push(performance.now() - askedAt)
    exchange.reply('Here.')
    await delay(50)
  }
  await app.stop()
  await store.close()
  await Promise.all([slack.close(), model.close()])
  return times.toSorted((a, b) => a - b)[warmMentions >> 1] ?? Number.NaN
}

/** Turns a second through the inboxes of so many processes: written down, handed out, begun and ended, without Slack and model. */
async function measureSpeeds(atEnd: AtEnd): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const replicas of [1, 2, 4]) {
    const url = await openDatabase(atEnd)
    const perSecond = await measureSpeed(url, replicas)
    claims.push({
      what: `turns a second, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}, limits off`,
      figure: perSecond.toFixed(0),
      promise: 'told',
      kept: true,
    })
  }
  return claims
}

async function measureSpeed(url: string, replicas: number): Promise<number> {
  const children = await Promise.all(
    Array.from({ length: replicas }, async (_, at) => {
      const child = fork(resolve('test/bench/inbox-child.ts'), [url, String(at), String(speedTurns / replicas)])
      await once(child, 'message')
      return child
    }),
  )
  const startedAt = performance.now()
  await Promise.all(
    children.map(async child => {
      child.send('go')
      await once(child, 'exit')
    }),
  )
  return (speedTurns * 1_000) / (performance.now() - startedAt)
}
