import type { Limiter } from '../rate-limit/limiter.ts'
import type { Lease } from './lease.ts'

/**
 * The budget of one turn among several replicas: nothing is sent but while it is sure that no other replica has the turn. While that
 * cannot be known, calls wait; when another has it, they fail with the reason for which the claim was lost.
 */
export function createFencedSender(limiter: Limiter, lease: Pick<Lease, 'sure' | 'isSure'>): Limiter {
  const send = async (
    method: string,
    args: () => Record<string, unknown>,
    options: 'final',
  ): ReturnType<Limiter['send']> => {
    for (;;) {
      await lease.sure()
      try {
        // It may have waited long for its turn.
        return await limiter.send(method, () => toSure(lease, args), options)
      } catch (error) {
        if (!(error instanceof NotSure)) throw error
      }
    }
  }
  return Object.create(limiter, { send: { value: send } }) as Limiter
}

function toSure(lease: Pick<Lease, 'isSure'>, args: () => Record<string, unknown>): Record<string, unknown> {
  if (!lease.isSure) throw new NotSure()
  return args()
}

class NotSure extends Error {}
