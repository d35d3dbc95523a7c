import type { Kysely, Selectable } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** What was found in a part of what was said in a channel. */
export interface StoredChunk {
  id: string
  channel: string
  /** For which model, language and wish it was found. */
  scope: string
  /** The messages that it covers, each with its fingerprint; or the ids of the parts that were joined. */
  covers: readonly (readonly [string, string])[]
  /** As JSON. */
  result: string
}

/** Parts of summaries, so that the same messages are not summed up again. */
export interface SummaryChunks {
  keep(part: StoredChunk): Promise<void>
  read(id: string): Promise<StoredChunk | undefined>
  /** Those of a channel that cover messages. */
  find(channel: string, scope: string): Promise<StoredChunk[]>
  /** They were of use just now. */
  touch(ids: string[]): Promise<void>
  forget(ids: string[]): Promise<void>
  /** A message was deleted: nothing that was found in it stays. */
  forgetMessage(channel: string, ts: string): Promise<void>
  /** What was of no use since this moment goes. */
  prune(before: number): Promise<void>
}

/** The parts in their table. */
export function createSummaryChunks(db: Kysely<Schema>, writer: Writer): SummaryChunks {
  const forget = async (ids: string[]) => {
    if (ids.length > 0) await writer.write(() => db.deleteFrom('summary_parts').where('id', 'in', ids).execute())
  }
  return {
    async keep({ id, channel, scope, covers, result }) {
      const isJoin = covers.every(([, print]) => print === '') ? 1 : 0
      const row = { id, channel, scope, joins: isJoin, covers: JSON.stringify(covers), result, used_at: Date.now() }
      await writer.write(() =>
        db
          .insertInto('summary_parts')
          .values(row)
          .onConflict(conflict => conflict.column('id').doUpdateSet({ result, used_at: row.used_at }))
          .execute(),
      )
    },
    async read(id) {
      const row = await db.selectFrom('summary_parts').selectAll().where('id', '=', id).executeTakeFirst()
      return row && parseChunk(row)
    },
    async find(channel, scope) {
      const rows = await db
        .selectFrom('summary_parts')
        .selectAll()
        .where('channel', '=', channel)
        .where('scope', '=', scope)
        .where('joins', '=', 0)
        .execute()
      return rows.map(parseChunk)
    },
    async touch(ids) {
      if (ids.length === 0) return
      const used = { used_at: Date.now() }
      await writer.write(() => db.updateTable('summary_parts').set(used).where('id', 'in', ids).execute())
    },
    forget,
    async forgetMessage(channel, ts) {
      const found = await db
        .selectFrom('summary_parts')
        .select('id')
        .where('channel', '=', channel)
        .where('covers', 'like', `%"${ts}"%`)
        .execute()
      await forget(found.map(({ id }) => id))
      // Joins hold what was found in their parts, of which some may be gone already.
      await writer.write(() =>
        db.deleteFrom('summary_parts').where('channel', '=', channel).where('joins', '=', 1).execute(),
      )
    },
    async prune(before) {
      await writer.write(() => db.deleteFrom('summary_parts').where('used_at', '<', before).execute())
    },
  }
}

function parseChunk({ id, channel, scope, covers, result }: Selectable<Schema['summary_parts']>): StoredChunk {
  return { id, channel, scope, covers: JSON.parse(covers) as StoredChunk['covers'], result }
}
