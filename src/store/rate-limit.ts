import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { Answer, Cluster, Limit, Reports } from '../rate-limit/cluster-protocol.ts'
import { parseJson } from '../text/parse-json.ts'
import { allocate, countedMs, goneMs, type Replica } from './rate-limit-allocation.ts'
import type { Schema } from './tables.ts'

/** An advisory lock that nothing else in this database uses. */
const lockId = 7_317_201
const standingsSchema = z.record(
  z.string(),
  z.object({ spent: z.array(z.number()), held: z.number(), asks: z.array(z.number()), growing: z.number() }),
)

/** A replica that stops in the middle of its report must not hold up the others. */
const longestMs = 1_000
/** How often outdated rows are deleted. */
const pruneEveryMs = 60_000

/** The database's clock, which all replicas share. */
const nowMs = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Creates the cluster of all replicas on one PostgreSQL. `name` is this replica's and no other's, also after a restart. */
export function createCluster(db: Kysely<Schema>, name: string): Cluster {
  let report = 0
  let isGone = false
  let prunedAt = Number.NEGATIVE_INFINITY
  return {
    async sync(reports) {
      if (isGone) throw new Error('this replica has left the cluster')
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

/** Outranks every report of a replica that has left and is still in flight. */
const lastReport = 2 ** 31 - 1

/** Admits one report at a time. Returns the time. A report is repeated within seconds, so nobody waits for the disk. */
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

/** Reads all standings, and writes those of the replica that reports. */
async function exchange(db: Transaction<Schema>, { name, report, reports }: Incoming, now: number): Promise<Answer> {
  const rows = await db.selectFrom('budget_replicas').selectAll().execute()
  const known = await db.selectFrom('budget_limits').selectAll().execute()
  if (rows.some(row => row.name === name && row.report >= report)) throw new Error('a newer report has arrived before')
  const limits = new Map(known.map(row => [row.method, parseLimit(row, now)]))
  const { standings, found, answer } = allocate({ replicas: rows.map(parseReplica), limits }, { name, reports }, now)
  const row = { report, standings: JSON.stringify(standings), heard_at: now }
  await db
    .insertInto('budget_replicas')
    .values({ name, ...row })
    .onConflict(conflict => conflict.column('name').doUpdateSet(row))
    .execute()
  for (const [method, limit] of found) await saveLimit(db, method, limit, now)
  const busy = await db.selectFrom('budget_channels').selectAll().where('next_at', '>', now).execute()
  return { ...answer, busyMs: Object.fromEntries(busy.map(({ channel, next_at }) => [channel, next_at - now])) }
}

function parseReplica(row: Selectable<Schema['budget_replicas']>): Replica {
  // Standings that do not parse were written by another version: they count until its next report.
  const standings = parseJson(row.standings, standingsSchema) ?? {}
  return { name: row.name, heardAt: row.heard_at, standings }
}

function parseLimit(row: Selectable<Schema['budget_limits']>, now: number): Limit {
  return {
    perMinute: row.per_minute,
    spacingMs: row.spacing_ms,
    raiseInMs: row.raise_at === null ? Number.POSITIVE_INFINITY : row.raise_at - now,
    restMs: Math.max(0, row.rest_until - now),
    version: row.version,
  }
}

async function saveLimit(db: Transaction<Schema>, method: string, limit: Limit, now: number): Promise<void> {
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

/** Deletes rows that count for nobody. */
async function prune(db: Transaction<Schema>, before: number): Promise<void> {
  await db.deleteFrom('budget_replicas').where('heard_at', '<', before).execute()
  await db.deleteFrom('budget_channels').where('next_at', '<', before).execute()
}
