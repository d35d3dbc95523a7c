import { randomInt } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { migrate } from '../../src/store/migrations.ts'
import { openPostgres, type Postgres } from '../../src/store/postgres.ts'

/** The PostgreSQL on which tests make databases of their own; without it they are skipped. */
export const testUrl = process.env.TEST_DATABASE_URL

/** A database of one test alone. */
export interface TestDatabase {
  /** Connects to it. */
  open(): Postgres
  /** Cuts all connections, and takes none any more. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

/** Makes a database with all tables. It is dropped when the test is over. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomInt(2 ** 40).toString(36)}`
  const server = openPostgres(testUrl as string, 'test')
  await server.executeSql(`create database ${name}`)
  const url = new URL(testUrl as string)
  url.pathname = name
  const opened: Postgres[] = []
  onTestFinished(async () => {
    await Promise.all(opened.map(postgres => postgres.close()))
    await server.executeSql(`drop database ${name} with (force)`)
    await server.close()
  })
  const open = () => {
    const postgres = openPostgres(url.href, 'test')
    opened.push(postgres)
    return postgres
  }
  await migrate(open().db)
  return {
    open,
    async goAway() {
      await server.executeSql(`alter database ${name} allow_connections false`)
      await server.executeSql('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    },
    async comeBack() {
      await server.executeSql(`alter database ${name} allow_connections true`)
    },
  }
}
