import { SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import { callWithRetry } from '../slack/client.ts'
import type { Place } from './edit-transport.ts'
import { createStream } from './stream-transport.ts'

/** It is tried for this long; a message that cannot be deleted then stays. */
const patienceMs = 180_000

/**
 * Deletes one of the bot's messages; that it is gone already is as good. One that still grows as a stream, of this process or of one
 * before, is ended first. Throws the `SlackError` of a Slack that does not answer for long.
 */
export async function removeMessage(
  parts: { limiter: Limiter; log: Log },
  place: Place,
  ts: string,
  isEnded = false,
): Promise<void> {
  const args = { channel: place.channel, ts }
  try {
    await callWithRetry(() => parts.limiter.send('chat.delete', () => args, 'final'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code === 'message_not_found') return
    if (error.code === 'cant_delete_message' && !isEnded) {
      const stream = createStream(parts.limiter, place, undefined)
      await callWithRetry(() => stream.leave(ts, AbortSignal.timeout(patienceMs)), patienceMs)
      return removeMessage(parts, place, ts, true)
    }
    parts.log.warn({ channel: place.channel, code: error.code }, 'a message could not be deleted')
  }
}
