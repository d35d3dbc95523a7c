import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../text/parse-json.ts'
import type { Replicas } from './replicas.ts'
import { stripNul } from './strip-nul.ts'
import type { Schema } from './tables.ts'
import type { Writer } from './writer.ts'

/** A command that was saved before Slack got its ack, until it is done. */
export interface PendingCommand<P = unknown> {
  id: string
  /** Names what runs the command, such as `ask`. */
  kind: string
  payload: P
  savedAt: number
}

/** The table of pending commands. */
export interface OutboxRecords {
  /**
   * Saves a command so that it outlives a power cut. Resolves with false if the id is taken, undefined if the write failed.
   */
  save(command: PendingCommand): Promise<boolean | undefined>
  /**
   * Saves a command and raises a fact to a value, in one transaction, so that it is saved once for each value. Resolves with false if the
   * fact has that value already, by any replica, undefined if the write failed.
   */
  saveOnce(command: PendingCommand, fact: { name: string; value: string }): Promise<boolean | undefined>
  /** Makes this process the owner of the commands that dead processes left. Resolves with them, the oldest first. */
  takeOver(): Promise<PendingCommand[]>
  remove(id: string): Promise<void>
  /** Checks that a command was neither removed nor deleted with what it is about. */
  has(id: string): Promise<boolean>
  /** Keeps a command for inspection; no process takes it over any more. */
  quarantine(id: string): Promise<void>
}

/** Creates the access to the table of pending commands. */
export function createOutboxRecords(db: Kysely<Schema>, writer: Writer, replicas?: Replicas): OutboxRecords {
  const owner = replicas?.name ?? ''
  return {
    save: command => writer.write(() => writer.durably(on => insertCommand(on, command, owner))),
    saveOnce(command, { name, value }) {
      const raise = (on: Kysely<Schema>) =>
        on
          .insertInto('facts')
          .values({ name, value })
          .onConflict(conflict => conflict.column('name').doUpdateSet({ value }).where('facts.value', '<', value))
          .returning('name')
          .execute()
      return writer.write(() =>
        writer.durably(on =>
          inTransaction(on, async both => (await raise(both)).length > 0 && insertCommand(both, command, owner)),
        ),
      )
    },
    async takeOver() {
      const alive = (await replicas?.alive()) ?? []
      const rows = await db
        .updateTable('outbox')
        .set({ owner })
        .where('quarantined_at', 'is', null)
        .$if(replicas !== undefined, query => query.where('owner', 'not in', alive))
        .returningAll()
        .execute()
      const commands = rows.map(({ id, kind, payload, saved_at }) => ({
        id,
        kind,
        payload: parseJson(payload, z.unknown()),
        savedAt: saved_at,
      }))
      return commands.sort((a, b) => a.savedAt - b.savedAt)
    },
    async remove(id) {
      await writer.write(() => db.deleteFrom('outbox').where('id', '=', id).execute())
    },
    async has(id) {
      return (await db.selectFrom('outbox').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
    },
    async quarantine(id) {
      const quarantined = { quarantined_at: Date.now() }
      await writer.write(() => db.updateTable('outbox').set(quarantined).where('id', '=', id).execute())
    },
  }
}

/** Inserts a command in an open transaction. Resolves with false if the id is taken. */
export async function insertCommand(on: Kysely<Schema>, command: PendingCommand, owner: string): Promise<boolean> {
  const { id, kind, payload, savedAt } = command
  const json = JSON.stringify(payload, (_, value) => stripNul(value))
  const added = await on
    .insertInto('outbox')
    .values({ id, kind, payload: json, saved_at: savedAt, owner })
    .onConflict(conflict => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  return added.length > 0
}

/** Runs the work in the open transaction, or in one of its own. */
export function inTransaction<R>(on: Kysely<Schema>, work: (on: Kysely<Schema>) => Promise<R>): Promise<R> {
  return on.isTransaction ? work(on) : on.transaction().execute(work)
}
