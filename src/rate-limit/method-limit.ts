import type { ReplicaShare } from './replica-share.ts'

/**
 * Urgencies of calls, the most urgent first. An interim call is dropped if there is no room; the others wait for their turn and are
 * made.
 */
const urgencies = ['final', 'error', 'first', 'interim'] as const
export type Urgency = (typeof urgencies)[number]

/** Slack accepts about one post a second in each channel. Source: docs.slack.dev/apis/web-api/rate-limits. */
const postSpacingMs = 1_000
const longestSpacingMs = 2_000
/** A limit learned from a refusal holds for this long; */
const raiseEveryMs = 300_000
/** then this factor more is tried. */
const raise = 1.25
/** Calls in flight together are refused together. */
const sameRefusalMs = 1_000
/** Our clock and Slack's need not agree to the millisecond. */
export const marginMs = 60
const minuteMs = 60_000

interface Waiting {
  channel: string
  urgency: Urgency
  /** Calls of a lower rank go first, */
  rank: number
  /** and pass it until then. */
  yieldsUntil: number
  start: () => void
}

/** A further message of a text lets others pass for this long. */
const yieldMs = 15_000

/** The limit of one method, the calls of the last minute, and those that wait. */
export class MethodLimit {
  /** Slack's published limit, or less where it has refused less. */
  perMinute: number
  /** Between two posts in one channel. */
  spacingMs = postSpacingMs
  /** When a higher limit is tried again. */
  raiseAt = Number.POSITIVE_INFINITY
  learnedAt = Number.NEGATIVE_INFINITY
  /** Slack wants no call before. */
  blockedUntil = 0
  /** When each call of the last minute was made. */
  readonly made: number[] = []
  /** When a post was made last in each channel. */
  readonly lastInChannel = new Map<string, number>()
  waiting: Waiting[] = []
  /** This replica's share, where several share the limit. */
  readonly share: ReplicaShare | undefined
  readonly #published: number
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(perMinute: number, now: () => number, share?: ReplicaShare) {
    this.perMinute = perMinute
    this.#published = perMinute
    this.#now = now
    this.share = share
  }

  /** Returns how many calls can be planned with in this minute, beyond those that wait. */
  left(): number {
    return this.planned() - this.waiting.length
  }

