/** Bounds how many requests go to a model's address at once. Questions go before batches, each in their order. */
interface RequestGate {
  /** Waits for a place. Rejects with the signal's reason when it aborts before. */
  enter(isBatch: boolean, signal: AbortSignal): Promise<Place>
  /** Changes the bound; without a number it is the first one again. Requests in flight go on. */
  limit(concurrency?: number): void
}

interface Place {
  /** Returns whether another request was let in since. */
  isOverlapped(): boolean
  /** Releases the place. Safe to call twice. */
  leave(): void
}

/** Creates a gate with this many places; without a number it lets everything pass. */
export function createRequestGate(concurrency: number = Number.POSITIVE_INFINITY): RequestGate {
  const lines: { questions: (() => void)[]; batches: (() => void)[] } = { questions: [], batches: [] }
  let bound = concurrency
  let running = 0
  let admitted = 0

  const admit = () => {
    while (running < bound) {
      const next = lines.questions.shift() ?? lines.batches.shift()
      if (next === undefined) return
      running += 1
      next()
    }
  }
  const createPlace = (): Place => {
    admitted += 1
    const own = admitted
    let hasLeft = false
    return {
      isOverlapped: () => admitted > own,
      leave() {
        if (hasLeft) return
        hasLeft = true
        running -= 1
        admit()
      },
    }
  }
  return {
    async enter(isBatch, signal) {
      signal.throwIfAborted()
      const line = isBatch ? lines.batches : lines.questions
      const turn = Promise.withResolvers<void>()
      const abandon = () => {
        const at = line.indexOf(turn.resolve)
        if (at < 0) return
        line.splice(at, 1)
        turn.reject(signal.reason)
      }
      line.push(turn.resolve)
      signal.addEventListener('abort', abandon, { once: true })
      admit()
      await turn.promise.finally(() => signal.removeEventListener('abort', abandon))
      return createPlace()
    },
    limit(most = concurrency) {
      bound = Math.min(most, concurrency)
      admit()
    },
  }
}
