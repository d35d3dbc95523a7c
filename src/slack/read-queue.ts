import { pause } from '../abort.ts'

/**
 * Purposes of reads, the most urgent first: a person waits for an answer; missed messages; summaries and reports; checks of
 * unknown threads. A question is read at once and reduces the quota of the others.
 */
const purposes = ['question', 'backfill', 'report', 'check'] as const

/** Burst: the share of a minute's reads that may be made at once; the rest is spread evenly, so that progress stays visible. */
const burstShare = 0.25
/** The share of a minute's reads that checks of unknown threads may take. */
const checkShare = 0.2
const minuteMs = 60_000

/** Creates the queue of reads, which keeps each method under `perMinute` calls in any minute. */
export function createReadQueue(perMinute: number) {
  const quotas = new Map<string, Quota>()
  const quotaOf = (name: string, rate: number): Quota => {
    const quota = quotas.get(name) ?? createQuota(rate)
    quotas.set(name, quota)
    return quota
  }

  return {
    /** Resolves when the method may be called for this purpose. The result pauses the method if Slack refuses the call. */
    async take(
      method: string,
      purpose: (typeof purposes)[number],
      signal?: AbortSignal,
    ): Promise<Pick<Quota, 'restFor'>> {
      const quota = quotaOf(method, perMinute)
      if (purpose === 'question') await quota.takeAtOnce(signal)
      else {
        if (purpose === 'check') await quotaOf(`${method} check`, perMinute * checkShare).take(0, signal)
        await quota.take(purposes.indexOf(purpose), signal)
      }
      return quota
    },
  }
}

type Quota = ReturnType<typeof createQuota>

/** Creates a token bucket with a queue by rank; a refusal stops it for as long as Slack says. */
function createQuota(perMinute: number) {
  const burst = Math.max(1, Math.floor(perMinute * burstShare))
  const everyMs = minuteMs / Math.max(1, perMinute - burst)
  const waiting: { rank: number; start: () => void }[] = []
  const bucket = { left: burst, filledAt: Date.now(), restsUntil: 0 }
  let timer: NodeJS.Timeout | undefined

  /** Returns how long until the next call, in milliseconds. */
  const waitMs = (): number => {
    const now = Date.now()
    const filled = Math.floor((now - bucket.filledAt) / everyMs)
    bucket.left = Math.min(burst, bucket.left + filled)
    bucket.filledAt = bucket.left === burst ? now : bucket.filledAt + filled * everyMs
    const emptyMs = bucket.left > 0 ? 0 : bucket.filledAt + everyMs - now
    return Math.max(0, Math.ceil(Math.max(bucket.restsUntil - now, emptyMs)))
  }
  const pump = (): void => {
    clearTimeout(timer)
    while (waiting.length > 0 && waitMs() === 0) {
      bucket.left -= 1
      waiting.shift()?.start()
    }
    if (waiting.length > 0) timer = setTimeout(pump, waitMs())
  }

  return {
    restFor(ms: number): void {
      bucket.restsUntil = Math.max(bucket.restsUntil, Date.now() + ms)
    },
    /** Waits only while Slack wants no call at all. */
    async takeAtOnce(signal?: AbortSignal): Promise<void> {
      const restMs = bucket.restsUntil - Date.now()
      if (restMs > 0) await pause(restMs, signal)
      bucket.left -= 1
    },
    /** Resolves when it is this call's turn: the lower rank first, then the earlier one. */
    take(rank: number, signal?: AbortSignal): Promise<void> {
      signal?.throwIfAborted()
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.splice(waiting.indexOf(own), 1)
          reject(signal?.reason)
        }
        const start = () => {
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        const own = { rank, start }
        signal?.addEventListener('abort', leave, { once: true })
        const behind = waiting.findIndex(other => other.rank > rank)
        waiting.splice(behind < 0 ? waiting.length : behind, 0, own)
        pump()
      })
    },
  }
}
