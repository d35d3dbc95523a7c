import type { Kysely, Selectable } from 'kysely'
import { toWholeMs } from './labels.ts'
import type { Schema } from './tables.ts'

/** Everything that a bot keeps; what replicas use among themselves is not among it. */
export const movedTables = [
  'settings',
  'labels',
  'turns',
  'outbox',
  'ratings',
  'digests',
  'told',
  'posted',
  'summary_parts',
  'facts',
] as const satisfies (keyof Schema)[]

type MovedTable = (typeof movedTables)[number]
type Row = { [Table in MovedTable]: Selectable<Schema[Table]> }[MovedTable]

/** What became of a table's rows. */
export interface MovedCount {
  table: MovedTable
  /** Those that were not there before. */
  moved: number
  /** Those that were, and stay as they are. */
  kept: number
}

/** So many rows are in memory at a time, and in one statement, which takes at most 65,535 values. */
const chunkRows = 500

/**
 * Copies what one database keeps into another whose tables are in the newest form, too: all of it, or nothing. Rows that are
 * there already stay as they are, so it is safe to do twice. Unfinished turns wait to be taken.
 */
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
    const values = chunk.filter(row => !isOfProcess(row)).map(countMoved)
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

/** Facts that tell how the process on that folder lived and died; they are true of no other. */
function isOfProcess(row: Row): boolean {
  return 'name' in row && (row.name === 'life' || row.name === 'deaths')
}

/** A row as it begins its new life: what was being answered is taken over, times are whole milliseconds. */
function countMoved(row: Row): Row {
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
