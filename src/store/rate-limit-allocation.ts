import type { Allotment, Answer, Limit, Report, Reports } from '../rate-limit/cluster-protocol.ts'

/** The last report of one replica about one method, by the database's clock. */
interface Standing {
  /** When each call of the last minute was made. */
  spent: number[]
  held: number
  asks: number[]
  growing: number
}

/** A replica as the database knows it. */
export interface Replica {
  name: string
  /** When it reported last. */
  heardAt: number
  /** By method. */
  standings: Record<string, Standing>
}

/** A replica that is silent for this long is taken for gone: others get what it held. What it spent still counts. */
export const goneMs = 5_000
/** Calls of every method that each replica keeps, so that a question that arrives there is shown at once. */
const minHeld = 1
/** A call counts this long. Slack's minute begins when a call arrives there. */
export const countedMs = 60_060
/** If nothing that was spent explains that nothing is left, others hold it: they are asked again this soon. */
const unknownMs = 250

/**
 * Allocates the limits to a replica that reports: returns its new standings, the limits that were learned, and the answer. Only one
 * replica reports at a time.
 */
export function allocate(
  { replicas, limits }: { replicas: Replica[]; limits: Map<string, Limit> },
  { name, reports }: { name: string; reports: Reports },
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
    const limit = report.isNews ? mergeLimit(report.limit, known) : (known ?? report.limit)
    if (report.isNews) found.set(method, limit)
    const of = (some: Replica[]) => some.flatMap(({ standings }) => standings[method] ?? [])
    const gone = of(others.filter(replica => !isLive(replica))).flatMap(({ spent }) => spent)
    const mine = buildStanding(report, wasGone, now)
    const allotment = divideLimit(limit, { mine, others: of(others.filter(isLive)), gone }, now)
    standings[method] = { ...mine, held: allotment.granted }
    answer.allotments[method] = { ...allotment, limit }
  }
  return { standings, found, answer }
}

/** Replaces the known limit by one that was learned since; of two learned at the same moment the stricter one holds. */
function mergeLimit(news: Limit, known: Limit | undefined): Limit {
  const isNext = known === undefined || known.version === news.version
  const restMs = Math.max(news.restMs, known?.restMs ?? 0)
  return { ...(isNext ? news : stricterOf(news, known)), restMs, version: (known?.version ?? 0) + 1 }
}

/** Builds a standing by the database's clock. A replica that was taken for gone holds nothing any more. */
function buildStanding(report: Report, wasGone: boolean, now: number): Standing {
  const { spentMs, asks, growing } = report
  return { spent: spentMs.map(ms => Math.round(now - ms)), held: wasGone ? 0 : report.held, asks, growing }
}

/**
 * Divides a limit between one replica and the others that live; `gone` are the calls of replicas that do not. It keeps what it holds,
 * and gets more as far as its turn reaches and nobody holds it: together they never have more than the limit.
 */
function divideLimit(
  limit: Limit,
  { mine, others, gone }: { mine: Standing; others: Standing[]; gone: number[] },
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
  return { granted, fair, alone, others: theirs.length, opensInMs: opensIn(spent, room - heldByOthers, now) }
}

/** Returns the part of the first replica: the most urgent calls first, whoever asks for them; equal parts among equals. */
function divide(room: number, all: Standing[]): { target: number; fair: number } {
  const urgent = all.map(({ asks }) => sum(asks.slice(0, -1)))
  const classes = [
    ...[0, 1, 2].map(urgency => all.map(({ asks }) => asks[urgency] ?? 0)),
    urgent.map(asked => Math.max(0, minHeld - asked)),
    all.map(({ asks }) => asks.at(-1) ?? 0),
  ]
  let target = 0
  let left = room
  let fair = 0
  classes.forEach((asks, index) => {
    // What is left grows texts: each text gets as much, wherever it grows.
    if (index === classes.length - 1) fair = target + growingPart(left, all)
    target += shareOf(left, asks)
    left -= Math.min(left, sum(asks))
  })
  return { target, fair: Math.max(target, fair) }
}

/** Returns what the first of several gets of a room that may be too small. */
function shareOf(room: number, asks: number[]): number {
  const inOrder = asks.map((ask, index) => ({ ask, isMine: index === 0 })).sort((a, b) => a.ask - b.ask)
  let left = room
  for (const [index, { ask, isMine }] of inOrder.entries()) {
    // Among equals the one that asks now gets the odd one.
    const share = Math.min(ask, Math.ceil(left / (inOrder.length - index)))
    if (isMine) return share
    left -= share
  }
  return 0
}

function growingPart(room: number, [mine, ...others]: Standing[]): number {
  const own = Math.max(1, mine?.growing ?? 0)
  const theirs = sum(others.map(({ growing, asks }) => Math.max(growing, Math.min(1, asks.at(-1) ?? 0))))
  return Math.floor((room * own) / (own + theirs))
}

function opensIn(spent: number[], room: number, now: number): number {
  if (room >= 1) return 0
  const last = spent[Math.ceil(-room)]
  return last === undefined ? unknownMs : Math.max(1, last + countedMs - now)
}

/** Returns the stricter of two limits. */
function stricterOf(one: Limit, other: Limit): Limit {
  return {
    perMinute: Math.min(one.perMinute, other.perMinute),
    spacingMs: Math.max(one.spacingMs, other.spacingMs),
    raiseInMs: Math.max(finiteOr0(one.raiseInMs), finiteOr0(other.raiseInMs)) || Number.POSITIVE_INFINITY,
    restMs: Math.max(one.restMs, other.restMs),
    version: other.version,
  }
}

const finiteOr0 = (ms: number) => (Number.isFinite(ms) ? ms : 0)
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
