import type { Config } from './config.ts'
import { formatError } from './errors.ts'
import { ambient } from './features/ambient/index.ts'
import { charts } from './features/charts/index.ts'
import { defineCharts } from './features/charts/make-chart.ts'
import { chat } from './features/chat/index.ts'
import { createModelChoice, watchModels } from './features/chosen-model.ts'
import { classify } from './features/classify/index.ts'
import type { Taxonomies } from './features/classify/taxonomy-files.ts'
import type { Bot, Hooks, Services } from './features/context.ts'
import { tellFlood } from './features/flood-notice.ts'
import { pictures } from './features/generate-images/index.ts'
import { definePictures } from './features/generate-images/make-picture.ts'
import { handleTurn, isForBot } from './features/handle-turn.ts'
import { home } from './features/home/index.ts'
import { createMessageReceiver } from './features/messages.ts'
import { createOutages } from './features/outages.ts'
import { defineQuestions } from './features/post-question.ts'
import { showQueuePosition } from './features/queue-position.ts'
import { listen } from './features/read-aloud/index.ts'
import { defineReadings } from './features/read-aloud/speak-answer.ts'
import { replyControls } from './features/reply-controls/index.ts'
import { createAccessRules } from './features/settings/access-rules.ts'
import { settings } from './features/settings/index.ts'
import { loadPolicies } from './features/settings/policies.ts'
import { summarize } from './features/summarize/index.ts'
import { transcribe } from './features/transcribe/index.ts'
import { createMeteredModel, createMeteredTranscriber } from './features/usage/metered-model.ts'
import { createBudgetWarnings } from './features/usage/warning.ts'
import { createHealthRoutes } from './health.ts'
import { type Log, watchFailures } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createPictureModel } from './model/image-generator.ts'
import { keepWords } from './model/kept-words.ts'
import type { Model } from './model/model.ts'
import type { createModels } from './model/models.ts'
import { createRedactingModel } from './model/redaction.ts'
import { createSpeech } from './model/speech.ts'
import type { createTranscriber } from './model/transcription.ts'
import { createBackfill } from './queue/backfill.ts'
import { createOutbox, type Outbox } from './queue/outbox.ts'
import { createQueue, type Queue } from './queue/queue.ts'
import type { QueueDriver } from './queue/queue-driver.ts'
import { isSettled } from './queue/recover-reply.ts'
import { createSqliteDriver } from './queue/sqlite-driver.ts'
import { createLimiter } from './rate-limit/limiter.ts'
import { createAccess } from './slack/channel-visibility.ts'
import { createCallSlack } from './slack/client.ts'
import { fetchDisplayNames } from './slack/display-names.ts'
import { createDocumentReader } from './slack/documents/read-document.ts'
import type { createRecognizer } from './slack/documents/recognize.ts'
import { createFileReader } from './slack/files/read-file.ts'
import { fetchIdentity } from './slack/identity.ts'
import type { Message } from './slack/message.ts'
import { createPlaceNames } from './slack/place-names.ts'
import { createReader } from './slack/reader.ts'
import { createReceiver } from './slack/receiver.ts'
import { createRecordingReader } from './slack/recordings/read-recording.ts'
import { createResponder } from './slack/response-url.ts'
import { parseStartError } from './slack/start-error.ts'
import type { ThreadId } from './slack/thread-history.ts'
import { createUsers, withChosenLanguages } from './slack/users.ts'
import type { Store } from './store/store.ts'
import { createThreadCache } from './threads/cache.ts'

/** A bot that is connected to one workspace. */
interface RunningBot {
  /** Accepts nothing more, finishes what is in flight within the configured time, and disconnects. */
  stop(): Promise<void>
}

interface BotDeps {
  config: Pick<
    Config,
    'botToken' | 'transport' | 'slackApiUrl' | 'port' | 'stopMs' | 'cacheTokens' | 'readsPerMinute'
  > &
    Partial<
      Pick<Config, 'bounds' | 'budgets' | 'host' | 'metricsPort' | 'pictures' | 'redaction' | 'retention' | 'speech'>
    >
  models: ReturnType<typeof createModels>
  /** Without it, recordings are not read. */
  transcriber?: ReturnType<typeof createTranscriber>
  /** Without it, a model that does not see gets no text of pictures. */
  recognize?: Awaited<ReturnType<typeof createRecognizer>>
  store: Store
  taxonomies: Taxonomies
  log: Log
}

