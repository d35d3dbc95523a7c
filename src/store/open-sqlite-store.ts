import { access, chmod, mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { migrate } from './migrations.ts'
import { durably, emptyLog, formatSqliteProblem, holdFile, inMemory, openSqlite } from './sqlite.ts'
import { createStore, type Store } from './store.ts'
import type { Schema } from './tables.ts'
import { createWriter } from './writer.ts'

/** Name of the database file in `DATA_DIR`. */
export const storeFile = 'threadwise.sqlite'
/** Folder in `DATA_DIR` for copies of that file. */
export const backupFolder = 'backups'
const lockFile = 'threadwise.lock'

const lockEveryMs = 200

/**
 * Opens the store in a folder, and creates the folder. One process holds a folder at a time: waits up to `lockPatienceMs` for
 * another one to stop, then throws a `StartError`. If the file cannot be opened, logs the cure and opens a store in memory.
 */
export async function openStore(folder: string, lockPatienceMs: number, log: Log): Promise<Store> {
  let release: (() => void) | undefined
  const path = join(folder, storeFile)
  try {
    await closeToOthers(folder)
    release = await hold(folder, lockPatienceMs, log)
    return createSqliteStore(await openMigrated(path), path, log, release)
  } catch (error) {
    if (error instanceof StartError) throw error
    log.error(
      { problem: formatProblem(error, path) },
      'the store cannot be opened; the bot goes on, but questions do not outlive a restart until this is mended',
    )
    return createSqliteStore(await openMigrated(inMemory), inMemory, log, release)
  }
}

/** Opens a store that ends with the process. */
export async function openMemoryStore(log: Log): Promise<Store> {
  return createSqliteStore(await openMigrated(inMemory), inMemory, log)
}

/** Opens and migrates a folder's database for exclusive use. Throws a `StartError` if there is none, or if a bot runs on it. */
export async function openToMigrate(folder: string): Promise<{ db: Kysely<Schema>; close(): Promise<void> }> {
  const path = join(folder, storeFile)
  await checkExists(path)
  const release = holdFile(join(folder, lockFile))
  if (release === undefined)
    throw new StartError(`Threadwise is running on ${folder}; stop it first, so that nothing is added during the move`)
  try {
    const db = await openMigrated(path)
    const close = async () => {
      await db.destroy()
      release()
    }
    return { db, close }
  } catch (error) {
    release()
    throw new StartError(formatProblem(error, path))
  }
}

/** Opens a folder's store without migrating it, to read it while a bot runs. Throws a `StartError` if there is none. */
export async function openStoreToRead(folder: string, log: Log): Promise<Store> {
  const path = join(folder, storeFile)
  await checkExists(path)
  return createSqliteStore(openSqlite(path), path, log)
}

/** Creates the folder and the files for this user alone, and tightens those that exist. A shared folder, such as /tmp, stays open. */
async function closeToOthers(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (((await stat(folder)).mode & stickyBit) === 0) await tighten(folder, 0o700)
  for (const name of [storeFile, lockFile]) {
    const path = join(folder, name)
    await (await open(path, 'a', 0o600)).close()
    for (const suffix of ['', '-wal', '-shm', '-journal']) await tighten(`${path}${suffix}`, 0o600)
  }
}

const stickyBit = 0o1000

/** Somebody else's folder or file cannot be tightened, and need not exist. */
const tighten = (path: string, mode: number) => chmod(path, mode).catch(() => {})

async function checkExists(path: string): Promise<void> {
  await access(path).catch(() => {
    throw new StartError(`${path} doesn’t exist; set DATA_DIR to the bot’s folder`)
  })
}

async function openMigrated(path: string): Promise<Kysely<Schema>> {
  const db = openSqlite(path)
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

function createSqliteStore(db: Kysely<Schema>, path: string, log: Log, release = () => {}): Store {
  const writer = createWriter(log, {
    formatProblem: error => formatProblem(error, path),
    durably: work => durably(db, work),
  })
  const close = async () => {
    await db.destroy()
    release()
  }
  const compact = () =>
    emptyLog(db).catch(error => log.debug({ problem: formatProblem(error, path) }, 'log not emptied'))
  return createStore({ db, writer, isLasting: path !== inMemory, compact, close })
}

async function hold(folder: string, patienceMs: number, log: Log): Promise<() => void> {
  const deadline = Date.now() + patienceMs
  for (let isFirst = true; ; isFirst = false) {
    const release = holdFile(join(folder, lockFile))
    if (release !== undefined) return release
    if (isFirst) log.warn({ folder }, 'another Threadwise holds DATA_DIR; waiting until it has stopped')
    if (Date.now() > deadline) {
      throw new StartError(
        `DATA_DIR: another Threadwise is running on ${folder}; stop it, or set DATA_DIR to another folder for this one`,
      )
    }
    await delay(lockEveryMs)
  }
}

function formatProblem(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (message?.startsWith('corrupted migrations'))
    return `${path} was written by a newer Threadwise: update this one, or put an older backup in its place`
  if (code === 'ENOSPC') return `the disk is full: make room where ${path} is`
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
    return `${path} cannot be written (${code}): give this user the right to write there, or set DATA_DIR to another folder`
  return formatSqliteProblem(error, path)
}
