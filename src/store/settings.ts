import type { Kysely } from 'kysely'
import type { Replicas } from './replicas.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Settings of a channel, as JSON. */
export interface Settings {
  all(): Promise<{ channel: string; settings: string }[]>
  write(channel: string, settings: string): Promise<void>
  /** Clears the cache: another replica has written, or may have. */
  onChange(listener: () => void): void
}

/** Creates the access to the table of settings. */
export function createSettings(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): Settings {
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
      replicas?.tell({ kind: 'settings' })
    },
    onChange(listener) {
      replicas?.hear(({ kind }) => void (kind === 'settings' && listener()))
      replicas?.onReturn(listener)
    },
  }
}
