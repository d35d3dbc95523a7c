/** Places for work of which only so much is done at once. */
export interface Semaphore {
  /** Resolves when there is a place; answers how to leave it. */
  enter(): Promise<() => void>
  /** So many wait for one. */
  readonly waiting: number
}

/** Lets so many in at once; the others wait in line. */
export function createSemaphore(most: number): Semaphore {
  let free = most
  const line: (() => void)[] = []
  const leave = () => {
    const next = line.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    async enter() {
      if (free > 0) free -= 1
      else await new Promise<void>(resolve => line.push(resolve))
      return leave
    },
    get waiting() {
      return line.length
    },
  }
}
