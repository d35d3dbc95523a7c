import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LabelledText } from '../../src/features/classify/labelled-texts.ts'
import { answerWithEngine } from './answer.ts'
import { chooseChart } from './chart.ts'
import { sumUp } from './digest.ts'
import { type Classifier, createClassifier, toFeedbackQuestion } from './feedback.ts'
import { textOf } from './messages.ts'
import { offerAnswer } from './offer.ts'
import { paced, toPieces } from './pieces.ts'
import {
  BRIEF_MODEL,
  type ChatRequest,
  type Completion,
  type FinishReason,
  RequestError,
  toChatRequest,
  toChunk,
  toCompletion,
  toErrorJson,
  toKnown,
  toModel,
  toModels,
  toUsageChunk,
  toWhole,
  type Usage,
} from './wire.ts'

export interface EngineOptions {
  /** How fast an answer is spoken; `Infinity` gives it at once. */
  tokensPerSecond?: number
  /** Labelled texts from which it learns to sort feedback; without them it has only the examples in a question. */
  texts?: LabelledText[]
}

/** Answers the request if it is one of the engine's, and says whether it was. */
export type EngineRoutes = (request: IncomingMessage, response: ServerResponse) => boolean

/** About what a middling language model does, so that the playground shows a reply as it grows. */
const TOKENS_PER_SECOND = 60
/** A long conversation with a few pictures in it stays below. */
const BODY_BYTES = 32 * 1024 * 1024

/**
 * The built-in engine behind the wire format of OpenAI's chat API: `GET /v1/models`, `GET /v1/models/{model}` and
 * `POST /v1/chat/completions`, streamed or whole. No key is asked for.
 */
export function createEngineRoutes({
  tokensPerSecond = TOKENS_PER_SECOND,
  texts = [],
}: EngineOptions = {}): EngineRoutes {
  const feedback = createClassifier(texts)
  const routes: Record<string, [method: string, handle: (...turn: Parameters<EngineRoutes>) => void | Promise<void>]> =
    {
      '/v1/models': ['GET', (_, response) => sendJson(response, 200, toModels())],
      '/v1/chat/completions': ['POST', (request, response) => complete(request, response, tokensPerSecond, feedback)],
    }
  return (request, response) => {
    const path = toPath(request)
    const [method, handle] = routes[path] ?? (path.startsWith('/v1/models/') ? ['GET', sendModel] : [])
    if (!handle) return false
    void answered(response, async () => {
      if (request.method !== method) throw new RequestError(405, `${path} takes ${method} only.`)
      await handle(request, response)
    })
    return true
  }
}

const toPath = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

async function answered(response: ServerResponse, handle: () => Promise<void>): Promise<void> {
  try {
    await handle()
  } catch (error) {
    // Whatever breaks off a reply that has begun, or a request whose sender has gone, cannot be told to anyone.
    if (response.headersSent || response.destroyed) response.destroy()
    else if (error instanceof RequestError) sendJson(response, error.status, toErrorJson(error))
    else
      sendJson(response, 500, {
        error: { message: 'The built-in engine failed.', type: 'server_error', param: null, code: null },
      })
  }
}

function sendModel(request: IncomingMessage, response: ServerResponse): void {
  const model = toPath(request).slice('/v1/models/'.length)
  sendJson(response, 200, toModel(toKnown(model)))
}

async function complete(
  request: IncomingMessage,
  response: ServerResponse,
  tokensPerSecond: number,
  feedback: Classifier,
): Promise<void> {
  const chat = toChatRequest(await readBody(request))
  const formal =
    toSorted(chat, feedback) ?? chooseChart(chat.messages) ?? offerAnswer(chat.messages) ?? sumUp(chat.messages)
  const pieces = toPieces(formal ?? answer(chat))
  const spoken = pieces.slice(0, chat.max_completion_tokens ?? chat.max_tokens ?? pieces.length)
  const finishReason = spoken.length < pieces.length ? 'length' : 'stop'
  const reply = { completion: toCompletion(chat.model), finishReason, usage: toUsage(chat, spoken.length) } as const
  const texts = paced(spoken, formal === undefined ? tokensPerSecond : Number.POSITIVE_INFINITY, untilClosed(response))
  if (chat.stream) await stream(response, texts, { ...reply, withUsage: chat.stream_options?.include_usage === true })
  else sendJson(response, 200, toWhole(reply.completion, await collected(texts), finishReason, reply.usage))
}

function answer({ model, messages }: ChatRequest): string {
  const whole = answerWithEngine(messages)
  return model === BRIEF_MODEL ? (whole.split('\n\n')[0] ?? whole) : whole
}

/** Feedback is sorted, as JSON, which nobody reads word by word; undefined for every other question. */
function toSorted({ messages }: ChatRequest, feedback: Classifier): string | undefined {
  const [system, ...others] = messages
  const question = toFeedbackQuestion(system ? textOf(system) : '', others[0] ? textOf(others[0]) : '')
  return question === undefined ? undefined : JSON.stringify({ items: feedback(question) })
}

async function collected(texts: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const text of texts) whole += text
  return whole
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES) throw new RequestError(413, `The request is larger than ${BODY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toUsage(chat: ChatRequest, completionTokens: number): Usage {
  const promptTokens = chat.messages.reduce((sum, message) => sum + toPieces(textOf(message)).length, 0)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

/** Aborted when the client goes away, so that nothing is spoken to nobody. */
function untilClosed(response: ServerResponse): AbortSignal {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  return closed.signal
}

interface StreamedReply {
  completion: Completion
  finishReason: FinishReason
  usage: Usage
  withUsage: boolean
}

async function stream(response: ServerResponse, texts: AsyncIterable<string>, reply: StreamedReply): Promise<void> {
  const { completion, finishReason, usage, withUsage } = reply
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  })
  await send(response, toChunk(completion, { role: 'assistant', content: '' }))
  for await (const content of texts) await send(response, toChunk(completion, { content }))
  await send(response, toChunk(completion, {}, finishReason))
  if (withUsage) await send(response, toUsageChunk(completion, usage))
  response.end('data: [DONE]\n\n')
}

/** One server-sent event; waits for a client that reads slowly. */
async function send(response: ServerResponse, data: object): Promise<void> {
  if (response.write(`data: ${JSON.stringify(data)}\n\n`)) return
  await Promise.race([once(response, 'drain'), once(response, 'close')])
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
