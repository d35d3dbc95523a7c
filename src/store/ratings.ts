import type { Kysely } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Thumbs up and down: one per person and answer, the last one counts. */
interface Ratings {
  rate(turn: string, user: string, rating: 'up' | 'down'): Promise<void>
  /** Saves why a person rated an answer down. Resolves with false if they did not, or no longer do. */
  explain(turn: string, user: string, reason: string): Promise<boolean>
  of(turn: string): Promise<{ user: string; rating: 'up' | 'down' }[]>
  /** Lists all ratings, without whose they are, the oldest first. */
  all(): Promise<{ turn: string; rating: 'up' | 'down'; reason: string | null; ratedAt: number }[]>
  /** Counts all ratings, or those of one person, by their reasons. */
  count(user?: string): Promise<{ rating: 'up' | 'down'; reason: string | null; count: number }[]>
}

/** Creates the access to the table of ratings. */
export function createRatings(db: Kysely<Schema>, writer: Writer): Ratings {
  return {
    async rate(turn, user, rating) {
      const now = Date.now()
      await writer.write(() =>
        db
          .insertInto('ratings')
          .values({ turn, user, rating, rated_at: now })
          .onConflict(conflict =>
            conflict.columns(['turn', 'user']).doUpdateSet({ rating, rated_at: now, reason: null }),
          )
          .execute(),
      )
    },
    async explain(turn, user, reason) {
      const own = { turn, user, rating: 'down' as const }
      const update = db
        .updateTable('ratings')
        .set({ reason })
        .where(({ and }) => and(own))
      const explained = await writer.write(() => update.returning('turn').execute())
      return explained !== undefined && explained.length > 0
    },
    of: turn => db.selectFrom('ratings').select(['user', 'rating']).where('turn', '=', turn).execute(),
    async all() {
      const rows = await db
        .selectFrom('ratings')
        .select(['turn', 'rating', 'reason', 'rated_at'])
        .orderBy('rated_at')
        .execute()
      return rows.map(({ rated_at, ...of }) => ({ ...of, ratedAt: Number(rated_at) }))
    },
    async count(user) {
      const counts = await db
        .selectFrom('ratings')
        .select(({ fn }) => ['rating', 'reason', fn.countAll().as('count')])
        .$if(user !== undefined, only => only.where('user', '=', user ?? ''))
        .groupBy(['rating', 'reason'])
        .execute()
      return counts.map(({ count, ...of }) => ({ ...of, count: Number(count) }))
    },
  }
}
