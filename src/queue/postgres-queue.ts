import { CompiledQuery, type Kysely } from 'kysely'
import { PgBoss } from 'pg-boss'
import type { Log } from '../log.ts'
import { alone, type Postgres } from '../store/postgres.ts'
import type { Replicas } from '../store/replicas.ts'
import type { Schema, TurnState } from '../store/tables.ts'
import { type NewTurn, noteDeath, parseTurnRecord, type TurnRecord, unfinished } from '../store/turns.ts'
import { createLeases, type Lease, type Leases } from './lease.ts'

/** The turns of all replicas: each thread's are handed out one at a time and in order, each to one replica. */
export interface TurnQueue {
  /** Puts turns into their threads' lines, in the transaction that writes them down. */
  put(on: Kysely<Schema>, turns: Queued[]): Promise<void>
  /** Begins to look after what is handed out; puts in line what has no place there yet. */
  start(): Promise<void>
  /** Takes up to so many lines whose turn it is. */
  take(most: number): Promise<Line[]>
  /** Something can be taken: told by the others, or noticed here. */
  onReady(listener: () => void): void
  /** Which turns of a thread are being answered or wait, the oldest first. */
  inThread(thread: ThreadKey): Promise<TurnRecord[]>
  /** Whether the thread has had a turn that was the bot's business. */
  knows(thread: ThreadKey): Promise<boolean>
  /** Marks an unfinished turn, and tells whoever answers it; false when there is none. */
  mark(id: string, change: { state?: 'stopping' | 'withdrawing'; turn?: string }, by?: string): Promise<boolean>
  /** Puts a turn that has ended in line again. */
  reopen(id: string, as: { state: 'waiting' | 'withdrawing'; isOtherAnswer: boolean }): Promise<Reopened>
  /** Takes nothing more. */
  close(): Promise<void>
}

type ThreadKey = Pick<NewTurn, 'channel' | 'threadTs'>
type Queued = Pick<NewTurn, 'channel' | 'threadTs' | 'ts'> & {
  /** It had ended before, and need not be looked at once more when it ends again. */
  isAgain?: boolean
}
type Reopened = 'begun' | 'busy' | 'unknown'

/** One thread's place in the queue, made for the turn of this ts, of which the next turn can be taken. */
export interface Line extends Queued {
  /** Takes the thread's oldest unfinished turn; undefined when there is none. */
  next(): Promise<Taken | undefined>
}

/** A turn that this replica has. */
interface Taken {
  /** As it was before; that it is begun once more is written down already. */
  record: TurnRecord
  lease: Lease
  /** The thread's other turns that another replica has heard or answered. */
  foreign: TurnRecord[]
}

const queue = 'turns'
/** pg-boss allows no less. A replica that died is found sooner, by its missing connections. */
const heartbeatSeconds = 10
/** An entry fails when a replica dies or stops, and is handed out again; none is ever given up. */
const retryLimit = 1_000_000
/** The longest that pg-boss allows. */
const expireInSeconds = 86_400
const superviseSeconds = 2
const sweepSeconds = 60
/** Whatever nobody told is found after this long. */
const lookEveryMs = 1_000

