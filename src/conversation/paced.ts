import { setTimeout as delay } from 'node:timers/promises'
import { type CallSlack, callPatiently, type SlackAnswer, SlackError } from '../slack.ts'

/** Reads from Slack page by page, no faster than Slack allows for long. */
export type ReadSlack = (method: string, args: Record<string, unknown>, signal: AbortSignal) => Promise<SlackAnswer>

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
}

/**
 * Makes a reader that keeps each method under `perMinute` calls in any minute; a refusal (429) lets the method rest for as
 * long as Slack says. Throws the `SlackError` of a page that cannot be read, and the signal's reason.
 */
export function createPacedReader(call: CallSlack, perMinute: number): ReadSlack {
  const paces = new Map<string, Pace>()
  const burst = Math.max(1, Math.floor(perMinute * burstShare))
  const everyMs = minuteMs / Math.max(1, perMinute - burst)

  const turn = async (method: string, signal: AbortSignal): Promise<Pace> => {
    const pace = paces.get(method) ?? { left: burst, filledAt: Date.now(), restsUntil: 0 }
    paces.set(method, pace)
    for (;;) {
      const now = Date.now()
      const filled = Math.floor((now - pace.filledAt) / everyMs)
      pace.left = Math.min(burst, pace.left + filled)
      pace.filledAt = pace.left === burst ? now : pace.filledAt + filled * everyMs
      if (pace.left > 0 && pace.restsUntil <= now) break
      const waitMs = Math.max(pace.restsUntil - now, pace.left > 0 ? 0 : pace.filledAt + everyMs - now)
      await delay(Math.max(1, Math.ceil(waitMs)), undefined, { signal })
    }
    pace.left -= 1
    return pace
  }

  return async (method, args, signal) => {
    const deadline = Date.now() + longestRestMs
    for (;;) {
      const pace = await turn(method, signal)
      signal.throwIfAborted()
      try {
        return await callPatiently(() => call(method, args).catch(toFinal), patienceMs)
      } catch (error) {
        const refusal = error instanceof Error && error.cause instanceof SlackError ? error.cause : undefined
        if (refusal === undefined || Date.now() + refusal.retryAfterMs > deadline) throw refusal ?? error
        pace.restsUntil = Math.max(pace.restsUntil, Date.now() + refusal.retryAfterMs)
      }
    }
  }
}

/** A refusal is for all who read, not for this page alone. */
function toFinal(error: unknown): never {
  if (error instanceof SlackError && error.code === 'ratelimited') throw new Error('ratelimited', { cause: error })
  throw error
}
