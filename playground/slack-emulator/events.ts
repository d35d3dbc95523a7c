import type { SlackJson } from '../protocol.ts'
import { type Channel, type Channels, channelType } from './channels.ts'
import type { Clock } from './clock.ts'
import type { Courier } from './delivery.ts'
import { type MessageViewParts, toSlackMessage } from './message-json.ts'
import type { Message } from './messages.ts'

export interface TellerParts extends MessageViewParts {
  clock: Clock
  channels: Channels
  courier: Pick<Courier, 'event'>
}

/** Tells the bot what happens in the channels that it is a member of. */
export interface Teller {
  tell(channel: Channel, event: SlackJson): void
  isMention(message: Message): boolean
  tellNew(message: Message): void
  tellMention(message: Message): void
  tellChanged(message: Message, before: SlackJson): void
  tellDeleted(message: Message, before: SlackJson): void
  tellReaction(type: 'reaction_added' | 'reaction_removed', message: Message, name: string, user: string): void
}

/** The channel that a message stands in. */
export function placeOf(channels: Channels, message: Message): Channel {
  const channel = channels.get(message.channel)
  if (!channel) throw new Error(`message ${message.ts} stands in ${message.channel}, which does not exist`)
  return channel
}

/** Events for the bot, in the form of Slack's Events API. */
export function createTeller(parts: TellerParts): Teller {
  const { identity, clock, channels, courier } = parts
  let mentions = 0

  function tell(channel: Channel, event: SlackJson): void {
    if (channel.members.has(identity.botUserId)) courier.event(event)
  }

  function tellMessage(message: Message, event: SlackJson): void {
    const channel = placeOf(channels, message)
    tell(channel, { ...event, channel: channel.id, channel_type: channelType(channel) })
  }

  /** An event about an older message: it has a `ts` of its own. */
  function tellLater(message: Message, event: SlackJson): void {
    const ts = clock.ts()
    tellMessage(message, { type: 'message', hidden: true, ...event, ts, event_ts: ts })
  }

  function isMention(message: Message): boolean {
    const isPerson = message.user !== identity.botUserId && !message.subtype?.startsWith('channel_')
    return isPerson && placeOf(channels, message).kind !== 'im' && message.text.includes(`<@${identity.botUserId}>`)
  }

  function tellMention(message: Message): void {
    const { subtype: _subtype, ...rest } = toSlackMessage(message, parts)
    tell(placeOf(channels, message), {
      ...rest,
      type: 'app_mention',
      channel: message.channel,
      event_ts: message.edited?.ts ?? message.ts,
    })
  }

  return {
    tell,
    isMention,
    /** Slack promises no order for the two events of a mention: each comes first every other time. */
    tellNew(message) {
      const event = { ...toSlackMessage(message, parts), event_ts: message.ts }
      const mentioned = isMention(message)
      if (mentioned) mentions += 1
      const isMentionFirst = mentions % 2 === 1
      if (mentioned && isMentionFirst) tellMention(message)
      tellMessage(message, event)
      if (mentioned && !isMentionFirst) tellMention(message)
    },
    tellMention,
    tellChanged(message, before) {
      const now = toSlackMessage(message, parts)
      tellLater(message, { subtype: 'message_changed', message: now, previous_message: before })
    },
    tellDeleted(message, before) {
      tellLater(message, { subtype: 'message_deleted', deleted_ts: message.ts, previous_message: before })
    },
    tellReaction(type, message, reaction, user) {
      const item = { type: 'message', channel: message.channel, ts: message.ts }
      const event = { type, user, reaction, item, item_user: message.user, event_ts: clock.ts() }
      tell(placeOf(channels, message), event)
    },
  }
}
