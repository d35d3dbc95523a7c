import { setTimeout } from 'node:timers/promises'
import OpenAI from 'openai'
import { Stream } from 'openai/streaming'
import type { ModelConfig } from '../config.ts'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { parseModelError, parseRefusedParameter, parseRetryWaitMs } from './api-errors.ts'
import { findWindow } from './catalog.ts'
import { startIdleTimeout } from './idle-timeout.ts'
import { type AnswerFormat, type ChatMessage, FormatRefused, type Model, type Piece } from './model.ts'
import { createThoughtRemover } from './thinking.ts'

type IdleTimeout = ReturnType<typeof startIdleTimeout>

type Window = ReturnType<typeof findWindow>

type RefusedParameter = NonNullable<ReturnType<typeof parseRefusedParameter>>

type Request = OpenAI.Chat.ChatCompletionCreateParamsStreaming
type Chunk = OpenAI.Chat.ChatCompletionChunk

/** Retries of a request that got no answer: a lost connection, a busy or failing server. */
const retries = 2
/** The first backoff, which doubles. A server that asks for more than `maxBackoffMs` is not waited for. */
const firstBackoffMs = 500
const maxBackoffMs = 5_000

/** A connection to one model. */
interface Connection {
  client: OpenAI
  config: ModelConfig
  /** Parameters that the server has refused; they are left out of every request for the life of the process. */
  refused: Set<RefusedParameter>
  log: Log
}

/** Creates a model behind any server that speaks the OpenAI chat API. */
export function createModel(config: ModelConfig, log: Log): Model {
  const window: Window = {
    ...findWindow(config.name),
    ...(config.contextTokens !== undefined && { contextTokens: config.contextTokens }),
    ...(config.outputTokens !== undefined && { outputTokens: config.outputTokens }),
    ...(config.images !== undefined && { images: config.images }),
  }
  // The answer takes at most a quarter of a small window, so that there is room for the prompt.
  const answerTokens = Math.min(window.outputTokens, Math.floor(window.contextTokens / 4))
  const client = new OpenAI({ apiKey: config.apiKey, baseURL: config.baseUrl, maxRetries: 0, logLevel: 'off' })
  const refused = new Set<RefusedParameter>()
  const connection = { client, config, refused, log }
  const removeThoughts = createThoughtRemover()

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
      return removeThoughts(streamAnswer(connection, body, signal))
    },
  }
}

/** Formats a model and its host for people. Servers of single files name a model by its path; its last part says enough. */
export function formatModelTitle(name: string, baseUrl: string): string {
  const short = name.startsWith('/') ? (name.split('/').at(-1) ?? name) : name
  return `${short} at ${new URL(baseUrl).host}`
}

/** Streams one answer. Throws a `ShownError` for everything that goes wrong. */
async function* streamAnswer(connection: Connection, body: () => Request, signal: AbortSignal): AsyncIterable<Piece> {
  const { client, config, log } = connection
  const idle = startIdleTimeout(config.idleMs, signal)
  try {
    const response = await openResponse(connection, body, idle)
    yield* parsePieces(readChunks(client, idle.follow(response), idle), idle.isDone)
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof FormatRefused) throw error
    if (idle.isSilent()) throw new ShownError('model_silent', i18n => i18n.model.silent(config.idleMs / 1000), error)
    const shown = parseModelError(error, config.name)
    log.warn({ reason: formatError(shown) }, 'model request failed')
    throw shown
  } finally {
    idle.close()
  }
}

/**
 * Sends the request. If the server refuses a parameter by name, it is sent again without it; if it got no answer, it is retried after
 * a backoff.
 */
async function openResponse(connection: Connection, body: () => Request, idle: IdleTimeout): Promise<Response> {
  const { client, refused, log } = connection
  for (let attempt = 0; ; ) {
    try {
      return await client.chat.completions.create(body(), { signal: idle.signal }).asResponse()
    } catch (error) {
      const parameter = parseRefusedParameter(error)
      if (parameter !== undefined && !refused.has(parameter)) {
        refused.add(parameter)
        log.info({ parameter }, 'parameter refused by the model server; left out from now on')
        if (parameter === 'response_format') throw new FormatRefused('the server accepts no schemas', { cause: error })
        continue
      }
      const backoffMs = parseRetryWaitMs(error, firstBackoffMs * 2 ** attempt)
      if (attempt >= retries || backoffMs > maxBackoffMs) throw error
      log.info({ attempt: attempt + 1, backoffMs }, 'model request retried after a backoff')
      await setTimeout(backoffMs, undefined, { signal: idle.signal })
      attempt += 1
    }
  }
}

/** Reads server-sent chunks; a server that ignores `stream` and answers with one JSON object yields one chunk. */
async function* readChunks(client: OpenAI, response: Response, idle: IdleTimeout): AsyncIterable<Chunk> {
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('text/html')) throw new ShownError('model_not_json', i18n => i18n.model.notJson)
  if (!type.includes('application/json')) {
    yield* Stream.fromSSEResponse<Chunk>(response, idle.controller, client)
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
 * Yields the text as it comes, then the reason why it stopped and the usage. Some gateways give no reason but close the stream
 * properly; a stream with neither broke off.
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

/** Joins the content of a delta: usually a string, a list of parts from some gateways. */
function joinText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

/** Parses a token count; 0 unless it is a number. */
function parseCount(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0
}

interface RequestParameters {
  model: string
  window: Window
  answerTokens: number
  messages: ChatMessage[]
  format: AnswerFormat | undefined
  refused: Set<RefusedParameter>
}

function buildRequest({ model, window, answerTokens, messages, format, refused }: RequestParameters): Request {
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
