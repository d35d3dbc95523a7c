import { defineConfig } from 'vitest/config'

/** `.ci/run` counts the tests from this file. */
const report = process.env.VITEST_JSON

/** Stories with a long version, in which many processes are killed or much is written: `npm run test:soak`. */
const longStories = ['kill', 'replicas-kill', 'sheet', 'summary-long', 'delivery']
const soak = ['test/text/growth.test.ts', ...longStories.map(name => `test/journeys/${name}.test.ts`)]

/** `npm run fuzz`: twenty times as long as in the suite, from a seed that is new unless FUZZ_SEED names one. */
const fuzz = { FUZZ_TIMES: '20', FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 1e9) }

const modes: Record<string, { include: string[]; env: Record<string, string>; testTimeout?: number }> = {
  soak: { include: soak, env: { SOAK: 'on' } },
  fuzz: { include: ['test/fuzz/*.test.ts'], env: fuzz, testTimeout: 3_600_000 },
}

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 90_000,
    ...modes[mode],
    hookTimeout: 90_000,
    // Stories mostly wait for each other's processes: more of them than cores run side by side.
    maxWorkers: 4,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
}))
