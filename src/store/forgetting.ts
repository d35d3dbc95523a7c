import { createHash } from 'node:crypto'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { createPersonSettings } from './person-settings.ts'
import type { Settings } from './settings.ts'
import type { SummaryChunks } from './summary-chunks.ts'
import type { Schema } from './tables.ts'
import { pruneStep, type TurnRecords, unfinished } from './turns.ts'
import { dayOf, forgetUsage } from './usage.ts'
import type { Writer } from './writer.ts'

// Work that is in flight in any process must not save again what was deleted. Each deletion therefore leaves a tombstone for a
// day, for which writers look before and after they have written: whichever comes last, the words are gone.

/** Names the tombstone of a message. */
export const messageKey = (channel: string, ts: string) => hash(`message ${channel}:${ts}`)
/** Names the tombstone of a person. */
export const personKey = (user: string) => hash(`person ${user}`)

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** No moment comes after it: a deleted message never comes back. */
const forever = Number.MAX_SAFE_INTEGER
const dayMs = 86_400_000
const tombstoneMs = dayMs
/** Chunks of summaries that were not used for this long are pruned. */
const chunkMs = 30 * dayMs
/** Saves a row unless what it is about was forgotten, also meanwhile. Resolves with whether the row is kept. */
export async function saveUnlessForgotten(
  isForgotten: () => Promise<boolean>,
  { save, remove }: { save: () => Promise<unknown>; remove: () => Promise<unknown> },
): Promise<boolean> {
  if (await isForgotten()) return false
  await save()
  if (!(await isForgotten())) return true
  await remove()
  return false
}

