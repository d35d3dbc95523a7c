import { join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { parseDatabaseUrl, parseDataDir } from '../config.ts'
import { StartError } from '../errors.ts'
import { copyRows } from '../store/copy-rows.ts'
import { migrate } from '../store/migrations.ts'
import { commandName } from '../store/open-for-commands.ts'
import { openToMigrate, storeFile } from '../store/open-sqlite-store.ts'
import { formatPostgresProblem, openPostgres } from '../store/postgres.ts'
import { formatSqliteProblem } from '../store/sqlite.ts'
import { parseCommandLine } from './command-line.ts'

const usage = `Usage: npm run move

Copies everything in DATA_DIR into the PostgreSQL database at DATABASE_URL. Stop the bot first. DATA_DIR stays as it is.
`

parseCommandLine(usage, {})
dotenv.config({ quiet: true })
const folder = resolve(parseDataDir(process.env))
try {
  const counts = await move()
  process.stdout.write(
    `${counts.map(formatCount).join('')}\n${folder} stays as it is. Start the bot with DATABASE_URL now.\n`,
  )
} catch (error) {
  process.stderr.write(`Nothing was moved: ${formatProblem(error)}\n`)
  process.exitCode = 1
}

async function move(): ReturnType<typeof copyRows> {
  const url = parseDatabaseUrl(process.env)
  if (url === undefined)
    throw new StartError('DATABASE_URL is missing; write it like postgres://user:password@host:5432/database')
  const from = await openToMigrate(folder)
  const to = openPostgres(url, commandName).db
  try {
    await migrate(to)
    return await copyRows(from.db, to)
  } finally {
    await to.destroy()
    await from.close()
  }
}

function formatCount({ table, moved, kept }: Awaited<ReturnType<typeof copyRows>>[number]): string {
  const others = kept === 0 ? '' : `, ${kept.toLocaleString('en')} already there`
  return `${table}: ${moved.toLocaleString('en')} moved${others}\n`
}

function formatProblem(error: unknown): string {
  if (error instanceof StartError) return error.message
  const isOfSqlite = (error as { errcode?: number }).errcode !== undefined
  return isOfSqlite ? formatSqliteProblem(error, join(folder, storeFile)) : formatPostgresProblem(error)
}
