import { formatError } from '../../errors.ts'
import { type Message, parseMessage } from '../../slack/message.ts'
import { messagesOf } from '../../slack/reader.ts'
import type { Services, TurnContext } from '../context.ts'

type Ctx = Pick<TurnContext<Pick<Services, 'self' | 'reader' | 'threads'>>, 'turn' | 'signal' | 'log' | 'deps'>

/** Lines before a question that are its context, at most. */
const mostLines = 10
/** Older lines belong to another conversation. */
const maxAgeMs = 12 * 3_600_000
/** Of so many lines, the newest, the answers are read too. */
const answeredLines = 3
/** A question waits this long for its context at most. */
const patienceMs = 5_000

/**
 * Fetches the lines of a direct message before a question that opens a thread of its own, oldest first, with the answers to the newest
 * of them: people talk to the bot line by line. Without them the question is answered all the same.
 */
export async function fetchEarlierLines(ctx: Ctx): Promise<Message[]> {
  const { turn, log } = ctx
  if (turn.place !== 'dm' || turn.threadTs !== turn.question.ts) return []
  try {
    const lines = await fetchLines(ctx)
    const answered = await Promise.all(lines.slice(-answeredLines).map(line => readThread(ctx, line)))
    return [...lines.slice(0, -answeredLines), ...answered.flat()]
  } catch (error) {
    ctx.signal.throwIfAborted()
    log.warn({ turn: turn.id, reason: formatError(error) }, 'earlier lines of the direct message not read')
    return []
  }
}

async function fetchLines({ turn, signal, deps }: Ctx): Promise<Message[]> {
  const { ts } = turn.question
  const oldest = (Number(ts) - maxAgeMs / 1000).toFixed(6)
  const args = { channel: turn.channel, latest: ts, oldest, limit: mostLines, inclusive: false }
  const page = await deps.reader.fetch('conversations.history', args, { for: 'question', patienceMs, signal })
  return messagesOf(page)
    .flatMap(raw => parseMessage(raw, deps.self) ?? [])
    .filter(message => message.ts < ts)
    .sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

/** Reads a line with its answers, mostly from the cache. */
async function readThread({ turn, deps }: Ctx, line: Message): Promise<readonly Message[]> {
  if (line.author.kind === 'self') return [line]
  return deps.threads.read({ channel: turn.channel, threadTs: line.ts }, line)
}
