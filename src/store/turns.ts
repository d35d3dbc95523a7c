import type { Kysely, Selectable, Updateable } from 'kysely'
import { sql } from 'kysely'
import { loadFact, saveFact } from './facts.ts'
import type { Schema, TurnState } from './tables.ts'
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
  /** How often it was handed out to a replica. */
  claim: number
  /** It was found in history: a bot whose store is gone may have answered it. */
  isFound: boolean
}

/** What is known of a turn when it comes. */
export type NewTurn = Pick<TurnRecord, 'id' | 'channel' | 'threadTs' | 'ts' | 'turn'> & {
  /** It was found in history. */
  isFound?: boolean
}

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
  /**
   * Writes the change down. With the count of a claim it is made only while nobody has claimed the turn since; resolves with whether it
   * was, undefined when the store cannot be written.
   */
  change(id: string, change: TurnChange, claim?: number): Promise<boolean | undefined>
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
  /** Ended turns whose reply is to be looked at once more by this time; until a little later they are nobody else's to look at. */
  toCheck(until: number): Promise<TurnRecord[]>
  /** The threads that had a turn since then, the newest first. */
  threadsSince(since: number, most: number): Promise<{ channel: string; threadTs: string }[]>
  /** Forgets turns that ended before then; answers how many. */
  prune(before: number): Promise<number>
}

/** Deaths are remembered this long: a turn that comes after one of them did not cause it. */
const deathsMs = 600_000

/** Whoever looks at an ended turn has this long before another may. */
const lookMs = 60_000

/** Where turns are put in line when they are written down. */
export interface KeptTurns {
  /** Who writes them down. */
  by: string
  put(on: Kysely<Schema>, turns: NewTurn[]): Promise<void>
}

/** The turns in their table. `kept` is told of new ones in the transaction that writes them down. */
export function createTurnRecords(db: Kysely<Schema>, writer: Writer, kept?: KeptTurns): TurnRecords {
  const keepTogether = createBatch<NewTurn, boolean>(turns =>
    writer.durably(async on => {
      const isNew = await insert(on, turns, kept)
      const added = turns.filter((_, index) => isNew[index])
      if (added.length > 0) await kept?.put(on, added)
      return isNew
    }),
  )
  return {
    keep: turn => writer.write(() => keepTogether(turn)),
    change: (id, change, claim) =>
      writer.write(async () => {
        let query = db.updateTable('turns').set(buildColumns(change)).where('id', '=', id)
        if (claim !== undefined) query = query.where('claim', '=', claim)
        return (await query.executeTakeFirst()).numUpdatedRows > 0n
      }),
    async read(id) {
      const row = await db.selectFrom('turns').selectAll().where('id', '=', id).executeTakeFirst()
      return row && parseTurnRecord(row)
    },
    beginLife: async () => (await writer.write(() => db.transaction().execute(beginLife))) ?? [],
    async endLife() {
      await writer.write(() => saveFact(db, 'life', 'ended'))
    },
    async explainDeaths(count) {
      await writer.write(async () => writeDeaths(db, (await readDeaths(db)).slice(0, -count)))
    },
    async toCheck(until) {
      const due = await db
        .updateTable('turns')
        .set({ check_at: until + lookMs })
        .where('check_at', '<=', until)
        .returningAll()
        .execute()
      return due.map(parseTurnRecord)
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

/** States of turns that somebody has to go on with. */
export const unfinished: TurnState[] = ['waiting', 'answering', 'stopping', 'withdrawing']

export const isUnfinished = ({ state }: Pick<TurnRecord, 'state'>): boolean => unfinished.includes(state)

/** The turns of a batch in one commit; which of them are new. */
async function insert(db: Kysely<Schema>, turns: NewTurn[], kept: KeptTurns | undefined): Promise<boolean[]> {
  const now = Date.now()
  const credit = await readCredit(db, now)
  const added = await db
    .insertInto('turns')
    .values(
      turns.map(({ id, channel, threadTs, ts, turn, isFound = false }) => ({
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
        found: isFound ? 1 : 0,
        ...(kept !== undefined && { kept_by: kept.by, queued: 1 }),
      })),
    )
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  const ids = new Set(added.map(({ id }) => id))
  // The same turn may stand in a batch twice.
  return turns.map(({ id }) => ids.delete(id))
}

async function beginLife(db: Kysely<Schema>): Promise<TurnRecord[]> {
  if ((await loadFact(db, 'life')) === 'begun') {
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
  await saveFact(db, 'life', 'begun')
  await db.updateTable('turns').set({ state: 'waiting' }).where('state', '=', 'answering').execute()
  const rows = await db.selectFrom('turns').selectAll().where('state', 'in', unfinished).orderBy('ts').execute()
  return rows.map(parseTurnRecord)
}

/**
 * A replica has died. Its death counts as in {@link TurnRecords.beginLife}, and what it was working on is nobody's. Answers the queue's
 * entries for that; when somebody else has noted the death, there are none.
 */
export async function noteDeath(db: Kysely<Schema>, name: string): Promise<string[]> {
  const dropped = await db
    .updateTable('turns')
    .set(({ eb }) => ({
      owner: null,
      deaths: eb('deaths', '+', eb.case().when('state', '=', 'answering').then(1).else(-1).end()),
    }))
    .where('owner', '=', name)
    .where('state', 'in', unfinished)
    .returning(['id', 'job'])
    .execute()
  if (dropped.length === 0) return []
  const now = Date.now()
  await writeDeaths(db, [...(await readDeaths(db)).filter(at => at > now - deathsMs), now])
  const ids = dropped.map(({ id }) => id)
  await db
    .updateTable('turns')
    .set(({ eb }) => ({ deaths: eb('deaths', '-', 1) }))
    .where('state', 'in', unfinished)
    .where('id', 'not in', ids)
    .execute()
  return dropped.flatMap(({ job }) => job ?? [])
}

/** How many deaths there were of late. Whatever comes together is told the same. */
async function readCredit(db: Kysely<Schema>, now: number): Promise<number> {
  return (await readDeaths(db)).filter(at => at > now - deathsMs).length
}

async function readDeaths(db: Kysely<Schema>): Promise<number[]> {
  return JSON.parse((await loadFact(db, 'deaths')) ?? '[]') as number[]
}

function writeDeaths(db: Kysely<Schema>, deaths: number[]): Promise<void> {
  return saveFact(db, 'deaths', JSON.stringify(deaths))
}

function buildColumns({ messages, postingAt, checkAt, ...same }: TurnChange): Updateable<Schema['turns']> {
  return {
    ...same,
    ...(messages !== undefined && { messages: JSON.stringify(messages) }),
    ...(postingAt !== undefined && { posting_at: postingAt }),
    ...(checkAt !== undefined && { check_at: checkAt }),
    changed_at: Date.now(),
  }
}

/** A turn as it is kept. */
export function parseTurnRecord(row: Selectable<Schema['turns']>): TurnRecord {
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
    claim: row.claim,
    isFound: row.found === 1,
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
