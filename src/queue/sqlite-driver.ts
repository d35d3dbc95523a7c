import type { Log } from '../log.ts'
import { createSeen } from '../lru.ts'
import type { Store } from '../store/store.ts'
import { isUnfinished, type NewTurn, type TurnRecord } from '../store/turns.ts'
import { concurrency, type LeasedTurn, type QueueDriver, type ThreadKey } from './driver.ts'
import { createLanes, type TakenLane } from './lanes.ts'

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
export function createSqliteDriver({
  store,
  log,
}: {
  store: Pick<Store, 'turns' | 'isPersistent'>
  log: Log
}): QueueDriver {
  const { turns } = store
  const items = new Map<string, Item>()
  const seen = createSeen(rememberedTurns, rememberedMs)
  const lanes = createLanes<Item>(
    ({ record }) => threadKey(record),
    ({ record }) => record.ts,
  )
  let taken = 0
  let tellAhead: (item: Item) => void = () => {}

  const add = (record: TurnRecord, kind: { isResumed: boolean; isReopened: boolean }) => {
    const item = { record, isPersistent: store.isPersistent, ...kind }
    items.set(record.id, item)
    lanes.add(item)
  }
  const lease = (lane: TakenLane<Item>): LeasedTurn | undefined => {
    const item = lane.next()
    const release = () => {
      taken -= 1
      lane.release()
    }
    if (item === undefined) return void release()
    lane.waiting.slice(0, toldPositions).forEach(tellAhead)
    const end = async () => {
      items.delete(item.record.id)
      seen.add(item.record.id)
      release()
    }
    return { ...item, foreign: [], lease: { ...permanentLease, end, release: end } }
  }

  return {
    async save(turn) {
      if (items.has(turn.id) || seen.has(turn.id)) return false
      const isNew = await turns.save(turn)
      if (isNew === false) seen.add(turn.id)
      else {
        const isPersistent = isNew === true && store.isPersistent
        items.set(turn.id, {
          record: buildRecord(turn),
          isPersistent,
          isResumed: turn.isFound === true,
          isReopened: false,
        })
      }
      return isNew !== false
    },
    async start({ onAhead }) {
      tellAhead = item => {
        const ahead = lanes.countAhead(item, concurrency - taken)
        if (ahead > 0) onAhead(item.record, ahead)
      }
      const left = await turns.recover()
      if (left.length > 0) log.info({ turns: left.length }, 'recovered unfinished turns')
      for (const record of left) add(record, { isResumed: true, isReopened: false })
    },
    enqueue({ id }) {
      const item = items.get(id)
      if (item === undefined) return
      lanes.add(item)
      tellAhead(item)
    },
    async take(most) {
      const found = Array.from({ length: most }, () => lanes.take()).filter(lane => lane !== undefined)
      taken += found.length
      return found.map(lane => {
        const { channel, threadTs, ts } = lane.first.record
        return { channel, threadTs, ts, next: async () => lease(lane) }
      })
    },
    load: async id => items.get(id)?.record ?? turns.load(id),
    inThread: async thread =>
      [...items.values()]
        .map(({ record }) => record)
        .filter(record => threadKey(record) === threadKey(thread))
        .sort((a, b) => (a.ts < b.ts ? -1 : 1)),
    isForeign: async thread => lanes.isEmpty(threadKey(thread)),
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
      const record = items.has(id) ? 'busy' : await turns.load(id)
      if (record === undefined) return 'unknown'
      if (record === 'busy' || isUnfinished(record) || items.has(id)) return 'busy'
      const next = isNextRevision ? { state, ...nextRevision(record) } : { state }
      add({ ...record, ...next }, { isResumed: true, isReopened: true })
      await turns.update(id, next)
      return 'begun'
    },
    get size() {
      return items.size
    },
    drain: () => lanes.remove(({ isPersistent }) => isPersistent),
    stop: () => turns.recordStop(),
  }
}

/** Builds the change that starts another revision. The person who asks for it clears the turn of its crashes. */
function nextRevision({ revision }: Pick<TurnRecord, 'revision'>) {
  return { revision: revision + 1, shown: 0, crashes: 0 }
}

const permanentLease = {
  token: undefined,
  isValid: true,
  whenValid: async () => {},
  lost: new AbortController().signal,
}

const threadKey = ({ channel, threadTs }: ThreadKey) => `${channel}:${threadTs}`

function buildRecord({ isFound = false, ...turn }: NewTurn): TurnRecord {
  const unbegun = { attempts: 0, crashes: 0, revision: 1, messages: [], shown: 0, postingAt: undefined, token: 0 }
  return { ...turn, ...unbegun, state: 'waiting', savedAt: Date.now(), isFound }
}
