import { pause } from '../abort.ts'
import type { Answer, Cluster } from './cluster-protocol.ts'
import type { MethodLimit } from './method-limit.ts'
import type { ClusterLink } from './replica-share.ts'

/** A cluster that takes longer to answer is not waited for. */
export const slowMs = 1_000
/** Added to the spacing of posts by two replicas; a post that is later than this takes another slot. */
const postMarginMs = 100
/** On a machine that is always late, it is posted all the same. */
const attempts = 3

/**
 * Creates the slots at which this replica may post in channels where others post too. Each is reserved right before it is used; without
 * contact the method's limit alone keeps posts apart.
 */
export function createPostSlots(
  cluster: Pick<Cluster, 'reserve'>,
  { link, loseContact, goOn, now }: { link: ClusterLink; loseContact: () => void; goOn: () => void; now: () => number },
) {
  /** Reserved slots for which nobody waits any more; the next post in the channel takes them. */
  const left = new Map<string, number>()

  const reserve = async (limit: MethodLimit, channel: string): Promise<number | undefined> => {
    if (link.isAway) return undefined
    const leftAt = left.get(channel) ?? 0
    left.delete(channel)
    if (leftAt > now()) return leftAt - now()
    const waitMs = await within(slowMs, cluster.reserve(channel, limit.spacingMs + postMarginMs)).catch(() => undefined)
    if (waitMs === undefined) loseContact()
    return waitMs
  }
  const leave = (limit: MethodLimit, channel: string, at: number) => {
    for (const [other, otherAt] of left) if (otherAt < now()) left.delete(other)
    left.set(channel, at)
    limit.lastInChannel.delete(channel)
    goOn()
  }
  /** Waits for a slot. Returns whether it was met. */
  const tryOnce = async (limit: MethodLimit, channel: string, signal?: AbortSignal): Promise<boolean> => {
    const askedAt = now()
    const waitMs = await reserve(limit, channel)
    if (waitMs === undefined) return true
    // One slot at a time: of the others that wait here, the most urgent gets the next one.
    limit.lastInChannel.set(channel, now() + waitMs)
    try {
      await pause(waitMs, signal)
      await pause(Math.max(0, limit.blockedUntil - now()), signal)
    } catch (error) {
      leave(limit, channel, askedAt + waitMs)
      throw error
    }
    limit.noteLate()
    return now() <= askedAt + waitMs + postMarginMs
  }

  return {
    /** Resolves when it is this replica's turn in the channel. */
    async take(limit: MethodLimit, channel: string, signal?: AbortSignal): Promise<void> {
      for (let attempt = 0; attempt < attempts; attempt += 1) if (await tryOnce(limit, channel, signal)) return
    },
    /** Notes the slots that others have taken. */
    hear(limit: MethodLimit, busyMs: Answer['busyMs']): void {
      for (const [channel, ms] of Object.entries(busyMs))
        if ((left.get(channel) ?? 0) <= now()) limit.noteBusy(channel, ms)
    },
  }
}

/** Resolves with the outcome of a task, or undefined if it takes longer. */
export async function within<T>(ms: number, task: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([task, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
