import { type Kysely, PostgresAdapter, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'

/** The tables that the migration reads and writes, before and after it. */
type Tables = {
  asks: { id: string; ask: string; kept_at: number; owner: string }
  outbox: { id: string; kind: string; payload: string; saved_at: number; owner: string }
  labels: {
    id: string
    state: string
    channel: string
    ts: string | null
    text: string
    wish: string
    asked_by: string | null
    shared: number
    said_at: number
    owner: string
  }
}

/**
 * Moves what waits in `asks`, and labels that wait, into one outbox with a kind; of a label's wish, only the thread in which
 * its card stands is kept. All or nothing, also on SQLite, where the migrator opens no transaction.
 */
export async function createOutbox(db: Kysely<unknown>): Promise<void> {
  if (db.isTransaction) return move(db)
  await db.transaction().execute(move)
}

async function move(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'text', column => column.primaryKey())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('payload', 'text', column => column.notNull())
    .addColumn('saved_at', 'bigint', column => column.notNull())
    .addColumn('owner', 'text', column => column.notNull().defaultTo(''))
    .addColumn('quarantined_at', 'bigint')
    .execute()
  const tables = db.withTables<Tables>()
  const asks = await tables.selectFrom('asks').selectAll().execute()
  const labels = await tables.selectFrom('labels').selectAll().where('state', 'in', ['waiting', 'labelled']).execute()
  for (const row of [...asks.map(parseAsk), ...labels.map(parseWaitingLabel)]) {
    if (row === undefined) continue
    await tables
      .insertInto('outbox')
      .values(row)
      .onConflict(conflict => conflict.doNothing())
      .execute()
  }
  await db.schema.dropTable('asks').execute()
  await db.schema.alterTable('labels').addColumn('thread_ts', 'text').execute()
  const threadTs = isPostgres(db)
    ? sql`substring(wish from '"threadTs":"([0-9.]+)"')`
    : sql`case when json_valid(wish) then json_extract(wish, '$.threadTs') end`
  await sql`update labels set thread_ts = ${threadTs} where wish <> '{}'`.execute(db)
  await sql`delete from labels where state = 'waiting' and corrected_at is null`.execute(db)
  await sql`update labels set state = 'done' where state in ('waiting', 'labelled')`.execute(db)
  await db.schema.dropIndex('labels_waiting').execute()
  await db.schema.alterTable('labels').dropColumn('wish').execute()
  await db.schema.alterTable('labels').dropColumn('owner').execute()
}

const askSchema = z.object({
  report: z.object({ of: z.string(), words: z.string() }),
  asked: z.object({ user: z.string(), channel: z.string(), responseUrl: z.string() }),
})

/** Every other ask is a question; one that cannot be parsed is quarantined when it is taken over. */
function parseAsk({ id, ask, kept_at, owner }: Selectable<Tables['asks']>): Tables['outbox'] {
  const found = parseJson(ask, askSchema)
  const saved = { id, saved_at: kept_at, owner }
  if (found === undefined) return { ...saved, kind: 'ask', payload: ask }
  return { ...saved, kind: 'report', payload: JSON.stringify({ request: found.report, ...found.asked }) }
}

const wishSchema = z.object({
  user: z.string().optional(),
  responseUrl: z.string().optional(),
  threadTs: z.string().optional(),
  watch: z.object({ ts: z.string(), card: z.boolean() }).optional(),
})

/** Labels that a mention asked for are asked for again by its turn. */
function parseWaitingLabel(row: Selectable<Tables['labels']>): Tables['outbox'] | undefined {
  const { user, responseUrl, threadTs, watch } = parseJson(row.wish, wishSchema) ?? {}
  const { id, channel, text, said_at: saidAt } = row
  const from = { ts: row.ts ?? undefined, threadTs, askedBy: row.asked_by ?? undefined }
  const subject = { id, channel, text, saidAt, isShared: row.shared === 1, ...from }
  const saved = { id, saved_at: Math.floor(saidAt), owner: row.owner }
  if (watch !== undefined)
    return { ...saved, kind: 'auto-label', payload: JSON.stringify({ subject, card: watch.card }) }
  if (user === undefined || (responseUrl === undefined && !id.startsWith('react:'))) return undefined
  return { ...saved, kind: 'classify', payload: JSON.stringify({ subject, user, responseUrl }) }
}

const isPostgres = (db: Kysely<unknown>) => db.getExecutor().adapter instanceof PostgresAdapter
