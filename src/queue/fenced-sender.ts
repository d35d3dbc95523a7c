import type { SendBudget } from '../rate-limit/limiter.ts'
import type { Claim } from './lease.ts'

/**
 * The budget of one turn among several replicas: nothing is sent but while it is sure that no other replica has the turn. While that
 * cannot be known, calls wait; when another has it, they fail with the reason for which the claim was lost.
 */
export function toOwnBudget(budget: SendBudget, claim: Pick<Claim, 'sure' | 'isSure'>): SendBudget {
  const send = async (
    method: string,
    args: () => Record<string, unknown>,
    urgency: 'final',
    signal?: AbortSignal,
  ): ReturnType<SendBudget['send']> => {
    for (;;) {
      await claim.sure()
      try {
        // It may have waited long for its turn.
        return await budget.send(method, () => toSure(claim, args), urgency, signal)
      } catch (error) {
        if (!(error instanceof NotSure)) throw error
      }
    }
  }
  return Object.create(budget, { send: { value: send } }) as SendBudget
}

function toSure(claim: Pick<Claim, 'isSure'>, args: () => Record<string, unknown>): Record<string, unknown> {
  if (!claim.isSure) throw new NotSure()
  return args()
}

class NotSure extends Error {}
