/**
 * How urgent a call is, the most urgent first. A call in between is dropped when the budget is short; the others wait
 * for their turn and are made.
 */
const urgencies = ['final', 'error', 'first', 'interim'] as const
export type Urgency = (typeof urgencies)[number]

/** Slack accepts about one posted message a second in each channel. Source: docs.slack.dev/apis/web-api/rate-limits. */
const postSpacingMs = 1_000
/** Slack is taken at its refusals for this long, */
const raiseEveryMs = 300_000
/** then so much more is tried. */
const raise = 1.25
const longestSpacingMs = 2_000
/** Calls that were under way together are refused together. */
const oneMomentMs = 1_000
/** Our clock and Slack's need not agree to the millisecond. */
export const marginMs = 60
const minuteMs = 60_000
/** What was heard of the others holds no longer: by then they may have taken this process for gone. */
const leaseMs = 4_000

interface Waiting {
  channel: string
  urgency: Urgency
  start: () => void
}

/** What one method allows and what was spent of it. */
export interface Gate {
  /** What Slack publishes, or less where it has refused less. */
  perMinute: number
  published: number
  /** Between two posts in one channel. */
  spacingMs: number
  /** When it is tried again whether Slack allows more. */
  raiseAt: number
  /** When it was refused last. */
  learnedAt: number
  /** When each call of the last minute was made. */
  made: number[]
  blockedUntil: number
  lastInChannel: Map<string, number>
  waiting: Waiting[]
  timer: NodeJS.Timeout | undefined
  /** What this process has of it, where several share it. */
  part: Part | undefined
}

/** One process's part of a method that several share. */
export interface Part {
  /** Calls that it may make now. */
  granted: number
  /** Calls that it may plan with: it is granted them when it asks. */
  fair: number
  /** Calls that it may make if it never hears of the others again. */
  alone: number
  /** Calls that the others made in the last minute. */
  others: number
  /** When the limit allows one more for sure. */
  opensAt: number
  /** Calls in between that are made as soon as they are granted. */
  looking: number
  /** Calls made in all. */
  total: number
  /** Which finding about the limit is known, and whether a newer one is still to be told. */
  version: number
  isNews: boolean
  /** The line to the others, one for all methods. */
  line: Line
  /** Something waits that is not granted yet. */
  ask: () => void
}

/** How things stand between this process and the others. */
export interface Line {
  /** They cannot be heard: each goes on with a careful part of its own. */
  isAway: boolean
  /** What was heard last is as of then. */
  heardAt: number
  /** Processes, as far as was heard. */
  replicas: number
}

/** A gate through which nothing has gone yet. */
export function createGate(perMinute: number, part?: Part): Gate {
  return {
    perMinute,
    published: perMinute,
    spacingMs: postSpacingMs,
    raiseAt: Number.POSITIVE_INFINITY,
    learnedAt: Number.NEGATIVE_INFINITY,
    made: [],
    blockedUntil: 0,
    lastInChannel: new Map(),
    waiting: [],
    timer: undefined,
    part,
  }
}

/** Calls that the minute still allows beyond those that wait, as far as they may be counted on. */
export function leftIn(gate: Gate, at: number): number {
  return plannedIn(gate, at) - gate.waiting.length
}

/** As many of them as no other process can come before. */
export function surelyLeftIn(gate: Gate, at: number): number {
  const { part, waiting } = gate
  const room = roomIn(gate, at)
  const sure = part === undefined || isAlone(part, at) ? room : Math.min(gate.perMinute - gate.made.length, part.alone)
  return Math.max(room, sure) - waiting.length
}

/** Calls that may be made now. */
function roomIn(gate: Gate, at: number): number {
  forget(gate, at)
  const { part, made } = gate
  const own = gate.perMinute - made.length
  if (part === undefined) return own
  if (!isAlone(part, at)) return Math.min(own, part.granted)
  const careful = Math.max(1, Math.floor(gate.perMinute / part.line.replicas)) - made.length
  // For a minute, what the others spent before counts; what was granted is surely this one's.
  return at > part.line.heardAt + minuteMs ? careful : Math.max(part.granted, Math.min(careful, part.alone))
}

/** Calls that can be made about now: what is not granted yet is there for the asking. */
export function plannedIn(gate: Gate, at: number): number {
  const room = roomIn(gate, at)
  const { part } = gate
  if (part === undefined || isAlone(part, at)) return room
  return Math.max(room, Math.min(gate.perMinute - gate.made.length, part.fair))
}

/** Calls that are older than a minute count no more; after some minutes without a refusal Slack may allow more again. */
export function forget(gate: Gate, at: number): void {
  while (gate.made[0] !== undefined && gate.made[0] <= at - minuteMs - marginMs) gate.made.shift()
  while (at >= gate.raiseAt) {
    gate.perMinute = Math.min(gate.published, Math.ceil(gate.perMinute * raise))
    gate.spacingMs = Math.max(postSpacingMs, gate.spacingMs / 2)
    const isAsPublished = gate.perMinute === gate.published && gate.spacingMs === postSpacingMs
    gate.raiseAt = isAsPublished ? Number.POSITIVE_INFINITY : gate.raiseAt + raiseEveryMs
    if (gate.part !== undefined) gate.part.isNews = true
  }
}