/** Checks whether one of these was forgotten after a moment, in milliseconds since 1970. */
export async function wasForgotten(db: Kysely<Schema>, keys: string[], since: number): Promise<boolean> {
  if (keys.length === 0) return false
  const row = await db
    .selectFrom('forgotten')
    .select('id')
    .where('id', 'in', keys)
    .where('until', '>', Math.floor(since))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Loads when something was forgotten last; a cache that was filled before is outdated. */
export async function loadForgottenAt(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('forgotten')
    .select(({ fn }) => fn.max('at').as('at'))
    .executeTakeFirst()
  return row?.at ?? 0
}

async function saveTombstone(db: Kysely<Schema>, id: string, until: number): Promise<void> {
  const row = { until, at: Date.now() }
  await db
    .insertInto('forgotten')
    .values({ id, ...row })
    .onConflict(conflict => conflict.column('id').doUpdateSet(row))
    .execute()
}

interface ForgettingDeps {
  db: Kysely<Schema>
  writer: Writer
  turns: Pick<TurnRecords, 'prune'>
  parts: Pick<SummaryChunks, 'prune'>
  settings: Pick<Settings, 'reload'>
  personSettings: Pick<ReturnType<typeof createPersonSettings>, 'reload'>
  /** Removes the traces of deleted rows from the disk, as far as the database can. */
  compact: () => Promise<void>
}

/** Creates the deletion of what was kept: of a message, of a person, and of all that is old. */
export function createForgetting({ db, writer, turns, parts, settings, personSettings, compact }: ForgettingDeps) {
  return {
    /** Deletes all that was made of a message that was deleted or reworded. Resolves with its labels. */
    async message({ channel, ts, turnId, isDeleted }: Outdated) {
      const labels = await writer.write(async () => {
        await saveTombstone(db, messageKey(channel, ts), isDeleted ? forever : Date.now())
        await forgetMessageChunks(db, channel, ts)
        await forgetFacts(db, ts, channel)
        await db
          .deleteFrom('outbox')
          .where('payload', 'like', `%"${channel}"%`)
          .where('payload', 'like', `%"ts":"${ts}"%`)
          .execute()
        if (isDeleted) {
          await db.deleteFrom('told').where('place', '=', `${channel}:${ts}`).execute()
          await db.deleteFrom('posted').where('channel', '=', channel).where('ts', '=', ts).execute()
        }
        return forgetMessageLabels(db, { channel, ts, turnId })
      })
      await compact()
      return labels ?? []
    },
    /** Deletes all that is kept of a person, or only counts it. Throws if the store cannot be written. */
    async person(user: string, { isDryRun = false } = {}) {
      if (!isDryRun) await saveTombstone(db, personKey(user), Date.now())
      const on = await db.startTransaction().execute()
      const counts = await forgetPerson(on, user).catch(async error => {
        await on.rollback().execute()
        throw error
      })
      await (isDryRun ? on.rollback() : on.commit()).execute()
      if (!isDryRun) await Promise.all([settings.reload(), personSettings.reload()])
      if (!isDryRun) await compact()
      return counts
    },
    /** Counts what is older than its time, given in days. */
    async countOld(retention: Retention) {
      const now = Date.now()
      const { labelsBefore, turnsBefore } = findBounds(retention, now)
      const count = async (query: SelectQueryBuilder<Schema, keyof Schema, object>, of = sql`*`) => {
        const { count } = await query.select(sql`count(${of})`.as('count')).executeTakeFirstOrThrow()
        return Number(count)
      }
      return {
        labels: await count(db.selectFrom('labels').where('said_at', '<', labelsBefore)),
        ratings: await count(db.selectFrom('ratings').where('rated_at', '<', labelsBefore)),
        usage: await count(db.selectFrom('usage').where('day', '<', usageBefore(labelsBefore, now)), sql`distinct day`),
        turns: await count(
          db.selectFrom('turns').where('changed_at', '<', turnsBefore).where('state', 'not in', unfinished),
        ),
      }
    },
    /** Deletes a step of what is older than its time, given in days. */
    async prune(retention: Retention): Promise<void> {
      const now = Date.now()
      const { labelsBefore, turnsBefore } = findBounds(retention, now)
      await turns.prune(turnsBefore)
      await parts.prune(now - chunkMs)
      await writer.write(async () => {
        const old = db.selectFrom('labels').select('id').where('said_at', '<', labelsBefore).limit(pruneStep)
        await db.deleteFrom('labels').where('id', 'in', old).execute()
        await db.deleteFrom('ratings').where('rated_at', '<', labelsBefore).execute()
        await db.deleteFrom('usage').where('day', '<', usageBefore(labelsBefore, now)).execute()
        await db.deleteFrom('thread_models').where('chosen_at', '<', labelsBefore).execute()
        await db.deleteFrom('told').where('ts', '<', formatSeconds(labelsBefore)).execute()
        await db.deleteFrom('posted').where('ts', '<', formatSeconds(turnsBefore)).execute()
        await db.deleteFrom('outbox').where('quarantined_at', '<', turnsBefore).execute()
        await db
          .deleteFrom('forgotten')
          .where('at', '<', now - tombstoneMs)
          .execute()
      })
      await compact()
    },
  }
}

/** How long labels and ended turns are kept, in days. */
interface Retention {
  labelDays?: number
  turnDays?: number
}

const findBounds = ({ labelDays = 365, turnDays = 7 }: Retention, now: number) => ({
  labelsBefore: now - labelDays * dayMs,
  turnsBefore: now - turnDays * dayMs,
})

/** Returns the day before which usage is deleted: budgets of a month need the whole of it. */
function usageBefore(labelsBefore: number, now: number): string {
  return dayOf(Math.min(labelsBefore, Date.parse(`${dayOf(now).slice(0, 7)}-01`)))
}

/** A message whose words, as they were, are to be forgotten. */
interface Outdated {
  channel: string
  ts: string
  /** The id that its turn has, if it is one. */
  turnId: string
  isDeleted: boolean
}

async function forgetMessageLabels(db: Kysely<Schema>, { channel, ts, turnId }: Omit<Outdated, 'isDeleted'>) {
  const rows = await db
    .deleteFrom('labels')
    .where(({ or, and, eb }) =>
      or([
        and([eb('channel', '=', channel), eb('ts', '=', ts)]),
        // Texts and tables that the message held, each with an id that begins with the turn's.
        ...[turnId, `ask:${turnId}`].map(id => and([eb('id', '>=', id), eb('id', '<', `${id}~`)])),
      ]),
    )
    .returning(['id', 'channel', 'thread_ts', 'ts'])
    .execute()
  return rows.map(({ id, thread_ts, ...row }) => ({ id, channel: row.channel, threadTs: thread_ts ?? row.ts }))
}

/** Deletes the facts about answers for which a message's files, or a person's, were read. */
async function forgetFacts(db: Kysely<Schema>, tsOrUser: string, channel?: string): Promise<void> {
  await db
    .updateTable('turns')
    .set({ facts: null })
    .where('facts', 'like', `%"${tsOrUser}"%`)
    .$if(channel !== undefined, only => only.where('channel', '=', channel ?? ''))
    .execute()
}

/** Deletes the summary chunks that rest on a message. */
export async function forgetMessageChunks(db: Kysely<Schema>, channel: string, ts: string): Promise<void> {
  // Joined chunks contain points of their chunks, some of which may be gone already.
  await db
    .deleteFrom('summary_parts')
    .where('channel', '=', channel)
    .where(({ or, eb }) =>
      or([eb('covers', 'like', `%"${ts}"%`), eb('covers', 'like', `%"${ts}#%`), eb('joins', '=', 1)]),
    )
    .execute()
}

/** Deletes all rows about a person or by them. Resolves with how many there were, by what they are. */
async function forgetPerson(on: Kysely<Schema>, user: string) {
  const named = `%"${user}"%`
  const turns = on.selectFrom('turns').select('id').where('turn', 'like', `%"user":"${user}"%`)
  const count = async (query: { executeTakeFirstOrThrow(): Promise<{ numDeletedRows: bigint }> }) =>
    Number((await query.executeTakeFirstOrThrow()).numDeletedRows)
  const corrections = await withdrawCorrections(on, user)
  await forgetFacts(on, user)
  await on
    .updateTable('settings')
    .set(({ fn, val }) => ({
      settings: fn<string>('replace', ['settings', val(`"changedBy":"${user}"`), val('"changedBy":""')]),
    }))
    .where('settings', 'like', `%"changedBy":"${user}"%`)
    .execute()
  return {
    labels: await count(
      on.deleteFrom('labels').where(({ or, eb }) => or([eb('author', '=', user), eb('asked_by', '=', user)])),
    ),
    corrections,
    ratings: await count(
      on.deleteFrom('ratings').where(({ or, eb }) => or([eb('user', '=', user), eb('turn', 'in', turns)])),
    ),
    settings: await count(on.deleteFrom('person_settings').where('person_id', '=', user)),
    digests: await count(on.deleteFrom('digests').where('user', '=', user)),
    'chosen models': await count(on.deleteFrom('thread_models').where('person', '=', user)),
    'read markers': await count(on.deleteFrom('told').where('user', '=', user)),
    'posted summaries': await count(on.deleteFrom('posted').where('turn', 'in', turns)),
    'pending commands': await count(on.deleteFrom('outbox').where('payload', 'like', named)),
    'parts of summaries': await count(
      on
        .deleteFrom('summary_parts')
        // One from before authors were kept, or a join, may hold anybody's words.
        .where(({ or, eb }) => or([eb('authors', 'is', null), eb('authors', 'like', named)])),
    ),
    turns: await count(on.deleteFrom('turns').where('id', 'in', turns)),
    usage: await forgetUsage(on, user),
  }
}

/** Takes a person's name off the texts of others that they corrected. The kinds stay. */
async function withdrawCorrections(on: Kysely<Schema>, user: string): Promise<number> {
  const rows = await on
    .selectFrom('labels')
    .select(['id', 'labels'])
    .where('corrected_by', '=', user)
    .where(({ or, eb }) => or([eb('author', 'is', null), eb('author', '!=', user)]))
    .where(({ or, eb }) => or([eb('asked_by', 'is', null), eb('asked_by', '!=', user)]))
    .execute()
  for (const { id, labels } of rows) {
    const bare = parseJson(labels, labelList)?.map(label => ({ ...label, reason: '' })) ?? []
    await on
      .updateTable('labels')
      .set({ corrected_by: null, labels: JSON.stringify(bare) })
      .where('id', '=', id)
      .execute()
  }
  return rows.length
}

const labelList = z.array(z.looseObject({}))

/** Formats a moment as Slack writes it; texts of the same length sort like numbers. */
const formatSeconds = (milliseconds: number) => (milliseconds / 1000).toFixed(6)
