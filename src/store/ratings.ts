import type { Kysely } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Thumbs up and down: one per person and answer, the last one counts. */
interface Ratings {
  rate(turn: string, user: string, rating: 'up' | 'down'): Promise<void>
  of(turn: string): Promise<{ user: string; rating: 'up' | 'down' }[]>
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
          .onConflict(conflict => conflict.columns(['turn', 'user']).doUpdateSet({ rating, rated_at: now }))
          .execute(),
      )
    },
    of: turn => db.selectFrom('ratings').select(['user', 'rating']).where('turn', '=', turn).execute(),
  }
}
