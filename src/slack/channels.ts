import { SlackError } from '../errors.ts'
import type { SlackReader } from './reader.ts'

/** A channel, direct message or group, as far as access to it is concerned. */
export interface Channel {
  id: string
  /** Blank for direct messages. */
  name: string
  /** Only its members may read it. */
  isPrivate: boolean
  /** People of another organization are in it. */
  isShared: boolean
  /** The person who created it; blank where nobody did. */
  creator: string
}

/** Fetches a channel; undefined if the bot cannot see it. Throws the `SlackError` of anything else. */
export async function fetchChannel(
  reader: SlackReader,
  id: string,
  purpose: 'question' | 'report' = 'question',
): Promise<Channel | undefined> {
  try {
    const answer = await reader.fetch('conversations.info', { channel: id }, { for: purpose })
    return parseChannel(answer.channel as RawChannel)
  } catch (error) {
    if (error instanceof SlackError && error.code === 'channel_not_found') return undefined
    throw error
  }
}

/** Finds a channel by name among those that the bot is in. */
export async function findChannel(reader: SlackReader, name: string): Promise<Channel | undefined> {
  const args = { types: 'public_channel,private_channel', exclude_archived: true, limit: 200 }
  for await (const { channels } of reader.pages('users.conversations', args, { for: 'question' })) {
    const found = (channels as RawChannel[]).find(channel => channel.name === name)
    if (found !== undefined) return parseChannel(found)
  }
  return undefined
}

/** Lists the channels that the bot is in, at most `most`. */
export async function listChannels(reader: SlackReader, most: number): Promise<Channel[]> {
  const args = { types: 'public_channel,private_channel', exclude_archived: true, limit: 200 }
  const found: Channel[] = []
  for await (const { channels } of reader.pages('users.conversations', args, { for: 'report' })) {
    found.push(...(channels as RawChannel[]).map(parseChannel))
    if (found.length >= most) break
  }
  return found.slice(0, most)
}

function parseChannel({ id, name = '', is_private, is_im, is_mpim, is_ext_shared, creator = '' }: RawChannel): Channel {
  const isPrivate = is_private === true || is_im === true || is_mpim === true
  return { id, name, isPrivate, isShared: is_ext_shared === true, creator }
}

interface RawChannel {
  id: string
  name?: string
  is_private?: boolean
  is_im?: boolean
  is_mpim?: boolean
  is_ext_shared?: boolean
  creator?: string
}
