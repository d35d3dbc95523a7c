import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Services } from '../context.ts'
import type { createMeteredModel } from './metered-model.ts'

/** Tells a person privately, or the operator by the log, that a budget is nearly used up. */
export async function warnOfBudget(
  { users, limiter, log }: Pick<Services, 'users' | 'limiter' | 'log'>,
  ...[{ channel, person }, budget]: Parameters<Parameters<typeof createMeteredModel>[1]['onWarning']>
): Promise<void> {
  if (budget === 'day' || budget === 'month') return log.warn({ budget }, 'budget of the workspace spent to 80 %')
  const { locale } = await users.read(person)
  const args = { channel, user: person, text: i18nFor(locale).usage.warning[budget] }
  await limiter
    .send('chat.postEphemeral', () => args, 'error')
    .catch(error => log.warn({ reason: formatError(error) }, 'private notice failed'))
}
