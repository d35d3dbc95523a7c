import { setTimeout } from 'node:timers/promises'
import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import type { ModelConfig } from '../config.ts'
import { ShownError, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import { toWindow, type Window } from './catalog.ts'
import { type AnswerFormat, type ChatMessage, FormatRefused, type Model, type Piece } from './model.ts'
import { type RefusedParameter, toModelError, toRefusedParameter, toRetryWaitMs } from './openai-errors.ts'
import { createThinkingFilter, withoutUnopenedThoughts } from './thinking.ts'
import { openWatch, type Watch } from './watch.ts'

type Request = OpenAI.Chat.ChatCompletionCreateParamsStreaming
type Chunk = OpenAI.Chat.ChatCompletionChunk

/** How often a request that never began to answer is sent again: lost connections, a busy or failing server. */
const retries = 2
/** The wait before the first of them; it doubles. A server that asks for more than `longestWaitMs` is not waited for. */
const firstWaitMs = 500
const longestWaitMs = 5_000

/** A model behind any server that speaks the OpenAI chat API. */
export function createOpenAiModel(config: ModelConfig, log: Log): Model {
  const window: Window = {
    ...toWindow(config.name),
    ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    ...(config.outputTokens !== undefined && { outputTokens: config.outputTokens }),
    ...(config.images !== undefined && { images: config.images }),
  }
  // The answer never takes more than a quarter of a small window, so that there is room to read.
  const answerTokens = Math.min(window.outputTokens, Math.floor(window.contextTokens / 4))
  const client = new OpenAI({ apiKey: config.apiKey, baseURL: config.baseUrl, maxRetries: 0, logLevel: 'off' })
  const refused = new Set<RefusedParameter>()
  const manner: Manner = { closesUnopenedThoughts: false }

  return {
    name: config.name,
    title: toModelTitle(config.name, config.baseUrl),
    inputTokens: window.contextTokens - answerTokens,
    images: window.images,
    get takesFormats() {
      return !refused.has('response_format')
    },
    stream: (messages, signal, format) => {
      const body = () => toRequest({ model: config.name, window, answerTokens, messages, format, refused })
      return hideThoughts(speak(client, body, refused, config, log, signal), manner)
    },
  }
}

/** How a model was found to answer. */
interface Manner {
  /** Its last answer held the closer of thoughts that were never opened; the next one is held back to its end. */
  closesUnopenedThoughts: boolean
}

/** Leaves out thoughts that the model wrote into its answer. Throws a `ShownError` when there is nothing else. */
async function* hideThoughts(pieces: AsyncIterable<Piece>, manner: Manner): AsyncIterable<Piece> {
  const filter = createThinkingFilter()
  const isHeld = manner.closesUnopenedThoughts
  let answer = ''
  let isOver = false
  const toVisible = (text: string): Piece[] => {
    answer += text
    return isHeld || text === '' ? [] : [{ kind: 'text', text }]
  }
  for await (const piece of pieces) {
    if (piece.kind === 'text') {
      yield* toVisible(filter.push(piece.text))
      continue
    }
    if (piece.kind === 'stopped' && !isOver) {
      isOver = true
      yield* toVisible(filter.end())
      const rest = withoutUnopenedThoughts(answer)
      manner.closesUnopenedThoughts = rest !== answer
      if (rest.trim() === '') throw new ShownError('model_empty', words => words.model.empty)
      if (isHeld) yield { kind: 'text', text: rest }
    }
    yield piece
  }
}

/** A model and where it runs, for people. Servers of single files name a model by its path; its last part says enough. */
export function toModelTitle(name: string, baseUrl: string): string {
  const short = name.startsWith('/') ? (name.split('/').at(-1) ?? name) : name
  return `${short} at ${new URL(baseUrl).host}`
}

/** One answer: asks, follows the stream, and turns everything that goes wrong into a sentence. */
async function* speak(
  client: OpenAI,
  body: () => Request,
  refused: Set<RefusedParameter>,
  config: ModelConfig,
  log: Log,
  signal: AbortSignal,
): AsyncIterable<Piece> {
  const watch = openWatch(config.idleMs, signal)
  try {
    const response = await openResponse(client, body, refused, watch)
    yield* toPieces(toChunks(client, watch.follow(response), watch), watch.isDone)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof FormatRefused) throw error
    if (watch.isSilent()) throw new ShownError('model_silent', words => words.model.silent(config.idleMs / 1000), error)
    const shown = toModelError(error, config.name)
    log.warn({ reason: toReason(shown) }, 'the model failed')
    throw shown
  } finally {
    watch.close()
  }
}

