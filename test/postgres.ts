import { randomBytes } from 'node:crypto'
import { createServer, connect as dial, type Socket } from 'node:net'
import pg from 'pg'
import { describe, onTestFinished } from 'vitest'

/** A server on which tests may make databases; without it, the tests that need one are skipped, visibly. */
const server = process.env.TEST_DATABASE_URL

/** A group of tests that need PostgreSQL. */
export const withPostgres = describe.skipIf(server === undefined)

/** What a test does when it ends; several that run side by side each have their own. */
type AtEnd = (clean: () => void | Promise<void>) => unknown

/**
 * Makes an empty database and answers its address; it is dropped at the end, whoever still uses it. Its texts sort by a
 * language and not by their characters' codes, as on most servers.
 */
export async function openDatabase(atEnd: AtEnd = onTestFinished): Promise<string> {
  const name = `threadwise_test_${randomBytes(6).toString('hex')}`
  await administer(
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en' locale 'C'`,
  )
  atEnd(() => administer(`drop database ${name} with (force)`))
  return withParts(serverUrl(), { pathname: `/${name}` })
}

/** Runs one statement as whoever may make databases. */
export async function administer(statement: string, url = serverUrl()): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** An address with some of its parts exchanged. */
export function withParts(url: string, parts: Partial<Pick<URL, 'host' | 'pathname' | 'username' | 'password'>>) {
  return Object.assign(new URL(url), parts).href
}

/** A cable to a PostgreSQL server that can be pulled. */
export interface Cable {
  /** The database's address by way of this cable. */
  readonly url: string
  /** Every connection breaks, and each new one at once: the server is gone. */
  cut(): void
  /** Connections stay and new ones are taken, but nothing passes either way: nobody hears that the other is gone. */
  silence(): void
  /** All is well again. What was sent into the silence arrives now. */
  mend(): void
}

/** Lays a cable to the server of an address; it goes at the end. */
export async function openProxy(url: string, atEnd: AtEnd = onTestFinished): Promise<Cable> {
  const { hostname, port } = new URL(url)
  const pairs = new Set<[Socket, Socket]>()
  let state: 'whole' | 'cut' | 'silent' = 'whole'
  const cut = () => {
    state = 'cut'
    for (const ends of pairs) for (const end of ends) end.destroy()
  }
  const proxy = createServer(near => {
    if (state === 'cut') return void near.on('error', () => {}).resetAndDestroy()
    const far = dial({ host: hostname, port: Number(port || 5432) })
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [end, other] of [pair, pair.toReversed() as typeof pair]) {
      end.setNoDelay()
      end.on('error', () => {})
      end.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
    if (state === 'whole') join(pair)
  })
  await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done))
  atEnd(() => {
    cut()
    proxy.close()
  })
  return {
    url: withParts(url, { host: `127.0.0.1:${(proxy.address() as { port: number }).port}` }),
    cut,
    silence() {
      state = 'silent'
      for (const pair of pairs) part(pair)
    },
    mend() {
      if (state === 'silent') for (const pair of pairs) join(pair)
      state = 'whole'
    },
  }
}

function join([near, far]: [Socket, Socket]): void {
  near.pipe(far).pipe(near)
}

function part([near, far]: [Socket, Socket]): void {
  for (const [end, other] of [
    [near, far],
    [far, near],
  ] as const) {
    end.unpipe(other)
    end.pause()
  }
}

function serverUrl(): string {
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set')
  return server
}
