import type { SlackJson } from '../../protocol.ts'
import { count, flag, need, text } from '../args.ts'
import { type Channel, channelIds, toPageChannel, toSlackChannel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import { enterChannel, findChannel, type Methods, readCursor, toPage, writeCursor } from './method.ts'

/** Any of these lets an app see channels. */
export const readScopes = ['channels:read', 'groups:read', 'im:read', 'mpim:read']
const historyScopes = ['channels:history', 'groups:history', 'im:history', 'mpim:history']
const mostHistory = 999
const mostReplies = 1_000

/** Channels, who is in them, and what was said there. */
export function createConversationMethods(core: Core): Methods {
  return { ...createReading(core), ...createPlaces(core) }
}

function createReading(core: Core): Methods {
  const { messages, posting } = core
  const toJson = (args: SlackJson) => (message: Message) => ({
    ...posting.toSlack(message),
    ...(flag(args, 'include_all_metadata') && message.metadata && { metadata: message.metadata }),
  })
  return {
    'conversations.history': {
      scopes: historyScopes,
      run(args) {
        const channel = enterChannel(core, args)
        const shown = messages.inChannel(channel.id).filter(isInChannel).filter(isInRange(args)).reverse()
        const left = after(shown, text(args, 'cursor'), 'older')
        const { page, next } = cut(left, count(args, 'limit', 100, mostHistory))
        return { messages: page.map(toJson(args)), has_more: next !== '', pin_count: 0, ...toNext(next) }
      },
    },
    'conversations.replies': {
      scopes: historyScopes,
      run(args) {
        const channel = enterChannel(core, args)
        const root = messages.get(channel.id, need(args, 'ts', 'thread_not_found'))
        if (!root || root.ephemeralTo) throw new Refusal('thread_not_found')
        const replies = messages.replies(channel.id, root.ts).filter(isInRange(args))
        const cursor = text(args, 'cursor')
        const size = count(args, 'limit', 1_000, mostReplies)
        // The thread's first message heads every page; on the first one it counts towards the limit.
        const { page, next } = cut(after(replies, cursor, 'newer'), cursor ? size : Math.max(size - 1, 1))
        return { messages: [root, ...page].map(toJson(args)), has_more: next !== '', ...toNext(next) }
      },
    },
  }
}

/** What follows the message at which the last page ended: new messages in between move nothing. */
function after(list: Message[], cursor: string | undefined, direction: 'older' | 'newer'): Message[] {
  if (!cursor) return list
  const last = Number(readCursor(cursor))
  return list.filter(({ ts }) => (direction === 'older' ? Number(ts) < last : Number(ts) > last))
}

function cut(list: Message[], size: number): { page: Message[]; next: string } {
  const page = list.slice(0, size)
  return { page, next: list.length > size ? writeCursor(page.at(-1)?.ts ?? '') : '' }
}

function toNext(next: string): SlackJson {
  return next ? { response_metadata: { next_cursor: next } } : {}
}

/** What stands in the channel itself: no replies, unless they were sent there too. */
function isInChannel({ ts, threadTs, subtype }: Message): boolean {
  return !threadTs || threadTs === ts || subtype === 'thread_broadcast'
}

function isInRange(args: SlackJson): (message: Message) => boolean {
  const oldest = readTime(args, 'oldest') ?? 0
  const latest = readTime(args, 'latest') ?? Number.POSITIVE_INFINITY
  const inclusive = flag(args, 'inclusive')
  return ({ ts }) => {
    const at = Number(ts)
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest
  }
}

function readTime(args: SlackJson, name: string): number | undefined {
  const value = text(args, name)
  if (!value) return undefined
  const time = Number(value)
  if (!Number.isFinite(time)) throw new Refusal(`invalid_ts_${name}`)
  return time
}

function createPlaces(core: Core): Methods {
  const { channels, changes, identity, people, posting, clock } = core
  const bot = identity.botUserId
  return {
    'conversations.info': {
      scopes: readScopes,
      run: args => ({ channel: toSlackChannel(findChannel(core, args), bot) }),
    },
    'conversations.list': {
      scopes: readScopes,
      run(args) {
        const types = toTypes(args)
        const seen = channels
          .all()
          .filter(channel => channels.isVisible(channel, bot) && types.includes(typeOf(channel)))
          .filter(channel => !(flag(args, 'exclude_archived') && channel.archived))
        const { items, next } = toPage(seen, text(args, 'cursor'), count(args, 'limit', 100, 1_000))
        return { channels: items.map(one => toSlackChannel(one, bot)), response_metadata: { next_cursor: next } }
      },
    },
    'conversations.members': {
      scopes: readScopes,
      run(args) {
        const members = [...findChannel(core, args).members]
        const { items, next } = toPage(members, text(args, 'cursor'), count(args, 'limit', 100, 1_000))
        return { members: items, response_metadata: { next_cursor: next } }
      },
    },
    'conversations.open': {
      scopes: ['im:write', 'mpim:write'],
      run(args) {
        const channel = args.channel ? findChannel(core, args) : openIm(core, args)
        return { channel: flag(args, 'return_im') ? toSlackChannel(channel, bot) : { id: channel.id } }
      },
    },
    'conversations.archive': {
      scopes: ['channels:manage'],
      run(args) {
        const channel = enterChannel(core, args)
        if (channel.archived) throw new Refusal('already_archived')
        if (channel.id === channelIds.general) throw new Refusal('cant_archive_general')
        channel.archived = true
        return {}
      },
    },
    'conversations.join': {
      scopes: ['channels:join'],
      run(args) {
        const channel = findChannel(core, args)
        if (channel.kind !== 'channel') throw new Refusal('method_not_supported_for_channel_type')
        if (channel.archived) throw new Refusal('is_archived')
        if (channel.members.has(bot)) return { channel: toSlackChannel(channel, bot), warning: 'already_in_channel' }
        channel.members.add(bot)
        changes.emit({ type: 'channel', channel: toPageChannel(channel) })
        posting.post({ channel, user: bot, text: `<@${bot}> has joined the channel`, subtype: 'channel_join' })
        const place = { channel: channel.id, channel_type: 'C', team: identity.teamId }
        posting.tell(channel, { type: 'member_joined_channel', user: bot, ...place, event_ts: clock.ts() })
        return { channel: toSlackChannel(channel, bot) }
      },
    },
  }

  function openIm({ channels: all }: Core, args: SlackJson): Channel {
    const users = toUsers(args)
    const [user = ''] = users
    if (users.length === 0) throw new Refusal('users_list_not_supplied')
    if (users.length > 1) throw new Refusal('not_enabled')
    if (!people.get(user)) throw new Refusal('user_not_found')
    const channel = user === bot ? undefined : all.imOf(user)
    if (!channel) throw new Refusal('cannot_dm_bot')
    return channel
  }
}

function toUsers({ users }: SlackJson): string[] {
  const list = Array.isArray(users) ? users : String(users ?? '').split(',')
  return list.map(user => String(user).trim()).filter(user => user !== '')
}

/** The kinds of channels that a call asks for. */
export function toTypes(args: SlackJson): string[] {
  return (text(args, 'types') ?? 'public_channel').split(',').map(type => type.trim())
}

/** A channel's kind in the words of the Web API. */
export function typeOf({ kind }: Channel): string {
  return kind === 'channel' ? 'public_channel' : kind === 'private' ? 'private_channel' : 'im'
}
