import { z } from 'zod'
import { StartError } from './errors.ts'
import { type LogLevel, logLevels } from './log.ts'

/** Bounds of one person's turns: how many run at once, and how many more may wait. */
export const defaultBounds = { running: 5, waiting: 10 }

/** How events reach the bot: over a socket that it opens, or by signed HTTP requests. */
type Transport = { kind: 'socket'; appToken: string } | { kind: 'http'; signingSecret: string }

/** The model server, and overrides of the catalog. */
export interface ModelConfig {
  apiKey: string
  baseUrl: string
  name: string
  /** Overrides the catalog's context window, in tokens. */
  contextTokens?: number
  /** Overrides the catalog's longest answer, in tokens. */
  outputTokens?: number
  /** Overrides the catalog's support for images. */
  images?: boolean
  /** Overrides the catalog's support for sound. */
  audio?: boolean
  /** Requests that go to the model server at once; without it, as many as there are. */
  concurrency?: number
  /** An answer that stands still for this long is aborted. */
  idleMs: number
  /** In US dollars for a million tokens, where they are not the vendor's list prices. */
  prices?: { in: number; cachedIn?: number; out: number }
  /** Models that answer when this one is down, limited or silent, in this order. */
  fallbacks?: ModelConfig[]
  /** Further models that people may choose. */
  others?: ModelConfig[]
}

/** The speech server, which reads answers aloud. */
interface SpeechConfig {
  apiKey: string
  baseUrl: string
  model: string
  /** The voice of people who have chosen none. */
  voice: string
}

/** The validated environment. */
export interface Config {
  /** The server that turns recordings into words; what is not set is the chat model's. */
  transcription: { name: string; baseUrl?: string; apiKey?: string }
  botToken: string
  transport: Transport
  slackApiUrl: string
  port: number
  /** The address at which it listens. */
  host: string
  /** Over HTTP, `/metrics` stand at a port of their own, or nowhere. */
  metricsPort: number | undefined
  model: ModelConfig
  /** Without it, answers are not read aloud. */
  speech: SpeechConfig | undefined
  /** The model that draws pictures; without it, none are drawn. */
  pictures: { apiKey: string; baseUrl: string; name: string } | undefined
  /** Recognize text in pictures for a model that does not see. */
  recognizesText: boolean
  /** Detect a model server on this machine if none is named. */
  detectModel: boolean
  /** `OPENAI_MODEL` was set; otherwise a server that is found may choose. */
  modelIsNamed: boolean
  /** Settings of models by name: windows, abilities, prices, and servers of their own. */
  modelsFile: string | undefined
  logLevel: LogLevel
  /** The folder of what must outlive the process. */
  dataDir: string
  /** The database that several replicas share; without it, one process keeps everything in `dataDir`. */
  databaseUrl: string | undefined
  /** A taxonomy of the team's own; without it, the one that comes with the bot. */
  taxonomyFile: string | undefined
  /** How long turns in flight may go on after SIGTERM. */
  stopMs: number
  /** The size of the thread cache, in tokens. */
  cacheTokens: number
  /** How long labels and ended turns are kept, in days. */
  retention: { labelDays: number; turnDays: number }
  /** Calls a minute of each reading method that summaries may make. */
  readsPerMinute: number
  /** Budgets of models, in millionths of a dollar: a person or all, in a day or a month (UTC). */
  budgets: { personDay?: number; personMonth?: number; day?: number; month?: number }
  /** Personal data and secrets are replaced before text goes to the model; `words` are forms of the team's own. */
  redaction: { isOn: boolean; words: string[] }
  /** How many answers to one person run at once, and how many more of their questions may wait. */
  bounds: typeof defaultBounds
}

/** One thing that is wrong with the environment, and its cure. */
interface Problem {
  name: string
  sentence: string
}

/** The vendor's own address, used when `OPENAI_BASE_URL` is not set. */
export const vendorBaseUrl = 'https://api.openai.com/v1'

/** A small, cheap model that reads a long thread whole. Source: the vendor's list of models, November 2026. */
const defaultModel = 'gpt-6-luna'

/** The vendor's model for files; those before it end on 2027-02-26. Same source. */
const defaultTranscriptionModel = 'gpt-transcribe'

const token = (prefixes: string[], where: string) =>
  z.string({ error: `is missing: ${where}` }).refine(value => prefixes.some(prefix => value.startsWith(prefix)), {
    error: `must start with ${prefixes[0]}: ${where}`,
  })

/** A secret that is no other secret, which would be sent to the wrong server. */
const secret = (other: RegExp, where: string) =>
  z.string().refine(value => !other.test(value), { error: `is something else: ${where}` })

