import { SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import { callWithRetry } from '../slack/client.ts'
import { createStream } from './stream-transport.ts'
import type { Place } from './writer.ts'

/** A deletion is retried for this long. */
const patienceMs = 180_000

/**
 * Deletes one of the bot's messages, if it is not gone already. One that still grows as a stream is ended first. Throws the
 * `SlackError` of a Slack that cannot be reached for long.
 */
export async function removeMessage(
  deps: { limiter: Limiter; log: Log },
  place: Place,
  ts: string,
  isEnded = false,
): Promise<void> {
  const args = { channel: place.channel, ts }
  try {
    await callWithRetry(() => deps.limiter.send('chat.delete', () => args, 'final'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code === 'message_not_found') return
    if (error.code === 'cant_delete_message' && !isEnded) {
      const stream = createStream(deps.limiter, place, undefined)
      await callWithRetry(() => stream.leave(ts, AbortSignal.timeout(patienceMs)), patienceMs)
      return removeMessage(deps, place, ts, true)
    }
    deps.log.warn({ channel: place.channel, code: error.code }, 'message deletion failed')
  }
}
