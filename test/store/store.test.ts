import { execFile, execFileSync } from 'node:child_process'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { migrate, migrations } from '../../src/store/migrations.ts'
import { openStore, storeFile } from '../../src/store/open-sqlite-store.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { childEnv } from '../process.ts'
import { migratedTurn, storeContract, turn } from './contract.ts'
import { expectNewCommands, insertOldCommands } from './old-commands.ts'

const [mount, unmount] = ['/bin/mount', '/bin/umount']

storeContract('SQLite', async () => (await openFolder()).open)

describe('a process that begins on the folder', () => {
  test('is given what the one before left, in the order of Slack’s time', async () => {
    const { open } = await openFolder()
    const first = await open()
    expect(await first.turns.recover()).toEqual([])
    const stamps = ['1764000000.000200', '1764000000.000099', '1763999999.999900', '1764000000.000100']
    for (const ts of stamps) await first.turns.save({ ...turn(1), id: ts, ts })
    await first.turns.update('1764000000.000099', { state: 'answering' })
    await first.turns.update('1764000000.000200', { state: 'done' })
    await first.close()
    const left = await (await open()).turns.recover()
    expect(left.map(({ ts, state }) => [ts, state])).toEqual([
      ['1763999999.999900', 'waiting'],
      ['1764000000.000099', 'waiting'],
      ['1764000000.000100', 'waiting'],
    ])
  })

  test('counts a crash against the turns that were being answered, and for those that were not', async () => {
    const { open } = await openFolder()
    const lives = async () => {
      const store = await open()
      const crashes = Object.fromEntries((await store.turns.recover()).map(({ ts, crashes }) => [ts, crashes]))
      return { store, crashes }
    }
    const first = await lives()
    for (const number of [1, 2]) await first.store.turns.save(turn(number))
    await first.store.turns.update('T1:C1:1', { state: 'answering' })
    await first.store.close()

    const second = await lives()
    expect(second.crashes).toEqual({ 1: 1, 2: -1 })
    // A turn that comes so soon after a crash did not cause it.
    await second.store.turns.save(turn(3))
    await second.store.turns.forgetCrashes(1)
    await second.store.turns.save(turn(4))
    await second.store.turns.update('T1:C1:1', { state: 'answering' })
    await second.store.turns.recordStop()
    await second.store.close()

    const third = await lives()
    expect(third.crashes).toEqual({ 1: 1, 2: -1, 3: -1, 4: 0 })
  })
})

describe('a correction of an earlier version', () => {
  test('stays, and has nothing to be undone to', async () => {
    const folder = await newFolder()
    const old = openSqlite(join(folder, storeFile))
    await migrate(old, Object.fromEntries(Object.entries(migrations).slice(0, 8)))
    const labels = JSON.stringify([{ kind: 'bug', reason: '' }])
    await sql`insert into labels (id, state, channel, text, labels, corrected_by, corrected_at, said_at)
      values ('a', 'done', 'C1', 'It crashes', ${labels}, 'U2', 2, 1)`.execute(old)
    await old.destroy()
    const { open } = await openFolder(folder)
    const corrected = { labels: [{ kind: 'bug' }], correctedBy: 'U2', modelLabels: undefined }
    expect(await (await open()).labels.read('a')).toMatchObject(corrected)
  })
})

