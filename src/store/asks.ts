import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Writer } from './writer.ts'

/** What people wrote into a command or a dialogue and that is not done yet: questions that do not stand in Slack, reports. */
export interface Asks {
  /** Resolves when it outlives a power cut. */
  keep(id: string, ask: string): Promise<void>
  all(): Promise<{ id: string; ask: string; keptAt: number }[]>
  /** It stands in Slack, or its author was told that it does not. */
  done(id: string): Promise<void>
}

/** The asks in their table. */
export function createAsks(db: Kysely<Schema>, writer: Writer): Asks {
  return {
    async keep(id, ask) {
      const row = { id, ask, kept_at: Date.now() }
      await writer.write(() => writer.durably(on => on.insertInto('asks').values(row).execute()))
    },
    async all() {
      const rows = await db.selectFrom('asks').selectAll().orderBy('kept_at').execute()
      return rows.map(({ id, ask, kept_at }) => ({ id, ask, keptAt: kept_at }))
    },
    async done(id) {
      await writer.write(() => db.deleteFrom('asks').where('id', '=', id).execute())
    },
  }
}
