import { pause } from '../abort.ts'
import type { Answer, Cluster } from './cluster-protocol.ts'
import { type Gate, type Line, noteBusy, noteLate } from './method-limit.ts'

/** The moments at which this process may post in channels where others post, too. */
export interface Slots {
  /** Resolves when it is this process's moment in the channel. */
  take(gate: Gate, channel: string, signal?: AbortSignal): Promise<void>
  /** Others have taken the next moments of these channels. */
  hear(gate: Gate, busyMs: Answer['busyMs']): void
}

/** A pool that takes longer is not waited for. */
export const slowMs = 1_000
/** Two machines need this much between two posts, beyond what one process leaves; whoever is later than this takes another moment. */
const postMarginMs = 100
/** On a machine that is always late, it is posted all the same. */
const mostTries = 3

/** Reserves each moment right before it is used. Out of hearing, nothing is reserved, and the gate alone keeps posts apart. */
export function createSlots(
  pool: Pick<Cluster, 'reserve'>,
  { line, leaveAlone, goOn, now }: { line: Line; leaveAlone: () => void; goOn: () => void; now: () => number },
): Slots {
  /** Moments for which nobody waits any more; the next post in the channel takes them. */
  const left = new Map<string, number>()

  const reserve = async (gate: Gate, channel: string): Promise<number | undefined> => {
    if (line.isAway) return undefined
    const leftAt = left.get(channel) ?? 0
    left.delete(channel)
    if (leftAt > now()) return leftAt - now()
    const waitMs = await within(slowMs, pool.reserve(channel, gate.spacingMs + postMarginMs)).catch(() => undefined)
    if (waitMs === undefined) leaveAlone()
    return waitMs
  }
  const leave = (gate: Gate, channel: string, at: number) => {
    for (const [other, otherAt] of left) if (otherAt < now()) left.delete(other)
    left.set(channel, at)
    gate.lastInChannel.delete(channel)
    goOn()
  }
  /** Waits for its moment; answers whether it was there in time. */
  const tryOnce = async (gate: Gate, channel: string, signal?: AbortSignal): Promise<boolean> => {
    const askedAt = now()
    const waitMs = await reserve(gate, channel)
    if (waitMs === undefined) return true
    // One moment at a time: of the others that wait here, the most urgent gets the next one.
    gate.lastInChannel.set(channel, now() + waitMs)
    try {
      await pause(waitMs, signal)
      await pause(Math.max(0, gate.blockedUntil - now()), signal)
    } catch (error) {
      leave(gate, channel, askedAt + waitMs)
      throw error
    }
    noteLate(gate, now())
    return now() <= askedAt + waitMs + postMarginMs
  }

  return {
    async take(gate, channel, signal) {
      for (let tries = 0; tries < mostTries; tries += 1) if (await tryOnce(gate, channel, signal)) return
    },
    hear(gate, busyMs) {
      for (const [channel, ms] of Object.entries(busyMs))
        if ((left.get(channel) ?? 0) <= now()) noteBusy(gate, channel, ms, now())
    },
  }
}

/** The outcome of a work, or undefined when it takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
