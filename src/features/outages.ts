import { createSeen } from '../lru.ts'
import type { ThreadId } from '../slack/thread-history.ts'

/** Threads in which a failure has been told and nothing has worked since: follow-ups there fail silently. */
interface Outages {
  has(thread: ThreadId): boolean
  begin(thread: ThreadId): void
  end(thread: ThreadId): void
}

const threads = 5_000
/** After this time a failure is told again. */
const quietMs = 3_600_000

/** Creates an empty list of outages. */
export function createOutages(): Outages {
  const told = createSeen(threads, quietMs)
  const keyOf = ({ channel, threadTs }: ThreadId) => `${channel}:${threadTs}`
  return {
    has: thread => told.has(keyOf(thread)),
    begin: thread => void told.add(keyOf(thread)),
    end: thread => told.delete(keyOf(thread)),
  }
}
