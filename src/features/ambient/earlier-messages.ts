/** The earlier messages of a channel that may answer a question to nobody. */

import { estimateTokens } from '../../model/tokens.ts'
import { isBlank, listQuotedChannels, type Message, parseMessage, type RawMessage } from '../../slack/message.ts'
import { formatReadable } from '../../slack/readable.ts'
import { messagesOf } from '../../slack/reader.ts'
import { fetchThread } from '../../slack/thread-history.ts'
import { formatTime } from '../../text/from-slack.ts'
import { rankTexts } from '../../text/select-sections.ts'
import type { Services, TurnContext } from '../context.ts'

type Ctx = TurnContext<Pick<Services, 'self' | 'reader' | 'rules' | 'fetchNames'>>

/** Newest messages of the channel that are looked at. */
const mostMessages = 200
/** Messages with words of the question, and those behind each one, which may answer it. */
const mostFound = 12
const mostBehind = 3
const mostThreads = 6
/** A small request: these tokens of the channel, or half of a smaller window. */
const mostTokens = 6_000
const frameTokens = 25

/** Fetches the newest messages of the question's channel, the newest first. */
export async function fetchNewest({ deps, turn, signal }: Ctx): Promise<RawMessage[]> {
  const args = { channel: turn.channel, limit: mostMessages, include_all_metadata: true }
  return messagesOf(await deps.reader.fetch('conversations.history', args, { for: 'report', signal }))
}

/** Reads the earlier messages that have words of the question, and what was said behind them, oldest first. */
export async function readMaterial(newest: readonly RawMessage[], ctx: Ctx, inputTokens: number) {
  const { turn, person, deps } = ctx
  const { question } = turn
  const parsed = newest.flatMap(raw => {
    const message = String(raw.ts) < question.ts ? parseMessage(raw, deps.self) : undefined
    return message === undefined ? [] : [{ message, isThread: Number(raw.reply_count ?? 0) > 0 }]
  })
  const roots = parsed.filter(({ message }) => message.inThread === undefined).reverse()
  const texts = roots.map(({ message }) => formatReadable(message, id => id))
  const ranked = rankTexts(
    texts,
    formatReadable(question, id => id),
  ).slice(0, mostFound)
  const found = new Map<string, Message>()
  let threads = 0
  for (const at of ranked) {
    const behind = roots.slice(at, at + 1 + mostBehind).map(({ message }) => message)
    const root = roots[at]
    const isRead = root?.isThread === true && threads < mostThreads
    if (isRead) threads += 1
    const replies = isRead ? await fetchReplies(ctx, root.message.ts) : []
    for (const message of [...behind, ...replies]) found.set(message.ts, message)
  }
  const open = deps.rules.selectOpen(turn.channel, [...found.values()]).filter(isEvidence)
  const nameOf = await deps.fetchNames([question, ...open])
  const toLine = (message: Message) => ({
    ts: message.ts,
    threadTs: message.inThread ?? message.ts,
    from: message.author.kind === 'person' ? nameOf(message.author.id) : 'app',
    time: formatTime(Number(message.ts) * 1000, person.timeZone),
    text: formatReadable(message, nameOf),
  })
  let left = Math.min(mostTokens, inputTokens / 2)
  const lines = open.map(toLine).filter(({ text }) => {
    left -= estimateTokens(text) + frameTokens
    return left >= 0
  })
  const quotedFrom = listQuotedChannels([question, ...open])
  return { question: toLine(question), lines: lines.sort((a, b) => (a.ts < b.ts ? -1 : 1)), quotedFrom }
}

const fetchReplies = ({ deps, turn, signal }: Ctx, threadTs: string) =>
  fetchThread(deps.reader, deps.self, { channel: turn.channel, threadTs, for: 'report', signal })

/** The bot's own words are no evidence. */
const isEvidence = (message: Message) => message.author.kind !== 'self' && !isBlank(message)
