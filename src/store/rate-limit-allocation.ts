import type { Allotment, Answer, Limit, Report, Reports } from '../rate-limit/cluster-protocol.ts'

/** What the database knows of one replica and one method. */
export interface Standing {
  /** When each call of the last minute was made, by the database's clock. */
  spent: number[]
  held: number
  asks: number[]
  growing: number
}

/** What the database knows of one replica. */
export interface Replica {
  name: string
  /** When it was heard last. */
  heardAt: number
  /** By method. */
  standings: Record<string, Standing>
}

/** Whoever is silent for this long is taken for gone: others get what it held. What it spent counts on. */
export const goneMs = 5_000
/** Each replica keeps so many calls of every method, idle as it may be: a question that arrives there is shown at once. */
const leastHeld = 1
/** A call counts for so long. Slack's minute begins when a call arrives there. */
export const countedMs = 60_060
/** When nothing that was spent explains that nothing is left, others hold it: they are asked again soon. */
const unknownMs = 250

/**
 * What comes of one replica's reports: what it stands at now, what was newly found of limits, and what it is told. Only one replica
 * reports at a time.
 */
export function settle(
  replicas: Replica[],
  limits: Map<string, Limit>,
  name: string,
  reports: Reports,
  now: number,
): { standings: Record<string, Standing>; found: Map<string, Limit>; answer: Omit<Answer, 'busyMs'> } {
  const isLive = ({ heardAt }: Replica) => heardAt > now - goneMs
  const wasGone = !replicas.some(replica => replica.name === name && isLive(replica))
  const others = replicas.filter(replica => replica.name !== name)
  const standings: Record<string, Standing> = {}
  const found = new Map<string, Limit>()
  const answer: Omit<Answer, 'busyMs'> = { replicas: others.filter(isLive).length + 1, allotments: {} }
  for (const [method, report] of Object.entries(reports)) {
    const known = limits.get(method)
    const limit = report.isNews ? toNews(report.limit, known) : (known ?? report.limit)
    if (report.isNews) found.set(method, limit)
    const of = (some: Replica[]) => some.flatMap(({ standings }) => standings[method] ?? [])
    const gone = of(others.filter(replica => !isLive(replica))).flatMap(({ spent }) => spent)
    const recovered = toStanding(report, wasGone, now)
    const allotment = toAllotment(limit, recovered, of(others.filter(isLive)), gone, now)
    standings[method] = { ...recovered, held: allotment.granted }
    answer.allotments[method] = { ...allotment, limit }
  }
  return { standings, found, answer }
}

/** What was found since the same state replaces it; what was found at the same moment as something else yields to what is stricter. */
function toNews(news: Limit, known: Limit | undefined): Limit {
  const isNext = known === undefined || known.version === news.version
  const restMs = Math.max(news.restMs, known?.restMs ?? 0)
  return { ...(isNext ? news : toStricter(news, known)), restMs, version: (known?.version ?? 0) + 1 }
}

/** By the database's clock. Of a replica that was taken for gone, nothing is held any more. */
function toStanding(report: Report, wasGone: boolean, now: number): Standing {
  const { spentMs, asks, growing } = report
  return { spent: spentMs.map(ms => Math.round(now - ms)), held: wasGone ? 0 : report.held, asks, growing }
}

/**
 * What one replica may spend of a method, beside the others that live; `gone` are the calls that replicas made which do not. It keeps
 * what it holds, and gets more as far as its turn reaches and nobody holds it: so all of them together never have more than the limit.
 */
function toAllotment(
  limit: Limit,
  mine: Standing,
  others: Standing[],
  gone: number[],
  now: number,
): Omit<Allotment, 'limit'> {
  const isCounted = (at: number) => at > now - countedMs
  const theirs = [...gone, ...others.flatMap(({ spent }) => spent)].filter(isCounted)
  const spent = [...mine.spent.filter(isCounted), ...theirs].sort((a, b) => a - b)
  const room = limit.perMinute - spent.length
  const all = [mine, ...others]
  const free = Math.max(0, room - sum(all.map(({ held }) => held)))
  const { target, fair } = divide(Math.max(0, room), all)
  const granted = mine.held + Math.min(Math.max(0, target - mine.held), free)
  const alone = granted + Math.floor((free - (granted - mine.held)) / all.length)
  const heldByOthers = sum(others.map(({ held }) => held))
  return { granted, fair, alone, others: theirs.length, opensInMs: toOpening(spent, room - heldByOthers, now) }
}

/** The part of the first one: what is most urgent comes first, whoever asks for it; among equals each gets as much. */
function divide(room: number, all: Standing[]): { target: number; fair: number } {
  const urgent = all.map(({ asks }) => sum(asks.slice(0, -1)))
  const classes = [
    ...[0, 1, 2].map(urgency => all.map(({ asks }) => asks[urgency] ?? 0)),
    urgent.map(asked => Math.max(0, leastHeld - asked)),
    all.map(({ asks }) => asks.at(-1) ?? 0),
  ]
  let target = 0
  let left = room
  let fair = 0
  classes.forEach((asks, index) => {
    // What is left grows texts: each text gets as much, wherever it grows.
    if (index === classes.length - 1) fair = target + toPart(left, all)
    target += toShare(left, asks)
    left -= Math.min(left, sum(asks))
  })
  return { target, fair: Math.max(target, fair) }
}

/** What the first of several gets of a room that may be too small. */
function toShare(room: number, asks: number[]): number {
  const inOrder = asks.map((ask, index) => ({ ask, isMine: index === 0 })).sort((a, b) => a.ask - b.ask)
  let left = room
  for (const [index, { ask, isMine }] of inOrder.entries()) {
    // Among equals whoever asks now gets the odd one.
    const share = Math.min(ask, Math.ceil(left / (inOrder.length - index)))
    if (isMine) return share
    left -= share
  }
  return 0
}

function toPart(room: number, [mine, ...others]: Standing[]): number {
  const own = Math.max(1, mine?.growing ?? 0)
  const theirs = sum(others.map(({ growing, asks }) => Math.max(growing, Math.min(1, asks.at(-1) ?? 0))))
  return Math.floor((room * own) / (own + theirs))
}

function toOpening(spent: number[], room: number, now: number): number {
  if (room >= 1) return 0
  const last = spent[Math.ceil(-room)]
  return last === undefined ? unknownMs : Math.max(1, last + countedMs - now)
}

/** Two findings of one moment: the stricter one is believed. */
function toStricter(one: Limit, other: Limit): Limit {
  return {
    perMinute: Math.min(one.perMinute, other.perMinute),
    spacingMs: Math.max(one.spacingMs, other.spacingMs),
    raiseInMs: Math.max(toFinite(one.raiseInMs), toFinite(other.raiseInMs)) || Number.POSITIVE_INFINITY,
    restMs: Math.max(one.restMs, other.restMs),
    version: other.version,
  }
}

const toFinite = (ms: number) => (Number.isFinite(ms) ? ms : 0)
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
