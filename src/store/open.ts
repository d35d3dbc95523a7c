import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { openStoreToRead } from './data-dir.ts'
import { loadFact } from './facts.ts'
import { formatPostgresProblem, openPostgres } from './postgres.ts'
import { createStore, type Store } from './store.ts'
import { createWriter } from './writer.ts'

/** Under this name the connections of a command are seen; it is no replica's. */
export const commandName = 'threadwise command'

/**
 * The bot's store as it is, for looking at it while the bot writes it: the database of `DATABASE_URL`, else the folder of
 * `DATA_DIR`. Throws a `StartError` when there is none.
 */
export async function openStoreOf(env: Record<string, string | undefined>, log: Log): Promise<Store> {
  const url = parseDatabaseUrl(env)
  return url === undefined ? openStoreToRead(parseDataDir(env), log) : openSharedToRead(url, log)
}

async function openSharedToRead(url: string, log: Log): Promise<Store> {
  const { db } = openPostgres(url, commandName)
  try {
    await loadFact(db, 'life')
  } catch (error) {
    await db.destroy()
    throw new StartError(formatProblem(error))
  }
  const writer = createWriter(log, formatPostgresProblem, work => db.transaction().execute(work))
  return createStore({ db, writer, isLasting: true, close: () => db.destroy() })
}

const undefinedTable = '42P01'

function formatProblem(error: unknown): string {
  const isEmpty = (error as { code?: string }).code === undefinedTable
  return isEmpty ? 'DATABASE_URL: no bot has used this database yet; start it once' : formatPostgresProblem(error)
}
