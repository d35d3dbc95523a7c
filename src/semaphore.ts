/** Bounds how many tasks run at once; the others wait in line. */
interface Semaphore {
  /** Resolves with the function that leaves again when there is a place. */
  enter(): Promise<() => void>
  /** Runs a task when there is a place. */
  run<T>(task: () => Promise<T>): Promise<T>
  /** How many tasks wait for a place. */
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
