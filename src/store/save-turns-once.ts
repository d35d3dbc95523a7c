// Slack delivers an event up to four times: a turn's id is a primary key, so that only the first copy is saved.
import type { Kysely } from 'kysely'
import { createBatch } from './batch.ts'
import { loadRecentCrashes } from './crashes.ts'
import type { Schema } from './tables.ts'
import type { NewTurn } from './turns.ts'
import type { Writer } from './writer.ts'

type Saved = boolean | 'declined' | 'flood' | undefined

/**
 * Creates a function that saves new turns durably, in the order of its calls; concurrent calls share a commit. It resolves with false
 * for a duplicate, with undefined if the store cannot be written. With `shared`, the rows bear the name of the replica that saved them,
 * `admit` completes the turns, in their order, and `enqueue` gets the new ones, in the same transaction; `retry` commits it, and later
 * turns wait meanwhile.
 */
export function createTurnSaver(
  writer: Writer,
  shared?: {
    savedBy: string
    admit: (on: Kysely<Schema>, turns: NewTurn[]) => Promise<NewTurn[]>
    enqueue: (on: Kysely<Schema>, turns: NewTurn[]) => Promise<void>
    retry: <R>(commit: () => Promise<R | undefined>) => Promise<R>
  },
) {
  const save = (batch: NewTurn[]) =>
    writer.durably(async on => {
      const turns = shared === undefined ? batch : await shared.admit(on, batch)
      const isNew = await insertTurns(on, turns, shared?.savedBy)
      const added = turns.filter(({ declined }, index) => isNew[index] && declined === undefined)
      if (added.length > 0) await shared?.enqueue(on, added)
      return turns.map(({ declined = true }, index) => isNew[index] === true && declined)
    })
  return createBatch<NewTurn, Saved>(async batch => {
    const commit = () => writer.write(() => save(batch))
    return (await (shared?.retry(commit) ?? commit())) ?? batch.map(() => undefined)
  })
}

/** Inserts the turns; resolves with which of them are new. */
async function insertTurns(db: Kysely<Schema>, turns: NewTurn[], savedBy: string | undefined): Promise<boolean[]> {
  const now = Date.now()
  const recentCrashes = (await loadRecentCrashes(db)).length
  const added = await db
    .insertInto('turns')
    .values(
      turns.map(({ id, channel, threadTs, ts, turn, isFound = false, declined, savedAt, person, round = 0 }) => ({
        id,
        channel,
        thread_ts: threadTs,
        ts,
        // Nothing is kept of what nobody will answer.
        turn: declined === undefined ? turn : '{}',
        state: declined === undefined ? ('waiting' as const) : ('declined' as const),
        attempts: 0,
        deaths: 0 - recentCrashes,
        edition: 1,
        messages: '[]',
        shown: 0,
        kept_at: savedAt ?? now,
        changed_at: now,
        found: isFound ? 1 : 0,
        person: person ?? null,
        round,
        ...(savedBy !== undefined && { kept_by: savedBy, queued: 1 }),
      })),
    )
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  const ids = new Set(added.map(({ id }) => id))
  // A batch may hold a turn twice.
  return turns.map(({ id }) => ids.delete(id))
}
