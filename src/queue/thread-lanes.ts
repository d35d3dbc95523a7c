interface Lane<T> {
  waiting: T[]
  state: 'queued' | 'taken' | 'running'
  /** Counts the times that lanes were queued: they are taken in this order. */
  place: number
}

/**
 * Creates lanes in memory, one for each key: a lane's items leave one at a time, in the order of their ranks; lanes with waiting items
 * take turns.
 */
export function createLanes<T>(keyOf: (item: T) => string, rankOf: (item: T) => string) {
  const lanes = new Map<string, Lane<T>>()
  const queued = new Map<string, Lane<T>>()
  let places = 0

  const enqueue = (key: string, lane: Lane<T>) => {
    places += 1
    Object.assign(lane, { state: 'queued', place: places })
    queued.set(key, lane)
  }
  const open = (key: string): Lane<T> => {
    const lane: Lane<T> = { waiting: [], state: 'queued', place: 0 }
    lanes.set(key, lane)
    enqueue(key, lane)
    return lane
  }

  return {
    add(item: T) {
      const { waiting } = lanes.get(keyOf(item)) ?? open(keyOf(item))
      const later = waiting.findIndex(other => rankOf(other) > rankOf(item))
      waiting.splice(later < 0 ? waiting.length : later, 0, item)
    },
    /** Takes the next lane with a waiting item, until it is released. Returns that item, which others may still come before. */
    take(): T | undefined {
      const [next] = queued
      if (next === undefined) return undefined
      const [key, lane] = next
      queued.delete(key)
      lane.state = 'taken'
      return lane.waiting[0]
    },
    /** Removes the first waiting item of a taken lane. */
    next(key: string): T | undefined {
      const lane = lanes.get(key)
      if (lane !== undefined) lane.state = 'running'
      return lane?.waiting.shift()
    },
    /** Lists the first waiting items of a lane. */
    peek: (key: string, most: number): T[] => lanes.get(key)?.waiting.slice(0, most) ?? [],
    release(key: string) {
      const lane = lanes.get(key)
      if (lane === undefined || lane.waiting.length === 0) return void lanes.delete(key)
      enqueue(key, lane)
    },
    /** Checks that no item of the lane waits, and that it is not taken. */
    isEmpty: (key: string) => !lanes.has(key),
    /** Counts the items that leave before this one while `free` more lanes can be taken. */
    countAhead(item: T, free: number): number {
      const lane = lanes.get(keyOf(item))
      if (lane === undefined) return 0
      const [first = lane] = queued.values()
      const lanesAhead = lane.state === 'queued' ? Math.max(0, lane.place - first.place - free) : 0
      return (lane.state === 'running' ? 1 : lanesAhead) + lane.waiting.indexOf(item)
    },
    /** Removes waiting items. */
    remove(isRemoved: (item: T) => boolean) {
      for (const [key, lane] of lanes) {
        lane.waiting = lane.waiting.filter(item => !isRemoved(item))
        if (lane.waiting.length === 0 && queued.delete(key)) lanes.delete(key)
      }
    },
  }
}
