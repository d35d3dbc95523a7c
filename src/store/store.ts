import type { Kysely } from 'kysely'
import type { TurnQueue } from '../queue/postgres-queue.ts'
import type { Cluster } from '../rate-limit/cluster-protocol.ts'
import { createDigests, type Digests } from './digests.ts'
import { createFacts, type Facts } from './facts.ts'
import { createLabelRecords, type LabelRecords } from './labels.ts'
import { createOutboxRecords, type OutboxRecords } from './outbox.ts'
import { createRatings, type Ratings } from './ratings.ts'
import type { Replicas } from './replicas.ts'
import { createSettings, type Settings } from './settings.ts'
import { createSummaryChunks, type SummaryChunks } from './summary-chunks.ts'
import type { Schema } from './tables.ts'
import { createTurnRecords, type TurnRecords } from './turns.ts'
import type { Writer } from './writer.ts'

/** The little that must outlive the process. */
export interface Store {
  readonly turns: TurnRecords
  readonly outbox: OutboxRecords
  readonly ratings: Ratings
  readonly labels: LabelRecords
  readonly settings: Settings
  readonly parts: SummaryChunks
  readonly digests: Digests
  readonly facts: Facts
  /** Where several replicas share it: who they are, and the turns of all of them. */
  readonly shared: Shared | undefined
  /** Whether what is written now outlives the process. */
  readonly isKept: boolean
  /** Safe to call twice. */
  close(): Promise<void>
}

/** What only several replicas have. */
export interface Shared {
  replicas: Replicas
  queue: TurnQueue
  /** The send budget that they share. */
  pool: Cluster
}

/** The database under a store. */
export interface Engine {
  shared?: Shared
  db: Kysely<Schema>
  writer: Writer
  /** Whether what it holds outlives the process when writing works. */
  isLasting: boolean
  close(): Promise<void>
}

/** Makes the store of a database whose tables are in their newest form. */
export function createStore({ db, writer, isLasting, shared, close }: Engine): Store {
  let isClosed = false
  const replicas = shared?.replicas
  return {
    shared,
    turns: createTurnRecords(db, writer, shared && { by: shared.replicas.name, put: shared.queue.put }),
    outbox: createOutboxRecords(db, writer, replicas),
    ratings: createRatings(db, writer),
    labels: createLabelRecords(db, writer, replicas),
    settings: createSettings(db, writer, replicas),
    parts: createSummaryChunks(db, writer),
    digests: createDigests(db, writer, replicas?.name),
    facts: createFacts(db, writer),
    get isKept() {
      return writer.isWorking && isLasting
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await close()
    },
  }
}
