import type { Progress } from './checkpoint.ts'

/** Keeps the Slack messages of a reply, those of an earlier attempt first, and the one at work. */
export function createMessages(checkpoint: Pick<Progress, 'messages' | 'posted'>) {
  const all = [...checkpoint.messages]
  /** Messages that were given up for another; they are removed once the reply is complete. */
  const abandoned: string[] = []
  let index = 0
  let ts = all[0]
  return {
    /** The ts of every message, in order. */
    all: all as readonly string[],
    /** The position of the message at work, from 0. */
    get index() {
      return index
    },
    /** The ts of the message at work; undefined until it is posted. */
    get ts() {
      return ts
    },
    get isLast() {
      return all.length <= index + 1
    },
    isKnown: (other: string) => all.includes(other) || abandoned.includes(other),
    async posted(posted: string): Promise<void> {
      ts = posted
      all[index] = posted
      await checkpoint.posted(all)
    },
    /** Goes on in a new message in place of the one at work. */
    abandon(): void {
      if (ts !== undefined) abandoned.push(ts)
      ts = undefined
    },
    next(): void {
      index += 1
      ts = all[index]
    },
    rewind(): void {
      index = 0
      ts = all[0]
    },
    /** Removes the abandoned messages, and all but the first `count`. */
    async keepFirst(count: number, remove: (ts: string) => Promise<void>): Promise<void> {
      while (abandoned.length > 0) await remove(abandoned.pop() as string)
      while (all.length > count) {
        await remove(all.at(-1) as string)
        all.pop()
        await checkpoint.posted(all)
      }
    },
  }
}
