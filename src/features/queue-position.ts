import { i18nFor } from '../i18n/catalog.ts'
import type { Turn } from '../queue/turn.ts'
import type { Services } from './context.ts'

type PositionDeps = Pick<Services, 'users' | 'limiter' | 'log'> & { threads: Pick<Services['threads'], 'knows'> }

/** Shows in the status line of a waiting turn how many are ahead of it. Best effort. */
export async function showQueuePosition(deps: PositionDeps, turn: Turn, ahead: number): Promise<void> {
  // A follow-up in a thread of other people may not be for the bot.
  if (!turn.isAddressed && deps.threads.knows(turn) !== 'ours') return
  const { locale } = await deps.users.read(turn.user)
  const args = { channel_id: turn.channel, thread_ts: turn.threadTs, status: i18nFor(locale).before({ count: ahead }) }
  await deps.limiter
    .send('assistant.threads.setStatus', () => args, 'interim')
    .catch(error => deps.log.debug({ turn: turn.id, code: error.code }, 'status line not set'))
}
