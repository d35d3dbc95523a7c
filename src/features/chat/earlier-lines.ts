import { formatError } from '../../errors.ts'
import type { Message } from '../../slack/message.ts'
import type { Services, TurnContext } from '../context.ts'

type Ctx = Pick<TurnContext<Pick<Services, 'store' | 'threads'>>, 'turn' | 'signal' | 'log' | 'deps'>

/** Lines before a question that are its context, at most. */
const mostLines = 5
/** Older lines belong to another conversation. */
const maxAgeSeconds = 12 * 3_600

/**
 * Reads the lines of a direct message before a question that opens a thread of its own, with their answers, oldest first: people talk
 * to the bot line by line. If they cannot be read, the question is answered without them.
 */
export async function readEarlierLines({ turn, signal, log, deps }: Ctx): Promise<Message[]> {
  const { channel, question } = turn
  if (turn.place !== 'dm' || turn.threadTs !== question.ts) return []
  try {
    const from = (Number(question.ts) - maxAgeSeconds).toFixed(6)
    const threads = await deps.store.turns.threadsBetween(channel, from, question.ts, mostLines)
    return (await Promise.all(threads.map(threadTs => deps.threads.load({ channel, threadTs })))).flat()
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ turn: turn.id, reason: formatError(error) }, 'earlier lines of the direct message not read')
    return []
  }
}
