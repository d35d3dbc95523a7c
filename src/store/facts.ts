import type { Kysely } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Single values by name. */
interface Facts {
  read(name: FactName): Promise<string | undefined>
  write(name: FactName, value: string): Promise<void>
  remove(name: FactName): Promise<void>
}

/** When the bot last heard of Slack, and when it began posts that may have no end yet. */
type FactName = 'heard_at' | `posting:${string}`

export function createFacts(db: Kysely<Schema>, writer: Writer): Facts {
  return {
    read: name => loadFact(db, name),
    async write(name, value) {
      await writer.write(() => saveFact(db, name, value))
    },
    async remove(name) {
      await writer.write(() => db.deleteFrom('facts').where('name', '=', name).execute())
    },
  }
}

export async function loadFact(db: Kysely<Schema>, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

export async function saveFact(db: Kysely<Schema>, name: string, value: string): Promise<void> {
  await db
    .insertInto('facts')
    .values({ name, value })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
    .execute()
}
