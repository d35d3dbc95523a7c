import type { Progress } from '../reply/checkpoint.ts'
import type { TurnRecords } from '../store/turns.ts'

/** How far a reply had come when its attempt began. */
export interface Reached {
  messages: readonly string[]
  shown: number
  postingAt: number | undefined
}

/** Nothing stands yet. */
export const nothingReached = (): Reached => ({ messages: [], shown: 0, postingAt: undefined })

/** A growing reply notes how much of it is shown this often at most, however often it is edited. */
const showingEveryMs = 2_000

/** Notes a reply's progress in the turn's record, and in what was reached. */
export function createProgress(turns: Pick<TurnRecords, 'change'>, turnId: string, reached: Reached): Progress {
  let notedAt = Date.now()
  return {
    ...reached,
    async posting() {
      await turns.change(turnId, { postingAt: Date.now() })
    },
    async posted(messages) {
      // Known here also when it cannot be written down.
      reached.messages = [...messages]
      await turns.change(turnId, { messages: [...messages], postingAt: null })
    },
    showing(characters, isHandedOver) {
      if (!isHandedOver && Date.now() - notedAt < showingEveryMs) return
      notedAt = Date.now()
      void turns.change(turnId, { shown: characters })
    },
  }
}
