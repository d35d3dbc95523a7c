import { type Kysely, PostgresAdapter, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { createOutbox } from './outbox-migration.ts'
import type { Schema } from './tables.ts'

/**
 * All changes of the tables, in order. A released one is never changed. Columns are added and never renamed: during an update,
 * replicas of two versions run on the same tables.
 */
export const migrations: Record<string, Migration> = {
  '001_turns': runAll(
    `create table turns (id text primary key, channel text not null, thread_ts text not null, ts text not null,
      state text not null, turn text not null, attempts integer not null default 0, deaths integer not null default 0,
      edition integer not null default 1, messages text not null default '[]', shown integer not null default 0,
      posting_at bigint, check_at bigint, kept_at bigint not null, changed_at bigint not null)`,
    `create index turns_unfinished on turns (state) where state in ('waiting', 'answering', 'stopping')`,
    'create index turns_to_check on turns (check_at) where check_at is not null',
    'create index turns_changed on turns (changed_at)',
    'create table facts (name text primary key, value text not null)',
  ),
  '002_asks_and_ratings': runAll(
    'create table asks (id text primary key, ask text not null, kept_at bigint not null)',
    `create table ratings (turn text not null, "user" text not null, rating text not null, rated_at bigint not null,
      constraint ratings_key primary key (turn, "user"))`,
  ),
  '003_labels': runAll(
    `create table labels (id text primary key, state text not null, channel text not null, ts text, text text not null,
      wish text not null, asked_by text, shared integer not null default 0, labels text not null default '[]',
      version text not null default '', model text not null default '', corrected_by text, corrected_at bigint,
      said_at bigint not null, labelled_at bigint)`,
    `create index labels_waiting on labels (said_at) where state in ('waiting', 'labelled')`,
    'create index labels_corrected on labels (corrected_at) where corrected_at is not null',
    'create table settings (channel text primary key, settings text not null)',
    'create index labels_said on labels (channel, said_at)',
  ),
  '004_summaries': runAll(
    `create table summary_parts (id text primary key, channel text not null, scope text not null, joins integer not null,
      covers text not null, result text not null, used_at bigint not null)`,
    'create index summary_parts_found on summary_parts (channel, scope)',
    'create index summary_parts_used on summary_parts (used_at)',
    `create table told ("user" text not null, place text not null, ts text not null, turn text not null, before text,
      constraint told_key primary key ("user", place))`,
    'create table posted (turn text primary key, channel text not null, ts text not null)',
    `create table digests (id text primary key, "user" text not null, pattern text not null, time_zone text not null,
      question text not null, title text not null, next_at bigint not null, added_at bigint not null)`,
    'create index digests_due on digests (next_at)',
  ),
  '005_replicas': {
    async up(db: Kysely<unknown>) {
      await runAll(
        `alter table turns add column kept_by text not null default ''`,
        'alter table turns add column owner text',
        'alter table turns add column claim integer not null default 0',
        'alter table turns add column job text',
        'alter table turns add column queued integer not null default 0',
        'alter table turns add column found integer not null default 0',
        `alter table asks add column owner text not null default ''`,
        `alter table labels add column owner text not null default ''`,
        'drop index turns_unfinished',
        `create index turns_unfinished on turns (state)
          where state in ('waiting', 'answering', 'stopping', 'withdrawing')`,
        'create index turns_thread on turns (channel, thread_ts)',
      ).up(db)
      // Compares by code point, as SQLite does, whatever the locale of the database.
      if (isPostgres(db))
        await runAll(
          'alter table turns alter column ts type text collate "C"',
          'alter table labels alter column id type text collate "C"',
        ).up(db)
    },
  },
  '006_budget': runAll(
    `create table budget_replicas (name text primary key, report integer not null, standings text not null,
      heard_at bigint not null)`,
    `create table budget_limits (method text primary key, version integer not null, per_minute integer not null,
      spacing_ms integer not null, raise_at bigint, rest_until bigint not null)`,
    'create table budget_channels (channel text primary key, next_at bigint not null)',
  ),
  '007_outbox': { up: createOutbox },
  '008_quarantine': runAll(`update turns set state = 'quarantined' where state = 'set_aside'`),
  '009_undo_corrections': runAll('alter table labels add column model_labels text'),
  '010_rounds': runAll(
    'alter table turns add column person text',
    'alter table turns add column round integer not null default 0',
    'create index turns_person on turns (person, state)',
    // Replicas of the version before 008 may have gone on to write the old name.
    `update turns set state = 'quarantined' where state = 'set_aside'`,
    // The next start of a replica enqueues them by person.
    `update turns set queued = 0 where state in ('waiting', 'answering', 'stopping', 'withdrawing')`,
  ),
  '011_forgetting': {
    async up(db: Kysely<unknown>) {
      await runAll(
        'create table forgotten (id text primary key, until bigint not null, at bigint not null)',
        'alter table labels add column author text',
        'alter table summary_parts add column authors text',
        'create index labels_message on labels (channel, ts)',
        'create index labels_old on labels (said_at)',
      ).up(db)
      // Free pages still hold what was deleted before SQLite was told to overwrite it. Needs room on the disk.
      if (!isPostgres(db)) await sql`vacuum`.execute(db).catch(() => {})
    },
  },
  '012_rating_reasons': runAll('alter table ratings add column reason text'),
  '013_person_settings': runAll(
    `create table person_settings (team_id text not null, person_id text not null, settings text not null,
      constraint person_settings_key primary key (team_id, person_id))`,
  ),
  '014_turn_facts': runAll('alter table turns add column facts text'),
  '015_usage': runAll(
    `create table usage (day text not null, person text not null, channel text not null, feature text not null,
      model text not null, calls integer not null, tokens_in bigint not null, tokens_cached bigint not null,
      tokens_out bigint not null, tokens_reasoning bigint not null, cost bigint not null,
      primary key (day, person, channel, feature, model))`,
    `create table spending (id text primary key, person text not null, cost bigint not null, until bigint not null)`,
  ),
  '016_failures': runAll(
    `create table failures (id text primary key, at bigint not null, what text not null, reference text,
      replica text not null)`,
    'create index failures_at on failures (at)',
  ),
  '017_models': runAll(
    `create table thread_models (channel text not null, thread_ts text not null, model text not null,
      person text not null, chosen_at bigint not null, constraint thread_models_key primary key (channel, thread_ts))`,
    'alter table usage add column estimated integer not null default 0',
  ),
}

function runAll(...statements: string[]) {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  }
}

const isPostgres = (db: Kysely<unknown>) => db.getExecutor().adapter instanceof PostgresAdapter

/** Migrates the tables to the newest version. Throws if a newer version wrote them, or if they cannot be changed. */
export async function migrate(db: Kysely<Schema>, known = migrations): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
