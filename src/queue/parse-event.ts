// A turn or a change of a thread is read out of Slack's events here, and nowhere else.
import { type BotIdentity, dropNulls, isSelf, parseMessage, type RawMessage } from '../slack/message.ts'
import { isMentioned } from '../text/from-slack.ts'
import type { Change } from '../threads/cache.ts'
import { findUnaddressed, isSpoken } from './addressee.ts'
import { type Turn, turnIdOf } from './turn.ts'

/** The fields of a Slack event that the bot reads. */
export interface EventBody {
  team_id?: string
  event: RawMessage & {
    type: string
    channel?: string
    channel_type?: string
    message?: RawMessage
    previous_message?: RawMessage
    deleted_ts?: string
    hidden?: boolean
    edited?: unknown
  }
}

/**
 * Parses the turn in an event. Returns undefined for edits, deletions, joins, messages of bots, and messages addressed to
 * somebody else.
 */
export function parseTurn(body: EventBody, self: BotIdentity): Turn | undefined {
  const event = withAddedMention(dropNulls(body.event), self)
  if (event === undefined || !isSpoken(event)) return undefined
  if (typeof event.channel !== 'string' || typeof event.user !== 'string' || isSelf(event, self)) return undefined
  const question = parseMessage(event, self)
  if (question?.author.kind !== 'person') return undefined
  const place = isDirect(event) ? 'dm' : 'channel'
  const isMention = isMentioned(question.text, self.userId)
  const isAddressed = place === 'dm' || isMention || event.type === 'app_mention'
  if (!isAddressed && findUnaddressed(event, question) !== undefined) return undefined
  const threadTs = typeof event.thread_ts === 'string' ? event.thread_ts : question.ts
  const id = turnIdOf(body.team_id ?? self.teamId, event.channel, question.ts)
  return { id, channel: event.channel, threadTs, user: event.user, place, isAddressed, question }
}

/**
 * Returns the event of a message as it came; of an edited message, only if the edit added the mention, in its new wording. Slack sends
 * `app_mention` again if an edited message still has the mention.
 */
function withAddedMention(event: EventBody['event'], self: BotIdentity): EventBody['event'] | undefined {
  if (event.subtype !== 'message_changed')
    return event.hidden === true || event.edited !== undefined ? undefined : event
  const { message, previous_message: before, channel, channel_type } = event
  const mentions = (raw: RawMessage | undefined) => isMentioned(String(raw?.text ?? ''), self.userId)
  if (message === undefined || before === undefined || mentions(before) || !mentions(message)) return undefined
  return { ...dropNulls(message), type: 'message', channel, channel_type } as EventBody['event']
}

/** Parses the change of a thread in an event, for the thread cache. */
export function parseChange(body: EventBody, self: BotIdentity): Change | undefined {
  const event = dropNulls(body.event)
  if (typeof event.channel !== 'string') return undefined
  if (event.subtype === 'message_deleted' && event.previous_message !== undefined && event.deleted_ts !== undefined) {
    return { kind: 'deleted', thread: threadOf(event.channel, event.previous_message), ts: event.deleted_ts }
  }
  const raw = event.subtype === 'message_changed' ? event.message : event
  // A thread's first message leaves a tombstone if it has replies.
  if (raw?.subtype === 'tombstone') return { kind: 'deleted', thread: threadOf(event.channel, raw), ts: String(raw.ts) }
  const message = raw === undefined ? undefined : parseMessage(raw, self)
  // The cache has the bot's own replies already.
  if (raw === undefined || message === undefined || message.author.kind === 'self') return undefined
  const thread = threadOf(event.channel, raw)
  if (event.subtype !== 'message_changed') return { kind: 'said', thread, message }
  // Slack sends `message_changed` also for an unfurled link.
  const before = event.previous_message
  return { kind: 'edited', thread, message, isReworded: before !== undefined && before.text !== raw.text }
}

/** Parses which message was deleted or reworded in an event. The bot's own messages grow all the time, and are none. */
export function parseOutdated(
  body: EventBody,
  self: BotIdentity,
): { channel: string; ts: string; turnId: string; isDeleted: boolean } | undefined {
  const { subtype, channel, deleted_ts, message, previous_message: before } = dropNulls(body.event)
  const isDeletion = subtype === 'message_deleted'
  const isEdit = subtype === 'message_changed' && message !== undefined && !isSelf(message, self)
  const ts = isDeletion ? deleted_ts : isEdit ? message.ts : undefined
  if (typeof channel !== 'string' || typeof ts !== 'string') return undefined
  const isDeleted = isDeletion || message?.subtype === 'tombstone'
  // Slack sends `message_changed` also for an unfurled link.
  const isReworded = before === undefined || before.text !== message?.text
  const turnId = turnIdOf(body.team_id ?? self.teamId, channel, ts)
  return isDeleted || isReworded ? { channel, ts, turnId, isDeleted } : undefined
}

function threadOf(channel: string, raw: RawMessage): { channel: string; threadTs: string } {
  return { channel, threadTs: String(raw.thread_ts ?? raw.ts) }
}

function isDirect(event: EventBody['event']): boolean {
  if (event.channel_type !== undefined) return event.channel_type === 'im' || event.channel_type === 'app_home'
  return typeof event.channel === 'string' && event.channel.startsWith('D')
}
