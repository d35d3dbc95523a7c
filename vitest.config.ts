import { defineConfig } from 'vitest/config'

/** `.ci/run` counts the tests from this file. */
const report = process.env.VITEST_JSON

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two stories side by side: each starts a bot, a workspace and a model of its own.
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
