import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createTurnQueue } from '../queue/postgres-queue.ts'
import { migrate } from './migrations.ts'
import { alone, formatPostgresProblem, openPostgres } from './postgres.ts'
import { createCluster } from './rate-limit.ts'
import { createReplicas, namePrefix } from './replicas.ts'
import { createStore, type Store } from './store.ts'
import { createWriter } from './writer.ts'

/** Whoever stops waits no longer than this for each farewell. */
const leaveMs = 1_500
/** What comes of a database that is away. */
const away = 'what people ask waits until it can be, and replies hold still in a few seconds'

/** Opens the store that several replicas share. Rejects with a `StartError` that names the cure when that is impossible. */
export async function openSharedStore(url: string, log: Log): Promise<Store> {
  const name = `${namePrefix}${randomInt(2 ** 40).toString(36)}`
  const postgres = openPostgres(url, name)
  const { db } = postgres
  try {
    await alone(postgres, () => migrate(db))
  } catch (error) {
    await postgres.close()
    throw new StartError(formatPostgresProblem(error))
  }
  const writer = createWriter(log, formatPostgresProblem, work => postgres.durable.transaction().execute(work), away)
  const replicas = createReplicas(postgres, name, log)
  const queue = createTurnQueue(postgres, replicas, log)
  const close = async () => {
    // A database that says nothing takes no leave either.
    for (const leave of [queue.close, replicas.close, postgres.close])
      await Promise.race([leave(), delay(leaveMs, undefined, { ref: false })]).catch(() => {})
  }
  return createStore({
    db,
    writer,
    isLasting: true,
    shared: { replicas, queue, pool: createCluster(db, name) },
    close,
  })
}
