import { backup, DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely'
import { withoutNul } from './strip-nul.ts'
import type { Schema } from './tables.ts'

/** Path of a database in memory, which ends with the process. */
export const inMemory = ':memory:'

/** Wait for a lock of another program. It blocks the whole process, so it is short. */
const busyMs = 250

/** Opens a SQLite file with a write-ahead log. A commit survives `kill -9`; with {@link durably} also a power cut. */
export function openSqlite(path: string): Kysely<Schema> {
  const file = new DatabaseSync(path, { timeout: busyMs })
  try {
    file.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on')
  } catch (error) {
    file.close()
    throw error
  }
  const dialect = new SqliteDialect({ database: buildDialectDatabase(file) })
  return new Kysely<Schema>({ dialect, plugins: [withoutNul] })
}

/** Empties the write-ahead log, which holds what was deleted since. While others read the file, it stays as it is. */
export async function emptyLog(db: Kysely<Schema>): Promise<void> {
  await sql`pragma wal_checkpoint(truncate)`.execute(db)
}

/** Runs `work` so that its commits are on the disk when it ends. */
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

/** Copies a consistent snapshot of the file while others write it. Resolves with the number of rows in some of its tables. */
export async function copySqlite(from: string, to: string, tables: readonly (keyof Schema)[]): Promise<number[]> {
  const source = new DatabaseSync(from, { readOnly: true })
  try {
    await backup(source, to)
    const known = source.prepare("select name from sqlite_schema where type = 'table'").all()
    const count = (table: string) => Number(source.prepare(`select count(*) as rows from ${table}`).get()?.rows)
    return tables.map(table => (known.some(({ name }) => name === table) ? count(table) : 0))
  } finally {
    source.close()
  }
}

/** Locks a file until the returned function is called or the process ends. Returns undefined if another process holds it. */
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

/** Extracts SQLite's primary result code. Source: sqlite.org/rescode.html. */
function parseResultCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}

/** Describes what is wrong with the file, with its cure. */
export function formatSqliteProblem(error: unknown, path: string): string {
  const code = parseResultCode(error)
  if (code === resultCodes.full) return `the disk is full: free some space where ${path} is`
  if (isLocked(error)) return `another program holds ${path}: close it`
  if (code === resultCodes.readOnly || code === resultCodes.cannotOpen)
    return `${path} cannot be written: give this user the right to write there, or set DATA_DIR to another folder`
  if (code === resultCodes.corrupt || code === resultCodes.notADatabase)
    return `${path} is damaged: stop, move it away, and put the newest backup in its place (npm run backup makes them)`
  return `${path}: ${error instanceof Error ? error.message : String(error)}`
}

/** Adapts `node:sqlite` to Kysely's dialect, which expects `better-sqlite3`. */
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