describe('the tables', () => {
  const names = Object.keys(migrations)
  test.each(names.map((_, index) => index + 1))(
    'are brought from version %i to the newest, with what is in them',
    async version => {
      const folder = await newFolder()
      const old = openSqlite(join(folder, storeFile))
      await migrate(old, Object.fromEntries(names.slice(0, version).map(name => [name, migrations[name] as never])))
      const now = Date.now()
      await sql`insert into turns (id, channel, thread_ts, ts, state, turn, deaths, edition, messages, kept_at, changed_at)
      values ('T1:C1:1', 'C1', '1', '1', 'waiting', '{}', 1, 2, '["1.5"]', ${now}, ${now}),
        ('T1:C1:2', 'C1', '1', '2', ${version < 8 ? 'set_aside' : 'quarantined'}, '{}', 3, 1, '[]', ${now}, ${now})`.execute(
        old,
      )
      await insertOldCommands(old, version)
      await old.destroy()

      const { open } = await openFolder(folder)
      const store = await open()
      expect(await store.turns.recover()).toMatchObject([migratedTurn])
      expect(await store.turns.load('T1:C1:2')).toMatchObject({ state: 'quarantined', crashes: 3 })
      expect(await store.turns.load('T1:C1:1')).toMatchObject({ savedAt: now })
      await store.ratings.rate('T1:C1:1', 'U1', 'up')
      expect(await store.ratings.of('T1:C1:1')).toEqual([{ user: 'U1', rating: 'up' }])
      await expectNewCommands(store, version)
      await store.close()
      expect(readStates(folder)).toEqual(['quarantined', 'waiting'])
      expect(readSchema(folder)).toEqual(readSchema((await openFresh()).folder))
    },
  )

  test('of a newer version are left alone, and it is said what to do', async () => {
    const folder = await newFolder()
    const newer = openSqlite(join(folder, storeFile))
    await migrate(newer, { ...migrations, '999_later': { async up() {} } })
    await newer.destroy()
    const { open, log } = await openFolder(folder)
    const store = await open()
    expect(store.isPersistent).toBe(false)
    expect(log()).toContain('was written by a newer Threadwise: update this one')
  })
})

describe('a file that gives trouble', () => {
  test('broken: is not touched, the log says what to do, and the bot goes on without', async () => {
    const folder = await newFolder()
    await writeFile(join(folder, storeFile), 'this is no database, and long enough to be none '.repeat(50))
    const { open, log } = await openFolder(folder)
    const store = await open()
    expect(log()).toMatch(/is damaged: stop, move it away, and put the newest backup in its place/)
    expect(await store.turns.save(turn(1))).toBe(true)
    expect(store.isPersistent).toBe(false)
    expect(await readFile(join(folder, storeFile), 'utf8')).toContain('this is no database')
  })

  test('locked by another program: answers go on, and are kept again when it lets go', async () => {
    const { folder, open, log } = await openFolder()
    const store = await open()
    const other = new DatabaseSync(join(folder, storeFile))
    other.exec('begin exclusive')
    expect(await store.turns.save(turn(1))).toBeUndefined()
    expect(store.isPersistent).toBe(false)
    expect(log()).toMatch(/another program holds .*: close it/)
    other.exec('rollback')
    other.close()
    await expect.poll(() => store.turns.save(turn(1)), { timeout: 30_000 }).toBe(true)
    expect(store.isPersistent).toBe(true)
  })

  test.skipIf(!canMount())('on a full disk: answers go on, and are kept again when there is room', async () => {
    const folder = await newFolder()
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
    onTestFinished(() => void execFileSync(unmount, ['-l', folder]))
    const { open, log } = await openFolder(folder)
    const store = await open()
    const ballast = join(folder, 'ballast')
    await writeFile(ballast, Buffer.alloc(2_200_000)).catch(() => {})
    const long = { ...turn(1), turn: JSON.stringify('x'.repeat(20_000)) }
    expect(await store.turns.save(long)).toBeUndefined()
    expect(log()).toMatch(/the disk is full: free/)
    await rm(ballast)
    await expect.poll(() => store.turns.save(long), { timeout: 30_000 }).toBe(true)
  })

  test('in a folder that cannot be made: the log says what to do', async () => {
    const { open, log } = await openFolder('/dev/null/folder')
    const store = await open()
    expect(store.isPersistent).toBe(false)
    expect(log()).toMatch(/cannot be written \(ENOTDIR\): give this user the right to write there, or set DATA_DIR/)
  })

  test('held by another Threadwise: is waited for, and then refused with the cure', async () => {
    const { folder, open } = await openFolder()
    const first = await open()
    await expect(openStore(folder, 300, silent)).rejects.toThrow(/DATA_DIR: another Threadwise is running on/)
    const waiting = openStore(folder, 10_000, silent)
    await first.close()
    await (await waiting).close()
  })
})

