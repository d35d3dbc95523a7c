import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Bounds of the speed at which a voice reads. */
const speeds = { least: 0.5, most: 2 }

/** Settings of a person by themselves. A value that cannot be read counts as not set; names of other versions are kept. */
const settingsSchema = z.looseObject({
  /** Wishes about how the person is answered. */
  instructions: z.string().max(3_000).optional().catch(undefined),
  voice: z.string().max(100).optional().catch(undefined),
  speed: z.number().min(speeds.least).max(speeds.most).optional().catch(undefined),
  /** A voice clip is answered with one, too. */
  answersClips: z.boolean().optional().catch(undefined),
})

interface PersonId {
  teamId: string
  user: string
}

/** Creates the access to the settings that people have made for themselves. */
export function createPersonSettings(db: Kysely<Schema>, writer: Writer) {
  const read = async ({ teamId, user }: PersonId) => {
    const row = await db
      .selectFrom('person_settings')
      .select('settings')
      .where('team_id', '=', teamId)
      .where('person_id', '=', user)
      .executeTakeFirst()
    return parseJson(row?.settings ?? '{}', settingsSchema) ?? {}
  }
  return {
    read,
    /** Changes some settings and keeps the others. Resolves with false if the store cannot be written. */
    async change(person: PersonId, change: z.infer<typeof settingsSchema>): Promise<boolean> {
      const saved = await writer.write(async () => {
        const settings = JSON.stringify({ ...(await read(person)), ...change })
        return db
          .insertInto('person_settings')
          .values({ team_id: person.teamId, person_id: person.user, settings })
          .onConflict(conflict => conflict.columns(['team_id', 'person_id']).doUpdateSet({ settings }))
          .execute()
      })
      return saved !== undefined
    },
  }
}
