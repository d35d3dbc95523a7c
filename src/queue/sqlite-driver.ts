import { defaultBounds } from '../config.ts'
import type { Log } from '../log.ts'
import { createSeen } from '../lru.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { Store } from '../store/store.ts'
import { isUnfinished, type NewTurn, type TurnRecord } from '../store/turns.ts'
import { concurrency, type Lane, type Lease, type LeasedTurn, type QueueDriver } from './queue-driver.ts'
import { decline, hasRoom, hasRoomFor } from './round-robin.ts'
import { createLanes } from './thread-lanes.ts'
import { readPerson } from './turn.ts'

/** A turn that is saved, waits or runs. */
interface Item {
  record: TurnRecord
  person: string
  isPersistent: boolean
  /** An earlier process or revision began it. */
  isResumed: boolean
  isReopened: boolean
  stoppedBy?: string | undefined
}

type Backlog = Parameters<typeof hasRoom>[0]

/** Duplicates of an event arrive within minutes; turns that could not be saved are deduplicated in memory. */
const rememberedMs = 3_600_000
const rememberedTurns = 50_000

/** When a turn begins, this many behind it are told their new position. */
const toldPositions = 3

/**
 * Creates the driver for a single process: the turns wait in memory and are recovered from the store at start. A turn that cannot be
 * saved runs all the same.
 */
export function createSqliteDriver({ store, log, bounds = defaultBounds }: SqliteDriverDeps) {
  const { turns } = store
  const items = new Map<string, Item>()
  const seen = createSeen(rememberedTurns, rememberedMs)
  const backlogs = createBacklogs()
  const line = createLine(bounds, item => {
    items.delete(item.record.id)
    seen.add(item.record.id)
    backlogs.remove(item)
  })

  const add = (item: Omit<Item, 'isPersistent'>) => {
    const added = { ...item, isPersistent: store.isPersistent }
    items.set(item.record.id, added)
    backlogs.add(added)
    line.add(added)
  }

  const driver: QueueDriver = {
    save: createSaver({ store, items, seen, backlogs, bounds }),
    hasRoom: async (person, coming) => hasRoomFor(coming, backlogs.of(person), bounds),
    async start({ onAhead, freeSlots }) {
      Object.assign(line, { onAhead, freeSlots })
      const left = await turns.recover()
      if (left.length > 0) log.info({ turns: left.length }, 'recovered unfinished turns')
      for (const record of left) add({ record, person: readPerson(record), isResumed: true, isReopened: false })
    },
    enqueue({ id }) {
      const item = items.get(id)
      if (item !== undefined) line.add(item)
    },
    take: async most => line.take(most),
    load: async id => items.get(id)?.record ?? turns.load(id),
    inThread: async thread =>
      [...items.values()]
        .map(({ record }) => record)
        .filter(record => threadKey(record) === threadKey(thread))
        .sort((a, b) => (a.ts < b.ts ? -1 : 1)),
    isForeign: async thread => line.isEmpty(thread),
    async mark(id, change, by) {
      const item = items.get(id)
      if (item === undefined) return false
      if (change.state === 'stopping' && item.record.state !== 'waiting') return false
      if (item.isPersistent && (await turns.mark(id, change)) === false) return false
      item.record = { ...item.record, ...change }
      item.stoppedBy ??= by
      return true
    },
    async reopen(id, { isNextRevision, ...change }) {
      if (items.has(id)) return 'busy'
      const record = await turns.load(id)
      if (record === undefined) return 'unknown'
      if (items.has(id) || isUnfinished(record)) return 'busy'
      const next = isNextRevision ? { ...change, ...nextRevision(record) } : change
      add({ record: { ...record, ...next }, person: readPerson(record), isResumed: true, isReopened: true })
      await turns.update(id, next)
      return 'begun'
    },
    get size() {
      return items.size
    },
    drain: () => line.remove(({ isPersistent }) => isPersistent),
    stop: () => turns.recordStop(),
  }
  return driver
}

interface SqliteDriverDeps {
  store: Pick<Store, 'turns' | 'isPersistent'>
  log: Log
  /** Of each person's turns. */
  bounds?: typeof defaultBounds | undefined
}

interface SaverDeps {
  store: SqliteDriverDeps['store']
  items: Map<string, Item>
  seen: ReturnType<typeof createSeen>
  backlogs: ReturnType<typeof createBacklogs>
  bounds: typeof defaultBounds
}

