/** Sizes of input, each four times the one before. */
const sizes = [1_000, 4_000, 16_000, 64_000, 256_000, 1_024_000]
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
  const inputOf = (size: number) => pattern.repeat(Math.ceil(size / pattern.length))
  for (let at = 1; at < sizes.length; at += 1) {
    const [small, large] = [inputOf(sizes[at - 1] ?? 0), inputOf(sizes[at] ?? 0)]
    if (
      isSteep(
        () => run(small),
        () => run(large),
      )
    )
      return sizes[at]
  }
  return undefined
}

function isSteep(small: () => unknown, large: () => unknown): boolean {
  for (let round = 0; round < rounds; round += 1) {
    const smallMs = Math.max(floorMs, measure(small))
    const largeMs = measure(large)
    if (largeMs <= smallMs * maxGrowth) return false
    // Nothing linear takes this long for a megabyte, however busy the machine.
    if (largeMs > 5_000) return true
  }
  return true
}

/** Returns the shorter of two runs, in milliseconds of this thread's own work: others on the machine do not count. */
function measure(run: () => unknown): number {
  const times = [0, 1].map(() => {
    const from = process.threadCpuUsage()
    run()
    const { user, system } = process.threadCpuUsage(from)
    return (user + system) / 1_000
  })
  return Math.min(...times)
}
