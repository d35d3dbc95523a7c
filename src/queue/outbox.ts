import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { OutboxRecords, PendingCommand } from '../store/outbox.ts'

/** The pending commands of one kind. */
export interface CommandKind<P> {
  /** Builds a command without saving it. */
  create(payload: P, id?: string): PendingCommand<P>
  /**
   * Saves a command so that it outlives a power cut: only then it is acknowledged. Resolves with undefined if one with this
   * id is pending already. Throws a `ShownError` if the write failed.
   */
  save(payload: P, id?: string): Promise<PendingCommand<P> | undefined>
  /** Runs a command to its end and removes it. Never throws: a command that fails is left to the next start. */
  run(command: PendingCommand<P>): Promise<void>
  /** Checks that a command that runs is still wanted: what it is about was not forgotten meanwhile. */
  isWanted(command: PendingCommand<P>): Promise<boolean>
}

/** Commands that were saved before Slack got its ack, each run to its end by this process or a later one. */
export interface Outbox {
  /**
   * Registers a kind of commands: the schema of its payload and what runs it. A resumed command may have been run in part by
   * a process that is gone.
   */
  define<P>(
    kind: string,
    schema: z.ZodType<P>,
    run: (command: PendingCommand<P>, isResumed: boolean) => Promise<void>,
  ): CommandKind<P>
  /** Takes over and runs what dead processes left. A command that no kind can read is quarantined. */
  takeOver(): Promise<void>
}

/** Creates the outbox; the kinds are defined before anything is taken over. */
export function createOutbox(records: OutboxRecords, log: Log): Outbox {
  const resumeByKind = new Map<string, (command: PendingCommand) => Promise<void> | undefined>()
  /** Ids of the commands that this process saved or runs. */
  const held = new Set<string>()

  const runHeld = async (command: PendingCommand, run: () => Promise<void>): Promise<void> => {
    const { id, kind } = command
    held.add(id)
    try {
      await run()
      await records.remove(id)
    } catch (error) {
      log.error({ command: id, kind, reason: formatError(error) }, 'command failed; the next start runs it again')
    } finally {
      held.delete(id)
    }
  }

  return {
    define(kind, schema, run) {
      resumeByKind.set(kind, command => {
        const payload = schema.safeParse(command.payload).data
        return payload === undefined ? undefined : runHeld(command, () => run({ ...command, payload }, true))
      })
      const create = <P>(payload: P, id: string = randomUUID()) => ({ id, kind, payload, savedAt: Date.now() })
      return {
        create,
        async save(payload, id) {
          const command = create(payload, id)
          if (held.has(command.id)) return undefined
          held.add(command.id)
          const isNew = await records.save(command)
          if (isNew === true) return command
          held.delete(command.id)
          if (isNew === false) return undefined
          throw new ShownError('not_saved', i18n => i18n.notSaved)
        },
        run: command => runHeld(command, () => run(command, false)),
        isWanted: ({ id }) => records.has(id),
      }
    },
    async takeOver() {
      for (const command of await records.takeOver()) {
        const { id, kind } = command
        if (held.has(id) || resumeByKind.get(kind)?.(command) !== undefined) continue
        log.error({ command: id, kind }, 'command quarantined: its payload cannot be read')
        await records.quarantine(id)
      }
    },
  }
}
