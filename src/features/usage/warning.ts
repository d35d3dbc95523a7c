import type { Services } from '../context.ts'
import { tellAsker } from '../delivery.ts'
import type { createMeteredModel } from './metered-model.ts'

/** Tells a person privately, or the operator by the log, that a budget is nearly used up. */
export async function warnOfBudget(
  deps: Pick<Services, 'users' | 'limiter' | 'call' | 'log'>,
  ...[{ channel, person: user }, budget]: Parameters<Parameters<typeof createMeteredModel>[1]['onWarning']>
): Promise<void> {
  if (budget === 'day' || budget === 'month') return deps.log.warn({ budget }, 'budget of the workspace spent to 80 %')
  await tellAsker(deps, { channel, user }, ({ usage }) => usage.warning[budget])
}
