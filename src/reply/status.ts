import type { Log } from '../log.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import type { Place } from './edit-transport.ts'

/** The line under a thread that says that the bot is at work, until the first text stands there. */
export interface Status {
  /** Takes the line away, unless a post has done so. Safe to call twice. */
  close(stillStands: boolean): void
}

/** No line at all. */
export const noStatus: Status = { close() {} }

/** Slack takes the line away after two minutes; it is said again before. Source: docs.slack.dev, assistant.threads.setStatus. */
const againMs = 90_000

/**
 * Opens the line. It is a courtesy: it takes what is left of the budget, never holds anything up, and a Slack that
 * refuses it changes nothing.
 */
export function openStatus(limiter: Limiter, log: Log, place: Place, sentence: string): Status {
  let sending: Promise<unknown> = Promise.resolve()
  const send = (status: string) => {
    const args = { channel_id: place.channel, thread_ts: place.threadTs, status }
    sending = sending
      .then(() => limiter.send('assistant.threads.setStatus', () => args, 'interim'))
      .catch(error => log.debug({ channel: place.channel, code: error.code }, 'no status line'))
  }
  send(sentence)
  const timer = setInterval(() => send(sentence), againMs)
  let inFlight = true
  sending.finally(() => {
    inFlight = false
  })

  let isClosed = false
  return {
    close(stillStands) {
      clearInterval(timer)
      // A line that arrives after the text would stand for two minutes; Slack itself removes one that came before.
      if (!isClosed && (inFlight || stillStands)) send('')
      isClosed = true
    },
  }
}
