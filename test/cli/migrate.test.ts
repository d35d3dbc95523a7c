import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { movedTables } from '../../src/store/copy-rows.ts'
import { commandName } from '../../src/store/open-for-commands.ts'
import { openStore, storeFile } from '../../src/store/open-sqlite-store.ts'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openDatabase, withParts, withPostgres } from '../postgres.ts'
import { childEnv } from '../process.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log

/** Tables of which nothing is moved: the migrations' own, and what lasts no longer than a minute. */
const leftBehind = /^(kysely_|sqlite_|budget_|forgotten$|spending$|failures$)/

const noon = 1_764_000_000_000

withPostgres('npm run move', () => {
  test('brings everything of DATA_DIR into PostgreSQL, and twice is the same as once', async () => {
    const folder = await newFolder()
    const url = await openDatabase()
    const old = await openStore(folder, 0, silent)
    await old.turns.recover()
    await fill(old)
    await old.close()

    const { out, errors, code } = await move(folder, url)
    expect({ errors, code }).toEqual({ errors: '', code: 0 })
    const lines = movedTables.map(table => `${table}: ${{ turns: 3, told: 1 }[table as string] ?? 1} moved`)
    expect(out).toBe(`${lines.join('\n')}\n\n${folder} stays as it is. Start the bot with DATABASE_URL now.\n`)

    const store = await open(url)
    expect(await store.settings.all()).toEqual([{ channel: 'C1', settings: '{"emoji":"bug"}' }])
    expect(await store.personSettings.read({ teamId: 'T1', user: 'U1' })).toEqual({ speed: 2 })
    expect(await store.labels.corrected(10)).toMatchObject([{ id: 'corrected', correctedBy: 'U2', saidAt: noon }])
    expect(await store.turns.load('done')).toMatchObject({ state: 'done', messages: ['1.5'], shown: 9 })
    expect(await store.ratings.of('done')).toEqual([{ user: 'U1', rating: 'down' }])
    expect(await store.digests.of('U1')).toMatchObject([{ id: 'd', title: '工作日 9:00' }])
    expect(await store.digests.readTold('U1', 'C1', 'another')).toBe('100.1')
    expect(await store.digests.readPosted('done')).toEqual({ channel: 'C1', ts: '1.6' })
    expect((await store.parts.find('C1', 'scope')).map(({ id }) => id)).toEqual(['part'])
    expect(await store.facts.read('heard_at')).toBe('1764000000.000100')
    expect((await store.outbox.takeOver()).map(({ id }) => id)).toEqual(['ask'])

    // The bot has gone on there since.
    await store.settings.write('C1', '{"emoji":"newer"}')
    await store.close()
    const again = await move(folder, url)
    expect(again.code).toBe(0)
    expect(again.out).toContain('settings: 0 moved, 1 already there\n')
    expect(again.out).toContain('turns: 0 moved, 3 already there\n')
    expect(await (await open(url)).settings.all()).toEqual([{ channel: 'C1', settings: '{"emoji":"newer"}' }])
  })

  test('leaves what was asked and not answered to the replicas, as a restart would', async () => {
    const folder = await newFolder()
    const url = await openDatabase()
    const old = await openStore(folder, 0, silent)
    await old.turns.recover()
    await fill(old)
    await old.close()
    await move(folder, url)
    const store = await open(url)
    expect(await store.turns.load('waiting')).toMatchObject({ state: 'waiting', turn: '{"text":"还没回答"}' })
    const taken = { state: 'waiting', attempts: 1, messages: ['2.5'], postingAt: noon }
    expect(await store.turns.load('answering')).toMatchObject(taken)
    // How the old process lived is nothing that counts against the replicas.
    expect(await store.facts.read('life' as 'heard_at')).toBeUndefined()
  })

  test('takes a large table in parts, whatever stands in it', async () => {
    const folder = await newFolder()
    const url = await openDatabase()
    await (await openStore(folder, 0, silent)).close()
    const file = new DatabaseSync(join(folder, storeFile))
    const insert = file.prepare(`insert into labels (id, state, channel, text, said_at) values (?, 'done', 'C1', ?, ?)`)
    file.exec('begin')
    const rows = 12_345
    for (let row = 0; row < rows; row += 1) insert.run(`r${row}`, `第 ${row} 行 \u0000🙂`, noon + row + 0.4)
    file.exec('commit')
    file.close()

    const { out, errors } = await move(folder, url)
    expect(errors).toBe('')
    expect(out).toContain('labels: 12,345 moved\n')
    const { db } = openPool(url)
    const counted = await sql`
      select count(*) as rows, min(said_at) as first, max(said_at) as last, min(text) as text from labels`.execute(db)
    expect(counted.rows).toEqual([{ rows, first: noon, last: noon + rows - 1, text: '第 0 行 🙂' }])
  })

  test('knows every table that there is', async () => {
    const folder = await newFolder()
    await (await openStore(folder, 0, silent)).close()
    const file = new DatabaseSync(join(folder, storeFile), { readOnly: true })
    const tables = file.prepare(`select name from sqlite_master where type = 'table'`).all()
    file.close()
    const names = tables.map(({ name }) => String(name)).filter(name => !leftBehind.test(name))
    expect(names.toSorted()).toEqual(movedTables.toSorted())
  })

  test('brings nothing when it cannot bring all', async () => {
    const folder = await newFolder()
    const url = await openDatabase()
    const old = await openStore(folder, 0, silent)
    await fill(old)
    await old.close()
    const { db } = openPool(url)
    const store = await open(url)
    await sql`alter table facts add constraint never check (name <> 'heard_at')`.execute(db)
    const { out, errors, code } = await move(folder, url)
    expect(out).toBe('')
    expect(errors).toMatch(/^Nothing was moved: DATABASE_URL: .*never/)
    expect(code).toBe(1)
    expect(await store.settings.all()).toEqual([])
  })

  test('waits for nobody: a bot that still runs is named', async () => {
    const folder = await newFolder()
    const running = await openStore(folder, 0, silent)
    onTestFinished(() => running.close())
    expect((await move(folder, await openDatabase())).errors).toBe(
      `Nothing was moved: Threadwise is running on ${folder}; stop it first, so that nothing is added during the move\n`,
    )
  })

  test('says what is missing', async () => {
    const folder = await newFolder()
    const url = await openDatabase()
    expect((await move(folder, url)).errors).toMatch(
      /^Nothing was moved: .* doesn’t exist; set DATA_DIR to the bot’s folder/,
    )
    await (await openStore(folder, 0, silent)).close()
    expect((await move(folder)).errors).toMatch(/^Nothing was moved: DATABASE_URL is missing; write it like postgres:/)
    const away = withParts(url, { host: '127.0.0.1:1' })
    expect((await move(folder, away)).errors).toMatch(/^Nothing was moved: DATABASE_URL: PostgreSQL cannot be reached/)
    expect((await move(folder, url)).code).toBe(0)
  })
})

