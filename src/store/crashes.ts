import type { Kysely } from 'kysely'
import { z } from 'zod'
import { loadFact, saveFact } from './facts.ts'
import type { Schema } from './tables.ts'

/** Crashes count for this long; they were not caused by a turn that comes later. */
const crashMemoryMs = 600_000

/** Records that the process, or another replica, ended without a stop. */
export async function recordCrash(db: Kysely<Schema>): Promise<void> {
  await saveCrashes(db, [...(await loadRecentCrashes(db)), Date.now()])
}

/** Loads when processes crashed lately. */
export async function loadRecentCrashes(db: Kysely<Schema>): Promise<number[]> {
  const since = Date.now() - crashMemoryMs
  return (await loadCrashes(db)).filter(at => at > since)
}

/** Forgets the newest crashes. */
export async function forgetCrashes(db: Kysely<Schema>, count: number): Promise<void> {
  await saveCrashes(db, (await loadCrashes(db)).slice(0, -count))
}

async function loadCrashes(db: Kysely<Schema>): Promise<number[]> {
  try {
    return z.array(z.number()).parse(JSON.parse((await loadFact(db, 'deaths')) ?? '[]'))
  } catch {
    return []
  }
}

function saveCrashes(db: Kysely<Schema>, crashes: number[]): Promise<void> {
  return saveFact(db, 'deaths', JSON.stringify(crashes))
}
