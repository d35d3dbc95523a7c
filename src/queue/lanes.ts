/**
 * Lanes of a queue in memory, one for each key: a lane's items leave one at a time, in the order of their ranks; lanes with waiting
 * items take turns.
 */
export interface Lanes<T> {
  add(item: T): void
  /** Takes the next lane with a waiting item. It is not handed out again before `release`. */
  take(): TakenLane<T> | undefined
  /** Checks that no item of the lane waits or is handed out. */
  isEmpty(key: string): boolean
  /** Number of items that leave before this one while `free` more lanes can be taken. */
  countAhead(item: T, free: number): number
  /** Removes waiting items. */
  remove(isRemoved: (item: T) => boolean): void
}

export interface TakenLane<T> {
  /** The first waiting item, which others may still come before. */
  readonly first: T
  /** Removes the first waiting item. */
  next(): T | undefined
  readonly waiting: readonly T[]
  release(): void
}

interface Lane<T> {
  waiting: T[]
  state: 'queued' | 'taken' | 'running'
}

export function createLanes<T>(keyOf: (item: T) => string, rankOf: (item: T) => string): Lanes<T> {
  const lanes = new Map<string, Lane<T>>()
  const queued = new Set<Lane<T>>()

  const open = (key: string): Lane<T> => {
    const lane: Lane<T> = { waiting: [], state: 'queued' }
    lanes.set(key, lane)
    queued.add(lane)
    return lane
  }
  const release = (key: string, lane: Lane<T>) => {
    if (lane.waiting.length === 0) return void lanes.delete(key)
    lane.state = 'queued'
    queued.add(lane)
  }

  return {
    add(item) {
      const { waiting } = lanes.get(keyOf(item)) ?? open(keyOf(item))
      const later = waiting.findIndex(other => rankOf(other) > rankOf(item))
      waiting.splice(later < 0 ? waiting.length : later, 0, item)
    },
    take() {
      const [lane] = queued
      const first = lane?.waiting[0]
      if (lane === undefined || first === undefined) return undefined
      queued.delete(lane)
      lane.state = 'taken'
      return {
        first,
        next() {
          lane.state = 'running'
          return lane.waiting.shift()
        },
        get waiting() {
          return lane.waiting
        },
        release: () => release(keyOf(first), lane),
      }
    },
    isEmpty: key => !lanes.has(key),
    countAhead(item, free) {
      const lane = lanes.get(keyOf(item))
      if (lane === undefined) return 0
      const isInLine = lane.state === 'queued' && queued.size > free
      const lanesAhead = isInLine ? Math.max(0, [...queued].indexOf(lane) - free) : 0
      return (lane.state === 'running' ? 1 : lanesAhead) + lane.waiting.indexOf(item)
    },
    remove(isRemoved) {
      for (const [key, lane] of lanes) {
        lane.waiting = lane.waiting.filter(item => !isRemoved(item))
        if (lane.waiting.length > 0 || lane.state !== 'queued') continue
        lanes.delete(key)
        queued.delete(lane)
      }
    },
  }
}
