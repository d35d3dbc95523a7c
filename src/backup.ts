import { access, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { readDataDir } from './config.ts'
import { storeFile } from './store/folder.ts'
import { copySqlite, toSqliteProblem } from './store/sqlite.ts'

// Copies what the bot keeps into one file, also while it runs: `npm run backup`, or `npm run backup -- /where/to.sqlite`.
dotenv.config({ quiet: true })
const source = resolve(readDataDir(process.env), storeFile)
const target = resolve(process.argv[2] ?? join(dirname(source), 'backups', `${toStamp(new Date())}.sqlite`))
try {
  await access(source)
  await mkdir(dirname(target), { recursive: true })
  await copySqlite(source, target)
  process.stdout.write(`${source} was copied to ${target}\n`)
} catch (error) {
  process.stderr.write(`No backup was made: ${toProblem(error)}\n`)
  process.exitCode = 1
}

function toProblem(error: unknown): string {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return isMissing ? `there is no ${source}; set DATA_DIR to the bot’s folder` : toSqliteProblem(error, source)
}

/** `2026-11-25T17-10-00`: a name that every file system takes. */
function toStamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(':', '-')
}
