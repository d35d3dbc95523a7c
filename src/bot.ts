import type { Config } from './config.ts'
import { formatError } from './errors.ts'
import { listenToAsking } from './features/chat/ask-command.ts'
import { listenToChat, receiveFound, saveTurn } from './features/chat/listener.ts'
import { createAutoLabel, listenToReactions } from './features/classify/auto-label.ts'
import { loadChannelSettings } from './features/classify/channel-settings.ts'
import { createLabeller } from './features/classify/labeller.ts'
import { listenToClassifying, resumeClassifying } from './features/classify/listener.ts'
import type { Taxonomies } from './features/classify/taxonomy-files.ts'
import { tellDirectly } from './features/command-failure.ts'
import { listenToControls, offerAgain } from './features/controls/listener.ts'
import { answer } from './features/handle-turn.ts'
import { listenToHome } from './features/home/listener.ts'
import { showQueuePosition } from './features/queue-position.ts'
import { createDigestClock } from './features/summarize/digest-scheduler.ts'
import { listenToSummarizing } from './features/summarize/listener.ts'
import { createSummarizer } from './features/summarize/summarizer.ts'
import { createHealthRoutes } from './health.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Model } from './model/model.ts'
import { type Backfill, createBackfill } from './queue/backfill.ts'
import type { Job } from './queue/job.ts'
import { createAsker, type OnFailure } from './queue/outbox.ts'
import { createQueue } from './queue/queue.ts'
import type { QueueDriver } from './queue/queue-driver.ts'
import { isSettled } from './queue/recover.ts'
import { createSqliteDriver } from './queue/sqlite-driver.ts'
import { createLimiter } from './rate-limit/limiter.ts'
import { createCallSlack } from './slack/client.ts'
import { createFileReader } from './slack/files/read-file.ts'
import { fetchIdentity } from './slack/identity.ts'
import { createPacedReader } from './slack/paced-reader.ts'
import { createReceiver } from './slack/receiver.ts'
import { createResponder } from './slack/response-url.ts'
import { parseStartError } from './slack/start-error.ts'
import type { ThreadId } from './slack/thread-history.ts'
import { createUsers } from './slack/users.ts'
import type { Store } from './store/store.ts'
import { createThreadCache } from './threads/cache.ts'

/** A bot that is connected to one workspace. */
export interface Bot {
  /** Takes nothing more, finishes what is in flight within the configured time, and disconnects. */
  stop(): Promise<void>
}

/** A table is labelled row by row, so it may be longer than what a model reads at once. */
const sheetCharacters = 10_000_000

/** What the app is made of. */
export interface AppDeps {
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
export async function createBot({ config, model, store, taxonomies, log }: AppDeps): Promise<Bot> {
  const metrics = createMetrics()
  const call = createCallSlack(config.botToken, config.slackApiUrl, metrics, log)
  const self = await fetchIdentity(call, log, config.slackApiUrl)
  const reading = createPacedReader(call, config.readsPerMinute)
  const threads = createThreadCache(reading.atOnce, self, config.cacheTokens)
  const users = createUsers(call, log)
  const { shared } = store
  const limiter = createLimiter(call, Date.now, shared?.cluster)
  const { labels } = store
  const labeller = createLabeller({ model, taxonomies, labels })
  const settings = await loadChannelSettings(store.settings)
  const labelling = { labels, labeller, taxonomies, settings }
  const access = { token: config.botToken, slackApiUrl: config.slackApiUrl }
  const files = createFileReader(access)
  const sheets = createFileReader({ ...access, maxTextCharacters: sheetCharacters })
  const summing = {
    reader: reading.read,
    summarizer: createSummarizer({ model, kept: store.parts }),
    summaryChunks: store.parts,
    digests: store.digests,
    respond: createResponder(config.slackApiUrl),
  }
  const parts = {
    self,
    model,
    sheets,
    threads,
    users,
    files,
    limiter,
    call,
    store,
    log,
    metrics,
    ...labelling,
    ...summing,
  }
  const backfill: Backfill = createBackfill({ ...parts, take: async body => receiveFound(chat, body) })
  const inbox = createQueue({
    ...parts,
    driver: await createQueueDriver(store, log),
    answer: (job: Job) => answer(parts, job),
    isSettled: (turn, revision) => isSettled(threads, turn, revision),
    ready: backfill.ready,
    onAhead: (turn, ahead) => void showQueuePosition(parts, turn, ahead),
    onLateEdit: turnId => void offerAgain(controls, turnId),
  })
  const controls = { ...parts, inbox, ratings: store.ratings }
  const autoLabel = createAutoLabel(parts)
  const chat = {
    ...parts,
    inbox,
    autoLabel,
    offerAgain: (turnId: string) => offerAgain(controls, turnId),
    onChange: (thread: ThreadId) => shared?.replicas.tell({ kind: 'thread', ...thread }),
  }
  const classifying = { ...parts, asks: store.asks }
  const asker = createAsker({ ...parts, inbox, asks: store.asks })
  const tellAsker: OnFailure = (ask, error) => tellDirectly(parts, ask, error)
  const clock = createDigestClock({ ...parts, asker, onFailure: tellAsker })
  metrics.observe(() => ({
    threads: threads.threads,
    cachedTokens: threads.tokens,
    turnsInFlight: inbox.size,
    isStoreKept: store.isPersistent,
  }))

  const routes = createHealthRoutes(metrics, () => bolt.isOpen() && shared?.replicas.isReachable !== false)
  const onOpen = (isOpen: boolean) => (isOpen ? backfill.connected() : backfill.disconnected())
  const bolt = createReceiver({ config, self, routes, log, onOpen, keep: body => saveTurn(chat, body) })
  listenToChat(bolt.app, chat)
  listenToAsking(bolt.app, { ...parts, asker })
  listenToClassifying(bolt.app, classifying)
  listenToSummarizing(bolt.app, { ...parts, asker, clock })
  listenToReactions(bolt.app, parts)
  listenToControls(bolt.app, controls)
  listenToHome(bolt.app, parts)
  await inbox.recover()
  await bolt.open().catch(async error => {
    backfill.stop()
    await inbox.stopAll(0)
    throw parseStartError(error, config.port)
  })
  inbox.start()
  /** Goes on with what processes that are gone have left. */
  const takeOver = async () => {
    const asks = await store.asks.takeOver()
    const left = await labels.takeOver()
    asker.resume(asks, tellAsker)
    resumeClassifying(classifying, asks, left)
    autoLabel.resume(left)
  }
  await takeOver()
  shared?.replicas.onCrash(takeOver)
  shared?.replicas.hear(notice => void (notice.kind === 'thread' && threads.drop(notice)))
  // While the database was away nothing was written down; what Slack has given up to repeat stands in its history.
  shared?.replicas.onReturn(() => bolt.isOpen() && backfill.connected())
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
      backfill.stop()
      clock.stop()
      const closed = bolt
        .close()
        .catch(error => log.warn({ reason: formatError(error) }, 'Slack was left without a word'))
      await inbox.stopAll(config.stopMs)
      await limiter.close()
      await closed
    },
  }
}

async function createQueueDriver(store: Store, log: Log): Promise<QueueDriver> {
  if (store.shared === undefined) return createSqliteDriver({ store, log })
  // A single process does not load pg-boss.
  const { createPostgresDriver } = await import('./queue/postgres-driver.ts')
  return createPostgresDriver({ store, log })
}
