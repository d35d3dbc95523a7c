import type { Kysely, Selectable, Updateable } from 'kysely'
import { sql } from 'kysely'
import { readFact, writeFact } from './facts.ts'
import type { Schema, TurnState } from './schema.ts'
import type { Writer } from './writer.ts'

/** A turn as it is kept, and how far it has come. */
export interface TurnRecord {
  id: string
  channel: string
  threadTs: string
  ts: string
  state: TurnState
  /** The turn itself, as JSON. */
  turn: string
  attempts: number
  deaths: number
  edition: number
  messages: string[]
  shown: number
  postingAt: number | undefined
  keptAt: number
}

/** What is known of a turn when it comes. */
type NewTurn = Pick<TurnRecord, 'id' | 'channel' | 'threadTs' | 'ts' | 'turn'>

/** What changes of a turn while it is worked on. */
type TurnChange = Partial<
  Pick<TurnRecord, 'state' | 'turn' | 'attempts' | 'deaths' | 'edition' | 'messages' | 'shown'>
> & {
  postingAt?: number | null
  checkAt?: number | null
}

/** Turns, kept from the moment they are heard of until they are pruned. */
export interface TurnRecords {
  /**
   * Keeps a turn; resolves when it outlives a power cut, with false when it was kept before. Turns that come together are
   * written together. Undefined when the store cannot be written.
   */
  keep(turn: NewTurn): Promise<boolean | undefined>
  change(id: string, change: TurnChange): Promise<void>
  read(id: string): Promise<TurnRecord | undefined>
  /**
   * A process begins. Counts the death of the one before, if it died, and gives what it left unfinished, the oldest first.
   * A death counts against the turns that were being answered, and for those that were not.
   */
  beginLife(): Promise<TurnRecord[]>
  /** The process ends as it should. */
  endLife(): Promise<void>
  /** A turn that was set aside explains so many of the last deaths; they count for nobody else. */
  explainDeaths(count: number): Promise<void>
  /** Ended turns whose reply is to be looked at once more by this time. */
  toCheck(until: number): Promise<TurnRecord[]>
  /** The threads that had a turn since then, the newest first. */
  threadsSince(since: number, most: number): Promise<{ channel: string; threadTs: string }[]>
  /** Forgets turns that ended before then; answers how many. */
  prune(before: number): Promise<number>
}

/** Deaths are remembered this long: a turn that comes after one of them did not cause it. */
const deathsMs = 600_000

/** The turns in their table. */
export function createTurnRecords(db: Kysely<Schema>, writer: Writer): TurnRecords {
  const keepTogether = createBatch<NewTurn, boolean>(turns => writer.durably(on => insert(on, turns)))
  return {
    keep: turn => writer.write(() => keepTogether(turn)),
    async change(id, change) {
      await writer.write(() => db.updateTable('turns').set(toColumns(change)).where('id', '=', id).execute())
    },
    async read(id) {
      const row = await db.selectFrom('turns').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toRecord(row)
    },
    beginLife: async () => (await writer.write(() => db.transaction().execute(beginLife))) ?? [],
    async endLife() {
      await writer.write(() => writeFact(db, 'life', 'ended'))
    },
    async explainDeaths(count) {
      await writer.write(async () => writeDeaths(db, (await readDeaths(db)).slice(0, -count)))
    },
    async toCheck(until) {
      return (await db.selectFrom('turns').selectAll().where('check_at', '<=', until).execute()).map(toRecord)
    },
    async threadsSince(since, most) {
      const rows = await db
        .selectFrom('turns')
        .select(['channel', 'thread_ts'])
        .where('changed_at', '>=', since)
        .where('state', '!=', 'passed')
        .groupBy(['channel', 'thread_ts'])
        .orderBy(sql`max(changed_at)`, 'desc')
        .limit(most)
        .execute()
      return rows.map(({ channel, thread_ts }) => ({ channel, threadTs: thread_ts }))
    },
    async prune(before) {
      const gone = await writer.write(() =>
        db.deleteFrom('turns').where('changed_at', '<', before).where('state', 'not in', unfinished).executeTakeFirst(),
      )
      return Number(gone?.numDeletedRows ?? 0)
    },
  }
}

