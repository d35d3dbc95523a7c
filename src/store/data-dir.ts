import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { migrate } from './migrations.ts'
import { durably, formatSqliteProblem, holdFile, inMemory, openSqlite } from './sqlite.ts'
import { createStore, type Store } from './store.ts'
import type { Schema } from './tables.ts'
import { createWriter } from './writer.ts'

/** The file in `DATA_DIR` that holds everything. */
export const storeFile = 'threadwise.sqlite'
const lockFile = 'threadwise.lock'

/** How often a folder that another process holds is tried again. */
const lockEveryMs = 200

/**
 * Opens the store in a folder, which is made when it is not there. One process holds a folder at a time: another one is
 * waited for as long as it may take to stop, then a `StartError` says so. A file that cannot be opened is told in the log
 * with the cure, and the bot goes on without: what it is asked then does not outlive it.
 */
export async function openStore(folder: string, lockPatienceMs: number, log: Log): Promise<Store> {
  let release: (() => void) | undefined
  const path = join(folder, storeFile)
  try {
    await mkdir(folder, { recursive: true })
    release = await hold(folder, lockPatienceMs, log)
    return toStore(await openMigrated(path), path, log, release)
  } catch (error) {
    if (error instanceof StartError) throw error
    log.error(
      { problem: formatProblem(error, path) },
      'the store cannot be opened; the bot goes on, but questions do not outlive a restart until this is mended',
    )
    return toStore(await openMigrated(inMemory), inMemory, log, release ?? (() => {}))
  }
}

/** A store that ends with the process: for the playground, and where there is no disk. */
export async function openMemoryStore(log: Log): Promise<Store> {
  return toStore(await openMigrated(inMemory), inMemory, log, () => {})
}

/**
 * The tables of a folder in their newest form, for a command that must have them for itself. Throws a `StartError` when
 * there are none, or when a bot holds them.
 */
export async function openToMigrate(folder: string): Promise<{ db: Kysely<Schema>; close(): Promise<void> }> {
  const path = join(folder, storeFile)
  await checkIsThere(path)
  const release = holdFile(join(folder, lockFile))
  if (release === undefined)
    throw new StartError(`a Threadwise is running on ${folder}; stop it first, so that nothing comes to it meanwhile`)
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

/** The store of a folder as it is, for looking at it while a bot writes it. Throws a `StartError` when there is none. */
export async function openStoreToRead(folder: string, log: Log): Promise<Store> {
  const path = join(folder, storeFile)
  await checkIsThere(path)
  return toStore(openSqlite(path), path, log, () => {})
}

async function checkIsThere(path: string): Promise<void> {
  await access(path).catch(() => {
    throw new StartError(`there is no ${path}; set DATA_DIR to the bot’s folder`)
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

function toStore(db: Kysely<Schema>, path: string, log: Log, release: () => void): Store {
  const writer = createWriter(
    log,
    error => formatProblem(error, path),
    work => durably(db, work),
  )
  const close = async () => {
    await db.destroy()
    release()
  }
  return createStore({ db, writer, isLasting: path !== inMemory, close })
}

async function hold(folder: string, patienceMs: number, log: Log): Promise<() => void> {
  const deadline = Date.now() + patienceMs
  for (let isFirst = true; ; isFirst = false) {
    const release = holdFile(join(folder, lockFile))
    if (release !== undefined) return release
    if (isFirst) log.warn({ folder }, 'another Threadwise holds DATA_DIR; waiting until it has stopped')
    if (Date.now() > deadline) {
      throw new StartError(
        `DATA_DIR: another Threadwise is running on ${folder}; stop it, or give this one a folder of its own`,
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
