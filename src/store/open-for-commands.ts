import { resolve } from 'node:path'
import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { loadFact } from './facts.ts'
import { openStoreToRead } from './open-sqlite-store.ts'
import { formatPostgresProblem, openPostgres } from './postgres.ts'
import { createStore, type Store } from './store.ts'
import { createWriter, type Writer } from './writer.ts'

/** Connection name of a command, which is not a replica. */
export const commandName = 'threadwise command'

/**
 * Opens the bot's store without migrating it, to read it while the bot runs: the database of `DATABASE_URL`, else the folder of
 * `DATA_DIR`. Throws a `StartError` if there is none.
 */
export async function openStoreOf(env: Record<string, string | undefined>, log: Log): Promise<Store> {
  const url = parseDatabaseUrl(env)
  return url === undefined ? openStoreToRead(resolve(parseDataDir(env)), log) : openSharedToRead(url, log)
}

async function openSharedToRead(url: string, log: Log): Promise<Store> {
  const { db } = openPostgres(url, commandName)
  try {
    await loadFact(db, 'life')
  } catch (error) {
    await db.destroy()
    throw new StartError(formatProblem(error))
  }
  const durably: Writer['durably'] = work => db.transaction().execute(work)
  const writer = createWriter(log, { formatProblem: formatPostgresProblem, durably })
  return createStore({ db, writer, isLasting: true, close: () => db.destroy() })
}

const undefinedTable = '42P01'

function formatProblem(error: unknown): string {
  const isEmpty = (error as { code?: string }).code === undefinedTable
  return isEmpty ? 'DATABASE_URL: no bot has used this database yet; start it once' : formatPostgresProblem(error)
}
