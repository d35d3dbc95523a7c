import { backup, DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { withoutNul } from './strip-nul.ts'
import type { Schema } from './tables.ts'

/** A database that only this process sees and that ends with it. */
export const inMemory = ':memory:'

/** Another program may hold the file for a moment. Whoever waits for it holds up the whole process, so not for long. */
const busyMs = 250

/**
 * Opens a SQLite file with a write-ahead log. A commit survives `kill -9`; that it survives a power cut, too, is asked for
 * by {@link durably}, since it costs a wait for the disk.
 */
export function openSqlite(path: string): Kysely<Schema> {
  const file = new DatabaseSync(path, { timeout: busyMs })
  try {
    file.exec('pragma journal_mode = wal; pragma synchronous = normal')
  } catch (error) {
    file.close()
    throw error
  }
  const dialect = new SqliteDialect({ database: buildDialectDatabase(file) })
  return new Kysely<Schema>({ dialect, plugins: [withoutNul] })
}

/** Runs the work so that what it commits stands on the disk when it ends, even if the power is cut then. */
export async function durably<R>(db: Kysely<Schema>, work: (db: Kysely<Schema>) => Promise<R>): Promise<R> {
  return db.connection().execute(async connection => {
    await sql`pragma synchronous = full`.execute(connection)
    try {
      return await work(connection)
    } finally {
      await sql`pragma synchronous = normal`.execute(connection)
    }
  })
}

/** Copies the file whole while others read and write it. */
export async function copySqlite(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true })
  try {
    await backup(source, to)
  } finally {
    source.close()
  }
}

/**
 * Holds a file for itself as long as the process lives; the system lets go of it however the process ends. Answers the
 * release, or undefined when another process holds it.
 */
export function holdFile(path: string): (() => void) | undefined {
  const file = new DatabaseSync(path, { timeout: 0 })
  try {
    file.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    file.close()
    if (isLocked(error)) return undefined
    throw error
  }
  return () => file.close()
}

const resultCodes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

function isLocked(error: unknown): boolean {
  const code = parseResultCode(error)
  return code === resultCodes.busy || code === resultCodes.locked
}

/** SQLite's primary result code, where the error came from it. Source: sqlite.org/rescode.html. */
function parseResultCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** What is wrong with the file, said so that it can be cured. */
export function formatSqliteProblem(error: unknown, path: string): string {
  const code = parseResultCode(error)
  if (code === resultCodes.full) return `the disk is full: make room where ${path} is`
  if (isLocked(error)) return `another program holds ${path}: close it`
  if (code === resultCodes.readOnly || code === resultCodes.cannotOpen)
    return `${path} cannot be written: give this user the right to write there, or set DATA_DIR to another folder`
  if (code === resultCodes.corrupt || code === resultCodes.notADatabase)
    return `${path} is damaged: stop, move it away, and put the newest backup in its place (npm run backup makes them)`
  return `${path}: ${error instanceof Error ? error.message : String(error)}`
}

/** `node:sqlite` in the form that Kysely's dialect expects, which is another package's. */
function buildDialectDatabase(file: DatabaseSync): SqliteDatabase {
  return {
    close: () => file.close(),
    prepare(text) {
      const statement = file.prepare(text)
      const run = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
      return {
        reader: statement.columns().length > 0,
        all: parameters => statement.all(...run(parameters)),
        run: parameters => statement.run(...run(parameters)),
        iterate: parameters => statement.iterate(...run(parameters)),
      }
    },
  }
}
