import { type CallSlack, type SlackAnswer, SlackError } from '../slack.ts'
import { betweenMs } from './pace.ts'
import { createShares, type Share } from './shares.ts'

/**
 * How urgent a call is, the most urgent first. A call in between is dropped when the budget is short; the others wait
 * for their turn and are made.
 */
const urgencies = ['final', 'error', 'first', 'between'] as const
export type Urgency = (typeof urgencies)[number]

/** What a call sends, asked for at the moment of sending so that it is always the newest. */
type Args = () => Record<string, unknown>

/** The one way in which the bot writes to Slack: it knows what each method allows and what was spent. */
export interface SendBudget {
  /**
   * Makes the call as soon as its method's limit allows and it is its turn. A refusal (429) holds up this method only,
   * for as long as Slack says, and the call is made again after it. Answers `undefined` for a call in between that had
   * no room. Throws the `SlackError` of a call that failed otherwise.
   */
  send(method: string, args: Args, urgency: Exclude<Urgency, 'between'>, signal?: AbortSignal): Promise<SlackAnswer>
  send(method: string, args: Args, urgency: 'between', signal?: AbortSignal): Promise<SlackAnswer | undefined>
  /** Replies that grow now. */
  readonly growing: number
  /** How long a call of this method would wait for its turn now, as far as is known. */
  waitMs(method: string, channel: string): number
  /** The share of a reply in progress, which is edited. */
  openReply(): Share
  /** The share of one that is streamed: the call that ends it is kept back. Undefined when there is none, or none to begin it. */
  openStream(): StreamShare | undefined
  /** This workspace has no streams; none is begun any more. */
  withoutStreams(): void
}

/** What a stream may take. */
export interface StreamShare {
  /** How long to wait between two pieces of a text that was first shown so long ago. */
  nextMs(ageMs: number): number
  /** The call that begins it is being made. */
  begun(): void
  /** The call that ends it is made, or not needed. Safe to call twice. */
  close(): void
}

/**
 * Calls a minute that Slack publishes for the whole workspace: tier 2 is 20, tier 3 is 50, tier 4 is 100. Source:
 * docs.slack.dev/apis/web-api/rate-limits. `chat.postMessage` is limited a channel; its figure is the workspace's cap.
 */
const publishedPerMinute: Record<string, number> = {
  'chat.postMessage': 300,
  'chat.update': 50,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'chat.postEphemeral': 100,
  'assistant.threads.setStatus': 50,
  'assistant.threads.setTitle': 100,
  'assistant.threads.setSuggestedPrompts': 50,
  'views.publish': 100,
}
const unlistedPerMinute = 50

/** Slack accepts about one posted message a second in each channel. Same source. */
const postSpacingMs = 1_000
/** Slack is taken at its refusals for this long, */
const raiseEveryMs = 300_000
/** then so much more is tried. */
const raise = 1.25
const longestSpacingMs = 2_000
/** Calls that were under way together are refused together. */
const oneMomentMs = 1_000
/** Our clock and Slack's need not agree to the millisecond. */
const marginMs = 60
const minuteMs = 60_000

interface Waiting {
  channel: string
  urgency: Urgency
  start: () => void
}

interface Gate {
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
}

/** Makes the budget. There is one a workspace, shared by everything that writes. */
export function createSendBudget(call: CallSlack, now: () => number = Date.now): SendBudget {
  const gates = new Map<string, Gate>()
  /** Streams that are open, each of which needs a call to end it. */
  let streams = 0
  /** Of these, those whose first call is still to be made. */
  let beginning = 0
  let hasStreams = true
  const edits = () => gateOf('chat.update')
  const shares = createShares(
    () => leftIn(edits(), now()),
    () => edits().perMinute,
    now,
  )

  const gateOf = (method: string): Gate => {
    const known = gates.get(method)
    if (known !== undefined) return known
    const perMinute = publishedPerMinute[method] ?? unlistedPerMinute
    const learned = { perMinute, published: perMinute, spacingMs: postSpacingMs, raiseAt: Number.POSITIVE_INFINITY }
    const never = Number.NEGATIVE_INFINITY
    const gate: Gate = {
      ...learned,
      learnedAt: never,
      made: [],
      blockedUntil: 0,
      lastInChannel: new Map(),
      waiting: [],
      timer: undefined,
    }
    gates.set(method, gate)
    return gate
  }

  const send = async (
    method: string,
    args: Args,
    urgency: Urgency,
    signal?: AbortSignal,
  ): Promise<SlackAnswer | undefined> => {
    const gate = gateOf(method)
    const channel = method === 'chat.postMessage' ? String(args().channel) : ''
    const reserved = method === 'chat.update' ? shares.kept : 0
    if (urgency !== 'between') await turnAt(gate, channel, urgency, now, signal)
    else if (hasRoom(gate, channel, reserved, now())) note(gate, channel, now())
    else return undefined
    try {
      return await call(method, args())
    } catch (error) {
      if (!(error instanceof SlackError) || error.code !== 'ratelimited') throw error
      learn(gate, channel, now())
      gate.blockedUntil = Math.max(gate.blockedUntil, now() + error.retryAfterMs + marginMs)
      return urgency === 'between' ? undefined : send(method, args, urgency, signal)
    }
  }

  return {
    send: send as SendBudget['send'],
    waitMs(method, channel) {
      const gate = gateOf(method)
      const before = gate.waiting.filter(other => other.channel === channel).length
      return waitMs(gate, channel, now(), gate.waiting.length) + before * gate.spacingMs
    },
    get growing() {
      return shares.kept + streams
    },
    openReply: () => shares.open(),
    openStream() {
      const begin = gateOf('chat.startStream')
      if (!hasStreams || waitMs(begin, '', now()) > 0 || leftIn(begin, now()) - beginning < 1) return undefined
      if (waitMs(gateOf('chat.stopStream'), '', now()) > 0) return undefined
      if (leftIn(gateOf('chat.stopStream'), now()) - streams < 1) return undefined
      streams += 1
      beginning += 1
      let isOpen = true
      let isBegun = false
      const begun = () => {
        if (!isBegun) beginning -= 1
        isBegun = true
      }
      return {
        nextMs(ageMs) {
          // As of edits, one stream takes a part of what is left.
          const edits = Math.max(0, leftIn(gateOf('chat.appendStream'), now())) / Math.max(2, streams)
          return betweenMs({ ageMs, edits, typicalMs: shares.typicalMs })
        },
        begun,
        close() {
          begun()
          if (isOpen) streams -= 1
          isOpen = false
        },
      }
    },
    withoutStreams() {
      hasStreams = false
    },
  }
}

