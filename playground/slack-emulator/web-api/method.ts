import type { SlackJson } from '../../protocol.ts'
import { need } from '../args.ts'
import type { Channel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import { Refusal } from '../refusal.ts'

/** One method of the Web API. */
export interface Method {
  /** The scopes of which the bot needs one; none when the method needs no scope. */
  scopes: string[]
  /** Called with the app-level token, not with the bot's. */
  isForApp?: boolean
  run(args: SlackJson): SlackJson
}

export type Methods = Record<string, Method>

/** The channel that a bot may know of: a private one only as a member. */
export function findChannel({ channels, identity }: Core, args: SlackJson, name = 'channel'): Channel {
  const channel = channels.get(need(args, name, 'channel_not_found'))
  if (!channel || !channels.isVisible(channel, identity.botUserId)) throw new Refusal('channel_not_found')
  return channel
}

/** The channel that a bot may read or write: it is a member. */
export function enterChannel(core: Core, args: SlackJson, name = 'channel'): Channel {
  const channel = findChannel(core, args, name)
  if (!channel.members.has(core.identity.botUserId)) throw new Refusal('not_in_channel')
  return channel
}

/** The message that the arguments name. */
export function findMessage({ messages }: Core, channel: Channel, ts: string): Message {
  const message = messages.get(channel.id, ts)
  if (!message || message.ephemeralTo) throw new Refusal('message_not_found')
  return message
}

/** One page of a list, and the cursor of the next one. */
export function toPage<T>(all: T[], cursor: string | undefined, size: number): { items: T[]; next: string } {
  const start = cursor ? Number(readCursor(cursor)) : 0
  if (!(start <= all.length)) throw new Refusal('invalid_cursor')
  const end = start + size
  return { items: all.slice(start, end), next: end < all.length ? writeCursor(String(end)) : '' }
}

/** A place in a list as Slack writes it: opaque text. */
export function writeCursor(place: string): string {
  return Buffer.from(`next:${place}`).toString('base64')
}

/** The place that a cursor stands for. */
export function readCursor(cursor: string): string {
  const [, place] = /^next:([\d.]+)$/.exec(Buffer.from(cursor, 'base64').toString()) ?? []
  if (!place) throw new Refusal('invalid_cursor')
  return place
}
