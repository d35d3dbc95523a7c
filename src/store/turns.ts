import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import { z } from 'zod'
import { forgetCrashes, recordCrash } from './crashes.ts'
import { loadFact, saveFact } from './facts.ts'
import { createTurnSaver } from './save-turns-once.ts'
import type { Schema, TurnState } from './tables.ts'
import type { Writer } from './writer.ts'

/** A turn as stored, with its progress. */
export interface TurnRecord {
  id: string
  channel: string
  threadTs: string
  ts: string
  state: TurnState
  /** The turn as JSON. */
  turn: string
  attempts: number
  /** Crashes of the process during this turn, less those that happened without it. */
  crashes: number
  /** 1, plus one for each regeneration. */
  revision: number
  messages: string[]
  shown: number
  postingAt: number | undefined
  savedAt: number
  /** Fencing token: counts the leases of this turn. */
  token: number
  /** Found in Slack's history: a bot that lost its store may have answered it. */
  isFound: boolean
  /** The person whose bounds it counts against; '' if it counts against nobody's, undefined if an older version saved it. */
  person: string | undefined
  /** Facts about the answer, as JSON. */
  facts: string | undefined
}

export type NewTurn = Pick<TurnRecord, 'id' | 'channel' | 'threadTs' | 'ts' | 'turn'> & {
  isFound?: boolean
  person?: string
  round?: number
  savedAt?: number
  /** It is answered however many turns of its person wait. */
  isPromised?: boolean
  /** Its person has too many turns that wait: it is remembered, not answered. The first one begins a flood. */
  declined?: 'declined' | 'flood'
}

type TurnChange = Partial<
  Pick<TurnRecord, 'state' | 'turn' | 'attempts' | 'crashes' | 'revision' | 'messages' | 'person' | 'facts'>
> & {
  shown?: number
  postingAt?: number | null
  checkAt?: number | null
}

export type TurnRecords = ReturnType<typeof createTurnRecords>

/** A request to the attempt in progress: stop, withdraw, or use another question. */
type TurnMark = Partial<Pick<TurnRecord, 'turn'>> & { state?: 'stopping' | 'withdrawing' }

/** Rows that are deleted at once: other writers wait no longer than that. */
export const pruneStep = 500

const recheckLeaseMs = 60_000

/** Turns that have to be continued. */
export const unfinished: TurnState[] = ['waiting', 'answering', 'stopping', 'withdrawing']

const answered: TurnState[] = ['done', 'failed', 'stopped', 'quarantined']

/** Turns that make no thread the bot's business. */
export const ignored: TurnState[] = ['passed', 'declined']

export const isUnfinished = ({ state }: Pick<TurnRecord, 'state'>): boolean => unfinished.includes(state)

