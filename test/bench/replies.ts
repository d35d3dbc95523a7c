import { setTimeout as delay } from 'node:timers/promises'
import { createWorkspace, type Workspace } from '../../playground/slack-emulator/workspace.ts'
import { createScriptedModel, type Exchange } from '../scripted-model.ts'
import { type Child, startChild } from './child.ts'
import type { Claim } from './main.ts'

/** So many people ask at about the same time, in so many places. */
interface Load {
  threads: number
  /** Channels, or direct messages. */
  places: number
  isDirect?: boolean
  /** Every question comes within this time; a second and a half unless told. */
  withinMs?: number
  /** Slack allows this share of what it publishes, and does not say so. */
  allowed?: number
  /** How much of threads the bot may remember. */
  cacheTokens?: number
  /** So many processes answer, on this database. */
  fleet?: { replicas: number; url: string }
}

/** What came of it. */
interface Outcome {
  load: Load
  whole: number
  refused: number
  /** The most refusals that one method had in one minute after the first. */
  refusedLater: number
  /** Milliseconds from the first token to the first text, in the median. */
  firstTextMs: number
  /** Milliseconds from a token to the text that has it, on average over all tokens. */
  lagMs: number
  /** Milliseconds from the last token to the whole text. */
  wholeMs: { median: number; p95: number; worst: number }
  callsAReply: number
  cpuMsAReply: number
  memoryMb: number
  /** The same when a fifth of the questions had been asked. */
  earlyMemoryMb: number
}

/** Slack’s limits a minute, or a share of them. */
function toLimits(share: number): Record<string, number> {
  const published = {
    'chat.postMessage': 300,
    'chat.postMessage:channel': 60,
    'chat.update': 50,
    'chat.startStream': 20,
    'chat.appendStream': 100,
    'chat.stopStream': 20,
    'assistant.threads.setStatus': 50,
  }
  return Object.fromEntries(Object.entries(published).map(([method, calls]) => [method, calls * share]))
}

const asksMs = 1_500
const tokens = 300
const tokensPerSecond = 60
/** A reply grows for five seconds. */
const replyMs = (tokens * 1000) / tokensPerSecond
const latencyMs = 60
/** Whatever is not whole so long after the last token counts as lost. */
const patienceMs = 90_000

const loads: Load[] = [
  { threads: 1, places: 1 },
  { threads: 10, places: 10 },
  { threads: 30, places: 10 },
  { threads: 100, places: 10 },
  { threads: 300, places: 30 },
  { threads: 30, places: 1 },
  { threads: 1, places: 1, isDirect: true },
  { threads: 10, places: 4, isDirect: true },
  { threads: 30, places: 4, isDirect: true },
  { threads: 30, places: 10, allowed: 0.5 },
]
const comparedLoads = loads.slice(0, 4)

/**
 * What is promised in channels: mean lag and the whole text after the last token, in milliseconds. A hundred in ten channels cannot all
 * be whole within 500 ms: fifty edits, twenty streams and, of the posts that a channel takes a second apart, two in the
 * 1.85 s between the first text's end and half a second after the last one's complete ninety. The ten others are at least 0.65 s late,
 * and only if each channel's first question waits for its whole text, which nobody knows when it is asked.
 */
const promises: Record<string, { lagMs?: number; p95Ms?: number }> = {
  '1 in 1': { lagMs: 190 },
  '10 in 10': { lagMs: 620, p95Ms: 150 },
  '30 in 10': { lagMs: 1_900, p95Ms: 150 },
  '100 in 10': { p95Ms: 500 },
  '300 in 30': { p95Ms: 3_000 },
}

