import { access, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { formatError, StartError } from '../errors.ts'
import { backupFolder, storeFile } from '../store/open-sqlite-store.ts'
import { copySqlite, formatSqliteProblem } from '../store/sqlite.ts'
import { parseCommandLine } from './command-line.ts'

// PostgreSQL has its own tool for that, which knows its users and versions.
const usage = `Usage: npm run backup -- [FILE]

Copies the SQLite store into one file. The bot can keep running.

  FILE                 where to write it: a new file (default: one in DATA_DIR/backups)`

const [file, ...others] = parseCommandLine(usage, {}, { allowPositionals: true }).positionals
// What people wrote is for this user alone.
process.umask(0o077)
dotenv.config({ quiet: true })
const dump = 'pg_dump --format=custom --file=threadwise.dump "$DATABASE_URL"'
const source = resolve(parseDataDir(process.env), storeFile)
const target = resolve(file ?? join(dirname(source), backupFolder, `${formatTimestamp(new Date())}.sqlite`))
/** Tables of what the bot was used for: a copy without any of it is not the one that was wanted. */
const counted = ['turns', 'labels', 'usage', 'settings', 'person_settings', 'digests'] as const
try {
  if (others.length > 0) throw new StartError(`name one file, not ${others.length + 1}`)
  if (parseDatabaseUrl(process.env) !== undefined)
    throw new StartError(`the store is PostgreSQL; copy it with\n  ${dump}`)
  await access(source).catch(() => {
    throw new StartError(`${source} doesn’t exist; set DATA_DIR to the bot’s folder`)
  })
  await createFile(target)
  const [questions = 0, labels = 0, ...more] = await copySqlite(source, target, counted).catch(async error => {
    // Half a copy would be taken for a whole one.
    await rm(target, { force: true })
    throw new StartError(formatSqliteProblem(error, source))
  })
  const holds = `It holds ${questions.toLocaleString('en')} questions and ${labels.toLocaleString('en')} labels.`
  const isEmpty = [questions, labels, ...more].every(count => count === 0)
  const told = isEmpty ? 'It holds nothing: is DATA_DIR the bot’s folder?' : holds
  process.stdout.write(`${source} was copied to ${target}\n${told}\n`)
} catch (error) {
  process.stderr.write(`No backup was made: ${formatError(error)}\n`)
  process.exitCode = 1
}

/** Creates the file, and its folder. Throws a `StartError` if it is there already: an older copy may be the only good one. */
async function createFile(path: string): Promise<void> {
  const fail = ({ code }: NodeJS.ErrnoException, isThere = false) => {
    throw new StartError(
      isThere ? `${path} exists already; name a new file` : `${path} cannot be written (${code}); name another place`,
    )
  }
  await mkdir(dirname(path), { recursive: true }).catch(fail)
  const file = await open(path, 'wx').catch(error => fail(error, ['EEXIST', 'EISDIR'].includes(error.code)))
  await file?.close()
}

/** Formats `2026-11-25T17-10-00`, a name that every file system takes. */
function formatTimestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(':', '-')
}