/** Wires the bot and connects it to Slack. Rejects with a `StartError` that names what is wrong and its cure. */
export async function startBot(given: BotDeps): Promise<RunningBot> {
  const { config, store } = given
  const log = watchFailures(given.log, store.health.noteFailure)
  const deps = { ...given, log }
  const { replicas } = store.shared ?? {}
  const hooks = createHooks()

  // 1. Slack: who the bot is, how it reads and writes.
  const outbox = createOutbox(store.outbox, log)
  const slack = await openSlack(deps, outbox)
  const { metrics, limiter, threads, self } = slack

  // 2. Turns: the queue, what fills it, and what answers it.
  const backfill = createBackfill({ ...slack, take: body => runAll(hooks.messageFound, body) })
  const driver = await createQueueDriver({ ...deps, bounds: config.bounds })
  const prune = () => store.forgetting.prune(slack.policies.retention())
  const inbox = openQueue(slack, hooks, { driver, ready: backfill.ready, prune })
  const services: Services = { ...slack, inbox, outbox, ...defineCommands(slack, inbox, outbox) }
  const messages = createMessageReceiver(services, hooks)
  hooks.messageFound.push(messages.receiveFound)
  observe(services)

  // 3. The receiver: events from Slack, and the operator's routes.
  let isConnected = false
  const onOpen = (isOpen: boolean) => {
    isConnected = isOpen
    if (isOpen) backfill.connected()
    else backfill.disconnected()
  }
  const signature = createSignatureWatch(log)
  const problemOf = () => (isConnected && replicas?.isReachable !== false ? signature.problem : '')
  const routes = createHealthRoutes(metrics, problemOf)
  const receiver = createReceiver({
    config,
    self,
    routes,
    log,
    onOpen,
    onSignature: signature.note,
    keep: messages.save,
  })

  // 4. Features.
  messages.listen(receiver.app)
  await registerFeatures(createRegistry(receiver.app, services, hooks), deps.taxonomies)

  // 5. Start: take over what earlier processes left, connect, resume.
  await inbox.recover()
  await receiver.open().catch(async error => {
    backfill.stop()
    await inbox.stopAll(0)
    throw parseStartError(error, config)
  })
  inbox.start()
  await outbox.takeOver()
  replicas?.onCrash(outbox.takeOver)
  replicas?.hear(notice => void (notice.kind === 'thread' && threads.drop(notice)))
  // Nothing was saved while the database was away; what Slack no longer repeats is in its history.
  replicas?.onReturn(() => isConnected && backfill.connected())
  for (const start of hooks.start) start()
  const replica = replicas === undefined ? {} : { replica: replicas.name }
  const { kind: transport } = config.transport
  log.info({ team: self.teamId, bot: self.userId, model: slack.models.usual.title, transport, ...replica }, 'ready')

  return {
    async stop() {
      backfill.stop()
      for (const stop of hooks.stop) stop()
      const closed = receiver.close().catch(error => log.warn({ reason: formatError(error) }, 'disconnect failed'))
      await inbox.stopAll(config.stopMs)
      await limiter.close()
      await closed
    },
  }
}

/** Defines the commands that outlive a crash, and that several features ask for. */
function defineCommands(slack: Awaited<ReturnType<typeof openSlack>>, inbox: Services['inbox'], outbox: Outbox) {
  const { speech, pictureModel } = slack
  const files = slack.createFileReader()
  return {
    questions: defineQuestions(outbox, { ...slack, inbox }),
    readings: speech && defineReadings(outbox, { ...slack, speech, inbox }),
    charts: defineCharts(outbox, { ...slack, inbox }),
    pictures: pictureModel && definePictures(outbox, { ...slack, pictureModel, files }),
  }
}

/** Registers the features: the most specific handler first; chat answers the rest. */
async function registerFeatures(bot: Bot, taxonomies: Taxonomies): Promise<void> {
  ambient(bot)
  await classify(bot, taxonomies)
  summarize(bot)
  settings(bot)
  transcribe(bot)
  listen(bot)
  charts(bot)
  pictures(bot)
  chat(bot)
  replyControls(bot)
  home(bot)
  watchModels(bot)
}

/** Lets the metrics read what is in memory now. */
function observe({ metrics, threads, inbox, store }: Services): void {
  metrics.observe(() => ({
    threads: threads.threads,
    cachedTokens: threads.tokens,
    turnsInFlight: inbox.size,
    isStoreKept: store.isPersistent,
  }))
}

type Slack = Awaited<ReturnType<typeof openSlack>>
type QueueDeps = Parameters<typeof createQueue>[0]

