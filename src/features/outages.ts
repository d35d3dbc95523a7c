import { createSeen } from '../lru.ts'
import type { ThreadId } from '../slack/thread-history.ts'

/** Failures of the model server that meet every question, whatever it is. */
const outageKinds = new Set([
  'model_unauthorized',
  'model_forbidden',
  'model_unknown',
  'model_wrong_address',
  'model_no_quota',
  'model_busy',
  'model_server_error',
  'model_unreachable',
  'model_not_json',
  'model_silent',
])

/** Threads that are remembered as told, and for how long. */
const maxThreads = 10_000
const toldMs = 86_400_000

/** Remembers which threads were told of the model's outage, and which channels Slack takes no posts for. */
interface Outages {
  /** Notes a failure in a thread. Returns true if the thread was told of the outage before. */
  note(thread: ThreadId, kind: string): boolean
  /** The model works again. */
  over(): void
  /** Notes that Slack refused a post in a channel. */
  refused(channel: string): void
  /** Returns true if Slack has refused one since the last that it took. */
  isRefused(channel: string): boolean
  /** Notes that Slack took a post in a channel. */
  taken(channel: string): void
}

/** Creates the memory of outages. */
export function createOutages(): Outages {
  let told = createSeen(maxThreads, toldMs)
  const refused = createSeen(maxThreads, toldMs)
  return {
    note: ({ channel, threadTs }, kind) => outageKinds.has(kind) && !told.add(`${channel} ${threadTs}`),
    over(): void {
      told = createSeen(maxThreads, toldMs)
    },
    refused: channel => void refused.add(channel),
    isRefused: channel => refused.has(channel),
    taken: channel => refused.delete(channel),
  }
}
