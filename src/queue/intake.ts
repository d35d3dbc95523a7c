import { createSeen } from '../lru.ts'
import type { Store } from '../store/store.ts'
import type { Turn } from './turn.ts'

/** Turns between the moment that Slack delivers them and the moment that they are begun; every copy counts once. */
export interface Keeping {
  /** Writes a turn down. Resolves when it outlives a power cut; a turn that was kept before is kept once. */
  keep(turn: Turn): Promise<void>
  /** Resolves when the turn, if it is just being written down, is. */
  settled(turnId: string): Promise<void>
  /** Hands the turn out, once: whether it outlives the process; undefined when there is nothing to begin. */
  take(turnId: string): { isKept: boolean } | undefined
}

/** Copies of an event come for some minutes; where nothing can be written down, they are told apart by this memory. */
const rememberedMs = 3_600_000
const rememberedTurns = 50_000

/** Nothing kept yet. `isBegun` tells of turns that are on their way. */
export function createKeeping(store: Pick<Store, 'turns' | 'isKept'>, isBegun: (turnId: string) => boolean): Keeping {
  const seen = createSeen(rememberedTurns, rememberedMs)
  const keeping = new Map<string, Promise<void>>()
  const fresh = new Map<string, { isKept: boolean }>()

  const write = async (turn: Turn): Promise<void> => {
    const isNew = await store.turns.keep(buildNewTurn(turn))
    keeping.delete(turn.id)
    if (isNew === false) seen.add(turn.id)
    else fresh.set(turn.id, { isKept: isNew === true && store.isKept })
  }

  return {
    keep(turn) {
      const known = keeping.get(turn.id)
      if (known !== undefined) return known
      if (fresh.has(turn.id) || isBegun(turn.id) || seen.has(turn.id)) return Promise.resolve()
      const written = write(turn)
      keeping.set(turn.id, written)
      return written
    },
    settled: async turnId => keeping.get(turnId),
    take(turnId) {
      const kept = fresh.get(turnId)
      if (kept === undefined) return undefined
      fresh.delete(turnId)
      seen.add(turnId)
      return kept
    },
  }
}

/** What is written down of a turn when it comes. */
export function buildNewTurn(turn: Turn) {
  const { id, channel, threadTs, question } = turn
  return { id, channel, threadTs, ts: question.ts, turn: JSON.stringify(turn) }
}