/** Creates the function that saves new turns, or declines them. */
function createSaver({ store, items, seen, backlogs, bounds }: SaverDeps): QueueDriver['save'] {
  const { turns } = store
  const declineTurn = async (turn: NewTurn): ReturnType<QueueDriver['save']> => {
    const isKnown = (await turns.load(turn.id).catch(() => undefined)) !== undefined
    if (isKnown || seen.has(turn.id)) return false
    seen.add(turn.id)
    const declined = decline(backlogs.of(turn.person), Date.now())
    await turns.save({ ...turn, declined })
    return declined
  }
  return async turn => {
    if (items.has(turn.id) || seen.has(turn.id)) return false
    if (turn.isPromised !== true && !hasRoom(backlogs.of(turn.person), turn, bounds)) return declineTurn(turn)
    const item = buildItem(turn)
    backlogs.add(item)
    const isNew = await turns.save(turn)
    if (isNew === false) {
      seen.add(turn.id)
      backlogs.remove(item)
    } else items.set(turn.id, { ...item, isPersistent: isNew === true && store.isPersistent })
    return isNew !== false
  }
}

/** Creates the backlogs of people with unfinished turns. */
function createBacklogs() {
  const backlogs = new Map<string, Backlog>()
  const of = (person: string | undefined): Backlog => backlogs.get(person ?? '') ?? { turns: [] }
  return {
    of,
    add({ record, person }: Pick<Item, 'record' | 'person'>) {
      const backlog = of(person)
      backlog.turns.push(record)
      if (person !== '') backlogs.set(person, backlog)
    },
    remove({ record, person }: Pick<Item, 'record' | 'person'>) {
      const backlog = of(person)
      backlog.turns = backlog.turns.filter(({ id }) => id !== record.id)
      if (backlog.turns.length === 0) backlogs.delete(person)
    },
  }
}

/** Creates the line in which turns wait, and from which they are leased. */
function createLine(bounds: typeof defaultBounds, onEnd: (item: Item) => void) {
  const lanes = createLanes<Item>({
    keyOf: ({ record }) => threadKey(record),
    rankOf: ({ record }) => record.ts,
    personOf: ({ person }) => person,
    mostTaken: bounds.running,
  })
  const tellAhead = (item: Item) => {
    const ahead = lanes.countAhead(item, line.freeSlots())
    if (ahead > 0) line.onAhead(item.record, ahead)
  }

  const lease = (key: string): LeasedTurn | undefined => {
    const item = lanes.next(key)
    const release = () => lanes.release(key)
    if (item === undefined) return void release()
    lanes.peek(key, toldPositions).forEach(tellAhead)
    const end = async () => {
      onEnd(item)
      release()
    }
    return { ...item, foreign: [], lease: createPermanentLease(end) }
  }

  const line = {
    freeSlots: () => concurrency,
    onAhead: (_record: TurnRecord, _ahead: number) => {},
    add(item: Item) {
      lanes.add(item)
      tellAhead(item)
    },
    take: (most: number): Lane[] =>
      Array.from({ length: most }, () => lanes.take())
        .filter(item => item !== undefined)
        .map(({ record }) => {
          const { channel, threadTs, ts } = record
          return { channel, threadTs, ts, next: async () => lease(threadKey(record)) }
        }),
    isEmpty: (thread: ThreadId) => lanes.isEmpty(threadKey(thread)),
    remove: lanes.remove,
  }
  return line
}

/** Builds the change that starts another revision. The person who asks for it clears the turn of its crashes. */
function nextRevision({ revision }: Pick<TurnRecord, 'revision'>) {
  return { revision: revision + 1, shown: 0, crashes: 0 }
}

const createPermanentLease = (end: () => Promise<void>): Lease => ({
  token: undefined,
  isValid: true,
  whenValid: async () => {},
  lost: new AbortController().signal,
  end,
  release: end,
})

const threadKey = ({ channel, threadTs }: ThreadId) => `${channel}:${threadTs}`

function buildItem({ isFound = false, ...turn }: NewTurn): Omit<Item, 'isPersistent'> {
  const unbegun = { attempts: 0, crashes: 0, revision: 1, messages: [], shown: 0, postingAt: undefined, token: 0 }
  const { person = '' } = turn
  const known = { person, isFound, savedAt: Date.now(), facts: undefined }
  const record: TurnRecord = { ...turn, ...unbegun, ...known, state: 'waiting' }
  return { record, person, isResumed: isFound, isReopened: false }
}
