import { SlackError } from '../errors.ts'
import { parseReplyMark } from '../slack/metadata.ts'
import { messagesOf, type SlackReader } from '../slack/reader.ts'
import type { createMessages } from './messages.ts'
import type { Place } from './writer.ts'

/**
 * Looks up a message whose post may have worked, by its metadata. Throws if Slack cannot be read: then the message must not be posted
 * again.
 */
export async function findPosted(
  reader: SlackReader,
  place: Place,
  { index, isKnown }: Pick<ReturnType<typeof createMessages>, 'index' | 'isKnown'>,
): Promise<{ ts: string; isStreaming: boolean } | undefined> {
  const oldest = place.turnId.split(':').at(-1)
  const args = { channel: place.channel, ts: place.threadTs, oldest, limit: 200, include_all_metadata: true }
  for await (const page of reader.pages('conversations.replies', args, { for: 'question', patienceMs: 0 })) {
    const ours = messagesOf(page).find(({ ts, metadata, streaming_state }) => {
      const mark = parseReplyMark(metadata)
      // A stream gets its metadata when it ends; no other runs in a thread that is being answered.
      if (mark === undefined) return streaming_state === 'in_progress' && !isKnown(String(ts))
      return mark.turn === place.turnId && mark.part === index && !isKnown(String(ts))
    })
    if (ours !== undefined) return { ts: String(ours.ts), isStreaming: ours.streaming_state === 'in_progress' }
  }
  return undefined
}

/** Ignores a Slack that never lets the bot look: at worst a text stands twice, rather than not at all. */
export function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof SlackError) || error.isPassing) throw error
}