const url = (what: string) => z.string().refine(isHttpUrl, { error: `is not an http(s) address. ${what}` })

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .refine(n => n >= least && n <= most, { error })
}

const dollars = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,6})?$/, { error: 'must be an amount of US dollars, like 5 or 0.50' })
  .transform(amount => Math.round(Number(amount) * 1_000_000))

const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform(value => value === 'on')

const splitWords = (list: string) =>
  list
    .split(/[,，、]/)
    .map(word => word.trim())
    .filter(word => word !== '')

/** Longest word that is redacted, and the most `*` in it. */
const mostWordCharacters = 100
const mostStars = 5

/** Finds why a word cannot be redacted: it would fit nearly everything, or is too much to look for. */
export function findWordProblem(word: string): 'short' | 'long' | undefined {
  const { length } = word.replace(/[^\p{L}\p{N}#]/gu, '')
  if (length < 2) return 'short'
  return word.length > mostWordCharacters || word.split(/\*+/).length > mostStars + 1 ? 'long' : undefined
}

const botTokenCure = 'copy the “Bot User OAuth Token” from your app’s “OAuth & Permissions” page'
const appTokenCure = 'make an app-level token with connections:write on your app’s “Basic Information” page'

const signingSecretCure = 'copy the “Signing Secret” from your app’s “Basic Information” page'

/** Every name that the bot reads from the environment; the README's table has the same rows (a test compares them). */
export const environment = z.object({
  SLACK_BOT_TOKEN: token(['xoxb-', 'xoxe.xoxb-'], botTokenCure),
  SLACK_APP_TOKEN: token(['xapp-'], appTokenCure).optional(),
  SLACK_SIGNING_SECRET: secret(/^xox|^xapp-/, signingSecretCure).optional(),
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: whole(0, 65_535).optional(),
  SLACK_API_URL: url('Leave it out for the real Slack.').default('https://slack.com/api/'),
  OPENAI_API_KEY: secret(/^xox|^xapp-|^https?:/, 'copy the key of your model’s server').optional(),
  OPENAI_BASE_URL: url('It usually ends in /v1, like http://127.0.0.1:11434/v1.').optional(),
  OPENAI_MODEL: z.string().optional(),
  OPENAI_FALLBACK_MODELS: z.string().optional(),
  MODELS_FILE: z.string().optional(),
  MODEL_AUTODETECT: onOff.default(false),
  MODEL_CONTEXT_TOKENS: whole(2_048, 100_000_000).optional(),
  MODEL_OUTPUT_TOKENS: whole(16, 10_000_000).optional(),
  MODEL_IMAGES: onOff.optional(),
  OCR: onOff.default(false),
  MODEL_IDLE_SECONDS: whole(1, 3600).default(60),
  MODEL_CONCURRENCY: whole(1, 1_000).optional(),
  TRANSCRIPTION_MODEL: z.string().default(defaultTranscriptionModel),
  TRANSCRIPTION_BASE_URL: url('It usually ends in /v1, like http://127.0.0.1:8000/v1.').optional(),
  TRANSCRIPTION_API_KEY: z.string().optional(),
  SPEECH_BASE_URL: url('It usually ends in /v1, like http://127.0.0.1:8880/v1.').optional(),
  SPEECH_MODEL: z.string().optional(),
  SPEECH_VOICE: z.string().optional(),
  SPEECH_API_KEY: z.string().optional(),
  IMAGE_MODEL: z.string().optional(),
  IMAGE_BASE_URL: url('It usually ends in /v1, like http://127.0.0.1:8080/v1.').optional(),
  IMAGE_API_KEY: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .string()
    .refine(value => /^postgres(ql)?:\/\//.test(value), {
      error: 'is not a PostgreSQL address; write it like postgres://user:password@host:5432/database',
    })
    .optional(),
  TAXONOMY_FILE: z.string().optional(),
  CACHE_TOKENS: whole(10_000, 1_000_000_000).default(4_000_000),
  RETENTION_DAYS: whole(1, 36_500).default(365),
  TURN_RETENTION_DAYS: whole(1, 365).default(7),
  SLACK_READS_PER_MINUTE: whole(1, 1_000_000).default(45),
  MAX_RUNNING_PER_PERSON: whole(1, 100).default(defaultBounds.running),
  MAX_WAITING_PER_PERSON: whole(1, 10_000).default(defaultBounds.waiting),
  BUDGET_PERSON_DAY: dollars.optional(),
  BUDGET_PERSON_MONTH: dollars.optional(),
  BUDGET_DAY: dollars.optional(),
  BUDGET_MONTH: dollars.optional(),
  REDACTION: onOff.default(false),
  REDACTION_WORDS: z
    .string()
    .transform(splitWords)
    .refine(words => words.every(word => findWordProblem(word) === undefined), {
      error: `must be words with at least two letters, digits or # each, at most ${mostWordCharacters} characters and ${mostStars} *`,
    })
    .optional(),
  STOP_SECONDS: whole(0, 3600).default(25),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
})

type Environment = z.infer<typeof environment>

/**
 * Parses the environment, or returns every problem at once, each with its cure. An empty value counts as not set, as in a copied
 * `.env.example`.
 */
export function parseConfig(env: Record<string, string | undefined>): { config: Config } | { problems: Problem[] } {
  const parsed = environment.safeParse(withoutBlanks(env))
  const problems = [...(parsed.success ? [] : formatProblems(parsed.error)), ...missingTogether(withoutBlanks(env))]
  if (problems.length > 0 || !parsed.success) return { problems }
  return { config: assemble(parsed.data) }
}

/** Parses the store's folder alone, for commands that need nothing else. */
export function parseDataDir(env: Record<string, string | undefined>): string {
  return environment.shape.DATA_DIR.parse(withoutBlanks(env).DATA_DIR)
}

/** Parses the replicas' database alone; undefined if there is none. Throws a `StartError` if it is no address. */
export function parseDatabaseUrl(env: Record<string, string | undefined>): string | undefined {
  const { data, error } = environment.shape.DATABASE_URL.safeParse(withoutBlanks(env).DATABASE_URL)
  if (error !== undefined) throw new StartError(`DATABASE_URL ${error.issues[0]?.message}`)
  return data
}

/** Parses the model server alone; undefined if none is named. */
export function parseModelConfig(env: Record<string, string | undefined>): ModelConfig | undefined {
  const set = withoutBlanks(env)
  if (set.OPENAI_API_KEY === undefined && set.OPENAI_BASE_URL === undefined) return undefined
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, MODEL_IDLE_SECONDS, MODEL_CONCURRENCY } = environment.shape
  const concurrency = MODEL_CONCURRENCY.parse(set.MODEL_CONCURRENCY)
  return {
    apiKey: OPENAI_API_KEY.parse(set.OPENAI_API_KEY) ?? 'none',
    baseUrl: OPENAI_BASE_URL.parse(set.OPENAI_BASE_URL) ?? vendorBaseUrl,
    name: OPENAI_MODEL.parse(set.OPENAI_MODEL) ?? defaultModel,
    idleMs: MODEL_IDLE_SECONDS.parse(set.MODEL_IDLE_SECONDS) * 1000,
    ...(concurrency !== undefined && { concurrency }),
  }
}

