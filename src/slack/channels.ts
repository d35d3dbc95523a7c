import { SlackError } from '../errors.ts'
import { type CallSlack, callWithRetry } from './client.ts'
import type { Person } from './users.ts'

/** A channel, a direct message or a group of people, as far as it matters who may read it. */
export interface Channel {
  id: string
  /** Blank for direct messages. */
  name: string
  /** Only its members may read it. */
  isPrivate: boolean
  /** People of another company are in it. */
  isShared: boolean
}

/** How long Slack may be away before a place is given up. */
const patienceMs = 60_000

/** The place with this id; undefined when the bot does not see it. Throws the `SlackError` of anything else. */
export async function fetchChannel(call: CallSlack, id: string): Promise<Channel | undefined> {
  try {
    const answer = await callWithRetry(() => call('conversations.info', { channel: id }), patienceMs)
    return parseChannel(answer.channel as RawChannel)
  } catch (error) {
    if (error instanceof SlackError && error.code === 'channel_not_found') return undefined
    throw error
  }
}

/** The channel with this name among those that the bot is in. */
export async function findChannel(call: CallSlack, name: string): Promise<Channel | undefined> {
  const args = { types: 'public_channel,private_channel', exclude_archived: true, limit: 200 }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const paged = cursor === '' ? args : { ...args, cursor }
    const page = (await callWithRetry(() => call('users.conversations', paged), patienceMs)) as unknown as ChannelPage
    const found = page.channels.find(channel => channel.name === name)
    if (found !== undefined) return parseChannel(found)
    cursor = page.response_metadata?.next_cursor || undefined
  }
  return undefined
}

/** Whether a person may read the place: everybody of the team a public channel, members what is private, and guests only that. */
export async function mayRead(call: CallSlack, place: Channel, user: Pick<Person, 'id' | 'isGuest'>): Promise<boolean> {
  if (!place.isPrivate && !user.isGuest) return true
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const args = { channel: place.id, limit: 200, ...(cursor !== '' && { cursor }) }
    const page = (await callWithRetry(() => call('conversations.members', args), patienceMs)) as unknown as MemberPage
    if (page.members.includes(user.id)) return true
    cursor = page.response_metadata?.next_cursor || undefined
  }
  return false
}

function parseChannel({ id, name = '', is_private, is_im, is_mpim, is_ext_shared }: RawChannel): Channel {
  const isPrivate = is_private === true || is_im === true || is_mpim === true
  return { id, name, isPrivate, isShared: is_ext_shared === true }
}

interface RawChannel {
  id: string
  name?: string
  is_private?: boolean
  is_im?: boolean
  is_mpim?: boolean
  is_ext_shared?: boolean
}

interface ChannelPage {
  channels: RawChannel[]
  response_metadata?: { next_cursor?: string }
}

interface MemberPage {
  members: string[]
  response_metadata?: { next_cursor?: string }
}
