import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import { type CallSlack, callWithRetry, type SlackAnswer } from './client.ts'

/** Reads from Slack page by page, no faster than Slack allows for long. */
export type ReadSlack = (method: string, args: Record<string, unknown>, signal: AbortSignal) => Promise<SlackAnswer>

/** Two ways of reading that share what Slack allows. */
export interface PacedReader {
  /** For what may take its time. */
  read: ReadSlack
  /** For somebody who waits for an answer: at once, and what it takes is left out of the other. */
  atOnce: CallSlack
}

/** Of a minute's reads, so much may be spent at once; the rest comes evenly, so that people see it go on. */
const burstShare = 0.25
const minuteMs = 60_000
/** How long Slack may be away, or refuse a method, before a page is given up. */
const patienceMs = 60_000
const longestRestMs = 600_000

/** When a method may be called next. */
interface Pace {
  /** Calls that may be made at once. */
  left: number
  filledAt: number
  restsUntil: number
  /** Whoever comes first is served first. */
  line: Promise<void>
}

/**
 * Makes a reader that keeps each method under `perMinute` calls in any minute; a refusal (429) lets the method rest for as
 * long as Slack says. Throws the `SlackError` of a page that cannot be read, and the signal's reason.
 */
export function createPacedReader(call: CallSlack, perMinute: number): PacedReader {
  const paces = new Map<string, Pace>()
  const burst = Math.max(1, Math.floor(perMinute * burstShare))
  const everyMs = minuteMs / Math.max(1, perMinute - burst)

  const paceOf = (method: string): Pace => {
    const pace = paces.get(method) ?? { left: burst, filledAt: Date.now(), restsUntil: 0, line: Promise.resolve() }
    paces.set(method, pace)
    return pace
  }

  const turn = async (method: string, signal: AbortSignal): Promise<Pace> => {
    const pace = paceOf(method)
    const { line: before } = pace
    const { promise, resolve } = Promise.withResolvers<void>()
    pace.line = promise
    try {
      await before
      for (;;) {
        signal.throwIfAborted()
        const waitMs = waitMsOf(pace)
        if (waitMs === 0) break
        await pause(waitMs, signal)
      }
      pace.left -= 1
      return pace
    } finally {
      resolve()
    }
  }

  /** How long until the next call; 0 for now. */
  const waitMsOf = (pace: Pace): number => {
    const now = Date.now()
    const filled = Math.floor((now - pace.filledAt) / everyMs)
    pace.left = Math.min(burst, pace.left + filled)
    pace.filledAt = pace.left === burst ? now : pace.filledAt + filled * everyMs
    const emptyMs = pace.left > 0 ? 0 : pace.filledAt + everyMs - now
    return Math.max(0, Math.ceil(Math.max(pace.restsUntil - now, emptyMs)))
  }

  const read: ReadSlack = async (method, args, signal) => {
    const deadline = Date.now() + longestRestMs
    for (;;) {
      const pace = await turn(method, signal)
      signal.throwIfAborted()
      try {
        return await callWithRetry(() => call(method, args).catch(toFinal), patienceMs)
      } catch (error) {
        const refusal = error instanceof Error && error.cause instanceof SlackError ? error.cause : undefined
        if (refusal === undefined || Date.now() + refusal.retryAfterMs > deadline) throw refusal ?? error
        pace.restsUntil = Math.max(pace.restsUntil, Date.now() + refusal.retryAfterMs)
      }
    }
  }

  return {
    read,
    async atOnce(method, args) {
      paceOf(method).left -= 1
      return call(method, args)
    },
  }
}

/** A refusal is for all who read, not for this page alone. */
function toFinal(error: unknown): never {
  if (error instanceof SlackError && error.code === 'ratelimited') throw new Error('ratelimited', { cause: error })
  throw error
}
