import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Log } from '../log.ts'
import type { Postgres } from './postgres.ts'

/** Schema of the messages between replicas: kinds and ids, never what people wrote. */
const Notice = z.discriminatedUnion('kind', [
  /** A turn can be leased. */
  z.object({ kind: z.literal('turns') }),
  /** A turn was stopped, withdrawn or revised. */
  z.object({ kind: z.literal('turn'), id: z.string(), by: z.string().optional() }),
  /** A thread has a new or changed message. */
  z.object({ kind: z.literal('thread'), channel: z.string(), threadTs: z.string() }),
  z.object({ kind: z.literal('settings') }),
  z.object({ kind: z.literal('corrections') }),
])
type Notice = z.infer<typeof Notice>
const Payload = z.object({ from: z.string(), word: Notice })

/** Prefix of the replicas' connection names, by which they see each other run. */
export const namePrefix = 'threadwise-'

const noticeChannel = 'threadwise'
/** pg-boss notifies here of new entries, by the name of its schema. Source: pg-boss 12, notifyChannelSql. */
const queueChannel = `pgboss_${createHash('sha224').update('pgboss').digest('hex').slice(0, 24)}`
const checkEveryMs = 1_000
/** A replica without a connection for this long has crashed, or its leases have expired: see `validMs` in queue/lease.ts. */
const crashedAfterMs = 4_000
/** Time for replicas to reconnect after a restart of PostgreSQL. */
const graceSeconds = 8

export type Replicas = ReturnType<typeof createReplicas>

/** Joins the replicas of a database: the processes that answer for one workspace. */
export function createReplicas(postgres: Postgres, name: string, log: Log) {
  const { db } = postgres
  const listeners: ((notice: Notice) => void)[] = []
  const onReturn: (() => void)[] = []
  const onCrash: ((name: string) => Promise<void>)[] = []

  const receive = (notice: Notice) => {
    for (const listener of listeners) listener(notice)
  }
  const session = postgres.openSession({
    channels: [noticeChannel, queueChannel],
    onNotice(payload, channel) {
      if (channel === queueChannel) return receive({ kind: 'turns' })
      const notice = parsePayload(payload)
      // A newer version may send other notices.
      if (notice !== undefined && notice.from !== name) receive(notice.word)
    },
    onOpen: () => {
      for (const listener of onReturn) listener()
    },
  })
  const stopChecking = checkForCrashes(postgres, async crashed => {
    log.warn({ replica: crashed }, 'replica crashed; its work is taken over')
    for (const listener of onCrash) await listener(crashed)
  })

  return {
    /** Name of this replica. */
    name,
    /** True if the database answers and notices arrive. */
    get isReachable() {
      return session.isOpen
    },
    /** Notifies the others. A notice that is sent while the database is away is lost: it only says where to look. */
    tell(word: Notice): void {
      void sql`select pg_notify(${noticeChannel}, ${JSON.stringify({ from: name, word })})`.execute(db).catch(() => {})
    },
    /** Subscribes to the notices of the others. */
    hear: (listener: (notice: Notice) => void) => void listeners.push(listener),
    /** Subscribes to the end of each interruption, during which notices may have been lost. */
    onReturn: (listener: () => void) => void onReturn.push(listener),
    /** Subscribes to the crashes of the others, whose work anyone may take over. */
    onCrash: (listener: (name: string) => Promise<void>) => void onCrash.push(listener),
    /** Lists the names of the replicas that run, including this one. */
    alive: async () => (await readAlive(postgres)).names,
    async close() {
      stopChecking()
      await session.close()
    },
  }
}

function parsePayload(payload: string): z.infer<typeof Payload> | undefined {
  try {
    return Payload.parse(JSON.parse(payload))
  } catch {
    return undefined
  }
}

/** Looks every second for replicas that have work and no connection. Returns a function that stops it. */
function checkForCrashes(postgres: Postgres, onCrash: (name: string) => Promise<void>): () => void {
  /** When each such replica was first missed, by `performance.now()`. */
  const missedSince = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const check = async (): Promise<void> => {
    const { isFresh, names } = await readAlive(postgres)
    if (isFresh) return missedSince.clear()
    const missed = (await readOwners(postgres)).filter(owner => !names.includes(owner))
    for (const known of missedSince.keys()) if (!missed.includes(known)) missedSince.delete(known)
    for (const owner of missed) if (!missedSince.has(owner)) missedSince.set(owner, performance.now())
    for (const [owner, since] of missedSince) {
      if (performance.now() - since <= crashedAfterMs) continue
      missedSince.delete(owner)
      await onCrash(owner)
    }
  }
  const schedule = () => {
    timer = setTimeout(async () => {
      // While the database is away nobody is known to be missing.
      await check().catch(() => missedSince.clear())
      if (!isStopped) schedule()
    }, checkEveryMs).unref()
  }
  schedule()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

async function readAlive({ db }: Postgres): Promise<{ isFresh: boolean; names: string[] }> {
  const { rows } = await sql<{ name: string; is_fresh: boolean }>`
    select distinct application_name as name,
      now() - pg_postmaster_start_time() < make_interval(secs => ${graceSeconds}) as is_fresh
    from pg_stat_activity
    where datname = current_database() and application_name like ${`${namePrefix}%`}`.execute(db)
  return { isFresh: rows[0]?.is_fresh !== false, names: rows.map(({ name }) => name) }
}

/** Reads the names of the replicas that have unfinished work. */
async function readOwners({ db }: Postgres): Promise<string[]> {
  const { rows } = await sql<{ owner: string }>`
    select owner from turns
      where state in ('waiting', 'answering', 'stopping', 'withdrawing') and owner is not null
    union select owner from outbox where quarantined_at is null and owner <> ''`.execute(db)
  return rows.map(({ owner }) => owner)
}
