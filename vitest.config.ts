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

/** What starts many processes, a browser or large files: half of the suite's time. `npm test` leaves it to `npm run test:all`. */
const heavy = [
  'journeys/durable',
  'slack/documents',
  'journeys/corpus',
  'journeys/replicas-kill',
  'journeys/replicas',
  'playground/demo',
  'playground/demo-page',
  'playground/page',
  'playground/page-manners',
  'playground/page-blocks',
  'playground/page-access',
  'journeys/process',
  'journeys/kill',
  'journeys/pictures',
  'journeys/sheet',
  'journeys/summary-long',
  'slack/files',
  'commands',
  'model/redaction',
  'journeys/http',
  'journeys/recordings',
  'journeys/drawings',
  'features/classify',
  'fuzz/requests',
  'fuzz/files',
].map(name => `test/${name}.test.ts`)

/** Other files that take half a minute and more. */
const long = ['journeys/summary', 'journeys/access', 'journeys/shapes', 'journeys/fairness', 'journeys/models'].map(
  name => `test/${name}.test.ts`,
)

const longest = [...long, ...heavy]

/** Starts the longest files first, so that no worker ends with one of them alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex(name => moduleId.endsWith(name))
      return place < 0 ? longest.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

/** A file that is named is run, however heavy. */
const isNamed = process.argv.some(argument => /(?:^|\/)test\//.test(argument))

/** Files with properties that hold for any text, which `npm run fuzz` tries from a new seed. */
const properties = [
  ...['sanitize', 'split', 'slack-forms', 'to-mrkdwn', 'escape-markdown', 'true-host'].map(name => `text/${name}`),
  'reply/reply.property',
  'rate-limit/limiter',
  'store/rate-limit-allocation',
  'threads/truncate',
].map(name => `test/${name}.test.ts`)

/** `npm run fuzz`: twenty times as long as in the suite, from a seed that is new unless FUZZ_SEED names one. */
const fuzz = { FUZZ_TIMES: '20', FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 1e9) }

const modes: Record<string, object> = {
  quick: { exclude: isNamed ? [] : heavy },
  soak: { include: soak, env: { SOAK: 'on' } },
  fuzz: { include: ['test/fuzz/*.test.ts', ...properties], env: fuzz, testTimeout: 3_600_000 },
}

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 150_000,
    ...modes[mode],
    hookTimeout: 150_000,
    // Busy machines are slow; what is waited for ends the wait.
    expect: { poll: { timeout: 30_000 } },
    // Stories mostly wait, the heavy ones less: more of them than cores run side by side.
    maxWorkers: mode === 'quick' ? 6 : 5,
    // Short-lived objects are collected in fewer rounds: 8 % of the time.
    execArgv: ['--max-semi-space-size=64'],
    // No module keeps state, so that files can share what a worker has imported.
    isolate: false,
    setupFiles: 'test/fuzz/seed.ts',
    globalSetup: 'test/bundle-bot.ts',
    sequence: { sequencer: LongestFirst },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
}))
