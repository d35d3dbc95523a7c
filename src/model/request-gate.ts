/** Bounds how many requests go to a model's address at once. Questions go before batches, each in their order. */
interface RequestGate {
  /** Waits for a place, and resolves with the function that releases it. Rejects with the signal's reason when it aborts before. */
  enter(isBatch: boolean, signal: AbortSignal): Promise<() => void>
}

/** Creates a gate with this many places; without a number it lets everything pass. */
export function createRequestGate(concurrency: number = Number.POSITIVE_INFINITY): RequestGate {
  const questions: (() => void)[] = []
  const batches: (() => void)[] = []
  let free = concurrency

  const createRelease = () => {
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      const next = questions.shift() ?? batches.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
  return {
    async enter(isBatch, signal) {
      signal.throwIfAborted()
      if (free > 0) {
        free -= 1
        return createRelease()
      }
      const line = isBatch ? batches : questions
      const turn = Promise.withResolvers<void>()
      const leave = () => {
        const at = line.indexOf(turn.resolve)
        if (at < 0) return
        line.splice(at, 1)
        turn.reject(signal.reason)
      }
      line.push(turn.resolve)
      signal.addEventListener('abort', leave, { once: true })
      await turn.promise.finally(() => signal.removeEventListener('abort', leave))
      return createRelease()
    },
  }
}
