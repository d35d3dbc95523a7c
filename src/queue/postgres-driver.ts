import { setTimeout as delay } from 'node:timers/promises'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import { type Job, PgBoss } from 'pg-boss'
import { defaultBounds } from '../config.ts'
import { formatError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import { withStartLock } from '../store/postgres.ts'
import { createTurnSaver } from '../store/save-turns-once.ts'
import type { Store } from '../store/store.ts'
import type { Schema } from '../store/tables.ts'
import {
  ignored,
  type NewTurn,
  parseTurnRecord,
  recordReplicaCrash,
  selectThread,
  type TurnRecord,
  unfinished,
} from '../store/turns.ts'
import { createLeases } from './lease.ts'
import { admitTurns, loadBacklog, loadNextRound } from './postgres-backlogs.ts'
import type { Lane, Lease, LeasedTurn, QueueDriver } from './queue-driver.ts'
import { hasRoomFor, nextRound } from './round-robin.ts'
import { readPerson } from './turn.ts'

const queue = 'turns'
/** The least that pg-boss allows. Crashed replicas are found sooner, by their missing connections. */
const heartbeatSeconds = 10
/** An entry fails when a replica crashes or stops, and is delivered again, without end. */
const retryLimit = 1_000_000
/** The most that pg-boss allows. */
const expireInSeconds = 86_400
const superviseSeconds = 2
const sweepSeconds = 60
const pollEveryMs = 1_000
const stopMs = 1_500
const saveRetryMs = 250
const savePatienceMs = 120_000
/** The most that pg-boss lists at once. */
const mostFound = 100_000
/** Advisory lock of the replica that takes entries. */
const fetchLock = 7_418_324

type Db = Kysely<Schema>
type QueueEntry = Parameters<ReturnType<typeof createLeases>['open']>[1]
type Boss = Pick<PgBoss, 'fetch' | 'complete' | 'fail' | 'touch' | 'insert' | 'findJobs' | 'deleteJob'>

interface PostgresDriverDeps {
  store: Store
  log: Log
  /** Of each person's turns. */
  bounds?: typeof defaultBounds | undefined
}

/** Data of a queue entry. */
interface Entry extends ThreadId {
  ts: string
  /** The turn had ended before. */
  isAgain: boolean
}

/** Creates the driver for several replicas on pg-boss: strict order by key, the key being the thread. */
export function createPostgresDriver({ store, log, bounds = defaultBounds }: PostgresDriverDeps): QueueDriver {
  if (store.shared === undefined) throw new Error('the store is not shared')
  const { replicas, postgres, writer } = store.shared
  const { db } = postgres
  const boss = createBoss(postgres.executeSql, log)
  const leases = createLeases(buildEntryActions(boss, db))
  const save = createTurnSaver(writer, {
    savedBy: replicas.name,
    admit: (on, turns) => admitTurns(on, turns, bounds),
    enqueue: (on, turns) => insertEntries(boss, on, turns),
    retry: commit => retryCommit(commit, () => isOpen),
  })
  let timer: NodeJS.Timeout | undefined
  let isOpen = false
  let tellAhead: (record: TurnRecord, ahead: number) => void = () => {}

  return {
    // Retried until it is saved.
    save: async turn => (await save(turn)) ?? false,
    hasRoom: async (person, coming) => hasRoomFor(coming, await loadBacklog(db, person), bounds),
    async start({ onReady, onMarked, onAhead }) {
      tellAhead = onAhead
      await withStartLock(db, () => createQueue(boss))
      await enqueueLeftTurns(boss, db)
      isOpen = true
      replicas.hear(notice => {
        if (notice.kind === 'turns') onReady()
        if (notice.kind === 'turn') onMarked(notice.id, notice.by)
      })
      replicas.onReturn(onReady)
      replicas.onReturn(onMarked)
      replicas.onCrash(async name => {
        await takeOver(boss, db, name)
        onReady()
      })
      timer = setInterval(onReady, pollEveryMs).unref()
    },
    enqueue(turn) {
      // A thread's first turn has none before it.
      if (turn.ts === turn.threadTs) return
      tellPosition(db, turn, tellAhead).catch(error => log.debug({ reason: formatError(error) }, 'no queue position'))
    },
    async take(most) {
      if (!isOpen) return []
      const sentAt = performance.now()
      const jobs = await fetchFairly(boss, db, { most, running: bounds.running })
      const open = (record: TurnRecord, job: QueueEntry) => leases.open(record, job, sentAt)
      return jobs.map(job => buildLane({ boss, db, name: replicas.name, open }, job))
    },
    load: store.turns.load,
    inThread: thread => loadUnfinished(db, thread),
    async isForeign(thread) {
      return (await selectThread(db, thread).where('state', 'not in', ignored).limit(1).execute()).length === 0
    },
    async mark(id, change, by) {
      const isMarked = await store.turns.mark(id, change)
      if (isMarked === undefined) throw new Error('turn could not be changed')
      if (isMarked) replicas.tell({ kind: 'turn', id, ...(by !== undefined && { by }) })
      return isMarked
    },
    reopen: (id, as) => db.transaction().execute(on => reopenTurn(boss, on, { id, ...as })),
    get size() {
      return leases.size
    },
    drain() {
      isOpen = false
    },
    async stop() {
      isOpen = false
      clearInterval(timer)
      leases.close()
      replicas.tell({ kind: 'turns' })
      // A database that does not answer is not waited for.
      const stopped = boss.stop({ graceful: false, close: false }).catch(() => {})
      await Promise.race([stopped, delay(stopMs, undefined, { ref: false })])
    },
  }
}

/** Retries a commit of new turns while the database is away: their events get no ack meanwhile. */
async function retryCommit<R>(commit: () => Promise<R | undefined>, isOpen: () => boolean): Promise<R> {
  const deadline = Date.now() + savePatienceMs
  for (;;) {
    const done = await commit()
    if (done !== undefined) return done
    if (!isOpen() || Date.now() > deadline) throw new Error('turn could not be saved')
    await delay(saveRetryMs)
  }
}

interface LaneDeps {
  boss: Boss
  db: Db
  name: string
  open: (record: TurnRecord, entry: QueueEntry) => Lease
}

function buildLane({ boss, db, name, open }: LaneDeps, { id, retryCount, data }: QueueEntry & { data: Entry }): Lane {
  const { isAgain, ...lane } = data
  const entry = { id, retryCount }
  const next = async (): Promise<LeasedTurn | undefined> => {
    const record = await leaseNext(db, lane, { owner: name, job: id })
    if (record === undefined) return void (await boss.complete(queue, [entry]))
    const lease = open(record, entry)
    const foreign = await loadForeign(db, record, name).catch(async error => {
      await lease.release()
      throw error
    })
    return {
      // The lease has counted this attempt already.
      record: { ...record, attempts: record.attempts - 1 },
      lease,
      isResumed: record.attempts > 1 || record.isFound,
      isReopened: isAgain,
      isPersistent: true,
      foreign,
    }
  }
  return { ...lane, next }
}

const buildEntryActions = (boss: Boss, db: Db): Parameters<typeof createLeases>[0] => ({
  // The types of pg-boss leave this result out.
  touch: async entries => ((await boss.touch(queue, entries)) as unknown as { settled: string[] }).settled,
  complete: async entry => void (await boss.complete(queue, [entry])),
  async release(entry, turn) {
    await freeTurn(db, turn)
    await boss.fail(queue, [entry])
  },
})

function createBoss(executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>, log: Log): PgBoss {
  const boss = new PgBoss({
    db: { executeSql },
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: sweepSeconds,
  })
  // Maintenance is retried; other failures reject where they were called.
  boss.on('error', error => log.debug({ reason: (error as Error).message }, 'queue maintenance failed'))
  return boss
}

async function createQueue(boss: PgBoss): Promise<void> {
  await boss.start()
  await boss.createQueue(queue, {
    policy: 'key_strict_fifo',
    notify: true,
    heartbeatSeconds,
    retryLimit,
    retryDelay: 0,
    expireInSeconds,
    deleteAfterSeconds: sweepSeconds,
  })
}

type NewEntry = ThreadId & Pick<NewTurn, 'ts' | 'person' | 'round'> & { isAgain?: boolean }

/** Inserts queue entries in a transaction of the store. */
async function insertEntries(boss: Boss, on: Db, entries: NewEntry[]): Promise<void> {
  const jobs = entries.map(({ channel, threadTs, ts, person = '', round = 0, isAgain = false }) => ({
    data: { channel, threadTs, ts, isAgain },
    singletonKey: `${channel}:${threadTs}`,
    priority: -round,
    ...(person !== '' && { group: { id: person } }),
  }))
  await boss.insert(queue, jobs, { db: buildBossDatabase(on) })
}

const buildBossDatabase = (on: Db) => ({
  executeSql: async (text: string, values: unknown[] = []) => ({
    rows: (await on.executeQuery(CompiledQuery.raw(text, values))).rows,
  }),
})

/** Enqueues the turns that came from SQLite or an older version, by person; entries of the older version are replaced. */
async function enqueueLeftTurns(boss: Boss, db: Db): Promise<void> {
  await db.transaction().execute(async on => {
    const left = on
      .updateTable('turns')
      .set({ queued: 1 })
      .where('state', 'in', unfinished)
      .where('queued', '=', 0)
      .returningAll()
    const records = (await left.execute()).map(parseTurnRecord).toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
    if (records.length === 0) return
    const turns = new Set(records.map(({ channel, ts }) => `${channel}:${ts}`))
    const options = { db: buildBossDatabase(on) }
    const queued = await boss.findJobs<Entry>(queue, { ...options, queued: true, limit: mostFound })
    const old = queued.filter(({ data }) => turns.has(`${data.channel}:${data.ts}`)).map(({ id }) => id)
    if (old.length > 0) await boss.deleteJob(queue, old, options)
    await insertEntries(boss, on, await saveRounds(on, records))
  })
}

/** Saves the person and the round of each turn. */
async function saveRounds(on: Db, records: TurnRecord[]): Promise<NewEntry[]> {
  const lasts = new Map<string, number>()
  const entries = records.map(record => {
    const person = readPerson(record)
    const round = nextRound(person, { current: 0, last: lasts.get(person) ?? 0 })
    lasts.set(person, round)
    return { ...record, person, round }
  })
  const [ids, people, rounds] = [
    entries.map(({ id }) => id),
    entries.map(one => one.person),
    entries.map(one => one.round),
  ]
  await sql`update turns set person = entry.person, round = entry.round
    from unnest(${ids}::text[], ${people}::text[], ${rounds}::integer[]) as entry(id, person, round)
    where turns.id = entry.id`.execute(on)
  return entries
}

/** Fetches the next entries, one replica at a time: no person has more than their share of running turns. */
function fetchFairly(boss: Boss, db: Db, { most, running }: { most: number; running: number }) {
  return db.transaction().execute(async on => {
    await sql`select pg_advisory_xact_lock(${fetchLock})`.execute(on)
    const options = { db: buildBossDatabase(on), groupConcurrency: running }
    const jobs: Job<Entry>[] = []
    // A batch would take any of a person's entries, not their first ones.
    while (jobs.length < most) {
      const [job] = await boss.fetch<Entry>(queue, options)
      if (job === undefined) break
      jobs.push(job)
    }
    return jobs
  })
}

async function takeOver(boss: Boss, db: Db, crashed: string): Promise<void> {
  await db.transaction().execute(async on => {
    const entries = await recordReplicaCrash(on, crashed)
    if (entries.length > 0) await boss.fail(queue, entries, undefined, { db: buildBossDatabase(on) })
  })
}

async function tellPosition(
  db: Db,
  turn: ThreadId & { id: string },
  tell: (record: TurnRecord, ahead: number) => void,
) {
  const records = await loadUnfinished(db, turn)
  const ahead = records.findIndex(({ id }) => id === turn.id)
  const record = records[ahead]
  if (record !== undefined && ahead > 0) tell(record, ahead)
}

async function loadUnfinished(db: Db, thread: ThreadId): Promise<TurnRecord[]> {
  const rows = await selectThread(db, thread).where('state', 'in', unfinished).orderBy('ts').execute()
  return rows.map(parseTurnRecord)
}

/** Loads the other turns of the thread that other replicas saved or answered. */
async function loadForeign(db: Db, turn: TurnRecord, name: string): Promise<TurnRecord[]> {
  if (turn.ts === turn.threadTs && turn.revision === 1) return []
  const rows = await selectThread(db, turn)
    .where('id', '!=', turn.id)
    .where('state', 'not in', ignored)
    .where(({ or, eb }) => or([eb('kept_by', '!=', name), eb('owner', 'is distinct from', name)]))
    .execute()
  return rows.map(parseTurnRecord)
}

/** Leases the oldest unfinished turn of the thread. A crash counts if another replica was answering it. */
async function leaseNext(db: Db, thread: ThreadId, holder: { owner: string; job: string }) {
  const next = selectThread(db, thread).where('state', 'in', unfinished).orderBy('ts').limit(1)
  const row = await db
    .updateTable('turns')
    .set(({ eb, and }) => {
      const isCrashed = and([eb('owner', 'is not', null), eb('state', '=', 'answering')])
      return {
        ...holder,
        claim: eb('claim', '+', 1),
        attempts: eb('attempts', '+', 1),
        state: eb
          .case()
          .when('state', '=', 'waiting')
          .then(eb.val<TurnRecord['state']>('answering'))
          .else(eb.ref('state'))
          .end(),
        deaths: eb('deaths', '+', eb.case().when(isCrashed).then(1).else(0).end()),
        changed_at: Date.now(),
      }
    })
    .where('id', 'in', next.clearSelect().select('id').forUpdate())
    .returningAll()
    .executeTakeFirst()
  return row && parseTurnRecord(row)
}

/** Frees a turn whose lease is given back: it waits again, and no crash counts. */
async function freeTurn(db: Db, { id, token }: Pick<TurnRecord, 'id' | 'token'>): Promise<void> {
  await db
    .updateTable('turns')
    .set(({ eb }) => ({
      owner: null,
      state: eb
        .case()
        .when('state', '=', 'answering')
        .then(eb.val<TurnRecord['state']>('waiting'))
        .else(eb.ref('state'))
        .end(),
    }))
    .where('id', '=', id)
    .where('claim', '=', token)
    .where('state', 'in', unfinished)
    .execute()
}

async function reopenTurn(
  boss: Boss,
  on: Db,
  { id, isNextRevision, ...change }: { id: string } & Parameters<QueueDriver['reopen']>[1],
): ReturnType<QueueDriver['reopen']> {
  const row = await on.selectFrom('turns').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (row === undefined) return 'unknown'
  if (unfinished.some(one => one === row.state)) return 'busy'
  const person = readPerson(parseTurnRecord(row))
  const round = await loadNextRound(on, person)
  // The person who asks for another revision clears the turn of its crashes.
  const next = isNextRevision ? { edition: row.edition + 1, shown: 0, deaths: 0 } : {}
  await on
    .updateTable('turns')
    .set({ ...next, ...change, person, round, owner: null, changed_at: Date.now() })
    .where('id', '=', id)
    .execute()
  await insertEntries(boss, on, [{ ...row, threadTs: row.thread_ts, person, round, isAgain: true }])
  return 'begun'
}
