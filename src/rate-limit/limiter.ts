import { SlackError } from '../errors.ts'
import type { CallSlack, SlackAnswer } from '../slack/client.ts'
import { joinCluster } from './cluster.ts'
import type { Cluster } from './cluster-protocol.ts'
import { betweenMs } from './edit-interval.ts'
import { MethodLimit, type Urgency } from './method-limit.ts'
import { createReservations } from './reservations.ts'
import { publishedPerMinute, unlistedPerMinute } from './slack-limits.ts'

export type { Urgency } from './method-limit.ts'

/** The arguments of a call, asked for at the moment of sending so that they are always the newest. */
type Args = () => Record<string, unknown>

/**
 * The urgency of a call; the channel of a post, where asking its arguments for it is dear; what takes the call back while it waits; and
 * whether it goes on with a text whose beginning is there.
 */
type SendOptions<U extends Urgency> =
  | U
  | { urgency: U; channel?: string; signal?: AbortSignal | undefined; isFurther?: boolean }

/** Every write to Slack passes through it: one quota per workspace and method, shared by all replicas. */
export interface Limiter {
  /**
   * Makes the call as soon as its method's limit allows and it is its turn. A refusal (429) holds up this method only, and the call
   * is made again after Retry-After. Returns undefined for an interim call that had no room. Throws the `SlackError` of a call that
   * failed otherwise.
   */
  send(method: string, args: Args, options: SendOptions<Exclude<Urgency, 'interim'>>): Promise<SlackAnswer>
  send(method: string, args: Args, options: SendOptions<Urgency>): Promise<SlackAnswer | undefined>
  /** Estimates how long a call of this method would wait for its turn now, in milliseconds. */
  waitMs(method: string, channel: string): number
  /** Calls that wait for their turn. */
  readonly waiting: number
  /** Opens the share of a reply that is edited. */
  openReply(): ReturnType<ReturnType<typeof createReservations>['open']>
  /** Opens the share of a reply that is streamed, with the call that stops it reserved; undefined if there is no room for one. */
  openStream(): StreamShare | undefined
  /** Starts no streams any more: the workspace has none. */
  withoutStreams(): void
  /** Leaves what is not spent to the other replicas. */
  close(): Promise<void>
}

/** The share of a stream. */
export interface StreamShare {
  /** Returns how long to wait between two calls, for a text that was first shown this long ago, in milliseconds. */
  nextMs(ageMs: number): number
  /** Notes that the call that starts it is being made. */
  begun(): void
  /** Releases the call that stops it: it was made, or is not needed. Safe to call twice. */
  close(): void
}

/** Creates the limiter of a workspace; where several replicas write, they share it through a cluster. */
export function createLimiter(call: CallSlack, now: () => number = Date.now, cluster?: Cluster): Limiter {
  const limits = new Map<string, MethodLimit>()
  const limitOf = (method: string): MethodLimit => {
    const known = limits.get(method)
    if (known !== undefined) return known
    const limit = new MethodLimit(publishedPerMinute[method] ?? unlistedPerMinute, now, member?.openShare())
    limits.set(method, limit)
    return limit
  }
  const edits = {
    left: () => limitOf('chat.update').left(),
    reliablyLeft: () => limitOf('chat.update').reliablyLeft(),
    perMinute: () => limitOf('chat.update').made.length + limitOf('chat.update').planned(),
  }
  const reservations = createReservations(edits, now)
  const streams = createStreamShares(limitOf, () => reservations.typicalMs)
  const needsOf = (method: string) => ({
    kept: method === 'chat.update' ? reservations.kept : method === 'chat.stopStream' ? streams.open : 0,
    beginning: method === 'chat.startStream' ? streams.beginning : 0,
    growing: method === 'chat.update' ? reservations.kept : method === 'chat.appendStream' ? streams.open : 0,
  })
  const member = cluster && joinCluster(cluster, { limits, needsOf, now })
  const ask = () => void member?.ask()
  const reserved = (method: string) => (method === 'chat.update' ? reservations.kept : 0)
  const send = createSend({ call, limitOf, reserved, member })

  // The methods that replies need first have a share before they are needed.
  if (member !== undefined) for (const method of Object.keys(publishedPerMinute)) limitOf(method)
  ask()

  return {
    send: send as Limiter['send'],
    waitMs(method, channel) {
      const limit = limitOf(method)
      const before = limit.waiting.filter(other => other.channel === channel).length
      return limit.waitMs(channel, limit.waiting.length) + before * limit.spacingMs
    },
    get waiting() {
      return [...limits.values()].reduce((sum, { waiting }) => sum + waiting.length, 0)
    },
    openReply() {
      ask()
      // A reserved call is granted before others use it.
      return reservations.open(ask)
    },
    openStream() {
      const share = streams.take()
      if (share !== undefined) ask()
      return share
    },
    withoutStreams: streams.forbid,
    close: async () => member?.close(),
  }
}

