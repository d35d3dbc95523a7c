import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Answer, Cluster, Limit, Reports } from '../rate-limit/cluster-protocol.ts'
import { countedMs, goneMs, type Replica, type Standing, settle } from './rate-limit-allocation.ts'
import type { Schema } from './tables.ts'

/** Any number will do that nothing else in this database locks. */
const lockId = 7_317_201
/** A replica that stops in the middle of its report must not hold up the others. */
const longestMs = 1_000
/** Rows that say nothing any more are deleted now and again. */
const pruneEveryMs = 60_000

/** By the database's clock, which is the one that all replicas share. */
const nowMs = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** The send budget that all replicas on one PostgreSQL share. `name` is this replica's and no other's, also after a restart. */
export function createCluster(db: Kysely<Schema>, name: string): Cluster {
  let report = 0
  let isGone = false
  let prunedAt = Number.NEGATIVE_INFINITY
  return {
    async sync(reports) {
      if (isGone) throw new Error('this replica has left the pool')
      report += 1
      const isDue = prunedAt < Date.now() - pruneEveryMs
      if (isDue) prunedAt = Date.now()
      const own = report
      return db.transaction().execute(async on => {
        const now = await lock(on)
        if (isDue) await prune(on, now - 2 * countedMs)
        return exchange(on, { name, report: own, reports }, now)
      })
    },
    async reserve(channel, spacingMs) {
      const { rows } = await sql<{ waitMs: number }>`
        insert into budget_channels (channel, next_at) values (${channel}, ${nowMs} + ${spacingMs}::bigint)
        on conflict (channel) do update
          set next_at = greatest(budget_channels.next_at, ${nowMs}) + ${spacingMs}::bigint
        returning next_at - ${spacingMs}::bigint - ${nowMs} as "waitMs"`.execute(db)
      return Math.max(0, rows[0]?.waitMs ?? 0)
    },
    async leave() {
      isGone = true
      const heardAt = sql<number>`${nowMs} - ${goneMs}::bigint`
      await db
        .updateTable('budget_replicas')
        .set({ heard_at: heardAt, report: lastReport })
        .where('name', '=', name)
        .execute()
    },
  }
}

/** Of a replica that has left, nothing that is still under way counts. */
const lastReport = 2 ** 31 - 1

/** One report at a time; answers when it began. What it says is said again within seconds, so nobody waits for the disk. */
async function lock(db: Transaction<Schema>): Promise<number> {
  const most = String(longestMs)
  const { rows } = await sql<{ now: number }>`select
    set_config('synchronous_commit', 'off', true),
    set_config('lock_timeout', ${most}, true),
    set_config('idle_in_transaction_session_timeout', ${most}, true),
    pg_advisory_xact_lock(${lockId}),
    ${nowMs} as now`.execute(db)
  return rows[0]?.now ?? 0
}

interface Incoming {
  name: string
  report: number
  reports: Reports
}

/** Reads what all stand at, and writes what the one stands at that reports. */
async function exchange(db: Transaction<Schema>, { name, report, reports }: Incoming, now: number): Promise<Answer> {
  const rows = await db.selectFrom('budget_replicas').selectAll().execute()
  const known = await db.selectFrom('budget_limits').selectAll().execute()
  if (rows.some(row => row.name === name && row.report >= report)) throw new Error('a newer report has arrived before')
  const limits = new Map(known.map(row => [row.method, toLimit(row, now)]))
  const { standings, found, answer } = settle(rows.map(toReplica), limits, name, reports, now)
  const row = { report, standings: JSON.stringify(standings), heard_at: now }
  await db
    .insertInto('budget_replicas')
    .values({ name, ...row })
    .onConflict(conflict => conflict.column('name').doUpdateSet(row))
    .execute()
  for (const [method, limit] of found) await keepLimit(db, method, limit, now)
  const busy = await db.selectFrom('budget_channels').selectAll().where('next_at', '>', now).execute()
  return { ...answer, busyMs: Object.fromEntries(busy.map(({ channel, next_at }) => [channel, next_at - now])) }
}

function toReplica(row: Selectable<Schema['budget_replicas']>): Replica {
  const standings = JSON.parse(row.standings) as Record<string, Standing>
  return { name: row.name, heardAt: row.heard_at, standings }
}

function toLimit(row: Selectable<Schema['budget_limits']>, now: number): Limit {
  return {
    perMinute: row.per_minute,
    spacingMs: row.spacing_ms,
    raiseInMs: row.raise_at === null ? Number.POSITIVE_INFINITY : row.raise_at - now,
    restMs: Math.max(0, row.rest_until - now),
    version: row.version,
  }
}

async function keepLimit(db: Transaction<Schema>, method: string, limit: Limit, now: number): Promise<void> {
  const row = {
    version: limit.version,
    per_minute: limit.perMinute,
    spacing_ms: Math.round(limit.spacingMs),
    raise_at: Number.isFinite(limit.raiseInMs) ? Math.round(now + limit.raiseInMs) : null,
    rest_until: Math.round(now + limit.restMs),
  }
  await db
    .insertInto('budget_limits')
    .values({ method, ...row })
    .onConflict(conflict => conflict.column('method').doUpdateSet(row))
    .execute()
}

/** What is older counts for nobody. */
async function prune(db: Transaction<Schema>, before: number): Promise<void> {
  await db.deleteFrom('budget_replicas').where('heard_at', '<', before).execute()
  await db.deleteFrom('budget_channels').where('next_at', '<', before).execute()
}
