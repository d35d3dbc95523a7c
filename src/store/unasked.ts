import { type Kysely, PostgresAdapter, sql } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** An advisory lock that nothing else in this database uses. */
const lockId = 7_040_016

const claimed = '%"isClaimed":true%'
const asked = '%"model":"%'

/** Creates the bounds on answers that nobody asked for, kept with the turns. `since` is the ts of the oldest that counts. */
export function createUnasked(db: Kysely<Schema>, writer: Writer) {
  const inChannel = (on: Kysely<Schema>, { channel, since }: { channel: string; since: string }) =>
    on.selectFrom('turns').where('channel', '=', channel).where('ts', '>=', since).whereRef('ts', '=', 'thread_ts')
  return {
    /**
     * Claims one of the `most` answers of a channel for a turn, on all replicas. Resolves with false if there is none left, undefined if
     * the store cannot be written.
     */
    claim: (turn: { id: string; channel: string; facts: object }, { since, most }: { since: string; most: number }) =>
      writer.write(() =>
        db.transaction().execute(async on => {
          if (on.getExecutor().adapter instanceof PostgresAdapter)
            await sql`select pg_advisory_xact_lock(${lockId})`.execute(on)
          const others = await inChannel(on, { ...turn, since })
            .select('id')
            .where('id', '!=', turn.id)
            .where(({ or, eb }) => or([eb('state', '=', 'volunteered'), eb('facts', 'like', claimed)]))
            .execute()
          if (others.length >= most) return false
          const facts = JSON.stringify({ ...turn.facts, isClaimed: true })
          await on.updateTable('turns').set({ facts }).where('id', '=', turn.id).execute()
          return true
        }),
      ),
    /** Counts the questions of a channel about which the model was asked though nobody asked the bot. */
    async countJudged(of: { channel: string; since: string }): Promise<number> {
      const rows = await inChannel(db, of)
        .select('id')
        .where('state', 'in', ['passed', 'volunteered'])
        .where('facts', 'like', asked)
        .execute()
      return rows.length
    },
    /** Checks whether somebody rated such an answer down in a channel since a time, in milliseconds since 1970. */
    async isRatedDown(channel: string, since: number): Promise<boolean> {
      const row = await db
        .selectFrom('ratings')
        .innerJoin('turns', 'turns.id', 'ratings.turn')
        .select('turns.id')
        .where('turns.channel', '=', channel)
        .where('turns.state', '=', 'volunteered')
        .where('ratings.rating', '=', 'down')
        .where('ratings.rated_at', '>=', since)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
  }
}
