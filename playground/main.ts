import dotenv from 'dotenv'
import { startBot } from '../src/bot.ts'
import { parseCommandLine } from '../src/cli/command-line.ts'
import { parseConfig } from '../src/config.ts'
import { loadShippedTexts } from '../src/features/classify/labelled-texts.ts'
import { loadTaxonomies } from '../src/features/classify/taxonomy-files.ts'
import { createLog } from '../src/log.ts'
import { createModel } from '../src/model/client.ts'
import type { Model } from '../src/model/model.ts'
import { openMemoryStore } from '../src/store/data-dir.ts'
import { chooseModel } from './choose-model.ts'
import { createEngineRoutes } from './demo-model/routes.ts'
import { readManifest } from './manifest.ts'
import { seed } from './seed.ts'
import { createWorkspace } from './slack-emulator/workspace.ts'
import { createPageRoutes } from './static.ts'

/** Where the page is looked for first; any free port is taken when it is in use and none was asked for. */
const usualPort = 4000

parseCommandLine(
  `Usage: npm run playground

Runs the bot in a small Slack on this machine and prints the address of its page. Reads the same settings as npm start;
PORT is the page's.
`,
  {},
)
dotenv.config({ quiet: true })
const chosen = await chooseModel(process.env)
const page = createPageRoutes()
const engine = createEngineRoutes({ texts: await loadShippedTexts() })
const options = {
  model: chosen.title,
  ...(await readManifest()),
  routes: (...exchange: Parameters<typeof page>) => page(...exchange) || engine(...exchange),
}
const slack = await openWorkspace(process.env.PORT)
const read = parseConfig({
  ...process.env,
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  SLACK_API_URL: slack.apiUrl,
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: process.env.LOG_LEVEL || 'warn',
  ...chosen.toEnvironment(slack.url),
})
if ('problems' in read) {
  for (const { name, sentence } of read.problems) process.stderr.write(`${name} ${sentence}\n`)
  process.exit(2)
}
const log = createLog(read.config.logLevel)
await seed(slack)
const model: Model = Object.create(createModel(read.config.model, log), { title: { value: chosen.title } })
// The workspace ends with the process, and what the bot keeps of it does, too.
const store = await openMemoryStore(log)
const taxonomies = await loadTaxonomies(read.config.taxonomyFile)
const app = await startBot({ config: read.config, model, store, taxonomies, log })
process.stdout.write(`Threadwise playground: ${slack.url}\nAnswers come from: ${chosen.title}\n`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // The bot first: it says its last words in the workspace.
    await app.stop()
    await slack.close()
    process.exit(0)
  })
}

/** Opens the workspace on the port that was asked for, else on the usual one, else on any. */
async function openWorkspace(asked: string | undefined) {
  if (asked) return createWorkspace({ ...options, port: Number(asked) })
  return createWorkspace({ ...options, port: usualPort }).catch(() => createWorkspace(options))
}
