import { SlackError } from '../errors.ts'
import type { CallSlack, SlackAnswer } from '../slack/client.ts'
import { joinPool } from './cluster.ts'
import type { Cluster } from './cluster-protocol.ts'
import { betweenMs } from './edit-interval.ts'
import {
  createGate,
  type Gate,
  hasRoom,
  learn,
  leftIn,
  note,
  plannedIn,
  surelyLeftIn,
  turnAt,
  type Urgency,
  waitMs,
} from './method-limit.ts'
import { createShares, type Share } from './reservations.ts'

export type { Urgency } from './method-limit.ts'

/** The arguments of a call, asked for at the moment of sending so that they are always the newest. */
type Args = () => Record<string, unknown>

/** The urgency of a call; the channel of a post, where asking its arguments for it is dear; and what takes the call back while it waits. */
type SendOptions<U extends Urgency> = U | { urgency: U; channel?: string; signal?: AbortSignal | undefined }

/** The one way in which the bot writes to Slack: it knows what each method allows and what was spent. */
export interface Limiter {
  /**
   * Makes the call as soon as its method's limit allows and it is its turn. A refusal (429) holds up this method only,
   * for as long as Slack says, and the call is made again after it. Answers `undefined` for a call in between that had
   * no room. Throws the `SlackError` of a call that failed otherwise.
   */
  send(method: string, args: Args, options: SendOptions<Exclude<Urgency, 'interim'>>): Promise<SlackAnswer>
  send(method: string, args: Args, options: SendOptions<Urgency>): Promise<SlackAnswer | undefined>
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
  /** Leaves what is not spent to the other processes that share it. */
  close(): Promise<void>
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

/**
 * Makes the budget. There is one a workspace, shared by everything that writes; where several processes write, they share it through
 * a pool.
 */
export function createLimiter(call: CallSlack, now: () => number = Date.now, pool?: Cluster): Limiter {
  const gates = new Map<string, Gate>()
  /** Streams that are open, each of which needs a call to end it. */
  let streams = 0
  /** Of these, those whose first call is still to be made. */
  let beginning = 0
  let hasStreams = true
  const edits = () => gateOf('chat.update')
  const shares = createShares(
    () => leftIn(edits(), now()),
    () => edits().made.length + plannedIn(edits(), now()),
    now,
    () => surelyLeftIn(edits(), now()),
  )
  const toNeeds = (method: string) => ({
    kept: method === 'chat.update' ? shares.kept : method === 'chat.stopStream' ? streams : 0,
    beginning: method === 'chat.startStream' ? beginning : 0,
    growing: method === 'chat.update' ? shares.kept : method === 'chat.appendStream' ? streams : 0,
  })
  const pooled = pool && joinPool(pool, gates, toNeeds, now)

  const gateOf = (method: string): Gate => {
    const known = gates.get(method)
    if (known !== undefined) return known
    const gate = createGate(publishedPerMinute[method] ?? unlistedPerMinute, pooled?.toPart())
    gates.set(method, gate)
    return gate
  }

  const send = async (method: string, args: Args, options: SendOptions<Urgency>): Promise<SlackAnswer | undefined> => {
    const {
      urgency,
      signal,
      channel: to,
    }: Exclude<SendOptions<Urgency>, Urgency> = typeof options === 'string' ? { urgency: options } : options
    const gate = gateOf(method)
    const channel = method === 'chat.postMessage' ? (to ?? String(args().channel)) : ''
    if (urgency !== 'interim') await turnAt(gate, channel, urgency, now, signal)
    else if (!(await takeRoom(gate, channel))) return undefined
    if (channel !== '') await pooled?.slot(gate, channel, signal)
    try {
      return await call(method, args())
    } catch (error) {
      if (!(error instanceof SlackError) || error.code !== 'ratelimited') throw error
      learn(gate, channel, error.retryAfterMs, now())
      void pooled?.ask()
      return urgency === 'interim' ? undefined : send(method, args, options)
    }
  }
  /** Takes the room for a call in between, if there is any, or another process has left some. */
  const takeRoom = async (gate: Gate, channel: string): Promise<boolean> => {
    const reserved = () => (gate === edits() ? shares.kept : 0)
    const isFree = () => hasRoom(gate, channel, reserved(), now())
    const { part } = gate
    if (!isFree() && part !== undefined && leftIn(gate, now()) > reserved()) await pooled?.look(part)
    if (!isFree()) return false
    note(gate, channel, now())
    return true
  }
  // The methods that replies need first have a part before they are needed.
  if (pooled !== undefined) for (const method of Object.keys(publishedPerMinute)) gateOf(method)
  void pooled?.ask()

  return {
    send: send as Limiter['send'],
    waitMs(method, channel) {
      const gate = gateOf(method)
      const before = gate.waiting.filter(other => other.channel === channel).length
      return waitMs(gate, channel, now(), gate.waiting.length) + before * gate.spacingMs
    },
    get growing() {
      return shares.kept + streams
    },
    openReply() {
      void pooled?.ask()
      const share = shares.open()
      return {
        ...share,
        begin() {
          const { kept } = shares
          const isKept = share.begin()
          // What is kept is soon granted, before others use it.
          if (shares.kept > kept) void pooled?.ask()
          return isKept
        },
      }
    },
    openStream() {
      const begin = gateOf('chat.startStream')
      if (!hasStreams || waitMs(begin, '', now()) > 0 || surelyLeftIn(begin, now()) - beginning < 1) return undefined
      if (waitMs(gateOf('chat.stopStream'), '', now()) > 0) return undefined
      if (surelyLeftIn(gateOf('chat.stopStream'), now()) - streams < 1) return undefined
      streams += 1
      beginning += 1
      void pooled?.ask()
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
    async close() {
      await pooled?.close()
    },
  }
}
