import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import {
  forgetMessageChunks,
  loadForgottenAt,
  messageKey,
  personKey,
  saveUnlessForgotten,
  wasForgotten,
} from './forgetting.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Stored points of a chunk of a channel's messages. */
export interface StoredChunk {
  id: string
  channel: string
  /** Fingerprint of the model, language and request that it was made for. */
  scope: string
  /**
   * The messages and stretches of recordings (`ts#0007`) that it covers, each with its fingerprint; or the ids of the chunks that were
   * joined.
   */
  covers: readonly (readonly [string, string])[]
  /** As JSON. */
  result: string
  /** Ids of the people whose messages it covers; undefined for joined chunks. */
  authors?: readonly string[]
}

/** Cached chunks of summaries, so that the same messages are not summarized again. */
export interface SummaryChunks {
  /** Keeps a chunk, unless some of what it rests on was forgotten since it was read, in milliseconds since 1970. */
  keep(chunk: StoredChunk, readAt?: number): Promise<void>
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
    async keep({ id, channel, scope, covers, result, authors }, readAt = Date.now()) {
      const joins = covers.every(([, print]) => print === '') ? 1 : 0
      const json = { covers: JSON.stringify(covers), result, authors: authors ? JSON.stringify(authors) : null }
      const row = { id, channel, scope, joins, ...json, used_at: Date.now() }
      const keys = [
        ...covers.map(([ts]) => messageKey(channel, ts.split('#')[0] ?? ts)),
        ...(authors ?? []).map(personKey),
      ]
      const upsert = db
        .insertInto('summary_parts')
        .values(row)
        .onConflict(conflict => conflict.column('id').doUpdateSet({ ...json, used_at: row.used_at }))
      // A join may rest on anything.
      const isForgotten = async () =>
        joins === 1 ? (await loadForgottenAt(db)) > readAt : wasForgotten(db, keys, readAt)
      await writer.write(() =>
        saveUnlessForgotten(isForgotten, {
          save: () => upsert.execute(),
          remove: () => db.deleteFrom('summary_parts').where('id', '=', id).execute(),
        }),
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
      await writer.write(() => forgetMessageChunks(db, channel, ts))
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
