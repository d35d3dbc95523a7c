import type { defaultBounds } from '../config.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { TurnRecord } from '../store/turns.ts'

type Bounds = typeof defaultBounds

/** The unfinished turns of one person, and when one was declined last, in milliseconds since 1970. */
interface Backlog {
  turns: (ThreadId & Pick<TurnRecord, 'id' | 'savedAt'>)[]
  declinedAt?: number | undefined
}

/** Checks that one more turn of a person may wait. Turns of one thread run one at a time. */
export function hasRoom({ turns }: Backlog, next: ThreadId, { running, waiting }: Bounds): boolean {
  const threads = new Set([...turns, next].map(({ channel, threadTs }) => `${channel}:${threadTs}`)).size
  return turns.length + 1 - Math.min(running, threads) <= waiting
}

/** Checks that one more turn in a thread of its own may wait, besides `coming` ones like it that are not saved yet. */
export function hasRoomFor(coming: number, { turns }: Backlog, bounds: Bounds): boolean {
  const ofItsOwn = (number: number) => ({ id: '', channel: '', threadTs: `${number}`, savedAt: 0 })
  return hasRoom(
    { turns: [...turns, ...Array.from({ length: coming }, (_, at) => ofItsOwn(at))] },
    ofItsOwn(coming),
    bounds,
  )
}

/** Declines a turn. A flood begins with the first that is declined since the oldest unfinished turn was saved. */
export function decline(backlog: Backlog, now: number): 'declined' | 'flood' {
  const { turns, declinedAt = 0 } = backlog
  // Clocks of replicas need not agree.
  backlog.declinedAt = Math.max(now, declinedAt, ...turns.map(({ savedAt }) => savedAt))
  return turns.some(({ savedAt }) => savedAt <= declinedAt) ? 'declined' : 'flood'
}

/**
 * Returns the round of a person's next turn: the one after their last waiting turn, and no earlier one than the round that is being
 * served. Turns of nobody are each in that round.
 */
export function nextRound(person: string, { current, last }: { current: number; last: number }): number {
  return Math.max(1, current, person === '' ? 0 : last + 1)
}

interface Place {
  round: number
  /** Order within the round. */
  place: number
}

interface Person<T> {
  waiting: (Place & { item: T })[]
  running: number
}

/** Creates a queue in which people take turns, and no person but nobody (`''`) has more than `most` items taken at once. */
export function createRoundRobin<T>(most: number) {
  const people = new Map<string, Person<T>>()
  let current = 0
  let places = 0

  const isReady = (name: string, { waiting, running }: Person<T>) =>
    waiting.length > 0 && (name === '' || running < most)
  const forget = (name: string) => {
    const { waiting, running } = people.get(name) ?? { waiting: [], running: 0 }
    if (waiting.length === 0 && running === 0) people.delete(name)
  }

  return {
    add(name: string, item: T): void {
      const person = people.get(name) ?? { waiting: [], running: 0 }
      people.set(name, person)
      places += 1
      const round = nextRound(name, { current, last: person.waiting.at(-1)?.round ?? 0 })
      person.waiting.push({ item, round, place: places })
    },
    /** Takes the next item, until its person's `release`. */
    take(): T | undefined {
      const ready = [...people].filter(([name, person]) => isReady(name, person)).map(([, person]) => person)
      const [first, ...others] = ready
      if (first === undefined) return undefined
      const next = others.reduce((best, one) => (isBefore(one.waiting[0], best.waiting[0]) ? one : best), first)
      next.running += 1
      const taken = next.waiting.shift()
      current = Math.max(current, taken?.round ?? 0)
      return taken?.item
    },
    release(name: string): void {
      const person = people.get(name)
      if (person !== undefined) person.running -= 1
      forget(name)
    },
    /** Removes an item that waits. */
    remove(name: string, item: T): void {
      const person = people.get(name)
      if (person !== undefined) person.waiting = person.waiting.filter(one => one.item !== item)
      forget(name)
    },
    /** Counts the items that leave before this one while `free` more can be taken. */
    countAhead(name: string, item: T, free: number): number {
      const { waiting = [], running = 0 } = people.get(name) ?? {}
      const at = waiting.findIndex(one => one.item === item)
      const ofAll = [...people.values()].flatMap(person => person.waiting).filter(one => isBefore(one, waiting[at]))
      return Math.max(0, ofAll.length - free, name === '' ? 0 : at + 1 + running - most)
    },
  }
}

function isBefore(one: Place | undefined, other: Place | undefined): boolean {
  if (one === undefined || other === undefined) return false
  return one.round - other.round < 0 || (one.round === other.round && one.place < other.place)
}
