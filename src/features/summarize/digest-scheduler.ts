import { formatError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Digest, Digests } from '../../store/digests.ts'
import type { Questions } from '../post-question.ts'
import { nextRun } from './digest-schedule.ts'

/** Asks for digests when they are due. */
interface DigestScheduler {
  /** Starts to watch the time; a digest that came due while the bot was away is asked for once. */
  start(): void
  /** Looks at once: a digest was added that may be due first. */
  wake(): void
  stop(): void
}

/** Clocks are set and machines sleep: the digests are looked at this often at least. */
const longestSleepMs = 60_000

/**
 * Creates the scheduler. The question that a digest asks, and when it is due again, are saved in one transaction, so that it
 * comes once, also when the process ends in that minute.
 */
export function createDigestScheduler(deps: { digests: Digests; questions: Questions; log: Log }): DigestScheduler {
  const { digests, questions, log } = deps
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> = Promise.resolve()
  let isOpen = false

  const ask = async (digest: Digest, now: number): Promise<void> => {
    const nextAt = nextRun(digest.pattern, digest.timeZone, now)
    if (nextAt === undefined) return digests.end(digest.id)
    const { id, user, question } = digest
    const command = questions.create({ user, question, isScheduled: true }, `digest:${id}:${digest.nextAt}`)
    if (await digests.ask(digest, nextAt, command)) void questions.run(command)
  }

  const look = async (): Promise<void> => {
    clearTimeout(timer)
    const now = Date.now()
    let sleepMs = longestSleepMs
    try {
      const { due, nextAt } = await digests.due(now)
      for (const digest of due)
        await ask(digest, now).catch(error =>
          log.error({ digest: digest.id, reason: formatError(error) }, 'digest not asked for'),
        )
      if (nextAt !== undefined) sleepMs = Math.min(longestSleepMs, Math.max(0, nextAt - Date.now()))
    } catch (error) {
      log.error({ reason: formatError(error) }, 'due digests not read')
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
