import { createLimits, type LimitChoice } from '../../playground/slack-emulator/limits.ts'
import { SlackError } from '../../src/errors.ts'
import type { Cluster, Limit } from '../../src/rate-limit/cluster-protocol.ts'
import { createLimiter } from '../../src/rate-limit/limiter.ts'
import type { SlackAnswer } from '../../src/slack/client.ts'
import { allocate, type Replica } from '../../src/store/rate-limit-allocation.ts'

const inMs = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** What the database does for the replicas, in memory. It answers after some milliseconds, or as a test wants it. */
function createDatabase() {
  let replicas: Replica[] = []
  const limits = new Map<string, { limit: Limit; at: number }>()
  const nextAt = new Map<string, number>()
  const state = { isAway: false, answersInMs: 3 }

  /** The line breaks while it is asked, or before it has answered. */
  const answer = async <T>(work: () => T): Promise<T> => {
    await inMs(state.answersInMs)
    if (state.isAway) throw new Error('the database is away')
    const result = work()
    await inMs(state.answersInMs)
    return result
  }
  const toNow = ({ limit, at }: { limit: Limit; at: number }): Limit => {
    const age = Date.now() - at
    return { ...limit, raiseInMs: limit.raiseInMs - age, restMs: Math.max(0, limit.restMs - age) }
  }
  const toPool = (name: string): Cluster => ({
    sync: reports =>
      answer(() => {
        const at = Date.now()
        const known = new Map([...limits].map(([method, kept]) => [method, toNow(kept)]))
        const { standings, found, answer } = allocate({ replicas, limits: known }, { name, reports }, at)
        replicas = [...replicas.filter(other => other.name !== name), { name, heardAt: at, standings }]
        for (const [method, limit] of found) limits.set(method, { limit, at })
        const busy = [...nextAt].map(([channel, next]) => [channel, next - at] as const).filter(([, ms]) => ms > 0)
        return { ...answer, busyMs: Object.fromEntries(busy) }
      }),
    reserve: (channel, spacingMs) =>
      answer(() => {
        const at = Math.max(nextAt.get(channel) ?? 0, Date.now())
        nextAt.set(channel, at + spacingMs)
        return at - Date.now()
      }),
    leave: () =>
      answer(() => {
        replicas = replicas.map(replica => (replica.name === name ? { ...replica, heardAt: 0 } : replica))
      }),
  })
  return Object.assign(state, { toPool })
}

/** A call that arrived at Slack. */
interface Arrived {
  replica: string
  method: string
  args: Record<string, unknown>
  at: number
  isRefused: boolean
}

/** A Slack with limits, some milliseconds away from each of its clients. */
export function createSlack(choice: LimitChoice, arrivesInMs: () => number = () => 20) {
  const limits = createLimits(choice, Date.now)
  const arrived: Arrived[] = []
  const toCall = (replica: string) => async (method: string, args: Record<string, unknown>) => {
    await inMs(arrivesInMs())
    const restS = limits.take(method, String(args.channel))
    arrived.push({ replica, method, args, at: Date.now(), isRefused: restS > 0 })
    await inMs(20)
    if (restS > 0) throw new SlackError(method, 'ratelimited', { retryAfterMs: restS * 1_000 })
    return { ok: true, ts: String(arrived.length) } as SlackAnswer
  }
  return {
    toCall,
    arrived,
    refused: () => arrived.filter(({ isRefused }) => isRefused),
    /** How many calls of a method each replica made, or one of them. */
    count: (method: string, replica?: string) =>
      arrived.filter(call => call.method === method && (replica === undefined || call.replica === replica)).length,
  }
}

/** So many replicas of a bot, each with its own budget, on one Slack and one database. */
export function openReplicas(names: string[], choice: LimitChoice = 'published', arrivesInMs?: () => number) {
  const slack = createSlack(choice, arrivesInMs)
  const database = createDatabase()
  const pools = names.map(name => database.toPool(name))
  const budgets = names.map((name, index) => createLimiter(slack.toCall(name), Date.now, pools[index]))
  return { slack, database, budgets }
}
