import type { Workspace } from '../../playground/slack-emulator/workspace.ts'
import { startBot } from '../../src/bot.ts'
import { loadTaxonomies } from '../../src/features/classify/taxonomy-files.ts'
import { createLog } from '../../src/log.ts'
import { createModels } from '../../src/model/models.ts'
import type { Store } from '../../src/store/store.ts'
import type { ScriptedModel } from '../scripted-model.ts'

type RunningBot = Awaited<ReturnType<typeof startBot>>

/** The bot as a bench measures it: over a socket, on the store that it is given, reading no faster than a minute allows. */
export async function openBenchBot(
  slack: Workspace,
  model: Pick<ScriptedModel, 'baseUrl'>,
  store: Store,
  readsPerMinute = 1_000_000,
): Promise<RunningBot> {
  const log = createLog('silent')
  const config = {
    botToken: slack.botToken,
    transport: { kind: 'socket' as const, appToken: slack.appToken },
    slackApiUrl: slack.apiUrl,
    port: 0,
    stopMs: 0,
    cacheTokens: 1_000_000,
    readsPerMinute,
    // A bench asks as one person what many would.
    bounds: { running: 1_000, waiting: 10_000 },
  }
  const settings = { apiKey: 'none', baseUrl: model.baseUrl, name: 'gpt-4o', idleMs: 60_000 }
  return startBot({
    config,
    models: createModels(settings, log),
    store,
    taxonomies: await loadTaxonomies(),
    log,
  })
}
