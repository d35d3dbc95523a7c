import { setTimeout } from 'node:timers/promises'
import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import type { ModelConfig } from '../config.ts'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { parseModelError, parseRefusedParameter, parseRetryWaitMs, type RefusedParameter } from './api-errors.ts'
import { findWindow, type Window } from './catalog.ts'
import { type IdleTimeout, startIdleTimeout } from './idle-timeout.ts'
import { type AnswerFormat, type ChatMessage, FormatRefused, type Model, type Piece } from './model.ts'

type Request = OpenAI.Chat.ChatCompletionCreateParamsStreaming
type Chunk = OpenAI.Chat.ChatCompletionChunk

/** How often a request that never began to answer is sent again: lost connections, a busy or failing server. */
const retries = 2
/** The wait before the first of them; it doubles. A server that asks for more than `longestWaitMs` is not waited for. */
const firstWaitMs = 500
const longestWaitMs = 5_000

/** A model behind any server that speaks the OpenAI chat API. */
export function createModel(config: ModelConfig, log: Log): Model {
  const window: Window = {
    ...findWindow(config.name),
    ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    ...(config.outputTokens !== undefined && { outputTokens: config.outputTokens }),
    ...(config.images !== undefined && { images: config.images }),
  }
  // The answer never takes more than a quarter of a small window, so that there is room to read.
  const answerTokens = Math.min(window.outputTokens, Math.floor(window.contextTokens / 4))
  const client = new OpenAI({ apiKey: config.apiKey, baseURL: config.baseUrl, maxRetries: 0, logLevel: 'off' })
  const refused = new Set<RefusedParameter>()

  return {
    name: config.name,
    title: formatModelTitle(config.name, config.baseUrl),
    inputTokens: window.contextTokens - answerTokens,
    images: window.images,
    get takesFormats() {
      return !refused.has('response_format')
    },
    stream: (messages, signal, format) => {
      const body = () => buildRequest({ model: config.name, window, answerTokens, messages, format, refused })
      return speak(client, body, refused, config, log, signal)
    },
  }
}

/** A model and where it runs, for people. Servers of single files name a model by its path; its last part says enough. */
export function formatModelTitle(name: string, baseUrl: string): string {
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
  const autoLabel = startIdleTimeout(config.idleMs, signal)
  try {
    const response = await openResponse(client, body, refused, autoLabel)
    yield* parsePieces(readChunks(client, autoLabel.follow(response), autoLabel), autoLabel.isDone)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof FormatRefused) throw error
    if (autoLabel.isSilent())
      throw new ShownError('model_silent', i18n => i18n.model.silent(config.idleMs / 1000), error)
    const shown = parseModelError(error, config.name)
    log.warn({ reason: formatError(shown) }, 'the model failed')
    throw shown
  } finally {
    autoLabel.close()
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
  autoLabel: IdleTimeout,
  attempt = 0,
): Promise<Response> {
  try {
    return await client.chat.completions.create(body(), { signal: autoLabel.signal }).asResponse()
  } catch (error) {
    const parameter = parseRefusedParameter(error)
    if (parameter !== undefined && !refused.has(parameter)) {
      refused.add(parameter)
      if (parameter === 'response_format') throw new FormatRefused('the server takes no schemas', { cause: error })
      return openResponse(client, body, refused, autoLabel, attempt)
    }
    const waitMs = parseRetryWaitMs(error, firstWaitMs * 2 ** attempt)
    if (attempt >= retries || waitMs > longestWaitMs) throw error
    await setTimeout(waitMs, undefined, { signal: autoLabel.signal })
    return openResponse(client, body, refused, autoLabel, attempt + 1)
  }
}

/** Server-sent chunks; a server that ignores `stream` and answers with one JSON object counts as one chunk. */
async function* readChunks(client: OpenAI, response: Response, autoLabel: IdleTimeout): AsyncIterable<Chunk> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) throw new ShownError('model_not_json', i18n => i18n.model.notJson)
  if (!type.includes('application/json')) {
    yield* Stream.fromSSEResponse<Chunk>(response, autoLabel.controller, client)
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
async function* parsePieces(chunks: AsyncIterable<Chunk | null>, isDone: () => boolean): AsyncIterable<Piece> {
  let reason: string | null | undefined
  let isBlank = true
  for await (const chunk of chunks) {
    const choice = chunk?.choices?.[0]
    const text = joinText(choice?.delta?.content)
    if (text !== '') {
      isBlank &&= text.trim() === ''
      yield { kind: 'text', text }
    }
    reason = choice?.finish_reason ?? reason
    if (chunk?.usage) {
      const { prompt_tokens, completion_tokens } = chunk.usage
      yield { kind: 'usage', usage: { tokensIn: parseCount(prompt_tokens), tokensOut: parseCount(completion_tokens) } }
    }
  }
  if (reason === 'content_filter') throw new ShownError('model_filtered', i18n => i18n.model.filtered)
  if (reason == null && !isDone()) throw new ShownError('model_ended_early', i18n => i18n.model.endedEarly)
  if (isBlank) throw new ShownError('model_empty', i18n => i18n.model.empty)
  yield { kind: 'stopped', reason: reason === 'length' ? 'length' : 'done' }
}

/** Usually a text; some gateways send a list of parts. */
function joinText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

/** What a server says that it counted, when that is a number. */
function parseCount(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0
}

interface RequestDeps {
  model: string
  window: Window
  answerTokens: number
  messages: ChatMessage[]
  format: AnswerFormat | undefined
  refused: Set<RefusedParameter>
}

function buildRequest({ model, window, answerTokens, messages, format, refused }: RequestDeps): Request {
  const other = window.outputParameter === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  const outputParameter = refused.has(window.outputParameter) ? other : window.outputParameter
  return {
    model,
    messages: messages.map(buildWireMessage),
    stream: true,
    ...(!refused.has('stream_options') && { stream_options: { include_usage: true } }),
    ...(!refused.has(outputParameter) && { [outputParameter]: answerTokens }),
    ...(format !== undefined && {
      response_format: { type: 'json_schema' as const, json_schema: { ...format, strict: true } },
    }),
  }
}

function buildWireMessage(message: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  if (message.role !== 'user') return { role: message.role, content: extractText(message) }
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

function extractText(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  return message.content.map(part => (part.kind === 'text' ? part.text : '')).join('')
}
