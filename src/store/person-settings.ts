import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { Replicas } from './replicas.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Bounds of the speed at which a voice reads. */
const speeds = { least: 0.5, most: 2 }

/** Settings of a person by themselves. A value that cannot be read counts as not set; names of other versions are kept. */
const settingsSchema = z.looseObject({
  /** Wishes about how the person is answered. */
  instructions: z.string().max(3_000).optional().catch(undefined),
  /** The language of the bot's own words; that of the person's Slack if it is absent. */
  language: z.string().max(20).optional().catch(undefined),
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
export function createPersonSettings(db: Kysely<Schema>, writer: Writer, replicas?: Replicas) {
  const languages = createLanguages(db)
  // A notice may be lost while the database is away; in a minute the languages are loaded anyhow.
  replicas?.hear(({ kind }) => void (kind === 'settings' && languages.load()))
  const read = async ({ teamId, user }: PersonId) => {
    const row = await db
      .selectFrom('person_settings')
      .select('settings')
      .where('team_id', '=', teamId)
      .where('person_id', '=', user)
      .executeTakeFirst()
    return parseJson(row?.settings ?? '{}', settingsSchema) ?? {}
  }
  const reload = async () => {
    await languages.load()
    replicas?.tell({ kind: 'settings' })
  }
  return {
    read,
    /** Resolves with the language that a person has chosen for the bot's own words; undefined if that of their Slack holds. */
    languageOf: languages.of,
    /** Reads the languages again, here and on the other replicas: a person was forgotten. */
    reload,
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
      if ('language' in change) await reload()
      return saved !== undefined
    },
  }
}

/** Another process, such as the command that forgets a person, is followed after this time. */
const freshMs = 60_000

/** Creates the languages that people have chosen, in memory: they are asked for with each name that is read. */
function createLanguages(db: Kysely<Schema>) {
  const keyOf = ({ teamId, user }: PersonId) => `${teamId} ${user}`
  let known: Map<string, string> | undefined
  let loading: Promise<void> | undefined
  let loadedAt = Number.NEGATIVE_INFINITY
  let loads = 0
  const read = async () => {
    const rows = await db.selectFrom('person_settings').selectAll().where('settings', 'like', '%"language"%').execute()
    const chosen = rows.flatMap(({ team_id: teamId, person_id: user, settings }) => {
      const { language } = parseJson(settings, settingsSchema) ?? {}
      return language === undefined ? [] : [[keyOf({ teamId, user }), language] as const]
    })
    return new Map(chosen)
  }
  const load = (): Promise<void> => {
    loads += 1
    loadedAt = Date.now()
    const own = loads
    const keep = (languages: Map<string, string>) => {
      // A change may have come meanwhile; it is followed by a load of its own.
      if (own === loads) known = languages
    }
    // While the database is away, what was known holds.
    loading = read().then(keep, () => {})
    return loading
  }
  return {
    load,
    async of(person: PersonId): Promise<string | undefined> {
      if (Date.now() - loadedAt > freshMs) void load()
      if (known === undefined) await loading
      return known?.get(keyOf(person))
    },
  }
}
