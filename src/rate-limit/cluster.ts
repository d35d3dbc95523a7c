import type { Allotment, Cluster, Report, Reports } from './cluster-protocol.ts'
import { forget, type Gate, type Line, marginMs, type Part, pump } from './method-limit.ts'
import { createSlots, slowMs, within } from './post-slots.ts'

/** How the gates of one process take part in a pool. */
export interface Pooled {
  /** This process's part of a method that it has not used yet. */
  toPart(): Part
  /** Reports at once; resolves when the answer has come, or is not waited for any longer. */
  ask(): Promise<void>
  /** Asks for one more call in between, and waits for what comes of it. */
  look(part: Part): Promise<void>
  /** Resolves when it is this process's turn to post in the channel. */
  slot(gate: Gate, channel: string, signal?: AbortSignal): Promise<void>
  /** Gives back what it has. */
  close(): Promise<void>
}

/** What replies will need of a method, besides the calls that wait. */
export interface Needs {
  /** Last calls that are kept back. */
  kept: number
  /** First calls that are about to be made. */
  beginning: number
  /** Texts that grow by it. */
  growing: number
}

/** While something grows or waits, what others do is heard this often; */
const oftenMs = 250
/** otherwise this often, which is often enough for the others to know that this process lives. */
const idleMs = 1_500
/** A pool that cannot be heard is tried again after this long. */
const againMs = 1_000
/** Until the pool was heard first, so many processes may be writing. */
const likelyReplicas = 4
/** A growing text may be edited so often until the next answer comes. */
const aheadCalls = 4
/** However idle it is, a process holds so much for what comes next. */
const leastHeld = 1

/** Takes part in a pool from now on, with all gates that there are at each report. */
export function joinPool(
  pool: Cluster,
  gates: Map<string, Gate>,
  toNeeds: (method: string) => Needs,
  now: () => number,
): Pooled {
  const line: Line = { isAway: false, heardAt: now(), replicas: likelyReplicas }
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let current: Promise<void> | undefined
  let next: Promise<void> | undefined

  const goOn = () => {
    for (const gate of gates.values()) pump(gate, now)
  }
  const leaveAlone = () => {
    line.isAway = true
    goOn()
  }

  const slots = createSlots(pool, { line, leaveAlone, goOn, now })

  const exchange = async (): Promise<void> => {
    const sentAt = now()
    const asked = [...gates].map(([method, gate]) => ({ method, gate, ...openReport(gate, toNeeds(method), sentAt) }))
    const reports: Reports = Object.fromEntries(asked.map(({ method, report }) => [method, report]))
    const late = setTimeout(leaveAlone, slowMs)
    try {
      const { replicas, allotments, busyMs } = await pool.sync(reports)
      Object.assign(line, { replicas, heardAt: sentAt, isAway: isClosed })
      for (const { method, close } of asked) close(allotments[method], now())
      const posts = gates.get('chat.postMessage')
      if (posts !== undefined) slots.hear(posts, busyMs)
      goOn()
    } catch {
      for (const { close } of asked) close(undefined, now())
      leaveAlone()
    } finally {
      clearTimeout(late)
    }
  }

  const isBusy = () =>
    [...gates].some(([method, { waiting, part }]) => {
      const { kept, growing } = toNeeds(method)
      return waiting.length + (part?.looking ?? 0) + kept + growing > 0
    })
  const start = (): Promise<void> => {
    clearTimeout(timer)
    if (isClosed) return Promise.resolve()
    current = exchange().finally(() => {
      current = undefined
      if (isClosed) return
      timer = setTimeout(start, line.isAway ? againMs : isBusy() ? oftenMs : idleMs)
      timer.unref()
    })
    return current
  }
  /** What is on its way was written before; what is asked now comes with the one after it. */
  const report = (): Promise<void> => {
    if (current === undefined) return start()
    next ??= current.then(() => {
      next = undefined
      return current ?? start()
    })
    return next
  }
  const ask = async (): Promise<void> => {
    if (!line.isAway) await within(slowMs, report())
  }

  return {
    toPart: () => ({
      granted: 0,
      // Until something was heard, it is all there for the asking.
      fair: Number.POSITIVE_INFINITY,
      alone: Number.POSITIVE_INFINITY,
      others: 0,
      opensAt: now(),
      looking: 0,
      total: 0,
      version: 0,
      isNews: false,
      line,
      ask: () => void ask(),
    }),
    ask,
    async look(part) {
      part.looking += 1
      await ask()
      part.looking -= 1
    },
    slot: slots.take,
    async close() {
      isClosed = true
      clearTimeout(timer)
      leaveAlone()
      await within(slowMs, Promise.resolve(current))
      await within(slowMs, pool.leave()).catch(() => {})
    },
  }
}

/** What a gate has to tell, and what it does with the answer; undefined when there was none. */
function openReport(gate: Gate, needs: Needs, at: number) {
  forget(gate, at)
  const part = gate.part as Part
  const { total } = part
  const asks = toAsks(gate, part, needs)
  const wanted = asks.reduce((sum, calls) => sum + calls, 0)
  // What is not needed any more is given back here, so that the pool never has to take anything.
  part.granted = Math.max(0, Math.min(part.granted, part.fair, Math.max(leastHeld, wanted)))
  const { isNews } = part
  part.isNews = false
  const report: Report = {
    spentMs: gate.made.map(made => at - made),
    held: part.granted,
    asks,
    growing: needs.growing,
    limit: {
      perMinute: gate.perMinute,
      spacingMs: gate.spacingMs,
      raiseInMs: gate.raiseAt - at,
      restMs: Math.max(0, gate.blockedUntil - at),
      version: part.version,
    },
    isNews,
  }
  const close = (allotment: Allotment | undefined, answeredAt: number): void => {
    if (allotment === undefined) {
      part.isNews ||= isNews
      return
    }
    const since = part.total - total
    part.granted = allotment.granted - since
    part.fair = allotment.fair - since
    part.alone = allotment.alone - since
    part.others = allotment.others
    part.opensAt = answeredAt + allotment.opensInMs
    // What was found meanwhile is told next, and what others found then counts as of the same moment.
    if (!part.isNews) believe(gate, part, allotment, answeredAt)
  }
  return { report, close }
}

function toAsks({ waiting }: Gate, { looking }: Part, { kept, beginning, growing }: Needs): Report['asks'] {
  const count = (urgency: string) => waiting.filter(other => other.urgency === urgency).length
  return [count('final') + kept, count('error'), count('first') + beginning, looking + growing * aheadCalls]
}

/** What any of the processes was refused, all know. */
function believe(gate: Gate, part: Part, { limit }: Allotment, at: number): void {
  const isStricter = limit.perMinute < gate.perMinute || limit.spacingMs > gate.spacingMs
  if (isStricter) gate.learnedAt = at
  gate.perMinute = limit.perMinute
  gate.spacingMs = limit.spacingMs
  gate.raiseAt = at + limit.raiseInMs
  if (limit.restMs > 0) gate.blockedUntil = Math.max(gate.blockedUntil, at + limit.restMs + marginMs)
  part.version = limit.version
}
