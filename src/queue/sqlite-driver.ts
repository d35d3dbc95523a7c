import type { Log } from '../log.ts'
import { createSeen } from '../lru.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { Store } from '../store/store.ts'
import { isUnfinished, type NewTurn, type TurnRecord } from '../store/turns.ts'
import { concurrency, type Lane, type Lease, type LeasedTurn, type QueueDriver } from './queue-driver.ts'
import { createLanes } from './thread-lanes.ts'

/** A turn that is saved, waits or runs. */
interface Item {
  record: TurnRecord
  isPersistent: boolean
  /** An earlier process or revision began it. */
  isResumed: boolean
  isReopened: boolean
  stoppedBy?: string | undefined
}

/** Duplicates of an event arrive within minutes; turns that could not be saved are deduplicated in memory. */
const rememberedMs = 3_600_000
const rememberedTurns = 50_000

/** When a turn begins, this many behind it are told their new position. */
const toldPositions = 3

/**
 * Creates the driver for a single process: the turns wait in memory and are recovered from the store at start. A turn that cannot be
 * saved runs all the same.
 */
export function createSqliteDriver({ store, log }: { store: Pick<Store, 'turns' | 'isPersistent'>; log: Log }) {
  const { turns } = store
  const items = new Map<string, Item>()
  const seen = createSeen(rememberedTurns, rememberedMs)
  const line = createLine(item => {
    items.delete(item.record.id)
    seen.add(item.record.id)
  })

  const add = (item: Omit<Item, 'isPersistent'>) => {
    const added = { ...item, isPersistent: store.isPersistent }
    items.set(item.record.id, added)
    line.add(added)
  }

  const driver: QueueDriver = {
    async save(turn) {
      if (items.has(turn.id) || seen.has(turn.id)) return false
      const isNew = await turns.save(turn)
      if (isNew === false) seen.add(turn.id)
      else items.set(turn.id, { ...buildItem(turn), isPersistent: isNew === true && store.isPersistent })
      return isNew !== false
    },
    async start({ onAhead, freeSlots }) {
      Object.assign(line, { onAhead, freeSlots })
      const left = await turns.recover()
      if (left.length > 0) log.info({ turns: left.length }, 'recovered unfinished turns')
      for (const record of left) add({ record, isResumed: true, isReopened: false })
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
    async reopen(id, { state, isNextRevision }) {
      if (items.has(id)) return 'busy'
      const record = await turns.load(id)
      if (record === undefined) return 'unknown'
      if (items.has(id) || isUnfinished(record)) return 'busy'
      const next = isNextRevision ? { state, ...nextRevision(record) } : { state }
      add({ record: { ...record, ...next }, isResumed: true, isReopened: true })
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

/** Creates the line in which turns wait, and from which they are leased. */
function createLine(onEnd: (item: Item) => void) {
  const lanes = createLanes<Item>(
    ({ record }) => threadKey(record),
    ({ record }) => record.ts,
  )
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
  const record: TurnRecord = { ...turn, ...unbegun, state: 'waiting', savedAt: Date.now(), isFound }
  return { record, isResumed: isFound, isReopened: false }
}
