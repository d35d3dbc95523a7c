import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Writer } from './writer.ts'

/** What people have chosen for a channel, as JSON. */
export interface Settings {
  all(): Promise<{ channel: string; settings: string }[]>
  write(channel: string, settings: string): Promise<void>
}

/** The settings in their table. */
export function createSettings(db: Kysely<Schema>, writer: Writer): Settings {
  return {
    all: () => db.selectFrom('settings').selectAll().execute(),
    async write(channel, settings) {
      await writer.write(() =>
        db
          .insertInto('settings')
          .values({ channel, settings })
          .onConflict(conflict => conflict.column('channel').doUpdateSet({ settings }))
          .execute(),
      )
    },
  }
}
