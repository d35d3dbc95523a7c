import { bySoak } from './soak.ts'

/** Sizes of input, each four times the one before; up to a megabyte in the long version. */
const sizes = [4_000, 16_000, 64_000, ...bySoak<number[]>([], [256_000, 1_024_000])]
/** Below this a measurement is noise. */
const floorMs = 4
/** Linear work takes 4 times as long for 4 times the input, quadratic work 16 times. */
const maxGrowth = 10
/** A step counts as steep if it is so in every one of these measurements: a busy machine makes single ones slow. */
const rounds = 4

/**
 * Measures how the time of `run` grows with its input. Stops at the first step that grows faster than linearly and returns
 * its size; returns undefined if there is none.
 */
export function findSteepGrowth(run: (input: string) => unknown, pattern: string): number | undefined {
  const timeOf = (size: number) => {
    const input = pattern.repeat(Math.ceil(size / pattern.length))
    return () => measure(() => run(input))
  }
  let before = timeOf(sizes[0] ?? 0)
  let beforeMs = before()
  for (const size of sizes.slice(1)) {
    const now = timeOf(size)
    const nowMs = now()
    if (isSteep(beforeMs, nowMs) && isSteepAgain(before, now)) return size
    before = now
    beforeMs = nowMs
  }
  return undefined
}

const isSteep = (smallMs: number, largeMs: number) => largeMs > Math.max(floorMs, smallMs) * maxGrowth

function isSteepAgain(small: () => number, large: () => number): boolean {
  for (let round = 1; round < rounds; round += 1) if (!isSteep(small(), large())) return false
  return true
}

/** Returns the milliseconds of this thread's own work: others on the machine do not count. */
export function measure(run: () => unknown): number {
  const from = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(from)
  return (user + system) / 1_000
}