  /** Returns how many of them no other replica can take first. */
  reliablyLeft(): number {
    const { share } = this
    const room = this.#room()
    const own = share === undefined || share.isAlone(this.#now()) ? room : this.#capped(share.alone)
    return Math.max(room, own) - this.waiting.length
  }

  /** Returns how many calls can be made about now: what is not granted yet is granted on request. */
  planned(): number {
    const room = this.#room()
    const { share } = this
    return share === undefined || share.isAlone(this.#now()) ? room : Math.max(room, this.#capped(share.fair))
  }

  /** Returns whether an interim call can be made now without taking what others wait for or have reserved. */
  hasRoom(channel: string, reserved: number): boolean {
    return this.waiting.length === 0 && this.waitMs(channel) === 0 && this.#room() > reserved
  }

  /** Returns how long until the limits allow one more call after `others`, in milliseconds. */
  waitMs(channel: string, others = 0): number {
    const now = this.#now()
    const last = channel === '' ? undefined : this.lastInChannel.get(channel)
    const channelMs = last === undefined ? 0 : last + this.#spacing() + marginMs - now
    return Math.max(0, this.blockedUntil - now, this.#minuteWaitMs(others), channelMs)
  }

  /** Forgets calls older than a minute, and raises a learned limit in steps. */
  prune(): void {
    const now = this.#now()
    while (this.made[0] !== undefined && this.made[0] <= now - minuteMs - marginMs) this.made.shift()
    while (now >= this.raiseAt) {
      this.perMinute = Math.min(this.#published, Math.ceil(this.perMinute * raise))
      this.spacingMs = Math.max(postSpacingMs, this.spacingMs / 2)
      const isPublished = this.perMinute === this.#published && this.spacingMs === postSpacingMs
      this.raiseAt = isPublished ? Number.POSITIVE_INFINITY : this.raiseAt + raiseEveryMs
      if (this.share !== undefined) this.share.isNews = true
    }
  }

  /**
   * Learns from a refusal. Slack does not say how much it allows: what it has accepted in this minute. No refusal more than halves the
   * limit, since others, such as the process before this one, may have spent of the minute too. Simultaneous refusals count as one.
   */
  learn(channel: string, restMs: number): void {
    const now = this.#now()
    this.blockedUntil = Math.max(this.blockedUntil, now + restMs + marginMs)
    this.made.pop()
    this.share?.count(-1)
    this.prune()
    if (this.share !== undefined) this.share.isNews = true
    const isSame = now < this.learnedAt + sameRefusalMs
    this.learnedAt = now
    if (isSame) return
    this.raiseAt = now + raiseEveryMs
    const accepted = this.made.length + (this.share?.others ?? 0)
    // Few posts in all that are too many were too many for their channel.
    if (channel !== '' && accepted < this.perMinute / 2) this.spacingMs = Math.min(longestSpacingMs, this.spacingMs * 2)
    else this.perMinute = Math.max(Math.ceil(this.perMinute / 2), Math.min(this.perMinute, accepted))
  }

  /** Counts a call that is made now. */
  note(channel: string): void {
    const now = this.#now()
    this.made.push(now)
    this.share?.count(1)
    if (channel === '') return
    for (const [other, last] of this.lastInChannel) if (last < now - minuteMs) this.lastInChannel.delete(other)
    this.lastInChannel.set(channel, now)
  }

  /** Notes that the call that was counted last is made only now. */
  noteLate(): void {
    if (this.made.length > 0) this.made[this.made.length - 1] = this.#now()
  }

  /** Notes that nothing can be posted in a channel for this long. */
  noteBusy(channel: string, ms: number): void {
    const last = this.#now() + ms - this.spacingMs - marginMs
    this.lastInChannel.set(channel, Math.max(this.lastInChannel.get(channel) ?? last, last))
  }

  /**
   * Resolves when it is this call's turn: the more urgent first, then the earlier; a further message of a long text lets the first ones
   * of others pass. Rejects with the signal's reason.
   */
  takeTurn(
    channel: string,
    urgency: Urgency,
    { signal, isFurther = false }: { signal?: AbortSignal | undefined; isFurther?: boolean | undefined } = {},
  ): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.waiting = this.waiting.filter(other => other !== own)
        reject(signal?.reason)
      }
      const start = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const rank = urgencies.indexOf(urgency) + (isFurther ? 0.5 : 0)
      const now = this.#now()
      const yieldsUntil = isFurther ? now + yieldMs : Number.POSITIVE_INFINITY
      const own: Waiting = { channel, urgency, rank, yieldsUntil, start }
      signal?.addEventListener('abort', leave, { once: true })
      const behind = this.waiting.findIndex(other => other.rank > rank && now < other.yieldsUntil)
      this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, own)
      this.pump()
      if (this.waiting.includes(own) && this.#room() < this.waiting.length) this.share?.ask()
    })
  }

  /** Starts every waiting call that can be made now, and returns when the next one can. */
  pump(): void {
    clearTimeout(this.#timer)
    let soonest = Number.POSITIVE_INFINITY
    for (const waiting of [...this.waiting]) {
      // Read once: the clock goes on meanwhile, and a call that is passed over must be looked at again.
      const ms = this.waitMs(waiting.channel)
      if (ms > 0) soonest = Math.min(soonest, ms)
      // A call that only has to be granted goes on when it is.
      if (ms > 0 || this.#room() < 1) continue
      this.waiting = this.waiting.filter(other => other !== waiting)
      this.note(waiting.channel)
      waiting.start()
    }
    if (Number.isFinite(soonest)) this.#timer = setTimeout(() => this.pump(), Math.ceil(soonest))
  }

  /** Returns how many calls can be made now. */
  #room(): number {
    this.prune()
    const { share } = this
    if (share === undefined) return this.perMinute - this.made.length
    return share.isAlone(this.#now())
      ? share.carefulRoom(this.perMinute, this.made.length, this.#now())
      : this.#capped(share.granted)
  }

  #capped(calls: number): number {
    return Math.min(this.perMinute - this.made.length, calls)
  }

  #minuteWaitMs(others: number): number {
    const before = others - this.planned()
    if (before < 0) return 0
    const now = this.#now()
    const { share } = this
    if (share !== undefined && !share.isAlone(now))
      return Math.max(1, share.opensAt - now) + (before * minuteMs) / this.perMinute
    return (this.made[before] ?? now) + minuteMs + marginMs - now
  }

  /** Without contact, each replica posts so seldom that together they keep the spacing. */
  #spacing(): number {
    return this.share?.isAlone(this.#now()) === true ? this.spacingMs * this.share.link.replicas : this.spacingMs
  }
}
