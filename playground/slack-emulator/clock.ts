import { randomBytes } from 'node:crypto'

/** The one source of time and of names: everything in the workspace is dated and called by it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** A message's `ts`, unique and later than every one before, also when the clock stands still. */
  ts(): string
  /** A new id, such as `F0123ABCDEF`. Random, so that a bot which remembers ids survives a restart of the workspace. */
  id(prefix: string): string
}

/** A clock that reads `now` and never gives the same timestamp twice. */
export function createClock(now: () => number): Clock {
  let lastMicros = 0
  return {
    now,
    ts() {
      lastMicros = Math.max(lastMicros + 1, Math.floor(now() * 1000))
      const micros = String(lastMicros % 1_000_000).padStart(6, '0')
      return `${Math.floor(lastMicros / 1_000_000)}.${micros}`
    },
    id: prefix => prefix + randomBytes(5).toString('hex').toUpperCase(),
  }
}