/**
 * Slack allows less than it publishes, and does not say how much: what it has taken in this minute is what it takes. No refusal
 * halves it more than once, since others may have spent of the minute, too: the process before this one, for example. Refusals of
 * one moment are one.
 */
export function learn(gate: Gate, channel: string, restMs: number, at: number): void {
  gate.blockedUntil = Math.max(gate.blockedUntil, at + restMs + marginMs)
  gate.made.pop()
  count(gate, -1)
  forget(gate, at)
  if (gate.part !== undefined) gate.part.isNews = true
  const isSame = at < gate.learnedAt + oneMomentMs
  gate.learnedAt = at
  if (isSame) return
  gate.raiseAt = at + raiseEveryMs
  const taken = gate.made.length + (gate.part?.others ?? 0)
  // Few posts in all that are too many were too many for their channel.
  if (channel !== '' && taken < gate.perMinute / 2) gate.spacingMs = Math.min(longestSpacingMs, gate.spacingMs * 2)
  else gate.perMinute = Math.max(Math.ceil(gate.perMinute / 2), Math.min(gate.perMinute, taken))
}

/** Whether a call that may be dropped can be made now without taking what others wait for or will need. */
export function hasRoom(gate: Gate, channel: string, reserved: number, at: number): boolean {
  if (gate.waiting.length > 0 || waitMs(gate, channel, at) > 0) return false
  return roomIn(gate, at) > reserved
}

/** How long until the method's limits allow one more call, after so many others. */
export function waitMs(gate: Gate, channel: string, at: number, others = 0): number {
  const minuteWait = minuteWaitMs(gate, others, at)
  const last = channel === '' ? undefined : gate.lastInChannel.get(channel)
  const channelWait = last === undefined ? 0 : last + toSpacingMs(gate, at) + marginMs - at
  return Math.max(0, gate.blockedUntil - at, minuteWait, channelWait)
}

function minuteWaitMs(gate: Gate, others: number, at: number): number {
  const before = others - plannedIn(gate, at)
  if (before < 0) return 0
  const { part } = gate
  if (part !== undefined && !isAlone(part, at))
    return Math.max(1, part.opensAt - at) + (before * minuteMs) / gate.perMinute
  const oldest = gate.made[before] ?? at
  return oldest + minuteMs + marginMs - at
}

/** Out of hearing, each process posts so seldom that together they post as often as they may. */
function toSpacingMs({ spacingMs, part }: Gate, at: number): number {
  return part !== undefined && isAlone(part, at) ? spacingMs * part.line.replicas : spacingMs
}

function isAlone({ line }: Part, at: number): boolean {
  return line.isAway || at > line.heardAt + leaseMs
}

/** A call is made now. */
export function note(gate: Gate, channel: string, at: number): void {
  gate.made.push(at)
  count(gate, 1)
  if (channel === '') return
  for (const [other, last] of gate.lastInChannel) if (last < at - minuteMs) gate.lastInChannel.delete(other)
  gate.lastInChannel.set(channel, at)
}

/** No post can be made in this channel for so long. */
export function noteBusy(gate: Gate, channel: string, ms: number, at: number): void {
  const last = at + ms - gate.spacingMs - marginMs
  gate.lastInChannel.set(channel, Math.max(gate.lastInChannel.get(channel) ?? last, last))
}

/** The call that was noted last is made only now. */
export function noteLate({ made }: Gate, at: number): void {
  if (made.length > 0) made[made.length - 1] = at
}

function count({ part }: Gate, calls: number): void {
  if (part === undefined) return
  part.total += calls
  part.granted -= calls
  part.fair -= calls
  part.alone -= calls
}

/** Resolves when it is this call's turn: the more urgent first, then those who came first. */
export function turnAt(
  gate: Gate,
  channel: string,
  urgency: Urgency,
  now: () => number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const leave = () => {
      gate.waiting = gate.waiting.filter(other => other !== waiting)
      reject(signal?.reason)
    }
    const start = () => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    const waiting: Waiting = { channel, urgency, start }
    signal?.addEventListener('abort', leave, { once: true })
    const behind = gate.waiting.findIndex(other => urgencies.indexOf(other.urgency) > urgencies.indexOf(urgency))
    gate.waiting.splice(behind < 0 ? gate.waiting.length : behind, 0, waiting)
    pump(gate, now)
    if (gate.waiting.includes(waiting) && roomIn(gate, now()) < gate.waiting.length) gate.part?.ask()
  })
}

/** Starts every waiting call that may go now, and comes back when the next one may. */
export function pump(gate: Gate, now: () => number): void {
  clearTimeout(gate.timer)
  for (const waiting of [...gate.waiting]) {
    if (waitMs(gate, waiting.channel, now()) > 0 || roomIn(gate, now()) < 1) continue
    gate.waiting = gate.waiting.filter(other => other !== waiting)
    note(gate, waiting.channel, now())
    waiting.start()
  }
  const waits = gate.waiting.map(waiting => waitMs(gate, waiting.channel, now()))
  // What only has to be granted goes on when it is.
  const soonest = Math.min(...waits.filter(ms => ms > 0))
  if (Number.isFinite(soonest)) gate.timer = setTimeout(() => pump(gate, now), Math.ceil(soonest))
}
