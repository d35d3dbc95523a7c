import OpenAI from 'openai'
import { pause } from '../abort.ts'
import { type ModelConfig, vendorBaseUrl } from '../config.ts'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createAnswerText } from './answer-text.ts'
import { parseModelError, parseRetryWaitMs } from './api-errors.ts'
import { findWindow } from './catalog.ts'
import { withErrorSentences } from './error-bodies.ts'
import { startIdleTimeout } from './idle-timeout.ts'
import { findSight } from './image-limits.ts'
import { judgeEnding, mayBeCut } from './judge-ending.ts'
import { type AnswerFormat, addUsage, type ChatMessage, FormatRefused, type Model, type Piece } from './model.ts'
import { createPricing } from './pricing.ts'
import { type Ending, readAnswer } from './read-answer.ts'
import { learnAcceptance, learnFromNothing, learnRefusal, tryWithout } from './refusals.ts'
import { buildRequest, fingerprintImage, type SentRequest } from './request.ts'
import { createRequestGate } from './request-gate.ts'
import { readEvents } from './response-formats.ts'
import { countInputTokens, createServerProfile, type ServerProfile } from './server-profile.ts'

/** Retries of a request that got no answer: a lost connection, a busy or failing server. */
const retries = 2
/** The first backoff, which doubles. A server that asks for more than `maxBackoffMs` is not waited for. */
const firstBackoffMs = 500
const maxBackoffMs = 5_000
/** An answer that was cut off is asked for again after this long: another request may have cut it. */
const afterCutMs = 1_000
/** Refusals from which one request learns, at most. */
const maxLessons = 16
/** An answer that is not streamed comes whole, so that the server is silent until its end. */
const wholeIdleTimes = 5

/** The host that surely takes the vendor's own parameters. */
const vendorHost = new URL(vendorBaseUrl).host

/** A connection to one model. */
interface Connection {
  client: OpenAI
  config: ModelConfig
  profile: ServerProfile
  gate: ReturnType<typeof createRequestGate>
  log: Log
}

/** A question to a model. */
interface Question {
  messages: ChatMessage[]
  format: AnswerFormat | undefined
  cacheKey: string | undefined
  signal: AbortSignal
  isBatch: boolean
  maxTokens: number | undefined
  onLost: ((name: string) => void) | undefined
}

/** Creates a model behind any server that speaks the OpenAI chat API. Models at one address share the gate. */
export function createModel(config: ModelConfig, log: Log, gate = createRequestGate(config.concurrency)): Model {
  const window = {
    ...findWindow(config.name),
    ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    ...(config.outputTokens !== undefined && { outputTokens: config.outputTokens }),
    ...(config.images !== undefined && { images: config.images }),
  }
  const profile = createServerProfile(config.name, window, new URL(config.baseUrl).host === vendorHost)
  const connection = { client: createClient(config), config, profile, gate, log }

  return {
    name: config.name,
    title: formatModelTitle(config.name, config.baseUrl),
    get inputTokens() {
      return countInputTokens(profile)
    },
    get outputTokens() {
      return profile.outputTokens
    },
    get images() {
      return profile.takesImages
    },
    sight: findSight(config.name),
    price: createPricing(config),
    refusesImage: dataUrl => profile.hasRefusedImages && profile.refusedImages.has(fingerprintImage(dataUrl)),
    get takesFormats() {
      return profile.format !== 'words'
    },
    stream: (messages, signal, { format, maxTokens, cacheKey, isBatch = false, onLost } = {}) =>
      askUntilWhole(connection, { messages, format, cacheKey, signal, isBatch, maxTokens, onLost }),
  }
}

/** Creates a client of a server that speaks the OpenAI API. It retries nothing by itself. */
export function createClient({ apiKey, baseUrl: baseURL }: Pick<ModelConfig, 'apiKey' | 'baseUrl'>): OpenAI {
  return new OpenAI({ apiKey, baseURL, maxRetries: 0, logLevel: 'off', fetch: withErrorSentences(fetch) })
}

/** Formats a model and its host for people. Servers of single files name a model by its path; its last part says enough. */
export function formatModelTitle(name: string, baseUrl: string): string {
  const short = name.startsWith('/') ? (name.split('/').at(-1) ?? name) : name
  return `${short} at ${new URL(baseUrl).host}`
}

/** Streams an answer, and once more if it may have been cut off. Throws a `ShownError` for everything that goes wrong. */
async function* askUntilWhole(connection: Connection, question: Question): AsyncGenerator<Piece> {
  const { profile, log } = connection
  const first = yield* askInTurn(connection, question)
  if (first === undefined) return
  if (!isCut(first, profile) || (!first.ending.isDone && first.text.trim() !== ''))
    return yield* end(first, connection, question)
  learnFromCut(connection, first)
  log.info({ backoffMs: afterCutMs }, 'model answer ended without a reason; asked again')
  if (!(await waitUnlessAborted(afterCutMs, question.signal))) return
  const second = yield* askInPlaceOf(first, connection, question)
  if (second !== undefined) yield* end(second, connection, question)
}

