import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createCache } from '../lru.ts'
import type { CallSlack } from './client.ts'

/** Names of channels and user groups that a message mentions by id alone. */
interface PlaceNames {
  /** Resolves with the name; undefined if there is none that everybody may know. Never throws. */
  read(id: string): Promise<string | undefined>
}

const places = 2_000
/** Names change seldom. */
const ttlMs = 3_600_000

/** Creates the cache of names. Those of private channels are not told: who reads the mention may not be a member. */
export function createPlaceNames(call: CallSlack, log: Log): PlaceNames {
  const read = async (id: string): Promise<{ name: string | undefined }> => {
    try {
      return { name: id.startsWith('S') ? await fetchGroupName(call, id) : await fetchPublicName(call, id) }
    } catch (error) {
      log.debug({ id, reason: formatError(error) }, 'name lookup failed')
      return { name: undefined }
    }
  }
  const cache = createCache<{ name: string | undefined }>({ maxSize: places, sizeOf: () => 1, ttlMs, read })
  return { read: async id => (await cache.read(id)).name }
}

async function fetchPublicName(call: CallSlack, channel: string): Promise<string | undefined> {
  const { name, is_private, is_im, is_mpim } = (await call('conversations.info', { channel })).channel as RawPlace
  return is_private === true || is_im === true || is_mpim === true ? undefined : name
}

/** Needs the scope `usergroups:read`. */
async function fetchGroupName(call: CallSlack, id: string): Promise<string | undefined> {
  const { usergroups } = await call('usergroups.list', {})
  return (usergroups as { id: string; handle?: string }[]).find(group => group.id === id)?.handle
}

interface RawPlace {
  name?: string
  is_private?: boolean
  is_im?: boolean
  is_mpim?: boolean
}
