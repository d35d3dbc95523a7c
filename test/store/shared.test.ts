import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { migrate, migrations } from '../../src/store/migrations.ts'
import { formatPostgresProblem, openPostgres } from '../../src/store/postgres.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import { administer, openDatabase, openProxy, withParts, withPostgres } from '../postgres.ts'
import { migratedTurn, storeContract, turn } from './contract.ts'
import { expectNewCommands, insertOldCommands } from './old-commands.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log

/** Empties what tables there are, the queue's among them. */
const emptyAll = `do $$ declare one record; begin
  for one in select schemaname, tablename from pg_tables
    where (schemaname = 'public' and tablename not like 'kysely%') or (schemaname = 'pgboss' and tablename = 'job')
  loop execute format('truncate %I.%I', one.schemaname, one.tablename); end loop;
end $$`

withPostgres('the store that replicas share', () => {
  // To empty a database takes less time than to make one.
  let place: string
  beforeAll(async () => {
    let drop = async () => {}
    place = await openDatabase(clean => {
      drop = async () => clean()
    })
    return () => drop()
  })

  storeContract('PostgreSQL', async () => {
    await administer(emptyAll, place)
    return () => open(place)
  })

  test('keeps a turn once, whichever of the replicas hears of it first', async () => {
    const url = await openDatabase()
    const stores = await Promise.all([1, 2, 3].map(() => open(url)))
    const kept = await Promise.all(stores.flatMap(({ turns }) => [1, 2].map(number => turns.save(turn(number)))))
    expect(kept.filter(isNew => isNew)).toHaveLength(2)
    expect(kept.filter(isNew => isNew === undefined)).toEqual([])
  })

  test('asks for a digest once, whichever of the replicas sees that it is due', async () => {
    const url = await openDatabase()
    const stores = await Promise.all([1, 2, 3].map(() => open(url)))
    const digest = { id: 'd', user: 'U1', pattern: '0 9 * * *', timeZone: 'UTC', question: '', title: '', nextAt: 1 }
    await stores[0]?.digests.add(digest)
    const asked = await Promise.all(
      stores.map(({ digests }, index) =>
        digests.ask(digest, 2, { id: String(index), kind: 'ask', payload: {}, savedAt: 1 }),
      ),
    )
    expect(asked.toSorted()).toEqual([false, false, true])
  })

  test('tells every replica what was chosen or corrected at another', async () => {
    const url = await openDatabase()
    const [one, other] = await Promise.all([open(url), open(url)])
    const changed = Promise.withResolvers<void>()
    other.settings.onChange(() => changed.resolve())
    await expect.poll(() => other.shared?.replicas.isReachable).toBe(true)
    expect(await other.labels.corrected(10)).toEqual([])
    const text = { id: 'a', state: 'done' as const, channel: 'C1', text: '', isShared: true, saidAt: 1 }
    await one.labels.save({ ...text, labels: [], version: '', model: '' })
    await one.labels.correct('a', 'U1', [{ kind: 'bug', reason: '' }])
    await one.settings.write('C1', '{}')
    await changed.promise
    expect(await other.settings.all()).toEqual([{ channel: 'C1', settings: '{}' }])
    await expect.poll(() => other.labels.corrected(10)).toMatchObject([{ id: 'a', correctedBy: 'U1' }])
  })

  test('leaves what a living replica works on to it', async () => {
    const url = await openDatabase()
    const [one, other] = await Promise.all([open(url), open(url)])
    await one.outbox.save({ id: 'q', kind: 'ask', payload: {}, savedAt: 1 })
    expect(await other.outbox.takeOver()).toEqual([])
    await one.close()
    await expect.poll(() => other.outbox.takeOver()).toMatchObject([{ id: 'q' }])
  })

  test('is written again by itself when the database was away', async () => {
    const proxy = await openProxy(await openDatabase())
    const store = await open(proxy.url)
    expect(await store.turns.save(turn(1))).toBe(true)
    proxy.cut()
    expect(await store.turns.save(turn(2))).toBeUndefined()
    expect(store.isPersistent).toBe(false)
    proxy.mend()
    await expect.poll(() => store.turns.save(turn(2)), { timeout: 30_000 }).toBe(true)
    expect(store.isPersistent).toBe(true)
  })

  test('does not wait for a database of which nothing is heard', async () => {
    const proxy = await openProxy(await openDatabase())
    const store = await open(proxy.url)
    proxy.silence()
    expect(await store.turns.save(turn(1))).toBeUndefined()
    proxy.mend()
    await expect.poll(() => store.turns.save(turn(1)), { timeout: 30_000 }).toBeDefined()
    expect((await store.turns.load('T1:C1:1'))?.state).toBe('waiting')
  })
})