/** Creates the access to stored turns. Writes resolve with undefined if the store cannot be written. */
export function createTurnRecords(db: Kysely<Schema>, writer: Writer) {
  const updateTurn = (id: string, change: TurnChange) =>
    db.updateTable('turns').set(buildColumns(change)).where('id', '=', id)
  return {
    save: createTurnSaver(writer),
    /** Updates a turn; with a token, only while that is the newest. Resolves with whether it did. */
    update: (id: string, change: TurnChange, token?: number) =>
      writer.write(async () => {
        const query = updateTurn(id, change).$if(token !== undefined, only => only.where('claim', '=', token as number))
        return (await query.executeTakeFirstOrThrow()).numUpdatedRows > 0n
      }),
    /** Updates a turn unless it has ended. Resolves with whether it did. */
    mark: (id: string, change: TurnMark) =>
      writer.write(async () => {
        // A turn whose question was deleted need not be stopped.
        const states: TurnState[] = change.state === 'stopping' ? ['waiting', 'answering'] : unfinished
        return (await updateTurn(id, change).where('state', 'in', states).executeTakeFirstOrThrow()).numUpdatedRows > 0n
      }),
    async load(id: string): Promise<TurnRecord | undefined> {
      const row = await db.selectFrom('turns').selectAll().where('id', '=', id).executeTakeFirst()
      return row && parseTurnRecord(row)
    },
    /** Checks whether an earlier turn of the person was refused in the channel for this reason, as far as the store remembers. */
    isRefusedBefore: (turn: { channel: string; user: string; ts: string }, refusal: string) =>
      hasRefusalBefore(db, turn, refusal),
    /** Finds the turn that a message of the bot answers. */
    findByReply: (channel: string, ts: string) => loadByReply(db, channel, ts),
    /** Finds the newest turn of a channel before a ts, or of one thread in it; none that asked why. */
    findNewest: (channel: string, before: string, threadTs?: string) => loadNewest(db, { channel, before, threadTs }),
    /**
     * Records the start of a process and loads the unfinished turns, oldest first. If the last process crashed, the crash counts
     * against the turns that it was answering, and in favour of the others.
     */
    recover: async () => (await writer.write(() => db.transaction().execute(recover))) ?? [],
    /** Records a regular stop. */
    async recordStop() {
      await writer.write(() => saveFact(db, 'life', 'ended'))
    },
    /** Forgets the last `count` crashes: a quarantined turn explains them. */
    async forgetCrashes(count: number) {
      await writer.write(() => forgetCrashes(db, count))
    },
    /** Takes the ended turns that are due for a recheck, and hides them from other callers for a minute. */
    async takeDueForRecheck(until: number) {
      const due = db
        .updateTable('turns')
        .set({ check_at: until + recheckLeaseMs })
        .where('check_at', '<=', until)
      return (await due.returningAll().execute()).map(parseTurnRecord)
    },
    /** Checks that the bot answered in the thread before a ts, as far as the store remembers. */
    isAnyBefore: (thread: { channel: string; threadTs: string }, ts: string) => hasTurnBefore(db, thread, ts),
    /** Finds the newest turn of a thread before a ts whose answer stands in Slack. Resolves with its id. */
    lastAnswered: (thread: { channel: string; threadTs: string }, ts: string) => findLastAnswered(db, thread, ts),
    /** Checks that the bot answered in the thread, or will for sure, as far as the store remembers. */
    async isOurs(thread: { channel: string; threadTs: string }): Promise<boolean> {
      const turns = selectThread(db, thread).where(({ and, or, eb }) =>
        or([eb('state', 'in', answered), and([eb('state', 'in', unfinished), eb('person', '!=', '')])]),
      )
      return (await turns.limit(1).execute()).length > 0
    },
    /** Lists the newest threads of a channel that a turn opened between two ts, oldest first. */
    threadsBetween: (channel: string, from: string, to: string, most: number) =>
      loadThreadsBetween(db, { channel, from, to, most }),
    /** Lists the threads with a turn since then, newest first. */
    threadsSince: (since: number, most: number) => loadThreadsSince(db, since, most),
    /** Deletes turns that ended before then, a step of them. Resolves with their number. */
    async prune(before: number) {
      const ended = db.selectFrom('turns').select('id').where('changed_at', '<', before)
      const step = ended.where('state', 'not in', unfinished).limit(pruneStep)
      const pruned = await writer.write(() => db.deleteFrom('turns').where('id', 'in', step).executeTakeFirst())
      return Number(pruned?.numDeletedRows ?? 0)
    },
  }
}

async function hasTurnBefore(
  db: Kysely<Schema>,
  thread: { channel: string; threadTs: string },
  ts: string,
): Promise<boolean> {
  const before = selectThread(db, thread).where('ts', '<', ts).where('state', 'in', answered)
  return (await before.limit(1).execute()).length > 0
}

async function findLastAnswered(
  db: Kysely<Schema>,
  thread: { channel: string; threadTs: string },
  ts: string,
): Promise<string | undefined> {
  const before = selectThread(db, thread).where('ts', '<', ts).where('state', 'in', answered)
  const row = await before.where('messages', '!=', '[]').orderBy('ts', 'desc').limit(1).executeTakeFirst()
  return row?.id
}

export const selectThread = (db: Kysely<Schema>, { channel, threadTs }: { channel: string; threadTs: string }) =>
  db.selectFrom('turns').selectAll().where('channel', '=', channel).where('thread_ts', '=', threadTs)

async function hasRefusalBefore(
  db: Kysely<Schema>,
  { channel, user, ts }: { channel: string; user: string; ts: string },
  refusal: string,
): Promise<boolean> {
  const before = db.selectFrom('turns').select('id').where('person', '=', user).where('ts', '<', ts)
  const refused = before.where('channel', '=', channel).where('facts', 'like', `%"refusal":"${refusal}"%`)
  return (await refused.limit(1).execute()).length > 0
}

async function loadByReply(db: Kysely<Schema>, channel: string, ts: string): Promise<TurnRecord | undefined> {
  const inChannel = db.selectFrom('turns').selectAll().where('channel', '=', channel)
  const row = await inChannel.where('messages', 'like', `%"${ts}"%`).limit(1).executeTakeFirst()
  return row && parseTurnRecord(row)
}

