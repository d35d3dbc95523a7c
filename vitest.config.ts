import { defineConfig } from 'vitest/config'

/** `.ci/run` counts the tests from this file. */
const report = process.env.VITEST_JSON

/** Stories with a long version, in which many processes are killed or much is written: `npm run test:soak`. */
const soak = ['kill', 'replicas-kill', 'sheet', 'summary-long', 'delivery'].map(name => `test/journeys/${name}.test.ts`)

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'soak' ? soak : ['test/**/*.test.ts'],
    ...(mode === 'soak' && { env: { SOAK: 'on' } }),
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // Stories mostly wait for each other's processes: more of them than cores run side by side.
    maxWorkers: 4,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
}))
