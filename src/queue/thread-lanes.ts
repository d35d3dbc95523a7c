interface Lane<T> {
  waiting: T[]
  state: 'queued' | 'taken' | 'running'
}

/**
 * Creates lanes in memory, one for each key: a lane's items leave one at a time, in the order of their ranks; lanes with waiting items
 * take turns.
 */
export function createLanes<T>(keyOf: (item: T) => string, rankOf: (item: T) => string) {
  const lanes = new Map<string, Lane<T>>()
  const queued = new Set<string>()

  const open = (key: string): Lane<T> => {
    const lane: Lane<T> = { waiting: [], state: 'queued' }
    lanes.set(key, lane)
    queued.add(key)
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
      const [key] = queued
      const lane = key === undefined ? undefined : lanes.get(key)
      if (key === undefined || lane === undefined) return undefined
      queued.delete(key)
      lane.state = 'taken'
      return lane.waiting[0]
    },
    /** Removes the first waiting item of a taken lane. Returns it with those behind it. */
    next(key: string): T[] {
      const lane = lanes.get(key)
      if (lane === undefined) return []
      lane.state = 'running'
      const [first, ...behind] = lane.waiting
      lane.waiting = behind
      return first === undefined ? [] : [first, ...behind]
    },
    release(key: string) {
      const lane = lanes.get(key)
      if (lane === undefined || lane.waiting.length === 0) return void lanes.delete(key)
      lane.state = 'queued'
      queued.add(key)
    },
    /** Checks that no item of the lane waits, and that it is not taken. */
    isEmpty: (key: string) => !lanes.has(key),
    /** Counts the items that leave before this one while `free` more lanes can be taken. */
    countAhead(item: T, free: number): number {
      const lane = lanes.get(keyOf(item))
      if (lane === undefined) return 0
      const isInLine = lane.state === 'queued' && queued.size > free
      const lanesAhead = isInLine ? Math.max(0, [...queued].indexOf(keyOf(item)) - free) : 0
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
