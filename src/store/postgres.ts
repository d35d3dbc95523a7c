import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { withoutNul } from './strip-nul.ts'
import type { Schema } from './tables.ts'

export type Postgres = ReturnType<typeof openPostgres>

interface SessionHandlers {
  /** Channels to listen on. */
  channels: string[]
  onNotice: (payload: string, channel: string) => void
  /** Called at the first opening and after each interruption, during which notifications were lost. */
  onOpen: () => void
}

const connectMs = 3_000
const queryMs = 5_000
const connections = 8
const durableConnections = 3
const firstRetryMs = 50
const longestRetryMs = 1_000

/** Type id of 64-bit integers; ours are times and counts, which fit into a number. */
const bigint = 20
const types = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === bigint ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** Opens the database at a URL. Connects at the first query. */
export function openPostgres(url: string, name: string) {
  const options = {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
    types,
  }
  const openPool = (extra: pg.PoolConfig) => {
    const pool = new pg.Pool({ ...options, ...extra, idleTimeoutMillis: 0 })
    // The pool replaces a broken connection; its query fails by itself.
    pool.on('error', () => {})
    pool.on('connect', client => client.on('error', () => {}))
    return pool
  }
  // Waiting for the disk at every step would take most of the time before the model is asked.
  const pool = openPool({ max: connections, options: '-c synchronous_commit=off' })
  const durablePool = openPool({ max: durableConnections })
  return {
    db: createKysely(pool),
    /** The same on connections whose commits survive a power cut; those of `db` may lose the last instant. */
    durable: createKysely(durablePool),
    /** Runs raw SQL on the connections of `db`. */
    executeSql: (text: string, values?: unknown[]): Promise<{ rows: unknown[] }> => pool.query(text, values),
    /** Opens a dedicated connection that listens for notifications, and reopens it whenever it ends. */
    openSession: (handlers: SessionHandlers) => openSession(() => new pg.Client(options), handlers),
    async close() {
      await Promise.all([pool.end(), durablePool.end()])
    },
  }
}

const createKysely = (pool: pg.Pool) =>
  new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [withoutNul] })

function openSession(createClient: () => pg.Client, { channels, onNotice, onOpen }: SessionHandlers) {
  let client: pg.Client | undefined
  let state: 'opening' | 'open' | 'closed' = 'opening'
  let timer: NodeJS.Timeout | undefined
  let retryMs = firstRetryMs

  const open = async (): Promise<void> => {
    const own = createClient()
    client = own
    let isEnded = false
    const retry = () => {
      if (isEnded) return
      isEnded = true
      void own.end().catch(() => {})
      if (state === 'closed') return
      state = 'opening'
      timer = setTimeout(() => void open(), retryMs)
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
    own.on('error', retry)
    own.on('end', retry)
    own.on('notification', ({ payload = '', channel }) => onNotice(payload, channel))
    try {
      await own.connect()
      for (const channel of channels) await own.query(`listen ${channel}`)
    } catch {
      return retry()
    }
    if (isEnded) return
    state = 'open'
    retryMs = firstRetryMs
    onOpen()
  }

  void open()
  return {
    get isOpen() {
      return state === 'open'
    },
    async close() {
      state = 'closed'
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}

const startLock = 7_418_322

const lockEveryMs = 50
const lockPatienceMs = 60_000

/** Runs `work` under a lock shared by all replicas, so that those that start together create tables one after the other. */
export async function withStartLock<R>(db: Kysely<Schema>, work: () => Promise<R>): Promise<R> {
  const deadline = Date.now() + lockPatienceMs
  return db.transaction().execute(async on => {
    // Polls, since a waiting query would run into the query time-out.
    for (;;) {
      const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${startLock}) as got`.execute(on)
      if (rows[0]?.got === true) return work()
      if (Date.now() > deadline) throw new Error('another replica has been making the tables for a minute')
      await delay(lockEveryMs)
    }
  })
}

/** Describes what is wrong with the database, with its cure. */
export function formatPostgresProblem(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (isUnreachable(code, message))
    return `DATABASE_URL: PostgreSQL cannot be reached (${code ?? message}): is it running, and is the address right?`
  if (code === '53300')
    return 'DATABASE_URL: PostgreSQL has no connections left (12 a replica are needed): raise its max_connections'
  if (code === '28P01' || code === '28000') return 'DATABASE_URL: PostgreSQL rejected this user or password; check both'
  if (code === '3D000') return 'DATABASE_URL: this database doesn’t exist; create it with createdb'
  if (code === '42501') return 'DATABASE_URL: this user isn’t allowed to create tables; grant it CREATE on the schema'
  if (message?.startsWith('corrupted migrations'))
    return 'DATABASE_URL: the database was written by a newer Threadwise: update this one'
  return `DATABASE_URL: ${message ?? String(error)}`
}

/** Checks for connection errors: the system's, PostgreSQL's while it starts or stops, and the driver's, which have no code. */
function isUnreachable(code: string | undefined, message: string | undefined): boolean {
  if (code === undefined) return /^(connection terminated|timeout expired|query read timeout)/i.test(message ?? '')
  return /^(E(?!RR_)[A-Z_]+|57P0[123])$/.test(code)
}
