import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { createSqliteDriver } from '../../src/queue/sqlite-driver.ts'
import { openStore } from '../../src/store/open-sqlite-store.ts'
import { queueContract } from './contract.ts'

describe('the queue on SQLite', () => {
  queueContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'threadwise-queue-'))
    return async log => {
      const store = await openStore(folder, 1_000, log)
      return { store, driver: createSqliteDriver({ store, log }) }
    }
  })
})