/** Streams another answer in place of one that was cut off. If there is none, the first one stays. */
async function* askInPlaceOf(
  first: Answer,
  connection: Connection,
  question: Question,
): AsyncGenerator<Piece, Answer | undefined> {
  let isBegun = false
  const begin = (): Piece[] => {
    const isFirstPiece = !isBegun
    isBegun = true
    return isFirstPiece ? [{ kind: 'again' }] : []
  }
  try {
    const second = yield* tap(askInTurn(connection, question), begin)
    if (second === undefined) return undefined
    const { ending, text } = isBegun || first.text.trim() === '' ? second : first
    const usage = first.ending.usage && addUsage(first.ending.usage, second.ending.usage)
    return { ending: { ...ending, usage }, text, isOverlapped: second.isOverlapped }
  } catch (error) {
    if (isBegun || first.text.trim() === '') throw error
    return first
  }
}

/** Passes pieces on, each after those that `before` returns. */
async function* tap<R>(
  pieces: AsyncGenerator<Piece, R>,
  before: () => Iterable<Piece> | undefined,
): AsyncGenerator<Piece, R> {
  try {
    for (;;) {
      const next = await pieces.next()
      if (next.done === true) return next.value
      yield* before() ?? []
      yield next.value
    }
  } finally {
    await pieces.return(undefined as never)
  }
}

const isCut = ({ ending, text }: Answer, { tellsReasons }: ServerProfile) => mayBeCut(ending, text, tellsReasons)

/** Yields the end of an answer. Throws a `ShownError` if it is none. */
function* end(answer: Answer, { profile, config }: Connection, { onLost }: Question): Generator<Piece> {
  const { ending } = answer
  // One that is none is paid all the same.
  if (ending.usage !== undefined) yield { kind: 'usage', usage: ending.usage }
  const reason = judgeOrLose(answer, profile, () => onLost?.(config.name))
  if (ending.finish !== undefined) profile.tellsReasons = true
  profile.hasAnswered = true
  yield { kind: 'stopped', reason }
}

/** Judges why an answer ended. Throws a `ShownError` if it is none, and tells of it if no usage did. */
function judgeOrLose(answer: Answer, profile: ServerProfile, onLost: () => void) {
  try {
    return judgeEnding(answer.ending, answer.text, isCut(answer, profile))
  } catch (error) {
    if (answer.ending.usage === undefined) onLost()
    throw error
  }
}

interface Answer {
  ending: Ending
  text: string
  /** Another request went to the server while it was written. */
  isOverlapped: boolean
}

/** Asks as soon as the server has a place for it. Returns undefined when the signal aborts. */
async function* askInTurn(connection: Connection, question: Question): AsyncGenerator<Piece, Answer | undefined> {
  const place = await connection.gate.enter(question.isBatch, question.signal).catch(() => undefined)
  if (place === undefined) return undefined
  try {
    const answer = yield* askOnce(connection, question)
    return answer && { ...answer, isOverlapped: place.isOverlapped() }
  } finally {
    place.leave()
  }
}

/**
 * Learns from an answer that was cut off whether the next request has cut it, as some local servers do: then one goes at a time. One
 * that was alone was not cut by others: its server gives no reasons.
 */
function learnFromCut({ profile, gate, log }: Connection, { text, isOverlapped }: Answer): void {
  const isBlank = text.trim() === ''
  if (isOverlapped && (isBlank || profile.tellsReasons || !profile.hasAnswered)) {
    log.warn({}, 'model answer cut off by the next request; one at a time from now on, as MODEL_CONCURRENCY=1 says')
    gate.limit(1)
  } else if (!isOverlapped && !isBlank && !profile.tellsReasons) gate.limit()
}

/**
 * Streams one answer. What the server refuses is left out or lowered, and asked again at once; a request that got no answer is retried
 * after a backoff. Returns undefined when the signal aborts.
 */