const unfinished: TurnState[] = ['waiting', 'answering', 'stopping']

/** The turns of a batch in one commit; which of them are new. */
async function insert(db: Kysely<Schema>, turns: NewTurn[]): Promise<boolean[]> {
  const now = Date.now()
  const credit = (await readDeaths(db)).filter(at => at > now - deathsMs).length
  const added = await db
    .insertInto('turns')
    .values(
      turns.map(({ id, channel, threadTs, ts, turn }) => ({
        id,
        channel,
        thread_ts: threadTs,
        ts,
        turn,
        state: 'waiting' as const,
        attempts: 0,
        deaths: 0 - credit,
        edition: 1,
        messages: '[]',
        shown: 0,
        kept_at: now,
        changed_at: now,
      })),
    )
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  const ids = new Set(added.map(({ id }) => id))
  return turns.map(({ id }) => ids.has(id))
}

async function beginLife(db: Kysely<Schema>): Promise<TurnRecord[]> {
  if ((await readFact(db, 'life')) === 'begun') {
    const now = Date.now()
    await writeDeaths(db, [...(await readDeaths(db)).filter(at => at > now - deathsMs), now])
    await db
      .updateTable('turns')
      .set(({ eb }) => ({
        deaths: eb('deaths', '+', eb.case().when('state', '=', 'answering').then(1).else(-1).end()),
      }))
      .where('state', 'in', unfinished)
      .execute()
  }
  await writeFact(db, 'life', 'begun')
  await db.updateTable('turns').set({ state: 'waiting' }).where('state', '=', 'answering').execute()
  const rows = await db.selectFrom('turns').selectAll().where('state', 'in', unfinished).orderBy('ts').execute()
  return rows.map(toRecord)
}

async function readDeaths(db: Kysely<Schema>): Promise<number[]> {
  return JSON.parse((await readFact(db, 'deaths')) ?? '[]') as number[]
}

function writeDeaths(db: Kysely<Schema>, deaths: number[]): Promise<void> {
  return writeFact(db, 'deaths', JSON.stringify(deaths))
}

function toColumns({ messages, postingAt, checkAt, ...same }: TurnChange): Updateable<Schema['turns']> {
  return {
    ...same,
    ...(messages !== undefined && { messages: JSON.stringify(messages) }),
    ...(postingAt !== undefined && { posting_at: postingAt }),
    ...(checkAt !== undefined && { check_at: checkAt }),
    changed_at: Date.now(),
  }
}

function toRecord(row: Selectable<Schema['turns']>): TurnRecord {
  return {
    id: row.id,
    channel: row.channel,
    threadTs: row.thread_ts,
    ts: row.ts,
    state: row.state,
    turn: row.turn,
    attempts: row.attempts,
    deaths: row.deaths,
    edition: row.edition,
    messages: JSON.parse(row.messages) as string[],
    shown: row.shown,
    postingAt: row.posting_at ?? undefined,
    keptAt: row.kept_at,
  }
}

/** Collects what is asked for at the same moment and does it in one go. */
function createBatch<T, R>(work: (all: T[]) => Promise<R[]>): (one: T) => Promise<R> {
  let waiting: { one: T; done: PromiseWithResolvers<R> }[] = []
  const run = async () => {
    const batch = waiting
    waiting = []
    try {
      const results = await work(batch.map(({ one }) => one))
      batch.forEach(({ done }, index) => void done.resolve(results[index] as R))
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }
  return one => {
    if (waiting.length === 0) setImmediate(run)
    const done = Promise.withResolvers<R>()
    waiting.push({ one, done })
    return done.promise
  }
}