/**
 * Sends the request. When the server refuses one of our parameters by name, it is sent again without that one, which is
 * remembered for the life of the process; when it never began to answer, it is sent again after a short wait.
 */
async function openResponse(
  client: OpenAI,
  body: () => Request,
  refused: Set<RefusedParameter>,
  watch: Watch,
  attempt = 0,
): Promise<Response> {
  try {
    return await client.chat.completions.create(body(), { signal: watch.signal }).asResponse()
  } catch (error) {
    const parameter = toRefusedParameter(error)
    if (parameter !== undefined && !refused.has(parameter)) {
      refused.add(parameter)
      if (parameter === 'response_format') throw new FormatRefused('the server takes no schemas', { cause: error })
      return openResponse(client, body, refused, watch, attempt)
    }
    const waitMs = toRetryWaitMs(error, firstWaitMs * 2 ** attempt)
    if (attempt >= retries || waitMs > longestWaitMs) throw error
    await setTimeout(waitMs, undefined, { signal: watch.signal })
    return openResponse(client, body, refused, watch, attempt + 1)
  }
}

/** Server-sent chunks; a server that ignores `stream` and answers with one JSON object counts as one chunk. */
async function* toChunks(client: OpenAI, response: Response, watch: Watch): AsyncIterable<Chunk> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) throw new ShownError('model_not_json', words => words.model.notJson)
  if (!type.includes('application/json')) {
    yield* Stream.fromSSEResponse<Chunk>(response, watch.controller, client)
    return
  }
  const whole = (await response.json()) as OpenAI.Chat.ChatCompletion & { error?: unknown }
  if (whole.error) throw new OpenAI.APIError(undefined, whole.error, undefined, response.headers)
  yield {
    ...whole,
    object: 'chat.completion.chunk',
    choices: (whole.choices ?? []).map(choice => ({
      ...choice,
      finish_reason: choice.finish_reason ?? 'stop',
      delta: { content: choice.message?.content ?? '' },
    })),
  } as Chunk
}

/**
 * Text as it comes, then why it stopped and what it cost. Some gateways give no reason but close the stream properly; a
 * stream with neither broke off.
 */
async function* toPieces(chunks: AsyncIterable<Chunk | null>, isDone: () => boolean): AsyncIterable<Piece> {
  let reason: string | null | undefined
  let isBlank = true
  for await (const chunk of chunks) {
    const choice = chunk?.choices?.[0]
    const text = toText(choice?.delta?.content)
    if (text !== '') {
      isBlank &&= text.trim() === ''
      yield { kind: 'text', text }
    }
    reason = choice?.finish_reason ?? reason
    if (chunk?.usage) {
      const { prompt_tokens, completion_tokens } = chunk.usage
      yield { kind: 'usage', usage: { tokensIn: toCount(prompt_tokens), tokensOut: toCount(completion_tokens) } }
    }
  }
  if (reason === 'content_filter') throw new ShownError('model_filtered', words => words.model.filtered)
  if (reason == null && !isDone()) throw new ShownError('model_ended_early', words => words.model.endedEarly)
  if (isBlank) throw new ShownError('model_empty', words => words.model.empty)
  yield { kind: 'stopped', reason: reason === 'length' ? 'length' : 'done' }
}

/** Usually a text; some gateways send a list of parts. */
function toText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

/** What a server says that it counted, when that is a number. */
function toCount(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0
}

interface RequestParts {
  model: string
  window: Window
  answerTokens: number
  messages: ChatMessage[]
  format: AnswerFormat | undefined
  refused: Set<RefusedParameter>
}

function toRequest({ model, window, answerTokens, messages, format, refused }: RequestParts): Request {
  const other = window.outputParameter === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  const outputParameter = refused.has(window.outputParameter) ? other : window.outputParameter
  return {
    model,
    messages: messages.map(toWireMessage),
    stream: true,
    ...(!refused.has('stream_options') && { stream_options: { include_usage: true } }),
    ...(!refused.has(outputParameter) && { [outputParameter]: answerTokens }),
    ...(format !== undefined && {
      response_format: { type: 'json_schema' as const, json_schema: { ...format, strict: true } },
    }),
  }
}

function toWireMessage(message: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  if (message.role !== 'user') return { role: message.role, content: toPlainText(message) }
  if (typeof message.content === 'string') return { role: 'user', content: message.content }
  return {
    role: 'user',
    content: message.content.map(part =>
      part.kind === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'image_url', image_url: { url: part.dataUrl } },
    ),
  }
}

function toPlainText(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  return message.content.map(part => (part.kind === 'text' ? part.text : '')).join('')
}
