import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { migrate } from './migrations.ts'
import { formatPostgresProblem, openPostgres, withStartLock } from './postgres.ts'
import { createCluster } from './rate-limit.ts'
import { createReplicas, namePrefix } from './replicas.ts'
import { createStore, type Store } from './store.ts'
import { createWriter } from './writer.ts'

/** Time limit for closing each connection. */
const closeMs = 1_500

/** Opens the store that several replicas share. Rejects with a `StartError` that names the cure. */
export async function openSharedStore(url: string, log: Log): Promise<Store> {
  const name = `${namePrefix}${randomInt(2 ** 40).toString(36)}`
  const postgres = openPostgres(url, name)
  const { db } = postgres
  try {
    await withStartLock(db, () => migrate(db))
  } catch (error) {
    await postgres.close()
    throw new StartError(formatPostgresProblem(error))
  }
  const replicas = createReplicas(postgres, name, log)
  return createStore({
    db,
    writer: createWriter(log, {
      formatProblem: formatPostgresProblem,
      durably: work => postgres.durable.transaction().execute(work),
      outcome: 'what people ask waits until it can be, and replies hold still in a few seconds',
    }),
    isLasting: true,
    shared: { replicas, postgres, cluster: createCluster(db, name) },
    async close() {
      // A database that does not answer does not close a connection either.
      for (const end of [replicas.close, postgres.close])
        await Promise.race([end(), delay(closeMs, undefined, { ref: false })]).catch(() => {})
    },
  })
}
