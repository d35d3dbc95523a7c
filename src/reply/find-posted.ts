import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { CallSlack } from '../slack/client.ts'
import { parseReplyMark } from '../slack/metadata.ts'
import type { Place } from './edit-transport.ts'

/** The first wait between two looks for what a call may still bring about; it doubles. */
const firstLookMs = 500

/** Looks for what a call of unknown outcome brought about, now and again until the time after which nothing can come of it. */
export async function lookUntil<T>(look: () => Promise<T | undefined>, until: number): Promise<T | undefined> {
  for (let waitMs = firstLookMs; ; waitMs *= 2) {
    const found = await look()
    const left = until - Date.now()
    if (found !== undefined || left <= 0) return found
    await pause(Math.min(waitMs, left))
  }
}

/**
 * Looks in the thread for a message whose posting may or may not have worked. Not being able to look is not the same as
 * not finding it: it throws then, and whoever posts must not post again.
 */
export async function findPosted(
  call: CallSlack,
  place: Place,
  part: number,
  known: readonly string[],
): Promise<{ ts: string; isStreaming: boolean } | undefined> {
  const oldest = place.turnId.split(':').at(-1)
  const args = { channel: place.channel, ts: place.threadTs, oldest, limit: 200, include_all_metadata: true }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = (await call('conversations.replies', { ...args, ...(cursor !== '' && { cursor }) })) as HistoryPage
    const ours = page.messages?.find(({ ts, metadata, streaming_state }) => {
      const mark = parseReplyMark(metadata)
      // A stream gets its mark when it ends; nobody else’s runs in a thread that is being answered.
      if (mark === undefined) return streaming_state === 'in_progress' && !known.includes(ts)
      return mark.turn === place.turnId && mark.part === part && !known.includes(ts)
    })
    if (ours !== undefined) return { ts: ours.ts, isStreaming: ours.streaming_state === 'in_progress' }
    cursor = page.has_more === true ? page.response_metadata?.next_cursor : undefined
  }
  return undefined
}

/** A Slack that never lets the bot look is taken at its word: at worst a text stands twice, never not at all. */
export function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof SlackError) || error.isPassing) throw error
}

interface HistoryPage {
  messages?: { ts: string; metadata?: unknown; streaming_state?: unknown }[]
  has_more?: boolean
  response_metadata?: { next_cursor?: string }
  [name: string]: unknown
  ok: true
}
