import type { Kysely } from 'kysely'
import type { Cluster } from '../rate-limit/cluster-protocol.ts'
import { createDigests, type Digests } from './digests.ts'
import { createFacts } from './facts.ts'
import { createForgetting } from './forgetting.ts'
import { createHealthRecords } from './health.ts'
import { createLabelRecords, type LabelRecords } from './labels.ts'
import { createOutboxRecords, type OutboxRecords } from './outbox.ts'
import { createPersonSettings } from './person-settings.ts'
import type { Postgres } from './postgres.ts'
import { createRatings } from './ratings.ts'
import type { Replicas } from './replicas.ts'
import { createSettings, type Settings } from './settings.ts'
import { createSummaryChunks, type SummaryChunks } from './summary-chunks.ts'
import type { Schema } from './tables.ts'
import { createThreadModels } from './thread-models.ts'
import { createTurnRecords, type TurnRecords } from './turns.ts'
import { createUnasked } from './unasked.ts'
import { createUsage } from './usage.ts'
import type { Writer } from './writer.ts'

type Ratings = ReturnType<typeof createRatings>

/** Data that must outlive the process. */
export interface Store {
  readonly turns: TurnRecords
  readonly outbox: OutboxRecords
  readonly ratings: Ratings
  readonly labels: LabelRecords
  readonly settings: Settings
  readonly personSettings: ReturnType<typeof createPersonSettings>
  readonly threadModels: ReturnType<typeof createThreadModels>
  readonly parts: SummaryChunks
  readonly digests: Digests
  readonly facts: ReturnType<typeof createFacts>
  readonly unasked: ReturnType<typeof createUnasked>
  readonly usage: ReturnType<typeof createUsage>
  readonly health: ReturnType<typeof createHealthRecords>
  readonly forgetting: ReturnType<typeof createForgetting>
  /** Present if several replicas share the store. */
  readonly shared: SharedStore | undefined
  /** True if writes outlive the process at the moment. */
  readonly isPersistent: boolean
  /** Safe to call twice. */
  close(): Promise<void>
}

/** Services that replicas coordinate by: notices, the queue's database, and the shared quota. */
interface SharedStore {
  replicas: Replicas
  postgres: Pick<Postgres, 'db' | 'executeSql'>
  writer: Writer
  cluster: Cluster
}

interface StoreOptions {
  db: Kysely<Schema>
  writer: Writer
  /** False for a database in memory. */
  isLasting: boolean
  shared?: Omit<SharedStore, 'writer'>
  /** Removes the traces of deleted rows from the disk. PostgreSQL's own vacuum does it. */
  compact?: () => Promise<void>
  close(): Promise<void>
}

/** Creates the store on a migrated database. */
export function createStore({ db, writer, isLasting, shared, compact = async () => {}, close }: StoreOptions): Store {
  let isClosed = false
  const replicas = shared?.replicas
  const turns = createTurnRecords(db, writer)
  const parts = createSummaryChunks(db, writer)
  const personSettings = createPersonSettings(db, writer, replicas)
  const settings = createSettings(db, writer, replicas)
  return {
    shared: shared && { ...shared, writer },
    turns,
    outbox: createOutboxRecords(db, writer, replicas),
    ratings: createRatings(db, writer),
    labels: createLabelRecords(db, writer, replicas),
    settings,
    personSettings,
    threadModels: createThreadModels(db, writer),
    parts,
    digests: createDigests(db, writer, replicas?.name),
    facts: createFacts(db, writer),
    unasked: createUnasked(db, writer),
    usage: createUsage(db, writer),
    health: createHealthRecords(db, writer, replicas?.name),
    forgetting: createForgetting({ db, writer, turns, parts, settings, personSettings, compact }),
    get isPersistent() {
      return writer.isWorking && isLasting
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await close()
    },
  }
}
