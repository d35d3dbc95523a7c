import type { Log } from '../log.ts'
import type { SendBudget } from '../rate-limit/limiter.ts'
import { callPatiently, SlackError } from '../slack/client.ts'
import type { Place } from './edit-transport.ts'
import { createStream } from './stream-transport.ts'

/** It is tried for this long; a message that cannot be deleted then stays. */
const patienceMs = 180_000

/**
 * Deletes one of the bot's messages; that it is gone already is as good. One that still grows as a stream, of this process or of one
 * before, is ended first. Throws the `SlackError` of a Slack that does not answer for long.
 */
export async function removeMessage(
  parts: { budget: SendBudget; log: Log },
  place: Place,
  ts: string,
  isEnded = false,
): Promise<void> {
  const args = { channel: place.channel, ts }
  try {
    await callPatiently(() => parts.budget.send('chat.delete', () => args, 'final'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code === 'message_not_found') return
    if (error.code === 'cant_delete_message' && !isEnded) {
      const stream = createStream(parts.budget, place, undefined)
      await callPatiently(() => stream.leave(ts, AbortSignal.timeout(patienceMs)), patienceMs)
      return removeMessage(parts, place, ts, true)
    }
    parts.log.warn({ channel: place.channel, code: error.code }, 'a message could not be deleted')
  }
}
