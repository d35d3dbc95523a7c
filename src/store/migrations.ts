import { type Kysely, PostgresAdapter, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Schema } from './tables.ts'

/**
 * All changes of the tables, in order. A released one is never edited. Columns are added and never renamed: during an update,
 * replicas of two versions run on the same tables.
 */
export const migrations: Record<string, Migration> = {
  '001_turns': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('turns')
        .addColumn('id', 'text', column => column.primaryKey())
        .addColumn('channel', 'text', column => column.notNull())
        .addColumn('thread_ts', 'text', column => column.notNull())
        .addColumn('ts', 'text', column => column.notNull())
        .addColumn('state', 'text', column => column.notNull())
        .addColumn('turn', 'text', column => column.notNull())
        .addColumn('attempts', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('deaths', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('edition', 'integer', column => column.notNull().defaultTo(1))
        .addColumn('messages', 'text', column => column.notNull().defaultTo('[]'))
        .addColumn('shown', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('posting_at', 'bigint')
        .addColumn('check_at', 'bigint')
        .addColumn('kept_at', 'bigint', column => column.notNull())
        .addColumn('changed_at', 'bigint', column => column.notNull())
        .execute()
      // Queries by state look for unfinished turns only.
      await sql`create index turns_unfinished on turns (state) where state in ('waiting', 'answering', 'stopping')`.execute(
        db,
      )
      await sql`create index turns_to_check on turns (check_at) where check_at is not null`.execute(db)
      await db.schema.createIndex('turns_changed').on('turns').column('changed_at').execute()
      await createNamed(db, 'facts', 'name', 'value')
    },
  },
  '002_asks_and_ratings': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('asks')
        .addColumn('id', 'text', column => column.primaryKey())
        .addColumn('ask', 'text', column => column.notNull())
        .addColumn('kept_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema
        .createTable('ratings')
        .addColumn('turn', 'text', column => column.notNull())
        .addColumn('user', 'text', column => column.notNull())
        .addColumn('rating', 'text', column => column.notNull())
        .addColumn('rated_at', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint('ratings_key', ['turn', 'user'])
        .execute()
    },
  },
  '003_labels': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('labels')
        .addColumn('id', 'text', column => column.primaryKey())
        .addColumn('state', 'text', column => column.notNull())
        .addColumn('channel', 'text', column => column.notNull())
        .addColumn('ts', 'text')
        .addColumn('text', 'text', column => column.notNull())
        .addColumn('wish', 'text', column => column.notNull())
        .addColumn('asked_by', 'text')
        .addColumn('shared', 'integer', column => column.notNull().defaultTo(0))
        .addColumn('labels', 'text', column => column.notNull().defaultTo('[]'))
        .addColumn('version', 'text', column => column.notNull().defaultTo(''))
        .addColumn('model', 'text', column => column.notNull().defaultTo(''))
        .addColumn('corrected_by', 'text')
        .addColumn('corrected_at', 'bigint')
        .addColumn('said_at', 'bigint', column => column.notNull())
        .addColumn('labelled_at', 'bigint')
        .execute()
      await sql`create index labels_waiting on labels (said_at) where state in ('waiting', 'labelled')`.execute(db)
      await sql`create index labels_corrected on labels (corrected_at) where corrected_at is not null`.execute(db)
      await createNamed(db, 'settings', 'channel', 'settings')
      await db.schema.createIndex('labels_said').on('labels').columns(['channel', 'said_at']).execute()
    },
  },
  '004_summaries': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('summary_parts')
        .addColumn('id', 'text', column => column.primaryKey())
        .addColumn('channel', 'text', column => column.notNull())
        .addColumn('scope', 'text', column => column.notNull())
        .addColumn('joins', 'integer', column => column.notNull())
        .addColumn('covers', 'text', column => column.notNull())
        .addColumn('result', 'text', column => column.notNull())
        .addColumn('used_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema.createIndex('summary_parts_found').on('summary_parts').columns(['channel', 'scope']).execute()
      await db.schema.createIndex('summary_parts_used').on('summary_parts').column('used_at').execute()
      await db.schema
        .createTable('told')
        .addColumn('user', 'text', column => column.notNull())
        .addColumn('place', 'text', column => column.notNull())
        .addColumn('ts', 'text', column => column.notNull())
        .addColumn('turn', 'text', column => column.notNull())
        .addColumn('before', 'text')
        .addPrimaryKeyConstraint('told_key', ['user', 'place'])
        .execute()
      await db.schema
        .createTable('posted')
        .addColumn('turn', 'text', column => column.primaryKey())
        .addColumn('channel', 'text', column => column.notNull())
        .addColumn('ts', 'text', column => column.notNull())
        .execute()
      await db.schema
        .createTable('digests')
        .addColumn('id', 'text', column => column.primaryKey())
        .addColumn('user', 'text', column => column.notNull())
        .addColumn('pattern', 'text', column => column.notNull())
        .addColumn('time_zone', 'text', column => column.notNull())
        .addColumn('question', 'text', column => column.notNull())
        .addColumn('title', 'text', column => column.notNull())
        .addColumn('next_at', 'bigint', column => column.notNull())
        .addColumn('added_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema.createIndex('digests_due').on('digests').column('next_at').execute()
    },
  },
  '005_replicas': {
    async up(db: Kysely<unknown>) {
      const add = (table: string, column: string, type: 'text' | 'integer', initial?: string | number) =>
        db.schema
          .alterTable(table)
          .addColumn(column, type, built => (initial === undefined ? built : built.notNull().defaultTo(initial)))
          .execute()
      await add('turns', 'kept_by', 'text', '')
      await add('turns', 'owner', 'text')
      await add('turns', 'claim', 'integer', 0)
      await add('turns', 'job', 'text')
      await add('turns', 'queued', 'integer', 0)
      await add('turns', 'found', 'integer', 0)
      await add('asks', 'owner', 'text', '')
      await add('labels', 'owner', 'text', '')
      await db.schema.dropIndex('turns_unfinished').execute()
      await sql`create index turns_unfinished on turns (state)
        where state in ('waiting', 'answering', 'stopping', 'withdrawing')`.execute(db)
      await db.schema.createIndex('turns_thread').on('turns').columns(['channel', 'thread_ts']).execute()
      if (isPostgres(db)) await compareByCode(db, { turns: 'ts', labels: 'id' })
    },
  },
  '006_budget': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('budget_replicas')
        .addColumn('name', 'text', column => column.primaryKey())
        .addColumn('report', 'integer', column => column.notNull())
        .addColumn('standings', 'text', column => column.notNull())
        .addColumn('heard_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema
        .createTable('budget_limits')
        .addColumn('method', 'text', column => column.primaryKey())
        .addColumn('version', 'integer', column => column.notNull())
        .addColumn('per_minute', 'integer', column => column.notNull())
        .addColumn('spacing_ms', 'integer', column => column.notNull())
        .addColumn('raise_at', 'bigint')
        .addColumn('rest_until', 'bigint', column => column.notNull())
        .execute()
      await db.schema
        .createTable('budget_channels')
        .addColumn('channel', 'text', column => column.primaryKey())
        .addColumn('next_at', 'bigint', column => column.notNull())
        .execute()
    },
  },
  '007_quarantine': {
    async up(db: Kysely<unknown>) {
      await sql`update turns set state = 'quarantined' where state = 'set_aside'`.execute(db)
    },
  },
}

const isPostgres = (db: Kysely<unknown>) => db.getExecutor().adapter instanceof PostgresAdapter

/** Compares text columns by code point, as SQLite does, whatever the locale of the database. */
async function compareByCode(db: Kysely<unknown>, columns: Record<string, string>): Promise<void> {
  for (const [table, column] of Object.entries(columns))
    await sql`alter table ${sql.table(table)} alter column ${sql.ref(column)} type text collate "C"`.execute(db)
}

/** Migrates the tables to the newest version. Throws if a newer version wrote them, or if they cannot be changed. */
export async function migrate(db: Kysely<Schema>, known = migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}

async function createNamed(db: Kysely<unknown>, table: string, key: string, value: string): Promise<void> {
  await db.schema
    .createTable(table)
    .addColumn(key, 'text', column => column.primaryKey())
    .addColumn(value, 'text', column => column.notNull())
    .execute()
}
