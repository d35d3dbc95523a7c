import { access, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { StartError } from '../errors.ts'
import { storeFile } from '../store/open-sqlite-store.ts'
import { copySqlite, formatSqliteProblem } from '../store/sqlite.ts'
import { parseCommandLine } from './command-line.ts'

// PostgreSQL has its own tool for that, which knows its users and versions.
const usage = `Usage: npm run backup -- [FILE]

Copies the SQLite store into one file. The bot can keep running.

  FILE                 where to write it (default: a new file in DATA_DIR/backups)`

const [file] = parseCommandLine(usage, {}, { allowPositionals: true }).positionals
// What people wrote is for this user alone.
process.umask(0o077)
dotenv.config({ quiet: true })
const dump = 'pg_dump --format=custom --file=threadwise.dump "$DATABASE_URL"'
const source = resolve(parseDataDir(process.env), storeFile)
const target = resolve(file ?? join(dirname(source), 'backups', `${formatTimestamp(new Date())}.sqlite`))
try {
  if (parseDatabaseUrl(process.env) !== undefined)
    throw new StartError(`the store is PostgreSQL; copy it with\n  ${dump}`)
  await access(source)
  await mkdir(dirname(target), { recursive: true })
  await copySqlite(source, target)
  process.stdout.write(`${source} was copied to ${target}\n`)
} catch (error) {
  process.stderr.write(`No backup was made: ${formatProblem(error)}\n`)
  process.exitCode = 1
}

function formatProblem(error: unknown): string {
  if (error instanceof StartError) return error.message
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return isMissing ? `${source} doesn’t exist; set DATA_DIR to the bot’s folder` : formatSqliteProblem(error, source)
}

/** Formats `2026-11-25T17-10-00`, a name that every file system takes. */
function formatTimestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(':', '-')
}