/** Prints what people see of replies under loads, beside the lower bound and two other bots; answers what is promised of it. */
export async function benchReplies(): Promise<Claim[]> {
  const claims: Claim[] = []
  process.stdout.write(`${toRow(heads)}\n`)
  for (const load of loads) {
    const outcome = await measureReplies(load, 'threadwise')
    process.stdout.write(`${toRow(toCells('Threadwise', outcome))}\n`)
    claims.push(...toClaims(outcome))
  }
  for (const bot of ['edits', 'stream'] as const)
    for (const load of comparedLoads) process.stdout.write(`${toRow(toCells(bot, await measureReplies(load, bot)))}\n`)
  return claims
}

const heads = [
  'bot',
  'threads',
  'whole',
  'refused',
  'first ms',
  'lag ms',
  'bound',
  'ratio',
  'whole p50',
  'p95',
  'worst',
  'calls',
  'cpu ms',
  'MB',
]
const toRow = (cells: string[]) => cells.map((cell, at) => (at < 2 ? cell.padEnd(14) : cell.padStart(9))).join(' ')
const nameOf = ({ threads, places, isDirect, allowed }: Load) =>
  `${threads} in ${isDirect === true ? 'DMs' : places}${allowed === undefined ? '' : ', half'}`

/** The loads of the issue again, answered by several replicas on a database each; prints their rows, and answers what is promised. */
export async function benchFleet(replicas: number, openUrl: () => Promise<string>): Promise<Claim[]> {
  const claims: Claim[] = []
  for (const load of comparedLoads) {
    const outcome = await measureReplies({ ...load, fleet: { replicas, url: await openUrl() } }, 'threadwise')
    process.stdout.write(`${toRow(toCells(`${replicas} replicas`, outcome))}\n`)
    claims.push(...toClaims(outcome).map(lease => ({ ...lease, what: `${replicas} replicas, ${lease.what}` })))
  }
  return claims
}

function toCells(bot: string, outcome: Outcome): string[] {
  const { load, whole, refused, firstTextMs, lagMs, wholeMs, callsAReply, cpuMsAReply, memoryMb } = outcome
  const bound = load.isDirect === true ? undefined : toBoundMs(load.threads)
  const figures = [firstTextMs, lagMs].map(figure => figure.toFixed(0))
  const bounds = bound === undefined ? ['', ''] : [bound.toFixed(0), (lagMs / bound).toFixed(2)]
  const late = [wholeMs.median, wholeMs.p95, wholeMs.worst].map(figure => figure.toFixed(0))
  const cost = [callsAReply.toFixed(1), cpuMsAReply.toFixed(0), memoryMb.toFixed(0)]
  return [bot, nameOf(load), `${whole}/${load.threads}`, String(refused), ...figures, ...bounds, ...late, ...cost]
}

function toClaims({ load, whole, refused, refusedLater, lagMs, wholeMs }: Outcome): Claim[] {
  const name = `${nameOf(load)}:`
  const { lagMs: lag, p95Ms } = promises[nameOf(load)] ?? {}
  const most = (what: string, figure: number, limit: number | undefined): Claim[] =>
    limit === undefined
      ? []
      : [
          {
            what: `${name} ${what}`,
            figure: `${figure.toFixed(0)} ms`,
            promise: `at most ${limit} ms`,
            kept: figure <= limit,
          },
        ]
  return [
    { what: `${name} whole replies`, figure: `${whole}`, promise: 'all', kept: whole === load.threads },
    load.allowed === undefined
      ? { what: `${name} refused calls`, figure: `${refused}`, promise: 'none', kept: refused === 0 }
      : {
          what: `${name} refused calls a method and minute, later`,
          figure: `${refusedLater}`,
          promise: 'at most 1',
          kept: refusedLater <= 1,
        },
    ...most('mean lag of a token', lagMs, lag),
    ...most('whole text after the last token, p95', wholeMs.p95, p95Ms),
  ]
}

/** Edits that Slack allows a minute, and how often one reply is edited at most. */
const editsAMinute = 50
const editsAReply = replyMs / 250