async function* askOnce(
  connection: Connection,
  question: Question,
): AsyncGenerator<Piece, Omit<Answer, 'isOverlapped'> | undefined> {
  const undo: (() => void)[] = []
  let attempt = 0
  for (let lessons = 0; ; ) {
    const request = buildRequest(connection.config.name, connection.profile, question)
    const sending = openSending(connection, request, question)
    try {
      const answer = yield* sending.answer()
      learnAcceptance(request, connection.profile)
      return answer
    } catch (error) {
      // One that the server had not refused by then is paid.
      if (sending.isTaken || sending.isSilent() || question.signal.aborted) question.onLost?.(connection.config.name)
      if (question.signal.aborted) return undefined
      if (sending.hasText || sending.isSilent()) throw sending.describe(error)
      lessons += 1
      if (lessons <= maxLessons && learn(connection, error, request, undo)) continue
      const backoffMs = parseRetryWaitMs(error, firstBackoffMs * 2 ** attempt)
      if (attempt >= retries || backoffMs > maxBackoffMs) {
        for (const restore of undo.reverse()) restore()
        throw sending.describe(error)
      }
      attempt += 1
      connection.log.info({ attempt, backoffMs }, 'model request retried after a backoff')
      if (!(await waitUnlessAborted(backoffMs, question.signal))) return undefined
    } finally {
      sending.close()
    }
  }
}

/**
 * Learns from a refusal, by its words or by trial. Returns whether the question can be sent again as it is; throws if it has to be built
 * anew. `undo` gets what takes a trial back.
 */
function learn({ profile, log }: Connection, error: unknown, request: SentRequest, undo: (() => void)[]): boolean {
  const lesson = learnRefusal(error, request, profile) ?? tryWithout(error, request, profile)
  if (lesson === undefined) return false
  if (lesson.undo !== undefined) undo.push(lesson.undo)
  const { refused, next } = lesson
  const { outputTokens } = profile
  if (next === 'shorter') {
    log.warn(
      { promptTokens: countInputTokens(profile) },
      'prompt too long for the model; set MODEL_CONTEXT_TOKENS to its context length',
    )
    throw new ShownError('model_too_long', i18n => i18n.model.tooLong, error)
  }
  log.info({ refused, outputTokens }, 'part of a request refused by the model server; left out or lowered from now on')
  if (next === 'without_images') throw new ShownError('model_refused_images', i18n => i18n.model.refusedImages, error)
  if (next === 'without_format') throw new FormatRefused('the server accepts no schemas', { cause: error })
  return true
}

/** Returns whether a server gave nothing at all, as some do when a prompt is longer than their window. */
function isNothing({ finish, isDone, hasThought, refusal, callsTools }: Ending, text: string): boolean {
  if (text.trim() !== '' || hasThought || refusal !== '' || callsTools) return false
  return finish === 'length' || (finish === undefined && !isDone)
}

/** Waits. Returns false if the signal aborts before. */
const waitUnlessAborted = (ms: number, signal: AbortSignal): Promise<boolean> =>
  pause(ms, signal).then(
    () => true,
    () => false,
  )

/** Creates one sending of a request. */
function openSending({ client, config, profile, log }: Connection, request: SentRequest, question: Question) {
  const idleMs = request.body.stream === true ? config.idleMs : wholeIdleTimes * config.idleMs
  const idle = startIdleTimeout(idleMs, question.signal)
  let hasText = false
  let isTaken = false
  return {
    /** Something of the answer was yielded. */
    get hasText() {
      return hasText
    },
    /** The server has begun to answer. */
    get isTaken() {
      return isTaken
    },
    isSilent: idle.isSilent,
    close: idle.close,
    async *answer(): AsyncGenerator<Piece, Omit<Answer, 'isOverlapped'>> {
      const response = await client.chat.completions.create(request.body, { signal: idle.signal }).asResponse()
      isTaken = true
      idle.touch()
      const text = createAnswerText(profile, question.isBatch)
      const events = readEvents(response.body ?? [], idle.touch)
      const pieces = readAnswer(events, text, { outputTokens: profile.outputTokens, onLife: idle.touch })
      const ending = yield* tap(pieces, () => {
        hasText = true
        return undefined
      })
      const isBlank = isNothing(ending, text.visible)
      if (isBlank && learnFromNothing(request.promptTokens, profile)) {
        log.warn(
          { promptTokens: countInputTokens(profile) },
          'model gave nothing for a long prompt; set MODEL_CONTEXT_TOKENS to its context length',
        )
        throw new ShownError('model_too_long', i18n => i18n.model.tooLong)
      }
      if (profile.promptBound === 'guessed' && !isBlank) profile.promptBound = 'confirmed'
      return { ending, text: text.visible }
    },
    /** Returns the error as people are told of it, and logs it. */
    describe(error: unknown): unknown {
      if (error instanceof FormatRefused) return error
      if (idle.isSilent())
        return new ShownError('model_silent', i18n => i18n.model.silent({ seconds: idleMs / 1000 }), error)
      const shown = parseModelError(error, config.name)
      log.warn({ reason: formatError(shown) }, 'model request failed')
      return shown
    },
  }
}
