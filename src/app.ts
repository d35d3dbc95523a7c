import { createBolt } from './bolt.ts'
import type { Config } from './config.ts'
import { createConversations } from './conversation/conversation.ts'
import { createFileReader } from './conversation/files.ts'
import { createPacedReader } from './conversation/paced.ts'
import { createPeople } from './conversation/people.ts'
import { createIsPublic } from './conversation/public-channels.ts'
import type { ThreadId } from './conversation/read.ts'
import { toReason } from './errors.ts'
import { openChannelSettings } from './labels/channel-settings.ts'
import { createLabeller } from './labels/labeller.ts'
import type { Taxonomies } from './labels/taxonomies.ts'
import { listenToAsking, tellDirectly } from './listeners/ask.ts'
import { keep, listenToChat, take } from './listeners/chat.ts'
import { listenToClassifying, resumeClassifying } from './listeners/classify.ts'
import { listenToControls, offerAgain } from './listeners/control.ts'
import { listenToHome } from './listeners/home.ts'
import { listenToSummarizing } from './listeners/summarize.ts'
import { createWatch, listenToReactions } from './listeners/watch.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Model } from './model/model.ts'
import { createOperations } from './operations.ts'
import { createSendBudget } from './reply/budget.ts'
import { createRespond } from './respond.ts'
import { readSelf } from './self.ts'
import { createCallSlack } from './slack.ts'
import { toStartError } from './start-error.ts'
import type { Store } from './store/store.ts'
import { createSummarizer } from './summaries/summarize.ts'
import { tellAhead } from './turns/ahead.ts'
import { answer } from './turns/answer.ts'
import { createAsker, type OnFailure } from './turns/asks.ts'
import { createDigestClock } from './turns/digests.ts'
import { createInbox } from './turns/inbox.ts'
import type { Job } from './turns/job.ts'
import { createMissed, type Missed } from './turns/missed.ts'
import { createSharedInbox } from './turns/shared-inbox.ts'
import { isSettled } from './turns/standing.ts'
import type { Turn } from './turns/turn.ts'

/** A bot that is connected to one workspace. */
export interface ThreadwiseApp {
  /** Takes nothing more, finishes what is in flight within the configured time, and disconnects. */
  stop(): Promise<void>
}

/** A table is labelled row by row, so it may be longer than what a model reads at once. */
const sheetCharacters = 10_000_000

/** What the app is made of. */
export interface AppParts {
  config: Pick<Config, 'botToken' | 'transport' | 'slackApiUrl' | 'port' | 'stopMs' | 'cacheTokens' | 'readsPerMinute'>
  model: Model
  store: Store
  taxonomies: Taxonomies
  log: Log
}

/**
 * Makes the bot of every part and all listeners, and connects it to Slack. Rejects with a `StartError` that names what
 * is wrong and its cure.
 */
export async function createApp({ config, model, store, taxonomies, log }: AppParts): Promise<ThreadwiseApp> {
  const metrics = createMetrics()
  const call = createCallSlack(config.botToken, config.slackApiUrl, metrics, log)
  const self = await readSelf(call, log, config.slackApiUrl)
  const reading = createPacedReader(call, config.readsPerMinute)
  const conversations = createConversations(reading.atOnce, self, config.cacheTokens)
  const people = createPeople(call, self, log)
  const { shared } = store
  const budget = createSendBudget(call, Date.now, shared?.pool)
  const { labels } = store
  const labeller = createLabeller({ model, taxonomies, labels, isPublic: createIsPublic(call, log) })
  const settings = await openChannelSettings(store.settings)
  const labelling = { labels, labeller, taxonomies, settings }
  const access = { token: config.botToken, slackApiUrl: config.slackApiUrl }
  const files = createFileReader(access)
  const sheets = createFileReader({ ...access, maxTextCharacters: sheetCharacters })
  const summing = {
    reader: reading.read,
    summarizer: createSummarizer({ model, kept: store.parts }),
    keptParts: store.parts,
    digests: store.digests,
    respond: createRespond(config.slackApiUrl),
  }
  const parts = {
    self,
    model,
    sheets,
    conversations,
    people,
    files,
    budget,
    call,
    store,
    log,
    metrics,
    ...labelling,
    ...summing,
  }
  const missed: Missed = createMissed({ ...parts, take: async body => take(chat, body) })
  const inboxParts = {
    ...parts,
    answer: (job: Job) => answer(parts, job),
    isSettled: (turn: Turn, edition: number) => isSettled(conversations, turn, edition),
    ready: missed.ready,
    onAhead: (turn: Turn, ahead: number) => void tellAhead(parts, turn, ahead),
    onLateEdit: (turnId: string) => void offerAgain(controls, turnId),
  }
  const inbox = shared === undefined ? createInbox(inboxParts) : createSharedInbox(inboxParts, shared)
  const controls = { ...parts, inbox, ratings: store.ratings }
  const watch = createWatch(parts)
  const chat = {
    ...parts,
    inbox,
    watch,
    offerAgain: (turnId: string) => offerAgain(controls, turnId),
    onChange: (thread: ThreadId) => shared?.replicas.tell({ kind: 'thread', ...thread }),
  }
  const classifying = { ...parts, asks: store.asks }
  const asker = createAsker({ ...parts, inbox, asks: store.asks })
  const tellAsker: OnFailure = (ask, error) => tellDirectly({ ...parts, asker }, ask, error)
  const clock = createDigestClock({ ...parts, asker, onFailure: tellAsker })
  metrics.observe(() => ({
    threads: conversations.threads,
    cachedTokens: conversations.tokens,
    turnsInFlight: inbox.size,
    isStoreKept: store.isKept,
  }))

  const routes = createOperations(metrics, () => bolt.isOpen() && shared?.replicas.isReachable !== false)
  const onOpen = (isOpen: boolean) => (isOpen ? missed.connected() : missed.disconnected())
  const bolt = createBolt({ config, self, routes, log, onOpen, keep: body => keep(chat, body) })
  listenToChat(bolt.app, chat)
  listenToAsking(bolt.app, { ...parts, asker })
  listenToClassifying(bolt.app, classifying)
  listenToSummarizing(bolt.app, { ...parts, asker, clock })
  listenToReactions(bolt.app, parts)
  listenToControls(bolt.app, controls)
  listenToHome(bolt.app, parts)
  await inbox.takeOver()
  await bolt.open().catch(async error => {
    missed.stop()
    await inbox.stopAll(0)
    throw toStartError(error, config.port)
  })
  inbox.resume()
  /** Goes on with what processes that are gone have left. */
  const takeOver = async () => {
    const asks = await store.asks.takeOver()
    const left = await labels.takeOver()
    asker.resume(asks, tellAsker)
    resumeClassifying(classifying, asks, left)
    watch.resume(left)
  }
  await takeOver()
  shared?.replicas.onDeath(takeOver)
  // While the database was away nothing was written down; what Slack has given up to repeat stands in its history.
  shared?.replicas.onReturn(() => bolt.isOpen() && missed.connected())
  clock.start()
  log.info(
    {
      team: self.teamId,
      bot: self.userId,
      model: model.title,
      transport: config.transport.kind,
      ...(shared !== undefined && { replica: shared.replicas.name }),
    },
    'ready',
  )

  return {
    async stop() {
      missed.stop()
      clock.stop()
      const closed = bolt.close().catch(error => log.warn({ reason: toReason(error) }, 'Slack was left without a word'))
      await inbox.stopAll(config.stopMs)
      await budget.close()
      await closed
    },
  }
}
