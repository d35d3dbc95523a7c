import { toWords } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Turn } from '../queue/turn.ts'
import type { SendBudget } from '../rate-limit/limiter.ts'
import type { People } from '../slack/users.ts'
import type { Conversations } from '../threads/cache.ts'

interface AheadParts {
  conversations: Pick<Conversations, 'knows'>
  people: People
  budget: SendBudget
  log: Log
}

/** Tells in the status line of a turn that waits how many are before it. A courtesy, as the line itself is. */
export async function tellAhead(parts: AheadParts, turn: Turn, ahead: number): Promise<void> {
  // What people say to each other in their own thread is not known yet to be for the bot.
  if (!turn.isAddressed && parts.conversations.knows(turn) !== 'ours') return
  const { locale } = await parts.people.read(turn.user)
  const args = { channel_id: turn.channel, thread_ts: turn.threadTs, status: toWords(locale).before(ahead) }
  await parts.budget
    .send('assistant.threads.setStatus', () => args, 'between')
    .catch(error => parts.log.debug({ turn: turn.id, code: error.code }, 'no status line'))
}
