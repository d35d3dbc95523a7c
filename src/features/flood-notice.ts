import { i18nFor } from '../i18n/catalog.ts'
import type { Turn } from '../queue/turn.ts'
import type { Services } from './context.ts'
import { tellPrivately } from './turn-endings.ts'

/** Tells a person that no more of their questions can wait. */
export async function tellFlood(deps: Pick<Services, 'users' | 'limiter' | 'log'>, turn: Turn): Promise<void> {
  deps.log.warn({ turn: turn.id, user: turn.user }, 'turn declined: its person has too many that wait')
  const { locale } = await deps.users.read(turn.user)
  await tellPrivately(deps, turn, i18nFor(locale).flooded)
}