async function loadNewest(
  db: Kysely<Schema>,
  { channel, before, threadTs }: { channel: string; before: string; threadTs: string | undefined },
): Promise<TurnRecord | undefined> {
  const row = await db
    .selectFrom('turns')
    .selectAll()
    .where('channel', '=', channel)
    .where('ts', '<', before)
    .$if(threadTs !== undefined, only => only.where('thread_ts', '=', threadTs ?? ''))
    .where(({ or, eb }) => or([eb('facts', 'is', null), eb('facts', 'not like', '%"outcome":"explained"%')]))
    .orderBy('ts', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && parseTurnRecord(row)
}

async function loadThreadsBetween(
  db: Kysely<Schema>,
  { channel, from, to, most }: { channel: string; from: string; to: string; most: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('turns')
    .select('ts')
    .where('channel', '=', channel)
    .whereRef('thread_ts', '=', 'ts')
    .where('ts', '>=', from)
    .where('ts', '<', to)
    .where('state', 'not in', ['withdrawn', 'withdrawing'])
    .orderBy('ts', 'desc')
    .limit(most)
    .execute()
  return rows.map(({ ts }) => ts).reverse()
}

async function loadThreadsSince(db: Kysely<Schema>, since: number, most: number) {
  const rows = await db
    .selectFrom('turns')
    .select(['channel', 'thread_ts'])
    .where('changed_at', '>=', since)
    .where('state', 'not in', ignored)
    .groupBy(['channel', 'thread_ts'])
    .orderBy(sql`max(changed_at)`, 'desc')
    .limit(most)
    .execute()
  return rows.map(({ channel, thread_ts }) => ({ channel, threadTs: thread_ts }))
}

async function recover(db: Kysely<Schema>): Promise<TurnRecord[]> {
  if ((await loadFact(db, 'life')) === 'begun') {
    await recordCrash(db)
    await db.updateTable('turns').set(countCrash).where('state', 'in', unfinished).execute()
  }
  await saveFact(db, 'life', 'begun')
  await db.updateTable('turns').set({ state: 'waiting' }).where('state', '=', 'answering').execute()
  const rows = await db.selectFrom('turns').selectAll().where('state', 'in', unfinished).orderBy('ts').execute()
  return rows.map(parseTurnRecord)
}

/**
 * Counts the crash of a replica as `TurnRecords.recover` does, and frees its turns. Resolves with the queue's entries for them:
 * none if another replica has counted it.
 */
export async function recordReplicaCrash(db: Kysely<Schema>, name: string): Promise<string[]> {
  const freed = await db
    .updateTable('turns')
    .set({ owner: null })
    .set(countCrash)
    .where('owner', '=', name)
    .where('state', 'in', unfinished)
    .returning(['id', 'job'])
    .execute()
  if (freed.length === 0) return []
  await recordCrash(db)
  const ids = freed.map(({ id }) => id)
  await db
    .updateTable('turns')
    .set(({ eb }) => ({ deaths: eb('deaths', '-', 1) }))
    .where('state', 'in', unfinished)
    .where('id', 'not in', ids)
    .execute()
  return freed.flatMap(({ job }) => job ?? [])
}

const countCrash = {
  deaths: sql<number>`deaths + case when state = 'answering' then 1 else -1 end`,
}

function buildColumns(change: TurnChange): Updateable<Schema['turns']> {
  const { messages, postingAt, checkAt, crashes, revision, ...same } = change
  return {
    ...same,
    ...(crashes !== undefined && { deaths: crashes }),
    ...(revision !== undefined && { edition: revision }),
    ...(messages !== undefined && { messages: JSON.stringify(messages) }),
    ...(postingAt !== undefined && { posting_at: postingAt }),
    ...(checkAt !== undefined && { check_at: checkAt }),
    changed_at: Date.now(),
  }
}

export function parseTurnRecord(row: Selectable<Schema['turns']>): TurnRecord {
  return {
    id: row.id,
    channel: row.channel,
    threadTs: row.thread_ts,
    ts: row.ts,
    // A replica of an older version may still write the old name.
    state: row.state === 'set_aside' ? 'quarantined' : row.state,
    turn: row.turn,
    attempts: row.attempts,
    crashes: row.deaths,
    revision: row.edition,
    messages: parseList(z.string(), row.messages),
    shown: row.shown,
    postingAt: row.posting_at ?? undefined,
    savedAt: row.kept_at,
    token: row.claim,
    isFound: row.found === 1,
    person: row.person ?? undefined,
    facts: row.facts ?? undefined,
  }
}

/** Parses a JSON list; anything else counts as an empty one. */
function parseList<T>(entry: z.ZodType<T>, json: string): T[] {
  try {
    return z.array(entry).parse(JSON.parse(json))
  } catch {
    return []
  }
}