/** Makes the queue, on pg-boss: strict order by key, and the key is the thread. */
export function createTurnQueue(postgres: Postgres, replicas: Replicas, log: Log): TurnQueue {
  const { db } = postgres
  const boss = new PgBoss({
    db: { executeSql: postgres.executeSql },
    schedule: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    maintenanceIntervalSeconds: sweepSeconds,
  })
  // It comes back by itself; what fails for good fails where it was asked for.
  boss.on('error', error => log.debug({ reason: (error as Error).message }, 'the queue could not be looked after'))
  const claims: Leases = createLeases({
    touch: async jobs => ((await boss.touch(queue, jobs)) as Touched).settled,
    complete: async job => void (await boss.complete(queue, [job])),
    async giveBack(job, { id, claim }) {
      // It is nobody's, and nobody has died of it.
      await db
        .updateTable('turns')
        .set(({ eb }) => ({
          owner: null,
          state: eb
            .case()
            .when('state', '=', 'answering')
            .then(eb.val<TurnState>('waiting'))
            .else(eb.ref('state'))
            .end(),
        }))
        .where('id', '=', id)
        .where('claim', '=', claim)
        .where('state', 'in', unfinished)
        .execute()
      await boss.fail(queue, [job])
    },
  })
  const ready: (() => void)[] = []
  const tellReady = () => {
    for (const listener of ready) listener()
  }
  let timer: NodeJS.Timeout | undefined
  let isOpen = false

  const put: TurnQueue['put'] = async (on, turns) => {
    const jobs = turns.map(({ channel, threadTs, ts, isAgain = false }) => ({
      data: { channel, threadTs, ts, isAgain },
      singletonKey: `${channel}:${threadTs}`,
    }))
    await boss.insert(queue, jobs, { db: toBossDatabase(on) })
  }

  const bury = async (name: string): Promise<void> => {
    await db.transaction().execute(async on => {
      const jobs = await noteDeath(on, name)
      if (jobs.length > 0) await boss.fail(queue, jobs, undefined, { db: toBossDatabase(on) })
    })
    tellReady()
  }

  return {
    put,
    async start() {
      await alone(postgres, async () => {
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
      })
      await db.transaction().execute(async on => {
        const left = await on
          .updateTable('turns')
          .set({ queued: 1 })
          .where('state', 'in', unfinished)
          .where('queued', '=', 0)
          .returning(['channel', 'thread_ts', 'ts'])
          .execute()
        if (left.length > 0)
          await put(
            on,
            left.map(({ channel, thread_ts, ts }) => ({ channel, threadTs: thread_ts, ts })),
          )
      })
      isOpen = true
      replicas.hear(({ kind }) => void (kind === 'turns' && tellReady()))
      replicas.onReturn(tellReady)
      replicas.onDeath(bury)
      timer = setInterval(tellReady, lookEveryMs).unref()
    },
    async take(most) {
      if (!isOpen) return []
      const sentAt = performance.now()
      const jobs = await boss.fetch<Queued>(queue, { batchSize: most })
      return jobs.map(({ id, retryCount, data }) => ({
        ...data,
        async next() {
          const job = { id, retryCount }
          const row = await takeNext(db, data, replicas.name, id)
          if (row !== undefined) {
            const lease = claims.open(row, job, sentAt)
            const isFirst = row.ts === row.thread_ts && row.edition === 1
            const foreign = isFirst ? [] : await readForeign(db, data, row.id, replicas.name)
            return { record: { ...parseTurnRecord(row), attempts: row.attempts - 1 }, lease, foreign }
          }
          await boss.complete(queue, [job])
          return undefined
        },
      }))
    },
    onReady: listener => void ready.push(listener),
    async inThread(thread) {
      return (await ofThread(db, thread).where('state', 'in', unfinished).orderBy('ts').execute()).map(parseTurnRecord)
    },
    async knows(thread) {
      return (await ofThread(db, thread).where('state', '!=', 'passed').limit(1).execute()).length > 0
    },
    async mark(id, change, by) {
      const changed = await db
        .updateTable('turns')
        .set({ ...change, changed_at: Date.now() })
        .where('id', '=', id)
        .where('state', 'in', unfinished)
        .returning('id')
        .execute()
      if (changed.length > 0) replicas.tell({ kind: 'turn', id, ...(by !== undefined && { by }) })
      return changed.length > 0
    },
    reopen: (id, { state, isOtherAnswer }) =>
      db.transaction().execute(async on => {
        const row = await on.selectFrom('turns').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
        if (row === undefined) return 'unknown'
        if (unfinished.includes(row.state)) return 'busy'
        // A person who asks for another answer takes the blame upon themselves.
        const anew = isOtherAnswer ? { edition: row.edition + 1, shown: 0, deaths: 0 } : {}
        await on
          .updateTable('turns')
          .set({ ...anew, state, owner: null, changed_at: Date.now() })
          .where('id', '=', id)
          .execute()
        await put(on, [{ channel: row.channel, threadTs: row.thread_ts, ts: row.ts, isAgain: true }])
        return 'begun'
      }),
    async close() {
      isOpen = false
      clearInterval(timer)
      claims.close()
      await boss.stop({ graceful: false, close: false })
    },
  }
}

const ofThread = (db: Kysely<Schema>, { channel, threadTs }: ThreadKey) =>
  db.selectFrom('turns').selectAll().where('channel', '=', channel).where('thread_ts', '=', threadTs)

async function readForeign(db: Kysely<Schema>, thread: ThreadKey, but: string, name: string): Promise<TurnRecord[]> {
  const rows = await ofThread(db, thread)
    .where('id', '!=', but)
    .where('state', '!=', 'passed')
    .where(({ or, eb }) => or([eb('kept_by', '!=', name), eb('owner', 'is distinct from', name)]))
    .execute()
  return rows.map(parseTurnRecord)
}

/** What pg-boss answers and its types keep to themselves: the entries that it has found to be ours. */
interface Touched {
  settled: string[]
}

/** A transaction in the form that pg-boss expects. */
const toBossDatabase = (on: Kysely<Schema>) => ({
  executeSql: async (text: string, values: unknown[] = []) => ({
    rows: (await on.executeQuery(CompiledQuery.raw(text, values))).rows,
  }),
})

/** The oldest unfinished turn of the thread becomes this replica's. One that was another's until now counts its death. */
function takeNext(db: Kysely<Schema>, thread: ThreadKey, owner: string, job: string) {
  const next = ofThread(db, thread).where('state', 'in', unfinished).orderBy('ts').limit(1)
  return db
    .updateTable('turns')
    .set(({ eb, and }) => ({
      owner,
      job,
      claim: eb('claim', '+', 1),
      attempts: eb('attempts', '+', 1),
      state: eb.case().when('state', '=', 'waiting').then(eb.val<TurnState>('answering')).else(eb.ref('state')).end(),
      deaths: eb(
        'deaths',
        '+',
        eb
          .case()
          .when(and([eb('owner', 'is not', null), eb('state', '=', 'answering')]))
          .then(1)
          .else(0)
          .end(),
      ),
      changed_at: Date.now(),
    }))
    .where('id', 'in', next.clearSelect().select('id').forUpdate())
    .returningAll()
    .executeTakeFirst()
}