function assemble(env: Environment): Config {
  return {
    botToken: env.SLACK_BOT_TOKEN,
    transport: parseTransport(env),
    slackApiUrl: env.SLACK_API_URL.endsWith('/') ? env.SLACK_API_URL : `${env.SLACK_API_URL}/`,
    port: env.PORT,
    host: env.HOST,
    metricsPort: env.METRICS_PORT,
    model: buildModelConfig(env),
    speech: buildSpeechConfig(env),
    pictures: buildPictureConfig(env),
    transcription: {
      name: env.TRANSCRIPTION_MODEL,
      ...(env.TRANSCRIPTION_BASE_URL !== undefined && { baseUrl: env.TRANSCRIPTION_BASE_URL }),
      ...(env.TRANSCRIPTION_API_KEY !== undefined && { apiKey: env.TRANSCRIPTION_API_KEY }),
    },
    recognizesText: env.OCR,
    detectModel: env.MODEL_AUTODETECT && env.OPENAI_BASE_URL === undefined && env.OPENAI_API_KEY === undefined,
    modelIsNamed: env.OPENAI_MODEL !== undefined,
    modelsFile: env.MODELS_FILE,
    logLevel: env.LOG_LEVEL,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    taxonomyFile: env.TAXONOMY_FILE,
    stopMs: env.STOP_SECONDS * 1000,
    cacheTokens: env.CACHE_TOKENS,
    retention: { labelDays: env.RETENTION_DAYS, turnDays: env.TURN_RETENTION_DAYS },
    readsPerMinute: env.SLACK_READS_PER_MINUTE,
    budgets: withoutMissing({
      personDay: env.BUDGET_PERSON_DAY,
      personMonth: env.BUDGET_PERSON_MONTH,
      day: env.BUDGET_DAY,
      month: env.BUDGET_MONTH,
    }),
    redaction: { isOn: env.REDACTION, words: env.REDACTION_WORDS ?? [] },
    bounds: { running: env.MAX_RUNNING_PER_PERSON, waiting: env.MAX_WAITING_PER_PERSON },
  }
}

