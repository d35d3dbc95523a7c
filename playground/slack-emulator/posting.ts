import type { Change, SlackJson } from '../protocol.ts'
import type { Changes } from './changes.ts'
import type { Channel, Channels } from './channels.ts'
import type { Clock } from './clock.ts'
import type { Courier } from './delivery.ts'
import { createTeller, placeOf } from './events.ts'
import type { Files } from './files.ts'
import type { Identity } from './identity.ts'
import { toPageMessage, toSlackMessage } from './message-json.ts'
import type { Message, MessageStore, Stream } from './messages.ts'

/** What a new message needs; time and place in the store are given by `post`. */
interface Draft {
  channel: Channel
  user: string
  text: string
  blocks?: SlackJson[]
  threadTs?: string
  subtype?: string
  files?: string[]
  metadata?: SlackJson
  username?: string
  broadcast?: boolean
  stream?: Stream
  ephemeralTo?: string
  extra?: SlackJson
}

/** The new content of a message; what is absent is taken away. */
export interface Revision {
  text: string
  blocks?: SlackJson[]
  /** Who edited it, when that shall show. */
  editedBy?: string
}

/** Everything that may happen to a message: stored, shown on the page, and told to the bot. */
export interface Posting {
  post(draft: Draft): Message
  rewrite(message: Message, revision: Revision): void
  remove(message: Message): void
  react(message: Message, name: string, user: string): boolean
  unreact(message: Message, name: string, user: string): boolean
  /** Sends a change to those who may see the channel. */
  emitIn(channel: Channel, change: Change): void
  /** Sends an event of this channel to the bot, if it is in there. */
  tell(channel: Channel, event: SlackJson): void
  toSlack(message: Message): SlackJson
}

export interface PostingParts {
  identity: Identity
  clock: Clock
  changes: Changes
  channels: Channels
  messages: MessageStore
  files: Files
  courier: Pick<Courier, 'event'>
}

/** The one door through which messages change. */
export function createPosting(parts: PostingParts): Posting {
  const { clock, changes, channels, messages, files } = parts
  const teller = createTeller(parts)
  const toSlack = (message: Message) => toSlackMessage(message, parts)

  function emitIn(channel: Channel, change: Change): void {
    const readers = channel.kind === 'channel' ? [undefined] : channel.members
    for (const reader of readers) changes.emit(change, reader)
  }

  function emitOf(message: Message, change: Change): void {
    if (message.ephemeralTo) changes.emit(change, message.ephemeralTo)
    else emitIn(placeOf(channels, message), change)
  }

  function show(message: Message): void {
    emitOf(message, { type: 'message', message: toPageMessage(message, files) })
  }

  /** Slack keeps the place of a deleted message that has replies. */
  function bury(message: Message): void {
    const before = toSlack(message)
    const stone: Message = { ...message, user: 'USLACKBOT', subtype: 'tombstone', text: 'This message was deleted.' }
    for (const key of ['blocks', 'files', 'botId', 'edited', 'metadata', 'stream'] as const) delete stone[key]
    stone.reactions = new Map()
    replace(message, stone)
    teller.tellChanged(message, before)
    show(message)
  }

  return {
    post(draft) {
      const message = toMessage(draft, parts)
      messages.add(message)
      for (const id of message.files ?? []) files.get(id)?.channels.add(draft.channel.id)
      show(message)
      if (!message.ephemeralTo) teller.tellNew(message)
      return message
    },
    rewrite(message, { text, blocks, editedBy }) {
      const before = toSlack(message)
      const wasMention = teller.isMention(message)
      message.text = text
      if (blocks) message.blocks = blocks
      else delete message.blocks
      if (editedBy) message.edited = { user: editedBy, ts: clock.ts() }
      message.versions.push({ at: clock.now(), text, ...(blocks && { blocks }) })
      show(message)
      if (message.ephemeralTo) return
      teller.tellChanged(message, before)
      if (!wasMention && teller.isMention(message)) teller.tellMention(message)
    },
    remove(message) {
      if (!message.ephemeralTo && messages.replies(message.channel, message.ts).length > 0) return bury(message)
      const before = toSlack(message)
      const { channel, ts, ephemeralTo } = message
      messages.remove(message)
      emitOf(message, { type: 'message_removed', channel, ts, ...(ephemeralTo && { ephemeralTo }) })
      if (!ephemeralTo) teller.tellDeleted(message, before)
    },
    react(message, name, user) {
      const users = message.reactions.get(name) ?? []
      if (users.includes(user)) return false
      message.reactions.set(name, [...users, user])
      show(message)
      teller.tellReaction('reaction_added', message, name, user)
      return true
    },
    unreact(message, name, user) {
      const users = message.reactions.get(name) ?? []
      if (!users.includes(user)) return false
      const left = users.filter(other => other !== user)
      if (left.length > 0) message.reactions.set(name, left)
      else message.reactions.delete(name)
      show(message)
      teller.tellReaction('reaction_removed', message, name, user)
      return true
    },
    emitIn,
    tell: teller.tell,
    toSlack,
  }
}

function toMessage(draft: Draft, { identity, clock }: PostingParts): Message {
  const { channel, user, text, blocks, threadTs, files, metadata, username, stream, ephemeralTo, extra } = draft
  const isBot = user === identity.botUserId
  const subtype = draft.subtype ?? (draft.broadcast ? 'thread_broadcast' : files?.length ? 'file_share' : undefined)
  return {
    channel: channel.id,
    ts: clock.ts(),
    user,
    text,
    reactions: new Map(),
    versions: [{ at: clock.now(), text, ...(blocks && { blocks }) }],
    ...(blocks && { blocks }),
    ...(threadTs && { threadTs }),
    ...(subtype && { subtype }),
    ...(files?.length && { files }),
    ...(metadata && { metadata }),
    ...(username && { username }),
    ...(stream && { stream }),
    ...(ephemeralTo && { ephemeralTo }),
    ...(extra && { extra }),
    ...(isBot && !subtype?.startsWith('channel_') ? { botId: identity.botId } : {}),
    ...(!isBot && !subtype?.startsWith('channel_') ? { clientMsgId: crypto.randomUUID() } : {}),
  }
}

/** Makes `target` equal to `source` while everyone who holds it goes on holding the same object. */
function replace(target: Message, source: Message): void {
  for (const key of Object.keys(target)) if (!(key in source)) delete target[key as keyof Message]
  Object.assign(target, source)
}
