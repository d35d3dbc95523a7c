import { SlackError } from '../errors.ts'
import type { CallSlack } from '../slack/client.ts'
import { parseReplyMark } from '../slack/metadata.ts'
import type { createMessages } from './messages.ts'
import type { Place } from './writer.ts'

/**
 * Looks up a message whose post may have worked, by its metadata. Throws if Slack cannot be read: then the message must not be posted
 * again.
 */
export async function findPosted(
  call: CallSlack,
  place: Place,
  { index, isKnown }: Pick<ReturnType<typeof createMessages>, 'index' | 'isKnown'>,
): Promise<{ ts: string; isStreaming: boolean } | undefined> {
  const oldest = place.turnId.split(':').at(-1)
  const args = { channel: place.channel, ts: place.threadTs, oldest, limit: 200, include_all_metadata: true }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = (await call('conversations.replies', { ...args, ...(cursor !== '' && { cursor }) })) as HistoryPage
    const ours = page.messages?.find(({ ts, metadata, streaming_state }) => {
      const mark = parseReplyMark(metadata)
      // A stream gets its metadata when it ends; no other runs in a thread that is being answered.
      if (mark === undefined) return streaming_state === 'in_progress' && !isKnown(ts)
      return mark.turn === place.turnId && mark.part === index && !isKnown(ts)
    })
    if (ours !== undefined) return { ts: ours.ts, isStreaming: ours.streaming_state === 'in_progress' }
    cursor = page.has_more === true ? page.response_metadata?.next_cursor : undefined
  }
  return undefined
}

/** Ignores a Slack that never lets the bot look: at worst a text stands twice, rather than not at all. */
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
