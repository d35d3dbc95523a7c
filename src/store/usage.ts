import { randomUUID } from 'node:crypto'
import { type Kysely, PostgresAdapter, type Selectable, sql } from 'kysely'
import { personKey, wasForgotten } from './forgetting.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** Usage of one day, person, channel, feature and model; the cost is in millionths of a dollar. */
type UsageRow = Selectable<Schema['usage']>

/** Budgets in millionths of a dollar; a missing one has no bound. Days and months are those of UTC. */
interface Budgets {
  personDay?: number
  personMonth?: number
  day?: number
  month?: number
}

/** An advisory lock that nothing else in this database uses. */
const lockId = 7_040_015
/** A request that did not settle by then has crashed. */
const reservedMs = 30 * 60_000

export const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)

/** Creates the access to what models cost: added up by day, and the most that requests in flight can still cost. */
export function createUsage(db: Kysely<Schema>, writer: Writer) {
  return {
    /**
     * Reserves the most that a request can cost. Resolves with its id, or with the budget that it would exceed. One request at a
     * time is looked at, on all replicas.
     */
    reserve: (request: { person: string; cost: number }, budgets: Budgets, now: number) =>
      db.transaction().execute(async on => {
        if (on.getExecutor().adapter instanceof PostgresAdapter)
          await sql`select pg_advisory_xact_lock(${lockId})`.execute(on)
        await on.deleteFrom('spending').where('until', '<=', now).execute()
        const spent = await sumSpent(on, request.person, now)
        const reserved = await sumReserved(on, request.person)
        for (const name of budgetsOf(request.person)) {
          const budget = budgets[name]
          const inFlight = isPersonal(name) ? reserved.person : reserved.all
          if (budget !== undefined && spent[name] + inFlight + request.cost > budget) return { exceeded: name, spent }
        }
        const id = randomUUID()
        await on
          .insertInto('spending')
          .values({ id, person: request.person, cost: request.cost, until: now + reservedMs })
          .execute()
        return { id }
      }),
    /**
     * Adds what a request took that began at `since`, if it took anything, and releases what was reserved for it. A person who was forgotten
     * meanwhile is not named.
     */
    async settle(
      row: UsageRow | undefined,
      { reservation, since }: { reservation?: string | undefined; since: number },
    ): Promise<void> {
      if (row === undefined && reservation === undefined) return
      await writer.write(() =>
        db.transaction().execute(async on => {
          if (reservation !== undefined) await on.deleteFrom('spending').where('id', '=', reservation).execute()
          if (row === undefined) return
          const isForgotten = await wasForgotten(on, [personKey(row.person)], since)
          await addRow(on, isForgotten ? { ...row, person: '' } : row)
        }),
      )
    },
    /** Sums the cost of this day and its month, for a person and for everybody. */
    spent: (person: string, now: number) => sumSpent(db, person, now),
    /** All usage from one day to another, both included. */
    between: (from: string, to: string): Promise<UsageRow[]> =>
      db
        .selectFrom('usage')
        .selectAll()
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
        .execute()
        .then(rows => rows.map(toNumbers)),
  }
}

async function addRow(db: Kysely<Schema>, row: UsageRow): Promise<void> {
  await db
    .insertInto('usage')
    .values(row)
    .onConflict(conflict =>
      conflict
        .columns(['day', 'person', 'channel', 'feature', 'model'])
        .doUpdateSet(({ ref, eb }) =>
          Object.fromEntries(sums.map(name => [name, eb(ref(`usage.${name}`), '+', ref(`excluded.${name}`))])),
        ),
    )
    .execute()
}

/** Takes a person's name off what they used. Resolves with how many rows it was. */
export async function forgetUsage(db: Kysely<Schema>, person: string): Promise<number> {
  const rows = await db.deleteFrom('usage').where('person', '=', person).returningAll().execute()
  for (const row of rows) await addRow(db, { ...toNumbers(row), person: '' })
  return rows.length
}

const sums = ['calls', 'estimated', 'tokens_in', 'tokens_cached', 'tokens_out', 'tokens_reasoning', 'cost'] as const

/** PostgreSQL gives whole numbers of 64 bits as text. */
const toNumbers = (row: UsageRow): UsageRow => ({
  ...row,
  ...(Object.fromEntries(sums.map(name => [name, Number(row[name])])) as Pick<UsageRow, (typeof sums)[number]>),
})

/** Names of the budgets: a person's or everybody's, in a day or a month. */
export const budgetNames = ['personDay', 'personMonth', 'day', 'month'] as const

export const isPersonal = (name: (typeof budgetNames)[number]): name is 'personDay' | 'personMonth' =>
  name.startsWith('person')

/** Lists the budgets that bound a person's requests; what nobody asked for, and what forgotten people spent, is no person's. */
export const budgetsOf = (person: string) => budgetNames.filter(name => person !== '' || !isPersonal(name))

async function sumSpent(db: Kysely<Schema>, person: string, now: number) {
  const today = dayOf(now)
  const rows = await db
    .selectFrom('usage')
    .select(({ fn, eb }) => [
      eb('day', '=', today).as('isToday'),
      eb('person', '=', person).as('isOwn'),
      fn.sum('cost').as('cost'),
    ])
    .where('day', '>=', `${today.slice(0, 7)}-01`)
    .where('day', '<=', today)
    .groupBy(['isToday', 'isOwn'])
    .execute()
  const sum = (is: (row: (typeof rows)[number]) => unknown) =>
    rows.filter(is).reduce((total, { cost }) => total + Number(cost), 0)
  return {
    personDay: sum(({ isToday, isOwn }) => isToday && isOwn),
    personMonth: sum(({ isOwn }) => isOwn),
    day: sum(({ isToday }) => isToday),
    month: sum(() => true),
  }
}

async function sumReserved(db: Kysely<Schema>, person: string): Promise<{ person: number; all: number }> {
  const rows = await db
    .selectFrom('spending')
    .select(({ fn }) => ['person', fn.sum('cost').as('cost')])
    .groupBy('person')
    .execute()
  const all = rows.reduce((total, { cost }) => total + Number(cost), 0)
  return { all, person: Number(rows.find(row => row.person === person)?.cost ?? 0) }
}
