import type { Kysely, Selectable } from 'kysely'
import { personKey, saveUnlessForgotten, wasForgotten } from './forgetting.ts'
import { insertCommand, inTransaction, type PendingCommand } from './outbox.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** A scheduled summary. */
export interface Digest {
  id: string
  user: string
  /** The times, as a cron pattern in the person's time zone. */
  pattern: string
  timeZone: string
  /** The question that is asked each time. */
  question: string
  /** Shown in the person's list. */
  title: string
  /** The next time that it is due, in milliseconds since 1970. */
  nextAt: number
}

/** Digests, the read markers of people in places, and where summaries were posted. */
export interface Digests {
  /** Saves a digest so that it outlives a power cut. Resolves with false if the write failed. */
  add(digest: Digest): Promise<boolean>
  /** Loads a person's digests, the oldest first. */
  of(user: string): Promise<Digest[]>
  end(id: string): Promise<void>
  /** Loads the digests that are due, and the time of the next one. */
  due(now: number): Promise<{ due: Digest[]; nextAt: number | undefined }>
  /**
   * Saves the command that asks for a digest, and when the digest is due again, in one transaction. Resolves with false if
   * another process did that already, or the write failed.
   */
  ask(digest: Digest, nextAt: number, command: PendingCommand): Promise<boolean>
  /** Loads the read marker: the ts of the last message that a summary told the person of before this turn. */
  readTold(user: string, place: string, turn: string): Promise<string | undefined>
  writeTold(user: string, place: string, turn: string, ts: string): Promise<void>
  /** Loads the place to which the turn's summary was posted. */
  readPosted(turn: string): Promise<{ channel: string; ts: string } | undefined>
  writePosted(turn: string, channel: string, ts: string): Promise<void>
}

/** Creates the access to the tables of digests. */
export function createDigests(db: Kysely<Schema>, writer: Writer, owner = ''): Digests {
  const readTold = (user: string, place: string) =>
    db.selectFrom('told').selectAll().where('user', '=', user).where('place', '=', place).executeTakeFirst()
  return {
    async add({ id, user, pattern, timeZone, question, title, nextAt }) {
      const row = { id, user, pattern, time_zone: timeZone, question, title, next_at: nextAt, added_at: Date.now() }
      const added = await writer.write(() => writer.durably(on => on.insertInto('digests').values(row).execute()))
      return added !== undefined
    },
    async of(user) {
      const rows = await db.selectFrom('digests').selectAll().where('user', '=', user).orderBy('added_at').execute()
      return rows.map(parseDigest)
    },
    async end(id) {
      await writer.write(() => db.deleteFrom('digests').where('id', '=', id).execute())
    },
    async due(now) {
      const rows = await db.selectFrom('digests').selectAll().where('next_at', '<=', now).orderBy('next_at').execute()
      const next = await db
        .selectFrom('digests')
        .select('next_at')
        .where('next_at', '>', now)
        .orderBy('next_at')
        .limit(1)
        .executeTakeFirst()
      return { due: rows.map(parseDigest), nextAt: next?.next_at }
    },
    async ask(digest, nextAt, command) {
      const done = await writer.write(() =>
        writer.durably(on =>
          inTransaction(on, async both => {
            const changed = await both
              .updateTable('digests')
              .set({ next_at: nextAt })
              .where('id', '=', digest.id)
              .where('next_at', '=', digest.nextAt)
              .returning('id')
              .execute()
            if (changed.length === 0) return false
            return insertCommand(both, command, owner)
          }),
        ),
      )
      return done === true
    },
    async readTold(user, place, turn) {
      const row = await readTold(user, place)
      return (row?.turn === turn ? row.before : row?.ts) ?? undefined
    },
    async writeTold(user, place, turn, ts) {
      const row = await readTold(user, place)
      const before = row?.turn === turn ? row.before : (row?.ts ?? null)
      const upsert = db
        .insertInto('told')
        .values({ user, place, ts, turn, before })
        .onConflict(conflict => conflict.columns(['user', 'place']).doUpdateSet({ ts, turn, before }))
      const isForgotten = () => wasForgotten(db, [personKey(user)], Number(ts) * 1000)
      const remove = () => db.deleteFrom('told').where('user', '=', user).where('place', '=', place).execute()
      await writer.write(() => saveUnlessForgotten(isForgotten, { save: () => upsert.execute(), remove }))
    },
    async readPosted(turn) {
      return db.selectFrom('posted').select(['channel', 'ts']).where('turn', '=', turn).executeTakeFirst()
    },
    async writePosted(turn, channel, ts) {
      await writer.write(() => db.insertInto('posted').values({ turn, channel, ts }).execute())
    },
  }
}

function parseDigest({ id, user, pattern, question, title, ...row }: Selectable<Schema['digests']>): Digest {
  return { id, user, pattern, timeZone: row.time_zone, question, title, nextAt: row.next_at }
}
