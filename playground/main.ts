import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import dotenv from 'dotenv'
import { parseCommandLine } from '../src/cli/command-line.ts'
import { whenNpmIsGone } from '../src/cli/npm-parent.ts'
import { formatError } from '../src/errors.ts'
import { loadShippedTexts } from '../src/features/classify/labelled-texts.ts'
import { createLog } from '../src/log.ts'
import { openStore, storeFile } from '../src/store/open-sqlite-store.ts'
import { startBotProcess } from './bot-process.ts'
import { chooseModel } from './choose-model.ts'
import { createPast, hasLabels, saveLabels, seed } from './demo/seed.ts'
import { createEngineRoutes } from './demo-model/routes.ts'
import { readManifest } from './manifest.ts'
import { sendJson } from './slack-emulator/http.ts'
import { createWorkspace } from './slack-emulator/workspace.ts'
import { createPageRoutes } from './static.ts'

/** Where the page is looked for first; any free port is taken when it is in use and none was asked for. */
const usualPort = 4000

const usage = `Usage: npm run playground

Serves a small Slack with the bot in it, to open in your browser. You need no account and no key.

  PORT=4001       the page's port (default: 4000 if it's free)
  DATA_DIR=./demo keep the bot's data in this folder, so that you can try npm run report, backup and eval on it
                  (default: the data is deleted when the playground ends)
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
                  the model that answers (default: a model server on this machine, or else the built-in engine)
`
parseCommandLine(usage, {})

/** Parts that are stopped at the end, in this order. */
const atEnd: (() => Promise<void>)[] = []
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop())
whenNpmIsGone(() => void stop())

// What people wrote is for this user alone.
process.umask(0o077)
// A .env file is that of a real bot, whose data stays out of this.
const dataDir = process.env.DATA_DIR || openTemporaryFolder()
dotenv.config({ quiet: true })
const chosen = await chooseModel(process.env)
const past = createPast()
const routes = [createPageRoutes(), createEngineRoutes({ texts: await loadShippedTexts() }), killBot]
const options = {
  model: chosen.title,
  host: 'localhost',
  now: past.now,
  ...(await readManifest()),
  routes: (...exchange: Parameters<(typeof routes)[number]>) => routes.some(answer => answer(...exchange)),
}
const slack = await openWorkspace(process.env.PORT)
atEnd.push(slack.close)
await seedWorkspace()
const bot = await startBotProcess(
  chosen.title,
  {
    ...process.env,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
    ...chosen.toEnvironment(new URL(slack.apiUrl).origin),
  },
  code => process.exit(code),
)
// The bot first: it says its last words in the workspace.
atEnd.unshift(bot.stop)
process.stdout.write(`Threadwise playground: ${slack.url}\nAnswers come from: ${chosen.title}\n`)

async function stop(): Promise<void> {
  // A second signal ends the process at once, and the bot with it.
  if (isStopping) process.exit(1)
  isStopping = true
  for (const end of atEnd) await end()
  process.exit(0)
}

/** Opens the workspace on the port that was asked for, else on the usual one, else on any. */
async function openWorkspace(asked: string | undefined) {
  if (asked) return createWorkspace({ ...options, port: Number(asked) })
  return createWorkspace({ ...options, port: usualPort }).catch(() => createWorkspace(options))
}

/** Tells what happened before, and labels the feedback in it before the bot opens its store. */
async function seedWorkspace(): Promise<void> {
  const records = await seed(slack, past)
  const isNew = !existsSync(join(dataDir, storeFile))
  const store = await openStore(dataDir, 0, createLog('error')).catch(error => exitWith(formatError(error)))
  if (!isNew && !(await hasLabels(store.labels)))
    exitWith(`DATA_DIR: ${dataDir} belongs to a bot in a real workspace; choose another folder`)
  await saveLabels(store.labels, records)
  await store.close()
}

function exitWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

/** Opens a folder that is removed when the playground ends. */
function openTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'threadwise-playground-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Answers the page's wish to kill the bot and start it again. */
function killBot(request: IncomingMessage, response: ServerResponse): boolean {
  if (`${request.method} ${request.url}` !== 'POST /page/kill-bot') return false
  void bot.restart().then(() => sendJson(response, 200, { ok: true }))
  return true
}
