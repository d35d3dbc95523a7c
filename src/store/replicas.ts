import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Log } from '../log.ts'
import type { Postgres } from './postgres.ts'

/** Processes that answer for the same workspace on the same database. */
export interface Replicas {
  /** This one's. */
  readonly name: string
  /** The database answers, and what the others tell is heard. */
  readonly isReachable: boolean
  /** Tells the others. What is told while the database is away is lost: a word only says where to look. */
  tell(word: Word): void
  /** What the others tell. */
  hear(listener: (word: Word) => void): void
  /** Words may have been lost from now back to the last time. */
  onReturn(listener: () => void): void
  /** A replica has died; what it was working on is anybody's. */
  onDeath(listener: (name: string) => Promise<void>): void
  /** The names of those that live, this one's among them. */
  alive(): Promise<string[]>
  close(): Promise<void>
}

/** What replicas tell each other: kinds and ids, and no word of what people wrote. */
type Word =
  /** There is a turn to take. */
  | { kind: 'turns' }
  /** The record of a turn was changed: it is stopped, withdrawn, or has another question. */
  | { kind: 'turn'; id: string; by?: string }
  /** Something was said, or changed, in a thread. */
  | { kind: 'thread'; channel: string; threadTs: string }
  /** What people chose for a channel, or a correction, is another. */
  | { kind: 'settings' }
  | { kind: 'corrections' }

/** Every replica's connections bear its name, so that the others see whether it lives. */
export const namePrefix = 'threadwise-'

const noticeChannel = 'threadwise'
/** On which pg-boss tells that something was put into a queue, by the name of its schema. Source: pg-boss 12, notifyChannelSql. */
const queueChannel = `pgboss_${createHash('sha224').update('pgboss').digest('hex').slice(0, 24)}`
const lookEveryMs = 1_000
/** Whoever has had no connection for so long is dead, or writes no more in what was its own: see `sureMs` of the turn queue. */
const deadAfterMs = 4_000
/** After a restart of PostgreSQL nobody has a connection; all are given so long to come back. */
const graceSeconds = 8

/** Joins the replicas of a database under this name. */
export function createReplicas(postgres: Postgres, name: string, log: Log): Replicas {
  const { db } = postgres
  const listeners: ((word: Word) => void)[] = []
  const onReturn: (() => void)[] = []
  const onDeath: ((name: string) => Promise<void>)[] = []
  /** Since when those of whom work is left were not seen, in milliseconds of `performance.now()`. */
  const missing = new Map<string, number>()
  let isClosed = false

  const heard = (word: Word) => {
    for (const listener of listeners) listener(word)
  }
  const session = postgres.openSession({
    begin: [`listen ${noticeChannel}`, `listen ${queueChannel}`],
    onNotice(payload, channel) {
      if (channel === queueChannel) return heard({ kind: 'turns' })
      const { from, word } = JSON.parse(payload) as { from: string; word: Word }
      if (from !== name) heard(word)
    },
    onOpen: () => {
      for (const listener of onReturn) listener()
    },
  })

  const bury = async (dead: string): Promise<void> => {
    missing.delete(dead)
    log.warn({ replica: dead }, 'a replica has died; what it left is gone on with')
    for (const listener of onDeath) await listener(dead)
  }

  const look = async (): Promise<void> => {
    const { isFresh, names } = await readAlive(postgres)
    if (isFresh) return missing.clear()
    const gone = (await readOwners(postgres)).filter(owner => !names.includes(owner))
    for (const known of missing.keys()) if (!gone.includes(known)) missing.delete(known)
    for (const owner of gone) if (!missing.has(owner)) missing.set(owner, performance.now())
    for (const [owner, since] of missing) if (performance.now() - since > deadAfterMs) await bury(owner)
  }

  let timer: NodeJS.Timeout | undefined
  const lookOn = async (): Promise<void> => {
    // A database that is away tells nothing of who lives.
    await look().catch(() => missing.clear())
    if (!isClosed) timer = setTimeout(() => void lookOn(), lookEveryMs).unref()
  }
  timer = setTimeout(() => void lookOn(), lookEveryMs).unref()

  return {
    name,
    get isReachable() {
      return session.isOpen
    },
    tell(word) {
      void sql`select pg_notify(${noticeChannel}, ${JSON.stringify({ from: name, word })})`.execute(db).catch(() => {})
    },
    hear: listener => void listeners.push(listener),
    onReturn: listener => void onReturn.push(listener),
    onDeath: listener => void onDeath.push(listener),
    alive: async () => (await readAlive(postgres)).names,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await session.close()
    },
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

/** Those who have work that is not done. */
async function readOwners({ db }: Postgres): Promise<string[]> {
  const { rows } = await sql<{ owner: string }>`
    select owner from turns
      where state in ('waiting', 'answering', 'stopping', 'withdrawing') and owner is not null
    union select owner from outbox where quarantined_at is null and owner <> ''`.execute(db)
  return rows.map(({ owner }) => owner)
}
