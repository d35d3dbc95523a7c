import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { withoutNul } from './strip-nul.ts'
import type { Schema } from './tables.ts'

/** A PostgreSQL database that several replicas share. */
export interface Postgres {
  db: Kysely<Schema>
  /** The same, on connections whose commits outlive a power cut. What is written on the others may lack the last instant then. */
  durable: Kysely<Schema>
  /** Runs another library's SQL on the same connections. */
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /**
   * Opens a session of its own, and opens it anew whenever it ends. `begin` runs on each before anything is heard on it; a
   * session that fails in it is tried again.
   */
  openSession(handlers: SessionHandlers): Session
  close(): Promise<void>
}

/** What a session is for. */
interface SessionHandlers {
  /** SQL to run when it begins. */
  begin: string[]
  /** Somebody told something on a channel that is listened to. */
  onNotice: (payload: string, channel: string) => void
  /** It is open, for the first time or again: what was told meanwhile was not heard. */
  onOpen: () => void
}

interface Session {
  readonly isOpen: boolean
  close(): Promise<void>
}

/** A server that does not answer for this long is taken for away. */
const connectMs = 3_000
const queryMs = 5_000
const connections = 8
const durableConnections = 3
const firstRetryMs = 50
const longestRetryMs = 1_000

/** PostgreSQL's type for 64-bit integers; ours are times and counts, which a number holds. */
const bigint = 20
const types = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === bigint ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** Opens the database at an address. Nothing is connected before it is asked for something. */
export function openPostgres(url: string, name: string): Postgres {
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
    // A connection that breaks is replaced by the next one; whoever was using it hears of it from its query.
    pool.on('error', () => {})
    pool.on('connect', client => client.on('error', () => {}))
    return pool
  }
  // Waiting for the disk at every step would take most of a turn's way to the model.
  const pool = openPool({ max: connections, options: '-c synchronous_commit=off' })
  const durablePool = openPool({ max: durableConnections })
  return {
    db: toKysely(pool),
    durable: toKysely(durablePool),
    executeSql: (text, values) => pool.query(text, values),
    openSession: handlers => openSession(() => new pg.Client(options), handlers),
    async close() {
      await Promise.all([pool.end(), durablePool.end()])
    },
  }
}

const toKysely = (pool: pg.Pool) =>
  new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins: [withoutNul] })

function openSession(createClient: () => pg.Client, { begin, onNotice, onOpen }: SessionHandlers): Session {
  let client: pg.Client | undefined
  let isOpen = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let retryMs = firstRetryMs

  const open = async (): Promise<void> => {
    const own = createClient()
    client = own
    let isOver = false
    const again = () => {
      if (isOver) return
      isOver = true
      isOpen = false
      void own.end().catch(() => {})
      if (isClosed) return
      timer = setTimeout(() => void open(), retryMs)
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
    own.on('error', again)
    own.on('end', again)
    own.on('notification', ({ payload = '', channel }) => onNotice(payload, channel))
    try {
      await own.connect()
      for (const statement of begin) await own.query(statement)
    } catch {
      return again()
    }
    if (isOver) return
    isOpen = true
    retryMs = firstRetryMs
    onOpen()
  }

  void open()
  return {
    get isOpen() {
      return isOpen
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await client?.end().catch(() => {})
    },
  }
}

/** Replicas that start together make tables one after the other. */
const startLock = 7_418_322

const lockEveryMs = 50
/** Nobody holds it for longer; a replica that waits for more is told so. */
const lockPatienceMs = 60_000

/** Does the work while no other replica does such work. */
export async function alone<R>({ db }: Pick<Postgres, 'db'>, work: () => Promise<R>): Promise<R> {
  const deadline = Date.now() + lockPatienceMs
  return db.transaction().execute(async on => {
    // Asked again and again: a question that waits would be given up as one to a server that is away.
    for (;;) {
      const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${startLock}) as got`.execute(on)
      if (rows[0]?.got === true) return work()
      if (Date.now() > deadline) throw new Error('another replica has been making the tables for a minute')
      await delay(lockEveryMs)
    }
  })
}

/** What is wrong with the database, said so that it can be cured. */
export function formatPostgresProblem(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (isAway(code, message))
    return `DATABASE_URL: PostgreSQL cannot be reached (${code ?? message}): is it running, and is the address right?`
  if (code === '53300')
    return 'DATABASE_URL: PostgreSQL has no connections left (12 a replica are needed): raise its max_connections'
  if (code === '28P01' || code === '28000') return 'DATABASE_URL: PostgreSQL does not take this user and password'
  if (code === '3D000') return 'DATABASE_URL: there is no such database; make it with createdb'
  if (code === '42501')
    return 'DATABASE_URL: this user may not make tables there; grant it the right, or own the schema'
  if (message?.startsWith('corrupted migrations'))
    return 'DATABASE_URL: the database was written by a newer Threadwise: update this one'
  return `DATABASE_URL: ${message ?? String(error)}`
}

/** The system's errors, PostgreSQL's while it starts or stops, and the driver's own, which have no code. */
function isAway(code: string | undefined, message: string | undefined): boolean {
  if (code === undefined) return /^(connection terminated|timeout expired|query read timeout)/i.test(message ?? '')
  return /^(E(?!RR_)[A-Z_]+|57P0[123])$/.test(code)
}
