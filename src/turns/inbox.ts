import { setTimeout as delay } from 'node:timers/promises'
import { createSeen } from '../conversation/cache.ts'
import type { Log } from '../log.ts'
import type { Turn } from './turn.ts'

/** Turns on their way: each thread's one at a time and in order, threads side by side. */
export interface Inbox {
  /** Takes a turn in. A turn that it has seen before is not taken again. */
  accept(turn: Turn): void
  /** Turns that are being answered or wait. */
  readonly size: number
  /**
   * Takes nothing more, waits for the turns in flight, and after the patience tells those that remain to stop. Resolves
   * when all have ended, or when a few seconds later some still have not: Slack may be away.
   */
  stop(patienceMs: number): Promise<void>
}

/** Retries of an event come for five minutes, those of a socket that was away later; an hour is enough for both. */
const rememberedMs = 3_600_000
const rememberedTurns = 50_000
/** More answers at once than this only make each of them slower: Slack's limits are shared by all. */
const mostAtOnce = 100

/** For the sentence that says that a reply was interrupted. */
const lastWordsMs = 5_000

/** Makes the inbox. A turn's failure is the turn's own affair; one that throws all the same holds up nobody. */
export function createInbox(
  answer: (turn: Turn, signal: AbortSignal, heardAt: number) => Promise<void>,
  log: Log,
): Inbox {
  const seen = createSeen(rememberedTurns, rememberedMs)
  const stopping = new AbortController()
  const lastOfThread = new Map<string, Promise<void>>()
  const slots = createSlots(mostAtOnce)
  let isOpen = true
  let size = 0

  const run = async (turn: Turn, before: Promise<void> | undefined): Promise<void> => {
    const heardAt = performance.now()
    await before
    const leave = await slots.enter()
    try {
      await answer(turn, stopping.signal, heardAt)
    } finally {
      leave()
      size -= 1
    }
  }

  const allEnd = async (): Promise<void> => {
    while (lastOfThread.size > 0) await Promise.allSettled(lastOfThread.values())
  }

  return {
    accept(turn) {
      if (!isOpen || !seen.add(turn.id)) return
      size += 1
      const thread = `${turn.channel}:${turn.threadTs}`
      const done = run(turn, lastOfThread.get(thread))
        .catch(error => log.error({ turn: turn.id, stack: (error as Error).stack }, 'unexpected: a turn threw'))
        .finally(() => {
          if (lastOfThread.get(thread) === done) lastOfThread.delete(thread)
        })
      lastOfThread.set(thread, done)
    },
    get size() {
      return size
    },
    async stop(patienceMs) {
      isOpen = false
      const timer = setTimeout(() => stopping.abort(), patienceMs)
      await Promise.race([allEnd(), delay(patienceMs + lastWordsMs, undefined, { ref: false })])
      clearTimeout(timer)
    },
  }
}

/** Lets so many in at once; the others wait in line. */
function createSlots(most: number): { enter(): Promise<() => void> } {
  let free = most
  const line: (() => void)[] = []
  const leave = () => {
    const next = line.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    async enter() {
      if (free > 0) free -= 1
      else await new Promise<void>(resolve => line.push(resolve))
      return leave
    },
  }
}