withPostgres('the tables on PostgreSQL', () => {
  const names = Object.keys(migrations)

  test('are made once when many replicas start at the same moment', async () => {
    const url = await openDatabase()
    const pools = Array.from({ length: 8 }, () => openPool(url))
    await Promise.all(pools.map(({ db }) => migrate(db)))
    const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      pools[0]?.db as never,
    )
    expect(done.rows.map(({ name }) => name)).toEqual(names)
  })

  test.each(names.map((_, index) => index + 1))(
    'are brought from version %i to the newest, with what is in them',
    async version => {
      const url = await openDatabase()
      const { db } = openPool(url)
      await migrate(db, Object.fromEntries(names.slice(0, version).map(name => [name, migrations[name] as never])))
      const now = Date.now()
      await sql`insert into turns (id, channel, thread_ts, ts, state, turn, deaths, edition, messages, kept_at, changed_at)
      values ('T1:C1:1', 'C1', '1', '1', 'waiting', '{}', 1, 2, '["1.5"]', ${now}, ${now}),
        ('T1:C1:2', 'C1', '1', '2', ${version < 8 ? 'set_aside' : 'quarantined'}, '{}', 3, 1, '[]', ${now}, ${now})`.execute(
        db,
      )
      await insertOldCommands(db, version)

      const store = await open(url)
      expect(await store.turns.load('T1:C1:1')).toMatchObject({ ...migratedTurn, savedAt: now })
      expect(await store.turns.load('T1:C1:2')).toMatchObject({ state: 'quarantined', crashes: 3 })
      const { rows } = await sql`select id from turns where state = 'set_aside'`.execute(db)
      expect(rows).toEqual([])
      // A replica of the version before may still write the old name.
      await sql`update turns set state = 'set_aside' where id = 'T1:C1:2'`.execute(db)
      expect((await store.turns.load('T1:C1:2'))?.state).toBe('quarantined')
      await store.ratings.rate('T1:C1:1', 'U1', 'up')
      expect(await store.ratings.of('T1:C1:1')).toEqual([{ user: 'U1', rating: 'up' }])
      const fresh = await openDatabase()
      await (await open(fresh)).close()
      expect(await readColumns(url)).toEqual(await readColumns(fresh))
      await expectNewCommands(store, version)
    },
  )

  test('of a newer version are left alone, and it is said what to do', async () => {
    const url = await openDatabase()
    await migrate(openPool(url).db, { ...migrations, '999_later': { async up() {} } })
    await expect(openSharedStore(url, silent)).rejects.toThrow(
      'DATABASE_URL: the database was written by a newer Threadwise: update this one',
    )
  })
})

withPostgres('a database that cannot be opened is named with its cure', () => {
  const refusal = (url: string) =>
    openSharedStore(url, silent).then(
      store => store.close(),
      (error: Error) => `${error.name}: ${error.message}`,
    )

  test('when there is no such database', async () => {
    expect(await refusal(withParts(await openDatabase(), { pathname: '/none_of_that_name' }))).toBe(
      'StartError: DATABASE_URL: this database doesn’t exist; create it with createdb',
    )
  })

  test('when there is no such user', async () => {
    expect(await refusal(withParts(await openDatabase(), { username: 'nobody_of_that_name' }))).toBe(
      'StartError: DATABASE_URL: PostgreSQL rejected this user or password; check both',
    )
  })

  test('when the user may not make tables', async () => {
    const guest = `guest_${randomBytes(6).toString('hex')}`
    await administer(`create role ${guest} login password 'guest'`)
    onTestFinished(() => administer(`drop role ${guest}`))
    const url = await openDatabase()
    expect(await refusal(withParts(url, { username: guest, password: 'guest' }))).toMatch(
      /^StartError: DATABASE_URL: this user isn’t allowed to create tables; grant it CREATE/,
    )
  })

  test('when nobody answers at that address', async () => {
    const url = await openDatabase()
    expect(await refusal(withParts(url, { host: '127.0.0.1:1' }))).toMatch(/cannot be reached \(ECONNREFUSED\)/)
    expect(await refusal(withParts(url, { host: 'nowhere.invalid' }))).toMatch(/cannot be reached \(/)
  })

  test('when the server breaks every connection, or says nothing', async () => {
    const proxy = await openProxy(await openDatabase())
    proxy.cut()
    expect(await refusal(proxy.url)).toMatch(/PostgreSQL cannot be reached \(.*\): is it running/)
    proxy.mend()
    proxy.silence()
    expect(await refusal(proxy.url)).toMatch(/PostgreSQL cannot be reached \(.*\): is it running/)
  })
})

describe('a problem of PostgreSQL', () => {
  test('is told without the password', () => {
    const wrong = Object.assign(new Error('password authentication failed for user "bot"'), { code: '28P01' })
    expect(formatPostgresProblem(wrong)).toBe('DATABASE_URL: PostgreSQL rejected this user or password; check both')
  })
})

async function open(url: string) {
  const store = await openSharedStore(url, silent)
  onTestFinished(() => store.close())
  return store
}

function openPool(url: string) {
  const postgres = openPostgres(url, 'test')
  onTestFinished(() => postgres.db.destroy())
  return postgres
}

/** What the tables look like, whatever way led there. */
async function readColumns(url: string): Promise<unknown> {
  const { db } = openPool(url)
  const { rows } = await sql`
    select table_name, column_name, data_type, column_default, is_nullable, collation_name
    from information_schema.columns where table_schema = 'public' order by table_name, column_name`.execute(db)
  return rows
}
