import type { Kysely } from 'kysely'
import type { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { Replicas } from './replicas.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Settings of channels and of the workspace, as JSON by a key. */
export interface Settings {
  all(): Promise<{ channel: string; settings: string }[]>
  /** Resolves with false if the store cannot be written. */
  write(channel: string, settings: string): Promise<boolean>
  /** Clears the cache: another replica has written, or may have, or a person was forgotten. */
  onChange(listener: () => unknown): void
  /** Tells the listeners of this process. */
  reload(): Promise<void>
}

/** Creates the access to the table of settings. */
export function createSettings(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): Settings {
  const listeners: (() => unknown)[] = []
  const reload = async () => void (await Promise.all(listeners.map(listener => listener())))
  replicas?.hear(({ kind }) => void (kind === 'settings' && reload()))
  replicas?.onReturn(() => void reload())
  return {
    all: () => db.selectFrom('settings').selectAll().execute(),
    async write(channel, settings) {
      const written = await writer.write(() =>
        db
          .insertInto('settings')
          .values({ channel, settings })
          .onConflict(conflict => conflict.column('channel').doUpdateSet({ settings }))
          .execute(),
      )
      replicas?.tell({ kind: 'settings' })
      return written !== undefined
    },
    onChange: listener => void listeners.push(listener),
    reload,
  }
}

/**
 * Keeps all settings of one schema in memory, by key; changes by other replicas follow. A row that cannot be parsed counts as one that
 * is not there. `prefix` sets the keys of one kind apart from those of another.
 */
export async function loadSettingsBook<T>(settings: Settings, schema: z.ZodType<T>, prefix = '') {
  const defaults = schema.parse({})
  const load = async () => {
    const rows = (await settings.all()).filter(({ channel }) => channel.startsWith(prefix))
    return new Map(rows.map(row => [row.channel.slice(prefix.length), parseJson(row.settings, schema) ?? defaults]))
  }
  let book = await load()
  let loads = 0
  const reload = async () => {
    loads += 1
    const own = loads
    const newest = await load().catch(() => book)
    // A change may have come meanwhile; it is followed by a load of its own.
    if (own === loads) book = newest
  }
  // A notice may be lost while the database is away; the next one brings it all.
  settings.onChange(reload)
  return {
    of: (key: string): T => book.get(key) ?? defaults,
    all: (): ReadonlyMap<string, T> => book,
    /** Resolves with false, and changes nothing, if the store cannot be written. */
    async change(key: string, chosen: T): Promise<boolean> {
      const isWritten = await settings.write(prefix + key, JSON.stringify(chosen))
      if (isWritten) await reload()
      return isWritten
    },
  }
}
