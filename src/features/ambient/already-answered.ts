import type { Turn } from '../../queue/turn.ts'
import { dropNulls, type Message, parseMessage, type RawMessage } from '../../slack/message.ts'
import { isOpenQuestion } from '../../text/open-question.ts'
import type { Services, TurnContext } from '../context.ts'

type Ctx = TurnContext<Pick<Services, 'self'>>

/** Finds why a question needs no answer any more: it is gone or edited, or somebody replied or reacted, or went on talking. */
export function findOthersAnswer(newest: readonly RawMessage[], turn: Turn, { deps }: Ctx) {
  const { ts, text } = turn.question
  const raw = newest.find(message => message.ts === ts)
  if (raw === undefined || 'edited' in dropNulls(raw) || raw.text !== text) return 'ambient_changed'
  const hasReactions = Array.isArray(raw.reactions) && raw.reactions.length > 0
  if (Number(raw.reply_count ?? 0) > 0 || hasReactions) return 'ambient_answered'
  const isAnswer = (message: Message | undefined) =>
    message?.author.kind === 'person' && message.inThread === undefined && !isOpenQuestion(message.text)
  const isAny = newest.some(message => String(message.ts) > ts && isAnswer(parseMessage(message, deps.self)))
  return isAny ? 'ambient_answered' : undefined
}
