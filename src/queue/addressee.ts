/** Decides to whom a message is addressed: to the bot, to somebody else, or to nobody. */

import { type BotIdentity, dropNulls, isSelf, type Message, parseMessage, type RawMessage } from '../slack/message.ts'
import { isMentioned } from '../text/from-slack.ts'
import { isAcknowledgement } from '../text/small-talk.ts'

/** Subtypes of messages that people write: plain ones, with files, replies also sent to the channel, and `/me`. */
const spoken = new Set([undefined, 'file_share', 'thread_broadcast', 'me_message'])

/** Length of the beginning and the end that are searched for an address. */
const endCharacters = 120

/** Words before a name: "hey @dana, what do you think?" */
const greeting = String.raw`(?:hi|hey|hello|ok|okay|thanks|thank you|嗨|你好|您好|好的|谢谢|请问|こんにちは|おはようございます|すみません|お疲れ様です)?[\s,，、!！:：]*`
const address = String.raw`<(?:@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+|!here|!channel|!everyone)(?:\|[^>]*)?>`
const addressedFirst = new RegExp(`^${greeting}${address}`, 'i')
/** "what do you say, @dana?"; without the comma, a name at the end is mostly the topic of the question. */
const addressedLast = new RegExp(`[,，]\\s*${address}[\\s?？!！.。]*$`, 'i')

/** Returns whether people wrote the message, and no event of the channel. */
export const isSpoken = ({ subtype }: RawMessage): boolean => spoken.has(subtype as string | undefined)

/** Finds why a message without a mention is no follow-up; undefined if it is one, should the thread be the bot's. */
export function findUnaddressed(
  event: RawMessage,
  question: Message,
): 'unaddressed' | 'acknowledged' | 'to_others' | undefined {
  if (typeof event.thread_ts !== 'string' || event.thread_ts === event.ts) return 'unaddressed'
  const hasMore = question.files.length > 0 || (question.quotes ?? []).length > 0
  if (!hasMore && isAcknowledgement(question.text)) return 'acknowledged'
  // Only the ends are searched: the patterns are slow on a long text.
  const text = question.text.trim()
  const isToOthers = addressedFirst.test(text.slice(0, endCharacters)) || addressedLast.test(text.slice(-endCharacters))
  return isToOthers ? 'to_others' : undefined
}

/** Finds why a message that stands in a channel is no turn; undefined if it is one. */
export function findSilence(channel: string, raw: RawMessage, self: BotIdentity) {
  const said = dropNulls(raw)
  const question = parseMessage(said, self)
  if (isSelf(said, self)) return 'own'
  if (question?.author.kind !== 'person') return 'app'
  if (!isSpoken(said)) return 'notice'
  if (channel.startsWith('D') || isMentioned(question.text, self.userId)) return undefined
  return findUnaddressed(said, question)
}
