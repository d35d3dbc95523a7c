import type { Kysely } from 'kysely'
import type { Replicas } from './replicas.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** One of them, as JSON. */
export interface KeptAsk {
  id: string
  ask: string
  keptAt: number
}

/** What people wrote into a command or a dialogue and that is not done yet: questions that do not stand in Slack, reports. */
export interface Asks {
  /** Resolves when it outlives a power cut. */
  keep(id: string, ask: string): Promise<void>
  /** What processes that are gone have left, the oldest first: it is this one's to go on with. */
  takeOver(): Promise<KeptAsk[]>
  /** It stands in Slack, or its author was told that it does not. */
  done(id: string): Promise<void>
}

/** The asks in their table. */
export function createAsks(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): Asks {
  const owner = replicas?.name ?? ''
  return {
    async keep(id, ask) {
      const row = { id, ask, kept_at: Date.now(), owner }
      await writer.write(() => writer.durably(on => on.insertInto('asks').values(row).execute()))
    },
    async takeOver() {
      const alive = (await replicas?.alive()) ?? []
      const rows = await db
        .updateTable('asks')
        .set({ owner })
        .$if(replicas !== undefined, query => query.where('owner', 'not in', alive))
        .returningAll()
        .execute()
      const asks = rows.map(({ id, ask, kept_at }) => ({ id, ask, keptAt: kept_at }))
      return asks.sort((a, b) => a.keptAt - b.keptAt)
    },
    async done(id) {
      await writer.write(() => db.deleteFrom('asks').where('id', '=', id).execute())
    },
  }
}
