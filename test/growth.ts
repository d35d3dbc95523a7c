/** Sizes of input, each four times the one before. */
const sizes = [1_000, 4_000, 16_000, 64_000, 256_000, 1_024_000]
/** Below this a measurement is noise. */
const floorMs = 4
/** Linear work takes 4 times as long for 4 times the input, quadratic work 16 times. */
const mostGrowth = 10

/**
 * Measures how the time of `run` grows with its input. Stops at the first step that grows faster than linearly and returns
 * its size; returns undefined if there is none.
 */
export function findSteepGrowth(run: (input: string) => unknown, pattern: string): number | undefined {
  let before = floorMs
  for (const size of sizes) {
    const input = pattern.repeat(Math.ceil(size / pattern.length))
    const ms = Math.max(
      floorMs,
      measure(() => run(input), before * mostGrowth),
    )
    if (size > 1_000 && ms > before * mostGrowth) return size
    before = ms
  }
  return undefined
}

/** Returns the shortest of up to five runs; a run within the limit ends the series. */
function measure(run: () => unknown, limitMs: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 5 && best > limitMs / 2; attempt += 1) {
    const from = performance.now()
    run()
    best = Math.min(best, performance.now() - from)
    if (best > 5_000) break
  }
  return best
}
