import type { Kysely } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

interface Place {
  channel: string
  /** Blank for all of a direct conversation. */
  threadTs: string
}

/** Creates the access to the models that were chosen for threads. */
export function createThreadModels(db: Kysely<Schema>, writer: Writer) {
  return {
    /** Reads the model of a thread, or that of its whole conversation. */
    async read({ channel, threadTs }: Place): Promise<string | undefined> {
      const row = await db
        .selectFrom('thread_models')
        .select('model')
        .where('channel', '=', channel)
        .where('thread_ts', 'in', [threadTs, ''])
        .orderBy('thread_ts', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.model
    },
    /** Sets the model of a thread; a blank one stands for the usual one. Resolves with false if the store cannot be written. */
    async choose({ channel, threadTs }: Place, { model, person }: { model: string; person: string }): Promise<boolean> {
      const row = { model, person, chosen_at: Date.now() }
      const saved = await writer.write(() =>
        db
          .insertInto('thread_models')
          .values({ channel, thread_ts: threadTs, ...row })
          .onConflict(conflict => conflict.columns(['channel', 'thread_ts']).doUpdateSet(row))
          .execute(),
      )
      return saved !== undefined
    },
  }
}
