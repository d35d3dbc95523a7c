import type { Kysely, Selectable } from 'kysely'
import { toWholeMs } from './labels.ts'
import type { Schema } from './tables.ts'

/** Tables that are copied: all but those that replicas use among themselves. */
export const movedTables = [
  'settings',
  'person_settings',
  'thread_models',
  'labels',
  'turns',
  'outbox',
  'ratings',
  'digests',
  'told',
  'posted',
  'summary_parts',
  'facts',
  'usage',
] as const satisfies (keyof Schema)[]

type MovedTable = (typeof movedTables)[number]
type Row = { [Table in MovedTable]: Selectable<Schema[Table]> }[MovedTable]

/** Counts of a table's rows. */
interface MovedCount {
  table: MovedTable
  moved: number
  /** Rows that existed already and stay as they are. */
  kept: number
}

/** Rows per statement, which takes at most 65,535 values. */
const chunkRows = 500

/** Copies all rows between two migrated databases in one transaction. Idempotent: existing rows stay as they are. */
export async function copyRows(from: Kysely<Schema>, to: Kysely<Schema>): Promise<MovedCount[]> {
  return to.transaction().execute(async on => {
    const counts: MovedCount[] = []
    for (const table of movedTables) counts.push(await moveTable(from, on, table))
    return counts
  })
}

async function moveTable(from: Kysely<Schema>, to: Kysely<Schema>, table: MovedTable): Promise<MovedCount> {
  const count = { table, moved: 0, kept: 0 }
  const rows = from.selectFrom(table).selectAll().stream() as AsyncIterable<Row>
  for await (const chunk of inChunks(rows)) {
    const values = chunk.filter(row => !isOfProcess(row)).map(prepareRow)
    if (values.length === 0) continue
    const { numInsertedOrUpdatedRows: added = 0n } = await to
      .insertInto(table)
      .values(values)
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirstOrThrow()
    count.moved += Number(added)
    count.kept += values.length - Number(added)
  }
  return count
}

/** Checks for facts about the process that ran on the old database. */
function isOfProcess(row: Row): boolean {
  return 'name' in row && (row.name === 'life' || row.name === 'deaths')
}

/** Prepares a row for the new database: interrupted turns wait again, times are whole milliseconds. */
function prepareRow(row: Row): Row {
  if ('state' in row && row.state === 'answering') return { ...row, state: 'waiting' }
  return 'said_at' in row ? { ...row, said_at: toWholeMs(row.said_at) } : row
}

async function* inChunks<T>(rows: AsyncIterable<T>): AsyncIterable<T[]> {
  let chunk: T[] = []
  for await (const row of rows) {
    chunk.push(row)
    if (chunk.length < chunkRows) continue
    yield chunk
    chunk = []
  }
  yield chunk
}
