import { ShownError } from '../errors.ts'
import { type Channel, fetchChannel, findChannel } from './channels.ts'
import { callWithRetry } from './client.ts'
import type { SlackReader } from './reader.ts'
import type { Users } from './users.ts'

/** How long Slack may refuse lookups before a list that nobody waits for is given up. */
const patienceMs = 120_000

/**
 * Creates the check of what people may see, asked at a request and again when it is delivered: nothing of it is cached, since
 * people are removed from channels while a model thinks. Answers in the place where they were asked need none.
 */
export function createAccess(reader: SlackReader, users: Users) {
  /** Returns whether a person is in a channel now. Throws the `SlackError` of a read that failed. */
  const isMember = async (
    channel: string,
    user: string,
    purpose: 'question' | 'report' = 'question',
  ): Promise<boolean> => {
    for await (const { members } of reader.pages('conversations.members', { channel, limit: 200 }, { for: purpose }))
      if ((members as string[]).includes(user)) return true
    return false
  }
  /**
   * Fetches a place if the person may see it now: a public channel every member of the team, any other place, and guests, only
   * its members. Resolves with undefined otherwise, whether or not there is such a place.
   */
  const find = async (
    user: string,
    { id, name = '' }: { id?: string; name?: string },
  ): Promise<Channel | undefined> => {
    const channel = await (id === undefined ? findChannel(reader, name) : fetchChannel(reader, id))
    if (channel === undefined) return undefined
    const isOpen = !channel.isPrivate && !(await users.refresh(user)).isGuest
    return isOpen || (await isMember(channel.id, user)) ? channel : undefined
  }
  return {
    find,
    isMember,
    /**
     * Lists which of these channels a person may see now, one after the other at the pace of reports. Throws the `SlackError` of a read that
     * failed.
     */
    async listSeen(user: string, ids: Iterable<string>): Promise<Set<string>> {
      const { isGuest } = await callWithRetry(() => users.refresh(user), patienceMs)
      const seen = new Set<string>()
      for (const id of ids) {
        const channel = await fetchChannel(reader, id, 'report')
        if (channel === undefined) continue
        const isOpen = !channel.isPrivate && !isGuest
        if (isOpen || (await isMember(id, user, 'report'))) seen.add(id)
      }
      return seen
    },
    /** Finds the channel from which a person is about to be shown something. Throws a `ShownError` if they may not see it. */
    async check(user: string, channel: string): Promise<Channel> {
      const found = await find(user, { id: channel })
      if (found === undefined) throw new ShownError('access_lost', i18n => i18n.access.lost)
      return found
    },
  }
}