/** One of everything, and three turns: answered, being answered, not begun. */
async function fill(store: Store): Promise<void> {
  const { turns, outbox, ratings, labels, settings, personSettings, threadModels, parts, digests, facts, usage } = store
  await personSettings.change({ teamId: 'T1', user: 'U1' }, { speed: 2 })
  await threadModels.choose({ channel: 'C1', threadTs: '1.0' }, { model: 'm', person: 'U1' })
  const turn = { channel: 'C1', threadTs: '1', ts: '1', turn: '{}' }
  await turns.save({ ...turn, id: 'done' })
  await turns.update('done', { state: 'done', messages: ['1.5'], shown: 9 })
  await turns.save({ ...turn, id: 'answering', ts: '2' })
  await turns.update('answering', { state: 'answering', attempts: 1, messages: ['2.5'], postingAt: noon })
  await turns.save({ ...turn, id: 'waiting', ts: '3', turn: '{"text":"还没回答"}' })
  await outbox.save({ id: 'ask', kind: 'ask', payload: {}, savedAt: noon })
  await ratings.rate('done', 'U1', 'down')
  const text = { channel: 'C1', ts: '1', text: '登录失败', askedBy: 'U1', isShared: true, saidAt: noon }
  const given = { state: 'done' as const, labels: [], version: '1', model: 'm' }
  await labels.save({ ...text, ...given, id: 'corrected' })
  await labels.correct('corrected', 'U2', [{ kind: 'bug', reason: '' }])
  await settings.write('C1', '{"emoji":"bug"}')
  await parts.keep({ id: 'part', channel: 'C1', scope: 'scope', covers: [['1', 'print']], result: '[]' })
  const digest = { id: 'd', user: 'U1', pattern: '0 9 * * 1-5', timeZone: 'Asia/Shanghai', question: '' }
  await digests.add({ ...digest, title: '工作日 9:00', nextAt: noon })
  await digests.writeTold('U1', 'C1', 'done', '100.1')
  await digests.writePosted('done', 'C1', '1.6')
  const used = { day: '2026-11-28', person: 'U1', channel: 'C1', feature: 'chat', model: 'm', calls: 1, cost: 7 }
  const tokens = { estimated: 0, tokens_in: 9, tokens_cached: 0, tokens_out: 2, tokens_reasoning: 0 }
  await usage.settle({ ...used, ...tokens }, { since: noon })
  await facts.write('heard_at', '1764000000.000100')
}

/** The command as its user runs it, in a folder where no .env of this checkout is read. */
function move(folder: string, url?: string): Promise<{ out: string; errors: string; code: number }> {
  const env = { ...childEnv, DATA_DIR: folder, ...(url !== undefined && { DATABASE_URL: url }) }
  return new Promise(done => {
    execFile(process.execPath, [resolve('src/cli/migrate.ts')], { cwd: folder, env }, (error, out, errors) =>
      done({ out, errors, code: typeof error?.code === 'number' ? error.code : 0 }),
    )
  })
}

async function open(url: string): Promise<Store> {
  const store = await openSharedStore(url, silent)
  onTestFinished(() => store.close())
  return store
}

function openPool(url: string) {
  const postgres = openPostgres(url, commandName)
  onTestFinished(() => postgres.db.destroy())
  return postgres
}

const newFolder = () => mkdtemp(join(tmpdir(), 'threadwise-move-'))
