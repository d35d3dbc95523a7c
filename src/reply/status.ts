import type { Log } from '../log.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import type { Place } from './writer.ts'

/** The status line under a thread, until the first text stands there. */
interface Status {
  /** Shows another sentence. */
  show(sentence: string): void
  /** Clears the line, unless a post has done so. Safe to call twice. */
  close(stillStands: boolean): void
}

/** No line at all. */
export const noStatus: Status = { show() {}, close() {} }

/** Slack clears the line after two minutes; it is set again before. Source: docs.slack.dev, assistant.threads.setStatus. */
const repeatMs = 90_000

/** Opens the line. Best effort: it takes interim calls only, and a refusal changes nothing. */
export function openStatus(
  limiter: Limiter,
  log: Log,
  place: Pick<Place, 'channel' | 'threadTs'>,
  sentence: string,
): Status {
  let shown = sentence
  let sending: Promise<unknown> = Promise.resolve()
  const send = (status: string) => {
    const args = { channel_id: place.channel, thread_ts: place.threadTs, status }
    sending = sending
      .then(() => limiter.send('assistant.threads.setStatus', () => args, 'interim'))
      .catch(error => log.debug({ channel: place.channel, code: error.code }, 'status line not set'))
  }
  send(sentence)
  const timer = setInterval(() => send(shown), repeatMs)
  let inFlight = true
  sending.finally(() => {
    inFlight = false
  })

  let isClosed = false
  return {
    show(next) {
      if (isClosed) return
      shown = next
      send(next)
    },
    close(stillStands) {
      clearInterval(timer)
      // A line that arrives after the text would stand for two minutes; Slack itself removes one that came before.
      if (!isClosed && (inFlight || stillStands)) send('')
      isClosed = true
    },
  }
}
