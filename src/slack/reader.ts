import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { CallSlack, SlackAnswer } from './client.ts'
import type { RawMessage } from './message.ts'

/**
 * Purposes of reads, the most urgent first: a person waits for an answer; missed messages; summaries and reports; checks of
 * unknown threads. A question is read at once and reduces the quota of the others.
 */
const purposes = ['question', 'backfill', 'report', 'check'] as const

interface ReadOptions {
  for: (typeof purposes)[number]
  signal?: AbortSignal | undefined
  /** How long Slack may be away before the read fails, in milliseconds. */
  patienceMs?: number
}

/** Reads from Slack under its rate limits. */
export interface SlackReader {
  /** Fetches one answer, with retries. Throws the `SlackError` of a read that failed, and the signal's reason. */
  fetch(method: string, args: Record<string, unknown>, options: ReadOptions): Promise<SlackAnswer>
  /** Fetches page after page. */
  pages(method: string, args: Record<string, unknown>, options: ReadOptions): AsyncIterable<SlackAnswer>
}

/** Burst: the share of a minute's reads that may be made at once; the rest is spread evenly, so that progress stays visible. */
const burstShare = 0.25
/** The share of a minute's reads that checks of unknown threads may take. */
const checkShare = 0.2
const minuteMs = 60_000
const defaultPatienceMs = 60_000
/** Reads that nobody waits for outlast refusals (429) of this long. */
const longestRestMs = 600_000
const firstBackoffMs = 500
const longestBackoffMs = 8_000

/** Creates a reader that keeps each method under `perMinute` calls in any minute. */
export function createReader(call: CallSlack, perMinute: number): SlackReader {
  const quotas = new Map<string, Quota>()
  const quotaOf = (name: string, rate: number): Quota => {
    const quota = quotas.get(name) ?? createQuota(rate)
    quotas.set(name, quota)
    return quota
  }

  const takeTurn = async (method: string, { for: purpose, signal }: ReadOptions): Promise<Quota> => {
    const quota = quotaOf(method, perMinute)
    if (purpose === 'question') await quota.takeAtOnce(signal)
    else {
      if (purpose === 'check') await quotaOf(`${method} check`, perMinute * checkShare).take(0, signal)
      await quota.take(purposes.indexOf(purpose), signal)
    }
    return quota
  }

  const fetch = async (method: string, args: Record<string, unknown>, options: ReadOptions): Promise<SlackAnswer> => {
    const { patienceMs = defaultPatienceMs, signal } = options
    const deadline = Date.now() + patienceMs
    const restDeadline = options.for === 'question' ? deadline : Date.now() + longestRestMs
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      const quota = await takeTurn(method, options)
      signal?.throwIfAborted()
      try {
        return await call(method, args)
      } catch (error) {
        if (!(error instanceof SlackError) || !error.isPassing) throw error
        const isRefused = error.code === 'ratelimited'
        const waitMs = isRefused ? error.retryAfterMs : backoffMs
        if (Date.now() + waitMs > (isRefused ? restDeadline : deadline)) throw error
        if (isRefused) quota.restFor(waitMs)
        else await pause(waitMs, signal)
      }
    }
  }

  return {
    fetch,
    async *pages(method, args, options) {
      const seen = new Set<string>()
      for (let cursor = ''; !seen.has(cursor); ) {
        seen.add(cursor)
        const page = await fetch(method, cursor === '' ? args : { ...args, cursor }, options)
        yield page
        cursor = nextCursor(page)
      }
    },
  }
}

/** Returns the cursor of the page after this one; blank if it is the last. */
export function nextCursor({ has_more, response_metadata }: SlackAnswer): string {
  const next = (response_metadata as { next_cursor?: unknown } | undefined)?.next_cursor
  return has_more === false || typeof next !== 'string' ? '' : next
}

/** Returns the messages of a page of history. */
export function messagesOf({ messages }: SlackAnswer): RawMessage[] {
  return Array.isArray(messages) ? messages.filter(message => typeof message === 'object' && message !== null) : []
}

type Quota = ReturnType<typeof createQuota>

/** Creates a token bucket with a queue by rank; a refusal stops it for as long as Slack says. */
function createQuota(perMinute: number) {
  const burst = Math.max(1, Math.floor(perMinute * burstShare))
  const everyMs = minuteMs / Math.max(1, perMinute - burst)
  const waiting: { rank: number; start: () => void }[] = []
  const bucket = { left: burst, filledAt: Date.now(), restsUntil: 0 }
  let timer: NodeJS.Timeout | undefined

  /** Returns how long until the next call, in milliseconds. */
  const waitMs = (): number => {
    const now = Date.now()
    const filled = Math.floor((now - bucket.filledAt) / everyMs)
    bucket.left = Math.min(burst, bucket.left + filled)
    bucket.filledAt = bucket.left === burst ? now : bucket.filledAt + filled * everyMs
    const emptyMs = bucket.left > 0 ? 0 : bucket.filledAt + everyMs - now
    return Math.max(0, Math.ceil(Math.max(bucket.restsUntil - now, emptyMs)))
  }
  const pump = (): void => {
    clearTimeout(timer)
    while (waiting.length > 0 && waitMs() === 0) {
      bucket.left -= 1
      waiting.shift()?.start()
    }
    if (waiting.length > 0) timer = setTimeout(pump, waitMs())
  }

  return {
    restFor(ms: number): void {
      bucket.restsUntil = Math.max(bucket.restsUntil, Date.now() + ms)
    },
    /** Waits only while Slack wants no call at all. */
    async takeAtOnce(signal?: AbortSignal): Promise<void> {
      const restMs = bucket.restsUntil - Date.now()
      if (restMs > 0) await pause(restMs, signal)
      bucket.left -= 1
    },
    /** Resolves when it is this call's turn: the lower rank first, then the earlier one. */
    take(rank: number, signal?: AbortSignal): Promise<void> {
      signal?.throwIfAborted()
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.splice(waiting.indexOf(own), 1)
          reject(signal?.reason)
        }
        const start = () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        const own = { rank, start }
        signal?.addEventListener('abort', leave, { once: true })
        const behind = waiting.findIndex(other => other.rank > rank)
        waiting.splice(behind < 0 ? waiting.length : behind, 0, own)
        pump()
      })
    },
  }
}