/** Identifies the bot and creates the services that read and write Slack. */
async function openSlack({ config, transcriber, recognize, store, log, ...deps }: BotDeps, outbox: Outbox) {
  const metrics = createMetrics()
  const call = createCallSlack(config.botToken, config.slackApiUrl, metrics, log)
  const self = await fetchIdentity(call, log, config.slackApiUrl)
  const reader = createReader(call, config.readsPerMinute)
  const languageOf = (user: string) => store.personSettings.languageOf({ teamId: self.teamId, user })
  const users = withChosenLanguages(createUsers({ call, reader }, self, log), languageOf)
  const placeNames = createPlaceNames(call, log)
  const fetchInfo = async (file: string) => (await reader.fetch('files.info', { file }, { for: 'question' })).file
  const limiter = createLimiter(call, Date.now, store.shared?.cluster)
  const policies = await loadPolicies(store, self, config)
  const metering = {
    usage: store.usage,
    budgets: policies.budgets,
    onUnpriced: (name: string) => models.noteUnpriced(name),
    onWarning: createBudgetWarnings(outbox, { self, users, limiter, call, reader, store, policies, log }),
    log,
  }
  const fileDeps = {
    token: config.botToken,
    slackApiUrl: config.slackApiUrl,
    fetchInfo,
    documents: createDocumentReader(),
    ...(recognize !== undefined && { recognize }),
    ...(transcriber !== undefined && {
      readRecording: createRecordingReader(createMeteredTranscriber(transcriber, metering)),
    }),
  }
  const access = createAccess(reader, users)
  // Words that are kept out are taken out before stand-ins are put in.
  const guard = (open: Model) =>
    createMeteredModel(
      keepWords(
        createRedactingModel(open, { secret: config.botToken, wordsFor: policies.wordsFor }),
        () => policies.workspace().keptOut.words,
      ),
      metering,
    )
  const models = createModelChoice({ models: deps.models, guard, policies, store, log })
  return {
    self,
    models,
    speech: config.speech && createSpeech(config.speech, log),
    pictureModel: config.pictures && guard(createPictureModel(config.pictures, log)),
    store,
    log,
    metrics,
    outages: createOutages(),
    call,
    reader,
    respond: createResponder(config.slackApiUrl),
    limiter,
    users,
    access,
    policies,
    rules: createAccessRules({ policies, users, access, reader }),
    fetchNames: (messages: readonly Message[], most?: number) =>
      fetchDisplayNames({ users, placeNames, self }, messages, most),
    threads: createThreadCache(reader, self, config.cacheTokens),
    createFileReader: (limits?: { maxTextCharacters: number }) => createFileReader({ ...fileDeps, ...limits }),
    shareChange: (thread: ThreadId) => store.shared?.replicas.tell({ kind: 'thread', ...thread }),
  }
}

/** Creates the queue, which answers turns by the handlers that features register. */
function openQueue(slack: Slack, hooks: Hooks, own: Pick<QueueDeps, 'driver' | 'ready' | 'prune'>): Queue {
  const { threads } = slack
  return createQueue({
    ...slack,
    ...own,
    isForBot: job => isForBot(slack, job),
    answer: job => handleTurn(slack, hooks.turn, job),
    isSettled: (turn, revision) => isSettled(threads, turn, revision),
    onAhead: (turn, ahead) => void showQueuePosition(slack, turn, ahead),
    onFlood: turn => void tellFlood(slack, turn),
    onLateEdit: turnId => void runAll(hooks.lateEdit, turnId),
  })
}

async function createQueueDriver(
  deps: Parameters<typeof createSqliteDriver>[0] & { store: Store },
): Promise<QueueDriver> {
  if (deps.store.shared === undefined) return createSqliteDriver(deps)
  // A single process does not load pg-boss.
  const { createPostgresDriver } = await import('./queue/postgres-driver.ts')
  return createPostgresDriver(deps)
}

/** Creates the watch over the signatures of requests. Until the first valid one, an invalid one means a wrong secret. */
function createSignatureWatch(log: Log) {
  let hasValid = false
  let problem: string | undefined
  return {
    get problem() {
      return problem
    },
    note(isValid: boolean): void {
      hasValid ||= isValid
      if (isValid) problem = undefined
      else if (!hasValid && problem === undefined) {
        problem = 'SLACK_SIGNING_SECRET does not fit the requests that arrive'
        log.error(`${problem}; copy it from your app’s page “Basic Information”`)
      }
    },
  }
}

function createHooks(): Hooks {
  return {
    turn: [],
    beforeAck: [],
    messageFound: [],
    labelsForgotten: [],
    lateEdit: [],
    start: [],
    stop: [],
  }
}

/** Runs the functions of a hook one after the other. */
async function runAll<A>(hook: readonly ((argument: A) => Promise<void> | void)[], argument: A): Promise<void> {
  for (const run of hook) await run(argument)
}

function createRegistry(app: Bot['app'], services: Services, hooks: Hooks): Bot {
  return {
    app,
    services,
    onTurn: handler => void hooks.turn.push(handler),
    on: (moment, act) => void (hooks[moment] as (typeof act)[]).push(act),
  }
}
