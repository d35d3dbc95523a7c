import type { App } from '@slack/bolt'
import type { I18n } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model, Usage } from '../model/model.ts'
import type { createSpeech } from '../model/speech.ts'
import type { Job } from '../queue/job.ts'
import type { Outbox } from '../queue/outbox.ts'
import type { EventBody } from '../queue/parse-event.ts'
import type { Queue } from '../queue/queue.ts'
import type { recover } from '../queue/recover-reply.ts'
import type { Turn } from '../queue/turn.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import type { Reply } from '../reply/reply.ts'
import type { createAccess } from '../slack/channel-visibility.ts'
import type { CallSlack } from '../slack/client.ts'
import type { fetchDisplayNames } from '../slack/display-names.ts'
import type { FileReader } from '../slack/files/read-file.ts'
import type { BotIdentity, Message } from '../slack/message.ts'
import type { SlackReader } from '../slack/reader.ts'
import type { createResponder } from '../slack/response-url.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import type { Person, Users } from '../slack/users.ts'
import type { Store } from '../store/store.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { defineCharts } from './charts/make-chart.ts'
import type { createModelChoice } from './chosen-model.ts'
import type { definePictures } from './generate-images/make-picture.ts'
import type { createOutages } from './outages.ts'
import type { Questions } from './post-question.ts'
import type { defineReadings } from './read-aloud/speak-answer.ts'
import type { createAccessRules } from './settings/access-rules.ts'
import type { loadPolicies } from './settings/policies.ts'

type Responder = ReturnType<typeof createResponder>

type Recovered = Exclude<Awaited<ReturnType<typeof recover>>, 'unreadable' | undefined>

/** The services that every feature may use; a function declares those it needs as `Pick<Services, …>`. */
export interface Services {
  self: BotIdentity
  /** Tells which model answers where. */
  models: ReturnType<typeof createModelChoice>
  /** Undefined without a speech server. */
  speech: ReturnType<typeof createSpeech> | undefined
  /** The model that draws; undefined without one. */
  pictureModel: Model | undefined
  call: CallSlack
  reader: SlackReader
  respond: Responder
  createFileReader: (limits?: { maxTextCharacters: number }) => FileReader
  limiter: Limiter
  users: Users
  /** Tells what a person may see now; whatever is shown to somebody passes it. */
  access: ReturnType<typeof createAccess>
  /** Fetches the names of everybody and every place in messages. Returns a function from an id to its name. */
  fetchNames: (messages: readonly Message[], most?: number) => ReturnType<typeof fetchDisplayNames>
  threads: ThreadCache
  inbox: Queue
  outbox: Outbox
  questions: Questions
  /** Undefined without a speech server. */
  readings: ReturnType<typeof defineReadings> | undefined
  charts: ReturnType<typeof defineCharts>
  /** Undefined without a model that draws. */
  pictures: ReturnType<typeof definePictures> | undefined
  store: Store
  /** Tells what the team has set for its workspace and its channels. */
  policies: Awaited<ReturnType<typeof loadPolicies>>
  /** Tells who may use the bot, where and for what, and what may be sent to a model; asked at a request and again at its delivery. */
  rules: ReturnType<typeof createAccessRules>
  /** Tells other replicas that what they remember of a thread is outdated. */
  shareChange: (thread: ThreadId) => void
  outages: ReturnType<typeof createOutages>
  log: Log
  metrics: Metrics
}

/** One attempt to answer a turn, with the services that its handler declared. */
export interface TurnContext<D extends object = object> {
  readonly job: Job
  /** The turn with its question as it stands in Slack now. */
  readonly turn: Turn
  /** The part of the reply that an earlier attempt left in Slack; undefined on the first attempt. */
  readonly recovered: Recovered | undefined
  readonly person: Person
  readonly i18n: I18n
  /** The model that answers, and the rule by which it does. */
  readonly chosen: Awaited<ReturnType<Services['models']['choose']>>
  readonly reply: Reply
  /** Aborts with an `Interruption`. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Figures that a handler adds to the turn's log line, and the name of the model that answers. */
  readonly figures: { model?: string } & Partial<Usage>
  readonly deps: D
}

/** Answers the turns that ask for one thing, such as a summary. */
export interface TurnHandler<R = unknown, D extends object = object> {
  /** The outcome for logs and metrics, such as `summarized`. */
  readonly outcome: string
  /** The feature as it can be switched off; undefined for one that needs no model. */
  readonly feature?: Parameters<Services['rules']['check']>[0]['feature']
  readonly deps: D
  /** Returns the request that a turn makes of this handler, or undefined if the turn is not for it. */
  parse(turn: Turn, person: Person): R | undefined | Promise<R | undefined>
  /** Answers the turn. Throws a `ShownError` that the reply then shows. */
  handle(ctx: TurnContext<D>, request: R): Promise<void>
}

/** Moments at which a feature wants to act. */
export interface Hooks {
  /** The first handler whose `parse` returns a request answers a turn. */
  turn: TurnHandler[]
  /** Runs before Slack gets its ack for a message: what must not be lost is saved here. */
  beforeAck: ((body: Partial<EventBody>) => Promise<void>)[]
  /** Runs for a message that the backfill found in history. */
  messageFound: ((body: EventBody) => Promise<void>)[]
  /** Runs when labels were deleted because their message was deleted or reworded. */
  labelsForgotten: ((labels: Awaited<ReturnType<Store['forgetting']['message']>>) => Promise<void>)[]
  /** Runs when a question was edited while its answer was being completed, or after. */
  lateEdit: ((turnId: string) => Promise<void>)[]
  start: (() => void)[]
  stop: (() => void)[]
}

/** The registry that a feature is given: `chat(bot)`, `classify(bot)`, `summarize(bot)`. */
export interface Bot {
  readonly app: App
  readonly services: Services
  onTurn<R, D extends object>(handler: TurnHandler<R, D>): void
  on<K extends Exclude<keyof Hooks, 'turn'>>(moment: K, act: Hooks[K][number]): void
}