interface SendDeps {
  call: CallSlack
  limitOf: (method: string) => MethodLimit
  /** Calls of a method that replies in progress have reserved. */
  reserved: (method: string) => number
  member: ReturnType<typeof joinCluster> | undefined
}

/** Creates the function that makes a call when it is its turn, and again after a refusal. */
function createSend({ call, limitOf, reserved, member }: SendDeps) {
  /** Takes the room for an interim call, if there is any, or another replica has left some. */
  const takeRoom = async (method: string, channel: string): Promise<boolean> => {
    const limit = limitOf(method)
    const { share } = limit
    if (!limit.hasRoom(channel, reserved(method)) && share !== undefined && limit.left() > reserved(method))
      await member?.look(share)
    if (!limit.hasRoom(channel, reserved(method))) return false
    limit.note(channel)
    return true
  }

  return async function send(
    method: string,
    args: Args,
    options: SendOptions<Urgency>,
  ): Promise<SlackAnswer | undefined> {
    const {
      urgency,
      signal,
      ...to
    }: Exclude<SendOptions<Urgency>, Urgency> = typeof options === 'string' ? { urgency: options } : options
    const limit = limitOf(method)
    const channel = method === 'chat.postMessage' ? (to.channel ?? String(args().channel)) : ''
    if (urgency !== 'interim') await limit.takeTurn(channel, urgency, { signal, isFurther: to.isFurther })
    else if (!(await takeRoom(method, channel))) return undefined
    if (channel !== '') await member?.takePostSlot(limit, channel, signal)
    try {
      return await call(method, args())
    } catch (error) {
      if (!(error instanceof SlackError) || error.code !== 'ratelimited') throw error
      limit.learn(channel, error.retryAfterMs)
      void member?.ask()
      return urgency === 'interim' ? undefined : send(method, args, options)
    }
  }
}

/** Creates the shares of streams, each of which needs a call to start it and one to stop it. */
function createStreamShares(limitOf: (method: string) => MethodLimit, typicalMs: () => number) {
  let open = 0
  let beginning = 0
  let isAllowed = true
  const hasRoom = (method: string, reserved: number) =>
    limitOf(method).waitMs('') === 0 && limitOf(method).reliablyLeft() - reserved >= 1
  return {
    get open() {
      return open
    },
    /** Streams whose first call is still to be made. */
    get beginning() {
      return beginning
    },
    forbid(): void {
      isAllowed = false
    },
    take(): StreamShare | undefined {
      if (!isAllowed || !hasRoom('chat.startStream', beginning) || !hasRoom('chat.stopStream', open)) return undefined
      open += 1
      beginning += 1
      let state: 'begins' | 'runs' | 'closed' = 'begins'
      const begun = () => {
        if (state !== 'begins') return
        beginning -= 1
        state = 'runs'
      }
      return {
        nextMs(ageMs) {
          // As of edits, one stream takes a part of what is left.
          const calls = Math.max(0, limitOf('chat.appendStream').left()) / Math.max(2, open)
          return betweenMs({ ageMs, edits: calls, typicalMs: typicalMs() })
        },
        begun,
        close() {
          begun()
          if (state === 'runs') open -= 1
          state = 'closed'
        },
      }
    },
  }
}