/** Leaves out the properties that are undefined. */
function withoutMissing<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never
}

/** Socket Mode when there is an app token; HTTP when there is a signing secret and no app token. */
function parseTransport(env: Environment): Transport {
  if (env.SLACK_APP_TOKEN !== undefined) return { kind: 'socket', appToken: env.SLACK_APP_TOKEN }
  return { kind: 'http', signingSecret: env.SLACK_SIGNING_SECRET ?? '' }
}

function buildModelConfig(env: Environment): ModelConfig {
  const server = {
    apiKey: env.OPENAI_API_KEY ?? 'none',
    baseUrl: env.OPENAI_BASE_URL ?? vendorBaseUrl,
    ...(env.MODEL_CONCURRENCY !== undefined && { concurrency: env.MODEL_CONCURRENCY }),
    idleMs: env.MODEL_IDLE_SECONDS * 1000,
  }
  const others = (env.OPENAI_FALLBACK_MODELS ?? '').split(',').map(name => name.trim())
  return {
    ...server,
    name: env.OPENAI_MODEL ?? defaultModel,
    ...(env.MODEL_CONTEXT_TOKENS !== undefined && { contextTokens: env.MODEL_CONTEXT_TOKENS }),
    ...(env.MODEL_OUTPUT_TOKENS !== undefined && { outputTokens: env.MODEL_OUTPUT_TOKENS }),
    ...(env.MODEL_IMAGES !== undefined && { images: env.MODEL_IMAGES }),
    fallbacks: others.filter(name => name !== '').map(name => ({ ...server, name })),
  }
}

function buildSpeechConfig(env: Environment): Config['speech'] {
  const { SPEECH_BASE_URL: baseUrl, SPEECH_MODEL: model, SPEECH_VOICE: voice, SPEECH_API_KEY: apiKey = 'none' } = env
  if (baseUrl === undefined || model === undefined || voice === undefined) return undefined
  return { apiKey, baseUrl, model, voice }
}

function buildPictureConfig(env: Environment): Config['pictures'] {
  const { IMAGE_MODEL: name, IMAGE_BASE_URL, IMAGE_API_KEY, OPENAI_BASE_URL = vendorBaseUrl, OPENAI_API_KEY } = env
  if (name === undefined) return undefined
  const baseUrl = IMAGE_BASE_URL ?? OPENAI_BASE_URL
  // A key is for the server that gave it.
  const isChatServer = new URL(baseUrl).origin === new URL(OPENAI_BASE_URL).origin
  return { name, baseUrl, apiKey: IMAGE_API_KEY ?? (isChatServer ? OPENAI_API_KEY : undefined) ?? 'none' }
}

/** Returns the problems of names of which at least one must be set. */
function missingTogether(env: Record<string, string | undefined>): Problem[] {
  const problems: Problem[] = []
  if (env.SLACK_APP_TOKEN === undefined && env.SLACK_SIGNING_SECRET === undefined) {
    problems.push({
      name: 'SLACK_APP_TOKEN or SLACK_SIGNING_SECRET',
      sentence: `is missing: for Socket Mode ${appTokenCure}; for HTTP copy the signing secret from the same page`,
    })
  }
  if (env.OPENAI_API_KEY === undefined && env.OPENAI_BASE_URL === undefined && env.MODEL_AUTODETECT !== 'on') {
    problems.push({
      name: 'OPENAI_API_KEY or OPENAI_BASE_URL',
      sentence:
        'is missing: set your account’s API key, or the address of a server that speaks the OpenAI API (for Ollama on this machine: http://127.0.0.1:11434/v1), or MODEL_AUTODETECT=on to find a server on this machine',
    })
  }
  for (const name of ['SPEECH_MODEL', 'SPEECH_VOICE'])
    if (env.SPEECH_BASE_URL !== undefined && env[name] === undefined)
      problems.push({ name, sentence: 'is missing: reading answers aloud with SPEECH_BASE_URL needs it' })
  return problems
}

function formatProblems(error: z.ZodError): Problem[] {
  return error.issues.map(issue => ({ name: String(issue.path[0]), sentence: issue.message }))
}

function withoutBlanks(env: Record<string, string | undefined>): Record<string, string | undefined> {
  // Docker's --env-file keeps the quotes that a .env file may have.
  const trimmed = Object.entries(env).map(
    ([name, value]) => [name, value?.trim().replace(/^(["'])([^"']*)\1$/, '$2')] as const,
  )
  return Object.fromEntries(trimmed.filter(([, value]) => value !== undefined && value !== ''))
}

function isHttpUrl(value: string): boolean {
  const protocol = URL.parse(value)?.protocol
  return protocol === 'http:' || protocol === 'https:'
}