/** Calls that the minute still allows. */
function leftIn(gate: Gate, at: number): number {
  forget(gate, at)
  return gate.perMinute - gate.made.length - gate.waiting.length
}

/** Calls that are older than a minute count no more; after some minutes without a refusal Slack may allow more again. */
function forget(gate: Gate, at: number): void {
  while (gate.made[0] !== undefined && gate.made[0] <= at - minuteMs - marginMs) gate.made.shift()
  while (at >= gate.raiseAt) {
    gate.perMinute = Math.min(gate.published, Math.ceil(gate.perMinute * raise))
    gate.spacingMs = Math.max(postSpacingMs, gate.spacingMs / 2)
    const isAsPublished = gate.perMinute === gate.published && gate.spacingMs === postSpacingMs
    gate.raiseAt = isAsPublished ? Number.POSITIVE_INFINITY : gate.raiseAt + raiseEveryMs
  }
}

/**
 * Slack allows less than it publishes, and does not say how much: what it has taken in this minute is what it takes. No refusal
 * halves it more than once, since others may have spent of the minute, too: the process before this one, for example. Refusals of
 * one moment are one.
 */
function learn(gate: Gate, channel: string, at: number): void {
  gate.made.pop()
  forget(gate, at)
  const isSame = at < gate.learnedAt + oneMomentMs
  gate.learnedAt = at
  if (isSame) return
  gate.raiseAt = at + raiseEveryMs
  // Few posts in all that are too many were too many for their channel.
  if (channel !== '' && gate.made.length < gate.perMinute / 2)
    gate.spacingMs = Math.min(longestSpacingMs, gate.spacingMs * 2)
  else gate.perMinute = Math.max(Math.ceil(gate.perMinute / 2), Math.min(gate.perMinute, gate.made.length))
}

/** Whether a call that may be dropped can be made now without taking what others wait for or will need. */
function hasRoom(gate: Gate, channel: string, reserved: number, at: number): boolean {
  if (gate.waiting.length > 0 || waitMs(gate, channel, at) > 0) return false
  return gate.perMinute - gate.made.length > reserved
}

/** How long until the method's limits allow one more call, after so many others. */
function waitMs(gate: Gate, channel: string, at: number, others = 0): number {
  forget(gate, at)
  const before = gate.made.length + others - gate.perMinute
  const oldest = before < 0 ? undefined : (gate.made[before] ?? at)
  const minuteWait = oldest === undefined ? 0 : oldest + minuteMs + marginMs - at
  const last = channel === '' ? undefined : gate.lastInChannel.get(channel)
  const channelWait = last === undefined ? 0 : last + gate.spacingMs + marginMs - at
  return Math.max(0, gate.blockedUntil - at, minuteWait, channelWait)
}

function note(gate: Gate, channel: string, at: number): void {
  gate.made.push(at)
  if (channel === '') return
  for (const [other, last] of gate.lastInChannel) if (last < at - minuteMs) gate.lastInChannel.delete(other)
  gate.lastInChannel.set(channel, at)
}

/** Resolves when it is this call's turn: the more urgent first, then those who came first. */
function turnAt(gate: Gate, channel: string, urgency: Urgency, now: () => number, signal?: AbortSignal): Promise<void> {
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
  })
}

/** Starts every waiting call that may go now, and comes back when the next one may. */
function pump(gate: Gate, now: () => number): void {
  clearTimeout(gate.timer)
  for (const waiting of [...gate.waiting]) {
    if (waitMs(gate, waiting.channel, now()) > 0) continue
    gate.waiting = gate.waiting.filter(other => other !== waiting)
    note(gate, waiting.channel, now())
    waiting.start()
  }
  const soonest = Math.min(...gate.waiting.map(waiting => waitMs(gate, waiting.channel, now())))
  if (Number.isFinite(soonest)) gate.timer = setTimeout(() => pump(gate, now), Math.ceil(soonest))
}
