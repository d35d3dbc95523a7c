import { i18nFor } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Turn } from '../queue/turn.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import type { Users } from '../slack/users.ts'
import type { ThreadCache } from '../threads/cache.ts'

interface AheadDeps {
  threads: Pick<ThreadCache, 'knows'>
  users: Users
  limiter: Limiter
  log: Log
}

/** Tells in the status line of a turn that waits how many are before it. A courtesy, as the line itself is. */
export async function showQueuePosition(deps: AheadDeps, turn: Turn, ahead: number): Promise<void> {
  // What people say to each other in their own thread is not known yet to be for the bot.
  if (!turn.isAddressed && deps.threads.knows(turn) !== 'ours') return
  const { locale } = await deps.users.read(turn.user)
  const args = { channel_id: turn.channel, thread_ts: turn.threadTs, status: i18nFor(locale).before(ahead) }
  await deps.limiter
    .send('assistant.threads.setStatus', () => args, 'interim')
    .catch(error => deps.log.debug({ turn: turn.id, code: error.code }, 'no status line'))
}
