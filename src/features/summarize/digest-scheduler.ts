import { formatError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Ask, Asker, OnFailure } from '../../queue/outbox.ts'
import type { Digest, Digests } from '../../store/digests.ts'
import { nextRun } from './digest-schedule.ts'

/** Brings digests when they are due. */
export interface DigestClock {
  /** Begins to look; what came due while nobody looked is brought once. */
  start(): void
  /** Something was added: the next one may be due earlier. */
  wake(): void
  stop(): void
}

interface ClockDeps {
  digests: Digests
  asker: Pick<Asker, 'put'>
  onFailure: OnFailure
  log: Log
}

/** Clocks are set and machines sleep: it looks this often at least. */
const longestSleepMs = 60_000

/**
 * Makes the clock. A digest and the question that it asks are written down in one step, so that it comes once, also when the
 * process ends in that minute.
 */
export function createDigestClock({ digests, asker, onFailure, log }: ClockDeps): DigestClock {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()
  let isOpen = false

  const bring = async (digest: Digest, now: number): Promise<void> => {
    const nextAt = nextRun(digest.pattern, digest.timeZone, now)
    if (nextAt === undefined) return digests.end(digest.id)
    const ask: Ask = { id: `digest:${digest.id}:${digest.nextAt}`, user: digest.user, question: digest.question }
    if (await digests.ask(digest, nextAt, { id: ask.id, ask: JSON.stringify(ask) })) void asker.put(ask, onFailure)
  }

  const look = async (): Promise<void> => {
    clearTimeout(timer)
    const now = Date.now()
    let sleepMs = longestSleepMs
    try {
      const { due, nextAt } = await digests.due(now)
      for (const digest of due)
        await bring(digest, now).catch(error =>
          log.error({ digest: digest.id, reason: formatError(error) }, 'a digest could not be brought'),
        )
      if (nextAt !== undefined) sleepMs = Math.min(longestSleepMs, Math.max(0, nextAt - Date.now()))
    } catch (error) {
      log.error({ reason: formatError(error) }, 'the digests could not be looked through')
    }
    if (isOpen) timer = setTimeout(wake, sleepMs)
  }
  const wake = () => {
    looking = looking.then(() => (isOpen ? look() : undefined))
  }

  return {
    start() {
      isOpen = true
      wake()
    },
    wake,
    stop() {
      isOpen = false
      clearTimeout(timer)
    },
  }
}
