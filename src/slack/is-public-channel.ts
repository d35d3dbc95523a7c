import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createCache, createSeen } from '../lru.ts'
import { fetchChannel } from './channels.ts'
import type { SlackReader } from './reader.ts'
import { rejectAfter } from './users.ts'

const channels = 5_000
/** A channel that was made private is treated as public for this long at most. */
const ttlMs = 300_000
/** The longest wait for Slack; a later answer is cached all the same. */
const patienceMs = 2_000
/** The wait before a failed lookup is repeated. */
const failedMs = 60_000

/**
 * Creates a function that tells whether everybody in the workspace may read a channel; it caches what Slack says. It
 * resolves to false while Slack does not say, and never throws.
 */
export function createIsPublic(reader: SlackReader, log: Log): (channel: string) => Promise<boolean> {
  const known = createCache<{ isPublic: boolean; at: number }>({
    maxSize: channels,
    sizeOf: () => 1,
    read: async id => ({ isPublic: (await fetchChannel(reader, id))?.isPrivate === false, at: Date.now() }),
  })
  const failed = createSeen(channels, failedMs)
  return async channel => {
    if (failed.has(channel)) return false
    if (Date.now() - (known.get(channel)?.at ?? 0) > ttlMs) known.delete(channel)
    try {
      return (await Promise.race([known.read(channel), rejectAfter(patienceMs)])).isPublic
    } catch (error) {
      failed.add(channel)
      log.warn({ channel, reason: formatError(error) }, 'channel lookup failed')
      return false
    }
  }
}
