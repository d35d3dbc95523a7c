import type { Kysely } from 'kysely'
import { type Asks, createAsks } from './asks.ts'
import { createDigests, type Digests } from './digests.ts'
import { createFacts, type Facts } from './facts.ts'
import { createLabelRecords, type LabelRecords } from './labels.ts'
import { createKeptParts, type KeptParts } from './parts.ts'
import { createRatings, type Ratings } from './ratings.ts'
import type { Schema } from './schema.ts'
import { createSettings, type Settings } from './settings.ts'
import { createTurnRecords, type TurnRecords } from './turns.ts'
import type { Writer } from './writer.ts'

/** The little that must outlive the process. */
export interface Store {
  readonly turns: TurnRecords
  readonly asks: Asks
  readonly ratings: Ratings
  readonly labels: LabelRecords
  readonly settings: Settings
  readonly parts: KeptParts
  readonly digests: Digests
  readonly facts: Facts
  /** Whether what is written now outlives the process. */
  readonly isKept: boolean
  /** Safe to call twice. */
  close(): Promise<void>
}

/** The database under a store. */
export interface Engine {
  db: Kysely<Schema>
  writer: Writer
  /** Whether what it holds outlives the process when writing works. */
  isLasting: boolean
  close(): Promise<void>
}

/** Makes the store of a database whose tables are in their newest form. */
export function createStore({ db, writer, isLasting, close }: Engine): Store {
  let isClosed = false
  return {
    turns: createTurnRecords(db, writer),
    asks: createAsks(db, writer),
    ratings: createRatings(db, writer),
    labels: createLabelRecords(db, writer),
    settings: createSettings(db, writer),
    parts: createKeptParts(db, writer),
    digests: createDigests(db, writer),
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
