import dotenv from 'dotenv'
import { type RunningBot, startBot } from './bot.ts'
import { type Config, type Problem, parseConfig } from './config.ts'
import { formatError, StartError } from './errors.ts'
import { loadTaxonomies } from './features/classify/taxonomy-files.ts'
import { createLog, type Log } from './log.ts'
import { createModel } from './model/client.ts'
import { detectLocalServer } from './model/detect-local-server.ts'
import { tokenErrors } from './slack/start-error.ts'
import { openStore } from './store/data-dir.ts'
import type { Store } from './store/store.ts'

/** The environment or a token is wrong: trying again does not help until somebody has changed it. */
const exitMisconfigured = 2

/** How often it is looked whether npm still lives. */
const parentEveryMs = 500

/** A process that stops is done this long after its last answers, and lets go of the store. */
const lockExtraMs = 10_000

dotenv.config({ quiet: true })
const read = parseConfig(process.env)
if ('problems' in read) exitWith(read.problems.map(formatProblem))
else await run(read.config)

async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  // Whoever stops the bot may do so while it is still starting.
  let app: RunningBot | undefined
  let store: Store | undefined
  const stop = async () => {
    await app?.stop()
    await store?.close()
  }
  stopOnSignals(stop, log)
  watchForLostToken(stop, log)
  try {
    const taxonomies = await loadTaxonomies(config.taxonomyFile)
    store = await openStoreOf(config, log)
    app = await startBot({
      config,
      model: createModel(await chooseModel(config, log), log),
      store,
      taxonomies,
      log,
    })
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    await store?.close()
    exitWith([error.message])
  }
}

/** What outlives the process: in a folder of its own, or in a database that several replicas share. */
async function openStoreOf({ databaseUrl, dataDir, stopMs }: Config, log: Log): Promise<Store> {
  if (databaseUrl === undefined) return openStore(dataDir, stopMs + lockExtraMs, log)
  // Whoever has one process needs none of it in memory.
  const { openSharedStore } = await import('./store/postgres-store.ts')
  return openSharedStore(databaseUrl, log)
}

/** The named server, or one that is found on this machine when that was asked for. */
async function chooseModel(config: Config, log: Log): Promise<Config['model']> {
  if (!config.detectModel) return config.model
  const found = await detectLocalServer({ ollamaHost: process.env.OLLAMA_HOST })
  if (found === undefined)
    throw new StartError(
      'MODEL_AUTODETECT: no model server was found on this machine; start one, or set OPENAI_BASE_URL',
    )
  log.info({ server: found.kind, model: found.model }, 'found a model server on this machine')
  return {
    ...(found.contextTokens !== undefined && { contextTokens: found.contextTokens }),
    ...config.model,
    baseUrl: found.baseUrl,
    name: config.modelIsNamed ? config.model.name : found.model,
  }
}

function stopOnSignals(stopApp: () => Promise<void>, log: Log): void {
  let isStopping = false
  const stop = async (signal: string) => {
    // Asked twice, somebody is in a hurry.
    if (isStopping) process.exit(1)
    isStopping = true
    log.info({ signal }, 'stopping')
    await stopApp()
    log.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal))
  whenNpmIsGone(() => {
    if (!isStopping) void stop('npm is gone')
  })
}

/**
 * `npm start` runs the bot below a shell, and neither hands a signal on: when they are gone, whoever started the bot has asked it to
 * stop.
 */
function whenNpmIsGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    stop()
  }, parentEveryMs).unref()
}

/**
 * The socket client lets a refusal while it reconnects end as an unhandled rejection, and stumbles over envelopes that
 * it does not know. The first means that the token is gone for good; the second means nothing.
 */
function watchForLostToken(stopApp: () => Promise<void>, log: Log): void {
  process.on('unhandledRejection', error => {
    log.error({ reason: formatError(error) }, 'something failed that nobody waited for')
    const refusal = (error as { data?: { error?: string } } | undefined)?.data?.error
    if (refusal === undefined || !tokenErrors.includes(refusal)) return
    log.error({ refusal }, 'Slack no longer takes SLACK_APP_TOKEN; make a new one and start again')
    void stopApp().finally(() => process.exit(exitMisconfigured))
  })
}

function formatProblem(problem: Problem): string {
  return `${problem.name} ${problem.sentence}`
}

function exitWith(lines: string[]): void {
  process.stderr.write(
    `Threadwise cannot start:\n${lines.map(line => `  - ${line}\n`).join('')}\nSettings come from the environment or a .env file; README.md lists them.\n`,
  )
  process.exitCode = exitMisconfigured
}
