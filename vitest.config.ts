import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Bots and commands that stories start compile what they import once.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'threadwise-compile-cache')

/** `.ci/run` counts the tests from this file. */
const report = process.env.VITEST_JSON

/** Stories with a long version, in which many processes are killed or much is written: `npm run test:soak`. */
const longStories = ['kill', 'replicas-kill', 'sheet', 'summary-long', 'delivery']
const soak = [
  'test/text/growth.test.ts',
  'test/model/redaction.test.ts',
  'test/slack/documents.test.ts',
  ...longStories.map(name => `test/journeys/${name}.test.ts`),
]

/** Starts the longest files first, so that no worker ends with one of them alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => soak.some(name => moduleId.endsWith(name))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))]
  }
}

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
    // Busy machines are slow; what is waited for ends the wait.
    expect: { poll: { timeout: 30_000 } },
    // Stories mostly wait for each other's processes: more of them than cores run side by side.
    maxWorkers: 4,
    // No module keeps state, so that files can share what a worker has imported.
    isolate: false,
    globalSetup: 'test/bundle-bot.ts',
    sequence: { sequencer: LongestFirst },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
}))
