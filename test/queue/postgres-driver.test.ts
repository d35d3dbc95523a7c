import { expect, test } from 'vitest'
import { defaultBounds } from '../../src/config.ts'
import { createPostgresDriver } from '../../src/queue/postgres-driver.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import { openDatabase, withPostgres } from '../postgres.ts'
import { by, type OpenProcess, queueContract, range, start } from './contract.ts'

withPostgres('the queue on PostgreSQL', () => {
  queueContract(async () => {
    const url = await openDatabase()
    return async log => {
      const store = await openSharedStore(url, log)
      return { store, driver: createPostgresDriver({ store, log }) }
    }
  })
})

withPostgres('the queues of two replicas', () => {
  test('hold the bounds of one person together, and tell them of a flood once', async () => {
    const url = await openDatabase()
    const open: OpenProcess = async log => {
      const store = await openSharedStore(url, log)
      return { store, driver: createPostgresDriver({ store, log }) }
    }
    const replicas = await Promise.all([start(open), start(open)])
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
