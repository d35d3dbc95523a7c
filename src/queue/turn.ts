import { type BotIdentity, dropNulls, isSelf, type Message, parseMessage, type RawMessage } from '../slack/message.ts'
import { isMentioned } from '../text/from-slack.ts'
import type { Change } from '../threads/cache.ts'

/** One thing that a person asked, wherever they asked it. */
export interface Turn {
  /** Team, channel and ts: the same for every copy that Slack sends of one message. */
  id: string
  channel: string
  threadTs: string
  user: string
  place: 'channel' | 'dm'
  /** Mentioned or written to directly; otherwise a follow-up, which is a turn only in a thread that the bot takes part in. */
  isAddressed: boolean
  question: Message
  /** Where Slack takes the answer, too, for half an hour: under the command that asked. */
  echo?: string
}

/** An event as Slack delivers it, as far as it is looked at. */
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

/** Messages that people write: plain ones, with files, and replies also sent to the channel. */
const spoken = new Set([undefined, 'file_share', 'thread_broadcast'])

/** A greeting and an address, or a comma and an address, are no longer than this. */
const endCharacters = 120

/** Words before a name that do not make the message anybody else's: "hey @dana, what do you think?" */
const greeting = String.raw`(?:hi|hey|hello|ok|okay|thanks|thank you|嗨|你好|您好|好的|谢谢|请问)?[\s,，!！:：]*`
const address = String.raw`<(?:@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+|!here|!channel|!everyone)(?:\|[^>]*)?>`
const addressedFirst = new RegExp(`^${greeting}${address}`, 'i')
/** "what do you say, @dana?"; without the comma a name at the end is mostly what the question is about. */
const addressedLast = new RegExp(`[,，]\\s*${address}[\\s?？!！.。]*$`, 'i')

/**
 * The turn in an event, if there is one. Every rule of what is not a turn stands here: edits, deletions, joins, other
 * bots, the bot's own messages, and what is addressed to somebody else.
 */
export function parseTurn(body: EventBody, self: BotIdentity): Turn | undefined {
  const event = dropNulls(body.event)
  if (!spoken.has(event.subtype as string | undefined) || event.hidden === true) return undefined
  // Slack sends `app_mention` again when an edit leaves the mention in.
  if (event.edited !== undefined) return undefined
  if (typeof event.channel !== 'string' || typeof event.user !== 'string' || isSelf(event, self)) return undefined
  const question = parseMessage(event, self)
  if (question?.author.kind !== 'person') return undefined
  const place = isDirect(event) ? 'dm' : 'channel'
  const isMention = isMentioned(question.text, self.userId)
  const isAddressed = place === 'dm' || isMention || event.type === 'app_mention'
  if (!isAddressed && !isFollowUp(event, question)) return undefined
  const threadTs = typeof event.thread_ts === 'string' ? event.thread_ts : question.ts
  const id = turnIdOf(body.team_id ?? self.teamId, event.channel, question.ts)
  return { id, channel: event.channel, threadTs, user: event.user, place, isAddressed, question }
}

/** What names a turn: the message that asks. */
export function turnIdOf(team: string, channel: string, ts: string): string {
  return `${team}:${channel}:${ts}`
}

/** Whether a person wrote the bot's name and nothing else. */
export function isEmpty(turn: Turn): boolean {
  return turn.question.files.length === 0 && turn.question.text.replace(/<@[UW][^<>]*>/g, '').trim() === ''
}

/** What an event says of the messages of a thread; it keeps the conversation in step. */
export function parseChange(body: EventBody, self: BotIdentity): Change | undefined {
  const event = dropNulls(body.event)
  if (typeof event.channel !== 'string') return undefined
  if (event.subtype === 'message_deleted' && event.previous_message !== undefined && event.deleted_ts !== undefined) {
    return { kind: 'deleted', thread: threadOf(event.channel, event.previous_message), ts: event.deleted_ts }
  }
  const raw = event.subtype === 'message_changed' ? event.message : event
  // A thread's first message leaves a stone behind when replies stand below it.
  if (raw?.subtype === 'tombstone') return { kind: 'deleted', thread: threadOf(event.channel, raw), ts: String(raw.ts) }
  const message = raw === undefined ? undefined : parseMessage(raw, self)
  // The bot remembers its own replies as it wrote them.
  if (raw === undefined || message === undefined || message.author.kind === 'self') return undefined
  const thread = threadOf(event.channel, raw)
  if (event.subtype !== 'message_changed') return { kind: 'said', thread, message }
  // Slack says `message_changed` also when a link unfurls.
  const before = event.previous_message
  return { kind: 'edited', thread, message, isReworded: before !== undefined && before.text !== raw.text }
}

function threadOf(channel: string, raw: RawMessage): { channel: string; threadTs: string } {
  return { channel, threadTs: String(raw.thread_ts ?? raw.ts) }
}

function isDirect(event: EventBody['event']): boolean {
  if (event.channel_type !== undefined) return event.channel_type === 'im' || event.channel_type === 'app_home'
  return typeof event.channel === 'string' && event.channel.startsWith('D')
}

/** A reply in a thread that says something, and not to somebody else. */
function isFollowUp(event: RawMessage, question: Message): boolean {
  if (typeof event.thread_ts !== 'string' || event.thread_ts === event.ts) return false
  if (question.text.trim() === '' && question.files.length === 0) return false
  // Only the ends are looked at: a pattern that walks over a long text takes long.
  const text = question.text.trim()
  return !addressedFirst.test(text.slice(0, endCharacters)) && !addressedLast.test(text.slice(-endCharacters))
}
