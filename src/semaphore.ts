/** A counting semaphore: bounds how many tasks run at once; the others wait in order. */
interface Semaphore {
  /** Waits for a place. Resolves with the function that releases it. */
  enter(): Promise<() => void>
  /** Runs a task as soon as there is a place. */
  run<T>(task: () => Promise<T>): Promise<T>
  /** Number of tasks that wait. */
  readonly waiting: number
}

/** Creates a semaphore that admits this many tasks at once. */
export function createSemaphore(concurrency: number): Semaphore {
  let free = concurrency
  const line: (() => void)[] = []
  const leave = () => {
    const next = line.shift()
    if (next === undefined) free += 1
    else next()
  }
  const enter = async () => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => line.push(resolve))
    return leave
  }
  return {
    enter,
    async run(task) {
      await enter()
      try {
        return await task()
      } finally {
        leave()
      }
    },
    get waiting() {
      return line.length
    },
  }
}
