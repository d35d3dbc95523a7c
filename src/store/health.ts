import { randomUUID } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

type Failure = Selectable<Schema['failures']>

/** How long failures are kept. */
const failureMs = 3_600_000
/** Failures that one statement saves, and that wait for it: a storm of them must not fill the memory. */
const mostSaved = 100
const mostWaiting = 1_000

/** Creates the access to what an admin wants to know of a running bot: its queue, and what failed in the last hour. */
export function createHealthRecords(db: Kysely<Schema>, writer: Writer, replica = '') {
  const waiting: Failure[] = []
  let isSaving = false
  const save = async (): Promise<void> => {
    if (isSaving) return
    isSaving = true
    while (waiting.length > 0) {
      const rows = waiting.splice(0, mostSaved)
      await writer.write(async () => {
        await db
          .deleteFrom('failures')
          .where('at', '<', Date.now() - failureMs)
          .execute()
        await db.insertInto('failures').values(rows).execute()
      })
    }
    isSaving = false
  }
  return {
    /** Saves that something failed: the sentence of its log line, and the reference that a person was told. Never throws. */
    noteFailure({ what, reference = null }: Pick<Failure, 'what'> & { reference?: string | null }): void {
      if (waiting.length < mostWaiting) waiting.push({ id: randomUUID(), at: Date.now(), what, reference, replica })
      void save()
    },
    /** Counts the failures of the last hour on all replicas, and lists the newest. */
    async failures(most: number) {
      const recent = db.selectFrom('failures').where('at', '>=', Date.now() - failureMs)
      const { count } = await recent.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow()
      const newest = await recent.selectAll().orderBy('at', 'desc').limit(most).execute()
      return { count: Number(count), newest: newest.map(one => ({ ...one, at: Number(one.at) })) }
    },
    /** Counts the turns that wait, that are being answered, and that were given up, with the commands that nobody could read. */
    async queue() {
      const turns = await db
        .selectFrom('turns')
        .select(({ fn }) => ['state', fn.countAll().as('count'), fn.min('kept_at').as('oldest')])
        .where('state', 'in', ['waiting', 'answering', 'stopping', 'withdrawing', 'quarantined', 'set_aside'])
        .groupBy('state')
        .execute()
      const { count: commands } = await db
        .selectFrom('outbox')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('quarantined_at', 'is not', null)
        .executeTakeFirstOrThrow()
      const count = (...states: string[]) =>
        turns.filter(({ state }) => states.includes(state)).reduce((sum, one) => sum + Number(one.count), 0)
      const oldest = turns.find(({ state }) => state === 'waiting')?.oldest
      return {
        waiting: count('waiting'),
        running: count('answering', 'stopping', 'withdrawing'),
        oldestAt: oldest === undefined ? undefined : Number(oldest),
        quarantined: count('quarantined', 'set_aside') + Number(commands),
      }
    },
  }
}
