/** Collects the calls of one tick into one call of `work`. */
export function createBatch<T, R>(work: (all: T[]) => Promise<R[]>): (one: T) => Promise<R> {
  let waiting: { one: T; done: PromiseWithResolvers<R> }[] = []
  const run = async () => {
    const batch = waiting
    waiting = []
    try {
      const results = await work(batch.map(({ one }) => one))
      batch.forEach(({ done }, index) => void done.resolve(results[index] as R))
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }
  return one => {
    if (waiting.length === 0) setImmediate(run)
    const done = Promise.withResolvers<R>()
    waiting.push({ one, done })
    return done.promise
  }
}
