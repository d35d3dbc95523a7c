import { join, resolve } from 'node:path'
import dotenv from 'dotenv'
import { readDatabaseUrl, readDataDir } from '../config.ts'
import { StartError } from '../slack/start-error.ts'
import { type MovedCount, moveRows } from '../store/copy-rows.ts'
import { openToMove, storeFile } from '../store/data-dir.ts'
import { migrate } from '../store/migrations.ts'
import { commandName } from '../store/open.ts'
import { openPostgres, toPostgresProblem } from '../store/postgres.ts'
import { toSqliteProblem } from '../store/sqlite.ts'

// Moves what a bot kept in DATA_DIR into the PostgreSQL of DATABASE_URL, while it is stopped: `npm run move`.
dotenv.config({ quiet: true })
const folder = resolve(readDataDir(process.env))
try {
  const counts = await move()
  process.stdout.write(
    `${counts.map(toLine).join('')}\n${folder} stays as it is. Start the bot with DATABASE_URL now.\n`,
  )
} catch (error) {
  process.stderr.write(`Nothing was moved: ${toProblem(error)}\n`)
  process.exitCode = 1
}

async function move(): Promise<MovedCount[]> {
  const url = readDatabaseUrl(process.env)
  if (url === undefined)
    throw new StartError('DATABASE_URL is missing; it looks like postgres://user:password@host:5432/database')
  const from = await openToMove(folder)
  const to = openPostgres(url, commandName).db
  try {
    await migrate(to)
    return await moveRows(from.db, to)
  } finally {
    await to.destroy()
    await from.close()
  }
}

function toLine({ table, moved, kept }: MovedCount): string {
  const others = kept === 0 ? '' : `, ${kept.toLocaleString('en')} were there already`
  return `${table}: ${moved.toLocaleString('en')} moved${others}\n`
}

function toProblem(error: unknown): string {
  if (error instanceof StartError) return error.message
  const isOfSqlite = (error as { errcode?: number }).errcode !== undefined
  return isOfSqlite ? toSqliteProblem(error, join(folder, storeFile)) : toPostgresProblem(error)
}
