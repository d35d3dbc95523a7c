import { setImmediate } from 'node:timers/promises'
import { createGrowingText } from '../../reply/growing-text.ts'

/** A longer answer is ended: that is more than anybody reads. */
const maxMessages = 25
const maxBytes = 76_000
/** Characters between two counts of the messages. */
const countEvery = 1_000

/** Creates the measure of an answer that grows: a model that runs on is stopped after so many messages. */
export function createAnswerLength() {
  const text = createGrowingText()
  let bytes = 0
  let waiting = ''
  let full = 0
  return {
    get isEmpty(): boolean {
      return bytes === 0
    },
    /** Adds a piece. Resolves with whether the answer is longer than anybody reads. */
    async isTooLong(piece: string): Promise<boolean> {
      bytes += Buffer.byteLength(piece)
      waiting += piece
      if (bytes > maxBytes) return true
      if (waiting.length >= countEvery) {
        text.add(waiting)
        waiting = ''
        for (let head = text.head(); head.isFull && full < maxMessages; head = text.head()) {
          text.shown(head)
          full += 1
          // Cutting a long text takes long, and others wait.
          await setImmediate()
        }
      }
      return full >= maxMessages
    },
  }
}
