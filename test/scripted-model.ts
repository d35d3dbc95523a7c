import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A model server whose every word a test chooses: it speaks the OpenAI chat API and nothing else. */
export interface ScriptedModel {
  /** Ends in /v1. */
  baseUrl: string
  /** Every request that came, in order. */
  readonly requests: readonly Exchange[]
  /** The next request that no test has taken yet, now or when it comes. */
  next(): Promise<Exchange>
  /** From now on every request is answered by itself. Returns a function that ends it. */
  answerAll(reply: (exchange: Exchange) => void): () => void
  /** Sets its list of models. */
  list(models: object[]): void
  close(): Promise<void>
}

/** One request, and the means to answer it piece by piece. */
export interface Exchange {
  body: ChatRequest
  /** All that was given to the model, as one text. */
  prompt: string
  /** When it came, by `performance.now()`. */
  at: number
  /** The caller went away. */
  isAborted(): boolean
  /** Sends a piece of the answer. */
  say(text: string): void
  /** Ends the answer as servers do: finish reason, usage, [DONE]. */
  end(options?: { finish?: string; usage?: boolean }): void
  /** The whole answer at once. */
  reply(text: string): void
  /** Anything at all into the event stream, `data: …\n\n` included. */
  raw(bytes: string | Uint8Array): void
  /** The connection is closed politely, with nothing more said. */
  finish(): void
  /** An HTTP answer instead of a stream. */
  status(code: number, body: string | object, headers?: Record<string, string>): void
  /** The connection breaks. */
  cut(): void
}

interface ChatRequest {
  model: string
  stream: boolean
  messages: { role: string; content: string | { type: string; text?: string; image_url?: { url: string } }[] }[]
  max_tokens?: number
  max_completion_tokens?: number
  stream_options?: { include_usage: boolean }
}

/** Starts one on a free port of this machine. */
export async function createScriptedModel(): Promise<ScriptedModel> {
  const requests: Exchange[] = []
  const waiting: ((exchange: Exchange) => void)[] = []
  let taken = 0
  let auto: ((exchange: Exchange) => void) | undefined
  let listed: object[] | undefined

  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' && listed !== undefined) return void response.end(JSON.stringify({ data: listed }))
    if (request.method !== 'POST') return void response.writeHead(404).end()
    const exchange = toExchange(JSON.parse(await readBody(request)), request, response)
    requests.push(exchange)
    const waiter = waiting.shift()
    if (waiter !== undefined) {
      taken = requests.length
      waiter(exchange)
    } else if (auto !== undefined) {
      taken = requests.length
      auto(exchange)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    next() {
      const ready = requests[taken]
      if (ready === undefined) return new Promise(resolve => waiting.push(resolve))
      taken += 1
      return Promise.resolve(ready)
    },
    answerAll(reply) {
      auto = reply
      for (const exchange of requests.slice(taken)) reply(exchange)
      taken = requests.length
      return () => {
        auto = undefined
      }
    },
    list(models) {
      listed = models
    },
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function toExchange(body: ChatRequest, request: IncomingMessage, response: ServerResponse): Exchange {
  let aborted = false
  response.on('close', () => {
    aborted = !response.writableFinished
  })
  const open = () => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  }
  const chunk = (choices: unknown[], more: object = {}) => {
    open()
    const data = { id: 'c1', object: 'chat.completion.chunk', created: 0, model: body.model, choices, ...more }
    response.write(`data: ${JSON.stringify(data)}\n\n`)
  }
  const exchange: Exchange = {
    body,
    prompt: body.messages
      .map(({ role, content }) => `${role}: ${typeof content === 'string' ? content : JSON.stringify(content)}`)
      .join('\n'),
    at: performance.now(),
    isAborted: () => aborted,
    say: text => chunk([{ index: 0, delta: { content: text }, finish_reason: null }]),
    end({ finish = 'stop', usage = true } = {}) {
      chunk([{ index: 0, delta: {}, finish_reason: finish }])
      if (usage) chunk([], { usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 } })
      response.end('data: [DONE]\n\n')
    },
    reply(text) {
      exchange.say(text)
      exchange.end()
    },
    raw(bytes) {
      open()
      response.write(bytes)
    },
    finish: () => void response.end(),
    status(code, answer, headers = {}) {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
      const type = typeof answer === 'string' ? 'text/html' : 'application/json'
      response.writeHead(code, { 'content-type': type, ...headers }).end(text)
    },
    cut: () => void request.socket.destroy(),
  }
  return exchange
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
