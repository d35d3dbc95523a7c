import { setImmediate as nextTick } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { defaultBounds } from '../../src/config.ts'
import { createPostgresDriver } from '../../src/queue/postgres-driver.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import { openDatabase, withPostgres } from '../postgres.ts'
import { by, type OpenProcess, queueContract, range, start, turn } from './contract.ts'

const openOn =
  (url: string): OpenProcess =>
  async log => {
    const store = await openSharedStore(url, log)
    return { store, driver: createPostgresDriver({ store, log }) }
  }

withPostgres('the queue on PostgreSQL', () => {
  queueContract(async () => openOn(await openDatabase()))

  test('answers a thread’s turns in the order in which they came, although their saving fails meanwhile', async () => {
    const url = await openDatabase()
    const { ask, next } = await start(openOn(url))
    const other = new pg.Client(url)
    await other.connect()
    onTestFinished(() => other.end())
    await other.query('begin; lock table turns in exclusive mode')
    const asked: Promise<void>[] = []
    for (const ts of ['1', '2', '3', '4', '5']) {
      asked.push(ask(turn(ts, '1')))
      await nextTick()
    }
    const breakConnections = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await other.query(breakConnections)).rowCount).toBeGreaterThan(0)
    await other.query('commit')
    await Promise.all(asked)
    for (const ts of ['1', '2', '3', '4', '5']) {
      const { job, end } = await next()
      expect(job.turn.question.ts).toBe(ts)
      end('done')
    }
  })
})

withPostgres('the queues of two replicas', () => {
  test('hold the bounds of one person together, and tell them of a flood once', async () => {
    const url = await openDatabase()
    const replicas = await Promise.all([start(openOn(url)), start(openOn(url))])
    const most = defaultBounds.running + defaultBounds.waiting
    await Promise.all(range(most * 3).map(number => replicas[number % 2]?.ask(by('flooder', number))))
    expect(replicas.flatMap(({ floods }) => floods)).toEqual(['flooder'])
    const countGiven = () => replicas.reduce((sum, { unseen }) => sum + unseen, 0)
    await expect.poll(countGiven).toBe(defaultBounds.running)
    await Promise.all(replicas.map(({ ask }, at) => ask(by(`other ${at}`, 900 + at))))
    await expect.poll(countGiven).toBe(defaultBounds.running + 2)
    const { rows } = (await replicas[0].store.shared?.postgres.executeSql(
      `select state, count(*)::int as turns from turns where person = 'flooder' group by state order by state`,
    )) ?? { rows: [] }
    expect(rows).toEqual([
      { state: 'answering', turns: defaultBounds.running },
      { state: 'declined', turns: most * 2 },
      { state: 'waiting', turns: defaultBounds.waiting },
    ])
  })
})