/**
 * The least mean lag by edits alone. A token waits for the next of n writes that are spread evenly over the reply, on average half
 * of what lies between two of them, and for one call. Fifty edits are divided: each reply needs one to be completed, what is left
 * gives some one more than others. Beyond fifty each has one write at its end.
 */
function toBoundMs(threads: number): number {
  const each = Math.max(1, Math.min(editsAReply, Math.floor(editsAMinute / threads)))
  const withMore = each === editsAReply ? 0 : Math.max(0, Math.min(threads, editsAMinute - each * threads))
  const waits = (withMore * replyMs) / (2 * (each + 1)) + ((threads - withMore) * replyMs) / (2 * each)
  return waits / threads + latencyMs
}

/** Puts a load on a bot, in a Slack with its published limits, and measures what people see. */
export async function measureReplies(load: Load, bot: 'threadwise' | 'edits' | 'stream'): Promise<Outcome> {
  const slack = await createWorkspace({
    latencyMs,
    ...(load.allowed !== undefined && { limits: toLimits(load.allowed) }),
  })
  const model = await createScriptedModel()
  const produced = new Map<string, number[]>()
  model.answerAll(exchange => void speak(exchange, produced))
  const env = {
    ...(load.cacheTokens !== undefined && { CACHE_TOKENS: String(load.cacheTokens) }),
    ...(load.fleet !== undefined && { DATABASE_URL: load.fleet.url }),
  }
  const starting = Array.from({ length: load.fleet?.replicas ?? 1 }, () => startChild(bot, slack, model.baseUrl, env))
  const child = together(await Promise.all(starting))
  const places = await openPlaces(slack, load)
  await delay(1_000)
  const seen = watchReplies(slack)
  const before = { calls: slack.calls.length, cpuMs: await child.cpuMs() }
  const asked: { ts: string; channel: string; name: string }[] = []
  const startedAt = Date.now()
  let earlyMemoryMb = 0
  for (let at = 0; at < load.threads; at += 1) {
    const place = places[at % places.length]
    if (place === undefined) break
    const name = `q${at}`
    const text = load.isDirect === true ? `${name} go on` : `<@${slack.botUserId}> ${name} go on`
    const said = await slack.do({ do: 'say', as: place.as, channel: place.channel, text })
    asked.push({ ts: String(said.ts), channel: place.channel, name })
    await delay((load.withinMs ?? asksMs) / load.threads)
    if (at === Math.floor(load.threads / 5)) earlyMemoryMb = await child.memoryMb()
  }
  await untilWhole(
    asked.map(({ ts, channel }) => `${channel}:${ts}`),
    seen,
  )
  const outcome = toOutcome(load, asked, produced, seen)
  const calls = slack.calls.slice(before.calls)
  const cpuMs = (await child.cpuMs()) - before.cpuMs
  const memoryMb = await child.memoryMb()
  await child.stop()
  await Promise.all([slack.close(), model.close()])
  return {
    ...outcome,
    refused: calls.filter(({ error }) => error === 'ratelimited').length,
    refusedLater: toRefusedLater(calls, startedAt),
    callsAReply: calls.length / load.threads,
    cpuMsAReply: cpuMs / load.threads,
    memoryMb,
    earlyMemoryMb,
  }
}

