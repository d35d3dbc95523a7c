import type { Limiter } from '../rate-limit/limiter.ts'
import type { Lease } from './queue-driver.ts'

type Validity = Pick<Lease, 'whenValid' | 'isValid'>

/**
 * Fences a turn's calls to Slack by its lease: they wait while it is not valid, and fail with the reason of its loss when another
 * replica holds it.
 */
export function createFencedSender(limiter: Limiter, lease: Validity): Limiter {
  const send = async (
    method: string,
    args: () => Record<string, unknown>,
    options: 'final',
  ): ReturnType<Limiter['send']> => {
    for (;;) {
      await lease.whenValid()
      try {
        // The call may have waited long in the limiter.
        return await limiter.send(method, () => requireValid(lease, args), options)
      } catch (error) {
        if (!(error instanceof LeaseExpired)) throw error
      }
    }
  }
  return Object.create(limiter, { send: { value: send } }) as Limiter
}

function requireValid(lease: Validity, args: () => Record<string, unknown>): Record<string, unknown> {
  if (!lease.isValid) throw new LeaseExpired()
  return args()
}

class LeaseExpired extends Error {}
