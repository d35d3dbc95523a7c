import { createPostgresDriver } from '../../src/queue/postgres-driver.ts'
import { openSharedStore } from '../../src/store/postgres-store.ts'
import { openDatabase, withPostgres } from '../postgres.ts'
import { queueContract } from './contract.ts'

withPostgres('the queue on PostgreSQL', () => {
  queueContract(async () => {
    const url = await openDatabase()
    return async log => {
      const store = await openSharedStore(url, log)
      return { store, driver: createPostgresDriver({ store, log }) }
    }
  })
})