/** The most refusals that one method had in one minute, counted from the first question, but for the first. */
function toRefusedLater(calls: Workspace['calls'], startedAt: number): number {
  const counts = new Map<string, number>()
  for (const { method, error, at } of calls) {
    const minute = Math.floor((at - startedAt) / 60_000)
    if (error !== 'ratelimited' || minute < 1) continue
    const key = `${method} ${minute}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}

/** Several processes as one: their work and memory together. */
function together(children: Child[]): Child {
  const sum = async (figures: Promise<number>[]) => (await Promise.all(figures)).reduce((all, one) => all + one, 0)
  return {
    cpuMs: () => sum(children.map(child => child.cpuMs())),
    memoryMb: () => sum(children.map(child => child.memoryMb())),
    async stop() {
      await Promise.all(children.map(child => child.stop()))
    },
  }
}

interface Place {
  channel: string
  as: string
}

async function openPlaces(slack: Workspace, { places, isDirect }: Load): Promise<Place[]> {
  const people = Object.values(slack.people)
  if (isDirect === true) {
    return people.flatMap(as => {
      const direct = slack.snapshot(as).channels.find(({ kind }) => kind === 'im')
      return direct === undefined ? [] : [{ channel: direct.id, as }]
    })
  }
  const { dana } = slack.people
  const opened: Place[] = []
  for (let at = 0; at < places; at += 1) {
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name: `room-${at}` })
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
    opened.push({ channel: String(channel), as: dana })
  }
  return opened
}

/** What stands of each reply, and since when: the last token that a reader sees. */
type Seen = Map<string, { at: number; token: number }[]>

function watchReplies(slack: Workspace): Seen {
  const seen: Seen = new Map()
  slack.onChange(change => {
    if (change.type !== 'message' || change.message.user !== slack.botUserId) return
    const { channel, threadTs, text } = change.message
    if (threadTs === undefined) return
    const key = `${channel}:${threadTs}`
    const token = Number(/t(\d+)(?!.*t\d)/s.exec(text)?.[1] ?? -1)
    const known = seen.get(key) ?? []
    seen.set(key, known)
    if (token > (known.at(-1)?.token ?? -1)) known.push({ at: performance.now(), token })
  })
  return seen
}

async function untilWhole(keys: string[], seen: Seen): Promise<void> {
  const until = performance.now() + replyMs + patienceMs
  const isWhole = (key: string) => seen.get(key)?.at(-1)?.token === tokens - 1
  while (performance.now() < until && !keys.every(isWhole)) await delay(50)
}

/** A model’s answer at its usual speed; when each token was there is noted by the name of the question. */
async function speak(exchange: Exchange, produced: Map<string, number[]>): Promise<void> {
  const name = [...exchange.prompt.matchAll(/\b(q\d+) go on/g)].at(-1)?.[1] ?? ''
  const times: number[] = []
  produced.set(name, times)
  const startedAt = performance.now()
  for (let at = 0; at < tokens; at += 1) {
    const waitMs = startedAt + (at * 1000) / tokensPerSecond - performance.now()
    if (waitMs > 1) await delay(waitMs)
    exchange.say(`${at === 0 ? '' : ' '}t${at}`)
    times.push(performance.now())
  }
  exchange.end()
}

function toOutcome(
  load: Load,
  asked: { ts: string; channel: string; name: string }[],
  produced: Map<string, number[]>,
  seen: Seen,
): Pick<Outcome, 'load' | 'whole' | 'firstTextMs' | 'lagMs' | 'wholeMs'> {
  const first: number[] = []
  const whole: number[] = []
  let lag = 0
  let counted = 0
  for (const { ts, channel, name } of asked) {
    const times = produced.get(name) ?? []
    const steps = seen.get(`${channel}:${ts}`) ?? []
    if (steps[0] !== undefined) first.push(steps[0].at - (times[0] ?? 0))
    const last = steps.find(({ token }) => token >= tokens - 1)
    if (last !== undefined) whole.push(last.at - (times.at(-1) ?? 0))
    let step = 0
    times.forEach((at, token) => {
      while ((steps[step]?.token ?? Number.POSITIVE_INFINITY) < token) step += 1
      const shown = steps[step]
      if (shown === undefined) return
      lag += shown.at - at
      counted += 1
    })
  }
  const sorted = whole.toSorted((a, b) => a - b)
  return {
    load,
    whole: whole.length,
    firstTextMs: quantile(
      first.toSorted((a, b) => a - b),
      0.5,
    ),
    lagMs: lag / counted,
    wholeMs: { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), worst: sorted.at(-1) ?? Number.NaN },
  }
}

const quantile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
