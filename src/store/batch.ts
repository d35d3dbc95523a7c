/** Collects calls into one call of `work`, never two at once and in their order: those that come meanwhile share the next one. */
export function createBatch<T, R>(work: (all: T[]) => Promise<R[]>): (one: T) => Promise<R> {
  let waiting: { one: T; done: PromiseWithResolvers<R> }[] = []
  let isRunning = false
  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const results = await work(batch.map(({ one }) => one))
        batch.forEach(({ done }, index) => void done.resolve(results[index] as R))
      } catch (error) {
        for (const { done } of batch) done.reject(error)
      }
    }
    isRunning = false
  }
  return one => {
    if (!isRunning) setImmediate(run)
    isRunning = true
    const done = Promise.withResolvers<R>()
    waiting.push({ one, done })
    return done.promise
  }
}
