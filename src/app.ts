import { createBolt } from './bolt.ts'
import type { Config } from './config.ts'
import { createConversations } from './conversation/conversation.ts'
import { createFileReader } from './conversation/files.ts'
import { createPeople } from './conversation/people.ts'
import { toReason } from './errors.ts'
import { listenToAsking } from './listeners/ask.ts'
import { listenToChat } from './listeners/chat.ts'
import { listenToHome } from './listeners/home.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Model } from './model/model.ts'
import { createOperations } from './operations.ts'
import { createSendBudget } from './reply/budget.ts'
import { readSelf } from './self.ts'
import { createCallSlack } from './slack.ts'
import { toStartError } from './start-error.ts'
import { answer } from './turns/answer.ts'
import { createInbox } from './turns/inbox.ts'

/** A bot that is connected to one workspace. */
export interface ThreadwiseApp {
  /** Takes nothing more, finishes what is in flight within the configured time, and disconnects. */
  stop(): Promise<void>
}

/** What the app is made of. */
export interface AppParts {
  config: Pick<Config, 'botToken' | 'transport' | 'slackApiUrl' | 'port' | 'stopMs' | 'cacheTokens'>
  model: Model
  log: Log
}

/**
 * Makes the bot of every part and all listeners, and connects it to Slack. Rejects with a `StartError` that names what
 * is wrong and its cure.
 */
export async function createApp({ config, model, log }: AppParts): Promise<ThreadwiseApp> {
  const metrics = createMetrics()
  const call = createCallSlack(config.botToken, config.slackApiUrl, metrics, log)
  const self = await readSelf(call, log, config.slackApiUrl)
  const conversations = createConversations(call, self, config.cacheTokens)
  const people = createPeople(call, log)
  const budget = createSendBudget(call)
  const files = createFileReader({ token: config.botToken, slackApiUrl: config.slackApiUrl })
  const parts = { self, model, conversations, people, files, budget, call, log, metrics }
  const inbox = createInbox((...turn) => answer(parts, ...turn), log)
  metrics.observe(() => ({
    threads: conversations.threads,
    cachedTokens: conversations.tokens,
    turnsInFlight: inbox.size,
  }))

  const routes = createOperations(metrics, () => bolt.isOpen())
  const bolt = createBolt({ config, self, routes, log })
  listenToChat(bolt.app, { ...parts, inbox })
  listenToAsking(bolt.app, { ...parts, inbox })
  listenToHome(bolt.app, parts)
  await bolt.open().catch(error => {
    throw toStartError(error, config.port)
  })
  log.info({ team: self.teamId, bot: self.userId, model: model.title, transport: config.transport.kind }, 'ready')

  return {
    async stop() {
      const closed = bolt.close().catch(error => log.warn({ reason: toReason(error) }, 'Slack was left without a word'))
      await inbox.stop(config.stopMs)
      await closed
    },
  }
}
