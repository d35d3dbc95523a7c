import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { CallSlack, SlackAnswer } from './client.ts'
import type { RawMessage } from './message.ts'
import { createReadQueue } from './read-queue.ts'

interface ReadOptions {
  for: Parameters<ReturnType<typeof createReadQueue>['take']>[1]
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

const defaultPatienceMs = 60_000
/** Reads that nobody waits for outlast refusals (429) of this long. */
const longestRestMs = 600_000
const firstBackoffMs = 500
const longestBackoffMs = 8_000

/** Creates a reader that keeps each method under `perMinute` calls in any minute. */
export function createReader(call: CallSlack, perMinute: number): SlackReader {
  const queue = createReadQueue(perMinute)

  const fetch = async (method: string, args: Record<string, unknown>, options: ReadOptions): Promise<SlackAnswer> => {
    const { patienceMs = defaultPatienceMs, signal } = options
    const deadline = Date.now() + patienceMs
    const restDeadline = options.for === 'question' ? deadline : Date.now() + longestRestMs
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      const quota = await queue.take(method, options.for, signal)
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
