import { type Kysely, sql } from 'kysely'
import type { defaultBounds } from '../config.ts'
import type { Schema } from '../store/tables.ts'
import { type NewTurn, unfinished } from '../store/turns.ts'
import { decline, hasRoom, nextRound } from './round-robin.ts'

type Db = Kysely<Schema>

type Bounds = typeof defaultBounds

/** A backlog, and the round of its last turn that waits. */
type Backlog = Parameters<typeof hasRoom>[0] & { last: number }

/** Separates the locks of people from the other advisory locks. */
const lockSeed = 7_418_323

/** Admits or declines new turns in the transaction that saves them, one replica at a time for each person. */
export async function admitTurns(on: Db, turns: NewTurn[], bounds: Bounds): Promise<NewTurn[]> {
  const people = [...new Set(turns.flatMap(({ person = '' }) => (person === '' ? [] : [person])))]
  if (people.length > 0) await lock(on, people)
  const known = new Set(await loadKnown(on, turns))
  const backlogs = await loadBacklogs(on, people)
  const current = await loadCurrentRound(on)
  return turns.map(turn => {
    if (known.has(turn.id)) return turn
    known.add(turn.id)
    return admit(turn, backlogs.get(turn.person ?? '') ?? { turns: [], last: 0 }, { bounds, current })
  })
}

function admit(turn: NewTurn, backlog: Backlog, { bounds, current }: { bounds: Bounds; current: number }): NewTurn {
  const now = Date.now()
  if (turn.isPromised !== true && !hasRoom(backlog, turn, bounds)) {
    const declined = decline(backlog, now)
    return { ...turn, declined, savedAt: backlog.declinedAt ?? now }
  }
  backlog.turns.push({ ...turn, savedAt: now })
  backlog.last = nextRound(turn.person ?? '', { current, last: backlog.last })
  return { ...turn, savedAt: now, round: backlog.last }
}

/** Loads the round of an ended turn that is answered again. */
export async function loadNextRound(on: Db, person: string): Promise<number> {
  const { last } = await loadBacklog(on, person)
  return nextRound(person, { current: await loadCurrentRound(on), last })
}

export async function loadBacklog(on: Db, person: string): Promise<Backlog> {
  return (await loadBacklogs(on, [person])).get(person) ?? { turns: [], last: 0 }
}

/** Waits until no other replica admits turns of these people. */
async function lock(on: Db, people: string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(key) from (
    select hashtextextended(person, ${lockSeed}) as key from unnest(${people}::text[]) as person order by 1
  ) as keys`.execute(on)
}

async function loadKnown(on: Db, turns: NewTurn[]): Promise<string[]> {
  const ids = turns.map(({ id }) => id)
  const rows = await on.selectFrom('turns').select('id').where('id', 'in', ids).execute()
  return rows.map(({ id }) => id)
}

/** Loads the backlogs of people; nobody has none. */
async function loadBacklogs(on: Db, people: string[]): Promise<Map<string, Backlog>> {
  const backlogs = new Map(people.map(person => [person, { turns: [], last: 0 } as Backlog]))
  backlogs.delete('')
  if (backlogs.size === 0) return backlogs
  const rows = await on
    .selectFrom('turns')
    .select(['id', 'channel', 'thread_ts', 'person', 'state', 'round', 'kept_at'])
    .where('person', 'in', [...backlogs.keys()])
    .where('state', 'in', [...unfinished, 'declined'])
    .execute()
  for (const { id, channel, thread_ts, person, state, round, kept_at } of rows) {
    const backlog = backlogs.get(person ?? '')
    if (backlog === undefined) continue
    if (state === 'declined') backlog.declinedAt = Math.max(backlog.declinedAt ?? 0, kept_at)
    else backlog.turns.push({ id, channel, threadTs: thread_ts, savedAt: kept_at })
    if (state === 'waiting') backlog.last = Math.max(backlog.last, round)
  }
  return backlogs
}

/** Loads the highest round of the turns that are being answered. */
async function loadCurrentRound(on: Db): Promise<number> {
  const { round } = await on
    .selectFrom('turns')
    .select(({ fn }) => fn.coalesce(fn.max('round'), sql<number>`0`).as('round'))
    .where('state', 'in', unfinished)
    .where('state', '!=', 'waiting')
    .executeTakeFirstOrThrow()
  return round
}
