import { resolve } from 'node:path'
import dotenv from 'dotenv'
import { startBot } from './bot.ts'
import { parseCommandLine } from './cli/command-line.ts'
import { findMisspelled } from './cli/misspelled.ts'
import { whenNpmIsGone } from './cli/npm-parent.ts'
import { type Config, parseConfig } from './config.ts'
import { formatError, StartError } from './errors.ts'
import { loadTaxonomies } from './features/classify/taxonomy-files.ts'
import { createLog, type Log } from './log.ts'
import { buildDetectedConfig, detectLocalServer } from './model/detect-local-server.ts'
import { createModels } from './model/models.ts'
import { applyModelsFile } from './model/models-file.ts'
import { createTranscriber } from './model/transcription.ts'
import { createRecognizer } from './slack/documents/recognize.ts'
import { tokenErrors } from './slack/start-error.ts'
import { openStore } from './store/open-sqlite-store.ts'
import type { Store } from './store/store.ts'

type Problem = Extract<ReturnType<typeof parseConfig>, { problems: unknown }>['problems'][number]

/** The exit code for a wrong setting or token: restarting does not help until it is changed. */
const exitMisconfigured = 2

/** A process that stops releases the store's lock within this time after its last answers. */
const lockMarginMs = 10_000

const usage = `Usage: npm start

Runs the bot. Settings come from the environment or a .env file; README.md lists them.
`

parseCommandLine(usage, {})
// What people wrote is for this user alone.
process.umask(0o077)
dotenv.config({ quiet: true })
const read = parseConfig(process.env)
const misspelled = findMisspelled(process.env).map(({ name, meant }) => `${name} is no setting; did you mean ${meant}?`)
if ('problems' in read) exitWith([...read.problems.map(formatProblem), ...misspelled])
else await run(read.config)

async function run(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  for (const hint of misspelled) log.warn(hint)
  // A signal may come while the bot is still starting.
  let bot: Awaited<ReturnType<typeof startBot>> | undefined
  let store: Store | undefined
  const stop = async () => {
    await bot?.stop()
    await store?.close()
  }
  stopOnSignals(stop, log)
  watchForLostToken(stop, log)
  try {
    const taxonomies = await loadTaxonomies(config.taxonomyFile)
    store = await openStoreOf(config, log)
    const chosen = await chooseModel(config, log)
    bot = await startBot({
      config,
      models: createModels(chosen, log),
      ...(config.recognizesText && { recognize: await createRecognizer(log) }),
      transcriber: createTranscriber(config.transcription, chosen, log),
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

/** Opens the store: SQLite in a folder, or the PostgreSQL that replicas share. */
async function openStoreOf({ databaseUrl, dataDir, stopMs }: Config, log: Log): Promise<Store> {
  if (databaseUrl === undefined) return openStore(resolve(dataDir), stopMs + lockMarginMs, log)
  // Loaded only when needed: a single process spares the memory.
  const { openSharedStore } = await import('./store/postgres-store.ts')
  return openSharedStore(databaseUrl, log)
}

/** Returns the configured model with what the file of models says, or detects a server on this machine if that is configured. */
async function chooseModel(config: Config, log: Log): Promise<Config['model']> {
  const { model, modelsFile } = config
  if (!config.detectModel) return modelsFile === undefined ? model : applyModelsFile(modelsFile, model, process.env)
  const found = await detectLocalServer({ ollamaHost: process.env.OLLAMA_HOST })
  if (found === undefined)
    throw new StartError(
      'MODEL_AUTODETECT: no model server was found on this machine; start one, or set OPENAI_BASE_URL',
    )
  log.info({ server: found.kind, model: found.model }, 'model server detected on this machine')
  return buildDetectedConfig(config, found)
}

function stopOnSignals(stopApp: () => Promise<void>, log: Log): void {
  let isStopping = false
  const stop = async (signal: string) => {
    // A second signal ends the process at once.
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
 * Logs unhandled rejections and stops the process if Slack has revoked the token: the socket client lets a refusal while it
 * reconnects end as an unhandled rejection. It also trips over envelopes that it does not know, which is harmless.
 */
function watchForLostToken(stopApp: () => Promise<void>, log: Log): void {
  process.on('unhandledRejection', error => {
    log.error({ reason: formatError(error) }, 'unhandled rejection')
    const refusal = (error as { data?: { error?: string } } | undefined)?.data?.error
    if (refusal === undefined || !tokenErrors.includes(refusal)) return
    log.error({ refusal }, 'SLACK_APP_TOKEN rejected by Slack; make a new one and start again')
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
