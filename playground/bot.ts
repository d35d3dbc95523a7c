import { startBot } from '../src/bot.ts'
import { parseConfig } from '../src/config.ts'
import { loadTaxonomies } from '../src/features/classify/taxonomy-files.ts'
import { createLog } from '../src/log.ts'
import { createModels } from '../src/model/models.ts'
import { createTranscriber } from '../src/model/transcription.ts'
import { openStore } from '../src/store/open-sqlite-store.ts'

/** The playground's bot. Its parent says by argument what the model is called, and is told when the bot is connected. */
const [, , title] = process.argv

/** A bot that was killed has let go of the store before. */
const lockPatienceMs = 5_000

process.umask(0o077)
// Slack ends with the parent; there is nobody left to answer.
process.once('disconnect', () => process.exit())
const read = parseConfig(process.env)
if ('problems' in read) {
  for (const { name, sentence } of read.problems) process.stderr.write(`${name} ${sentence}\n`)
  process.exit(2)
}
const { config } = read
const log = createLog(config.logLevel)
const models = createModels(config.model, log)
const named = { ...models, usual: Object.create(models.usual, { title: { value: title } }) }
const store = await openStore(config.dataDir, lockPatienceMs, log)
const taxonomies = await loadTaxonomies(config.taxonomyFile)
const transcriber = createTranscriber(config.transcription, config.model, log)
const bot = await startBot({ config, models: named, transcriber, store, taxonomies, log })
process.send?.('ready')

// Ctrl-C reaches the whole group; the parent decides.
process.on('SIGINT', () => {})
process.once('SIGTERM', async () => {
  await bot.stop()
  await store.close()
  process.exit(0)
})
