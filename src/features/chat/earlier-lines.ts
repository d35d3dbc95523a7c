import { formatError } from '../../errors.ts'
import type { Message } from '../../slack/message.ts'
import type { Services, TurnContext } from '../context.ts'

type Ctx = Pick<TurnContext<Pick<Services, 'store' | 'threads'>>, 'turn' | 'signal' | 'log' | 'deps'>

/** Lines before a thread that are its context, at most. */
const mostLines = 5
/** Older lines belong to another conversation. */
const maxAgeSeconds = 12 * 3_600

/**
 * Reads the lines of a direct message before a thread, with their answers, oldest first: people talk to the bot line by line. They stay
 * the same for every question of the thread. If they cannot be read, the question is answered without them.
 */
export async function readEarlierLines({ turn, signal, log, deps }: Ctx): Promise<Message[]> {
  const { channel, threadTs: begin } = turn
  if (turn.place !== 'dm') return []
  try {
    const from = (Number(begin) - maxAgeSeconds).toFixed(6)
    const threads = await deps.store.turns.threadsBetween(channel, from, begin, mostLines)
    return (await Promise.all(threads.map(threadTs => deps.threads.load({ channel, threadTs })))).flat()
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ turn: turn.id, reason: formatError(error) }, 'earlier lines of the direct message not read')
    return []
  }
}
