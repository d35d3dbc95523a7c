/** Chance that a test can repeat. */
export interface Random {
  /** From 0 up to, but not with, the limit. */
  upTo(limit: number): number
  /** One of the list; undefined of an empty one. */
  of<T>(list: readonly [T, ...T[]]): T
  of<T>(list: readonly T[]): T | undefined
}

/** The same seed gives the same chance. Source: mulberry32, public domain. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    upTo: limit => next() * limit,
    of: <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T,
  }
}
