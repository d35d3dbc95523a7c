import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import { callTimeoutMs } from '../slack/client.ts'

/**
 * A call that timed out, or whose process died, may take effect until this much later, in milliseconds; by then Slack itself gives
 * up.
 */
export const lateMs = callTimeoutMs

/** A call whose connection broke takes effect within this time, or not at all. */
const brokenMs = 5_000

/** The first backoff between two lookups; it doubles. */
const firstLookupMs = 500

/**
 * Keeps track of posts and edits that may still take effect, so that nothing is posted twice and no late edit has the last word.
 * `postingAt` is when a process that died began a post whose outcome it did not save.
 */
export function createUnknownOutcomes(postingAt: number | undefined) {
  let isPostUnknown = postingAt !== undefined
  let postsUntil = (postingAt ?? Number.NEGATIVE_INFINITY) + lateMs
  let editsUntil = Number.NEGATIVE_INFINITY
  return {
    /** Returns whether an older edit may still arrive. */
    get mayEditArrive() {
      return Date.now() < editsUntil
    },
    note(error: SlackError, isPosted: boolean): void {
      if (isPosted) {
        if (error.code === 'timeout') editsUntil = Date.now() + lateMs
      } else if (error.isUnknown) {
        isPostUnknown = true
        postsUntil = lateUntil(error)
      }
    },
    /** Looks up a post of unknown outcome until it can no longer take effect. Returns undefined if there is none. */
    async settlePost<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
      if (!isPostUnknown) return undefined
      const found = await lookUntil(look, postsUntil)
      isPostUnknown = false
      return found
    },
    /** Waits until no older edit can arrive any more. Returns whether it had to wait. */
    async outlastEdits(): Promise<boolean> {
      if (Date.now() > editsUntil) return false
      await pause(editsUntil - Date.now())
      return true
    },
    /** Forgets edits of a message that is given up. */
    forgetEdits(): void {
      editsUntil = Number.NEGATIVE_INFINITY
    },
  }
}

/** Repeats a lookup with backoff until it finds something or the time is over. */
export async function lookUntil<T>(look: () => Promise<T | undefined>, until: number): Promise<T | undefined> {
  for (let waitMs = firstLookupMs; ; waitMs *= 2) {
    const found = await look()
    const left = until - Date.now()
    if (found !== undefined || left <= 0) return found
    await pause(Math.min(waitMs, left))
  }
}

/** How often a post is made: again only when the one before had no effect. */
const mostPosts = 3

/**
 * Makes a post once, though the outcome of a call may be unknown: it is looked for until it can no longer take effect, and only then made
 * again. `until` is how long that of a process that died may take effect. Resolves with what was found, or sent.
 */
export async function postOnce<T>(
  find: () => Promise<T | undefined>,
  send: () => Promise<T>,
  until?: number,
): Promise<T> {
  let mayStandUntil = until
  for (let attempt = 1; ; attempt += 1) {
    const found = mayStandUntil === undefined ? undefined : await lookUntil(find, mayStandUntil)
    if (found !== undefined) return found
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof SlackError) || !error.isUnknown || attempt === mostPosts) throw error
      mayStandUntil = lateUntil(error)
    }
  }
}

const lateUntil = ({ code }: SlackError): number => Date.now() + (code === 'timeout' ? lateMs : brokenMs)