describe('npm run backup', () => {
  test('copies the file whole while the bot writes it', async () => {
    const { folder, open } = await openFolder()
    const store = await open()
    await Promise.all(Array.from({ length: 200 }, (_, number) => store.turns.save(turn(number))))
    const run = promisify(execFile)(process.execPath, [resolve('src/cli/backup.ts')], {
      cwd: folder,
      env: { ...childEnv, DATA_DIR: folder },
    })
    for (let number = 200; number < 300; number += 1) await store.turns.save(turn(number))
    const { stdout } = await run
    const copy = /copied to (.*)\nIt holds [23]\d\d questions and 0 labels\.\n$/.exec(stdout)?.[1] ?? ''
    await access(copy)
    const onto = (to: string) =>
      promisify(execFile)(process.execPath, [resolve('src/cli/backup.ts'), to], {
        cwd: folder,
        env: { ...childEnv, DATA_DIR: folder },
      })
    await expect(onto(copy)).rejects.toThrow(/No backup was made: .* exists already; name a new file/)
    await expect(onto('/dev/null/x')).rejects.toThrow(/No backup was made: \/dev\/null\/x cannot be written/)
    const restored = await newFolder()
    await writeFile(join(restored, storeFile), await readFile(copy))
    const { open: openCopy } = await openFolder(restored)
    const again = await openCopy()
    expect((await again.turns.recover()).length).toBeGreaterThanOrEqual(200)
  })

  test('says what is wrong when there is nothing to copy', async () => {
    const folder = await newFolder()
    const run = () =>
      promisify(execFile)(process.execPath, [resolve('src/cli/backup.ts')], {
        cwd: folder,
        env: { ...childEnv, DATA_DIR: folder },
      })
    await expect(run()).rejects.toThrow(/No backup was made: .* doesn’t exist; set DATA_DIR to the bot’s folder/)
    const { open } = await openFolder(folder)
    await (await open()).close()
    expect((await run()).stdout).toContain('It holds nothing: is DATA_DIR the bot’s folder?\n')
  })
})

async function openFolder(given?: string) {
  const folder = given ?? (await newFolder())
  const lines: string[] = []
  const keep = (facts: unknown, sentence: string) => void lines.push(`${JSON.stringify(facts)} ${sentence}`)
  const log = { debug() {}, info() {}, warn: keep, error: keep } as unknown as Log
  const open = async (): Promise<Store> => {
    const store = await openStore(folder, 0, log)
    onTestFinished(() => store.close())
    return store
  }
  return { folder, open, log: () => lines.join('\n') }
}

async function openFresh() {
  const { folder, open } = await openFolder()
  await (await open()).close()
  return { folder }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log
const newFolder = () => mkdtemp(join(tmpdir(), 'threadwise-store-'))

function readSchema(folder: string): unknown {
  const file = new DatabaseSync(join(folder, storeFile), { readOnly: true })
  const schema = file.prepare('select name, sql from sqlite_master where sql is not null order by name').all()
  file.close()
  return schema.map(row => ({ ...row }))
}

function readStates(folder: string): unknown[] {
  const file = new DatabaseSync(join(folder, storeFile), { readOnly: true })
  const rows = file.prepare('select distinct state from turns order by state').all()
  file.close()
  return rows.map(({ state }) => state)
}

/** Mounting a small disk takes rights that not every machine gives. */
function canMount(): boolean {
  try {
    const probe = execFileSync('mktemp', ['-d']).toString().trim()
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync(unmount, [probe])
    return true
  } catch {
    return false
  }
}
