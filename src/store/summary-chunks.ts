import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Stored points of a chunk of a channel's messages. */
export interface StoredChunk {
  id: string
  channel: string
  /** Fingerprint of the model, language and request that it was made for. */
  scope: string
  /** The messages that it covers, each with its fingerprint; or the ids of the chunks that were joined. */
  covers: readonly (readonly [string, string])[]
  /** As JSON. */
  result: string
}

/** Cached chunks of summaries, so that the same messages are not summarized again. */
export interface SummaryChunks {
  keep(chunk: StoredChunk): Promise<void>
  read(id: string): Promise<StoredChunk | undefined>
  /** Loads the chunks of a channel that cover messages. */
  find(channel: string, scope: string): Promise<StoredChunk[]>
  /** Marks chunks as used now. */
  touch(ids: string[]): Promise<void>
  forget(ids: string[]): Promise<void>
  /** Deletes every chunk that rests on a deleted message. */
  forgetMessage(channel: string, ts: string): Promise<void>
  /** Deletes chunks that were not used since this moment. */
  prune(before: number): Promise<void>
}

/** Creates the access to the table of summary chunks. */
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
      // Joined chunks contain points of their chunks, some of which may be gone already.
      await writer.write(() =>
        db.deleteFrom('summary_parts').where('channel', '=', channel).where('joins', '=', 1).execute(),
      )
    },
    async prune(before) {
      await writer.write(() => db.deleteFrom('summary_parts').where('used_at', '<', before).execute())
    },
  }
}

const coversSchema = z.array(z.tuple([z.string(), z.string()]))

function parseChunk({ id, channel, scope, covers, result }: Selectable<Schema['summary_parts']>): StoredChunk {
  return { id, channel, scope, covers: parseJson(covers, coversSchema) ?? [], result }
}
