import { createRoundRobin } from './round-robin.ts'

interface Lane<T> {
  waiting: T[]
  state: 'queued' | 'taken' | 'running'
  /** The person whose item came first when the lane was queued. */
  person: string
}

interface LaneRules<T> {
  keyOf: (item: T) => string
  rankOf: (item: T) => string
  personOf: (item: T) => string
  /** Lanes of one person that are taken at once. */
  mostTaken: number
}

/**
 * Creates lanes in memory, one for each key: a lane's items leave one at a time, in the order of their ranks; the people who have lanes
 * with waiting items take turns.
 */
export function createLanes<T>({ keyOf, rankOf, personOf, mostTaken }: LaneRules<T>) {
  const lanes = new Map<string, Lane<T>>()
  const queued = createRoundRobin<Lane<T>>(mostTaken)

  const enqueue = (lane: Lane<T>, first: T) => {
    lane.state = 'queued'
    lane.person = personOf(first)
    queued.add(lane.person, lane)
  }
  const open = (item: T): Lane<T> => {
    const lane: Lane<T> = { waiting: [], state: 'queued', person: '' }
    lanes.set(keyOf(item), lane)
    enqueue(lane, item)
    return lane
  }

  return {
    add(item: T) {
      const { waiting } = lanes.get(keyOf(item)) ?? open(item)
      const later = waiting.findIndex(other => rankOf(other) > rankOf(item))
      waiting.splice(later < 0 ? waiting.length : later, 0, item)
    },
    /** Takes the next lane with a waiting item, until it is released. Returns that item, which others may still come before. */
    take(): T | undefined {
      const lane = queued.take()
      if (lane !== undefined) lane.state = 'taken'
      return lane?.waiting[0]
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
      if (lane === undefined) return
      queued.release(lane.person)
      const [first] = lane.waiting
      if (first === undefined) lanes.delete(key)
      else enqueue(lane, first)
    },
    /** Checks that no item of the lane waits, and that it is not taken. */
    isEmpty: (key: string) => !lanes.has(key),
    /** Counts the items that leave before this one while `free` more lanes can be taken. */
    countAhead(item: T, free: number): number {
      const lane = lanes.get(keyOf(item))
      if (lane === undefined) return 0
      const lanesAhead = lane.state === 'queued' ? queued.countAhead(lane.person, lane, free) : 0
      return (lane.state === 'running' ? 1 : lanesAhead) + lane.waiting.indexOf(item)
    },
    /** Removes waiting items. */
    remove(isRemoved: (item: T) => boolean) {
      for (const [key, lane] of lanes) {
        lane.waiting = lane.waiting.filter(item => !isRemoved(item))
        if (lane.waiting.length > 0 || lane.state !== 'queued') continue
        queued.remove(lane.person, lane)
        lanes.delete(key)
      }
    },
  }
}
