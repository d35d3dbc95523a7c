import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildDetectedConfig, detectLocalServer } from '../../src/model/detect-local-server.ts'

type DetectOptions = NonNullable<Parameters<typeof detectLocalServer>[0]>
type LocalKind = keyof NonNullable<DetectOptions['ports']>

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A server that knows a few paths: an object is its JSON, a number its status; all other paths are 404. */
const answering =
  (answers: Record<string, object | number>): RequestListener =>
  (request, response) => {
    const answer = answers[request.url ?? ''] ?? 404
    if (typeof answer === 'number') response.writeHead(answer).end('{"error":{"message":"no"}}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }

/** A port where nobody listens: every kind looks there unless the test says otherwise. */
let nobody: number
beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  nobody = (server.address() as AddressInfo).port
  server.close()
})

const look = (ports: Partial<Record<LocalKind, number>>, options: DetectOptions = {}) =>
  detectLocalServer({
    // A busy machine answers late.
    patienceMs: 10_000,
    ports: { ollama: nobody, lmstudio: nobody, 'llama.cpp': nobody, vllm: nobody, jan: nobody, ...ports },
    ...options,
  })

const ollama = (answers: Record<string, object | number> = {}) =>
  answering({
    '/api/version': { version: '0.14.1' },
    '/api/tags': {
      models: [
        { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } },
        { name: 'gpt-oss:120b-cloud', remote_host: 'https://ollama.com' },
        { name: 'qwen3:4b', details: { family: 'qwen3' } },
        { name: 'llama3.2:3b', details: { family: 'llama', families: ['llama'] } },
      ],
    },
    '/api/ps': { models: [] },
    ...answers,
  })

const list = (...models: object[]) => ({ object: 'list', data: models })
const vllm = answering({ '/v1/models': list({ id: 'Qwen/Qwen3-8B-AWQ', owned_by: 'vllm', max_model_len: 32768 }) })

describe('Ollama', () => {
  it('gives its first model that talks and runs here', async () => {
    const port = await serve(ollama())
    expect(await look({ ollama: port })).toEqual({
      kind: 'ollama',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      model: 'qwen3:4b',
    })
  })

  it('gives the loaded one before, with the context it was loaded with', async () => {
    const port = await serve(ollama({ '/api/ps': { models: [{ name: 'llama3.2:3b', context_length: 8192 }] } }))
    expect(await look({ ollama: port })).toMatchObject({ model: 'llama3.2:3b', contextTokens: 8192 })
  })

  it.each([
    ['127.0.0.1:PORT', '127.0.0.1'],
    ['http://localhost:PORT/', '127.0.0.1'],
    ['0.0.0.0:PORT', '127.0.0.1'],
    [':PORT', '127.0.0.1'],
    [' "127.0.0.1:PORT" ', '127.0.0.1'],
  ])('is found where OLLAMA_HOST=%s says', async (form, address) => {
    const port = await serve(ollama())
    const found = await look({}, { ollamaHost: form.replace('PORT', String(port)) })
    expect(found?.baseUrl).toBe(`http://${address}:${port}/v1`)
  })

  it.each([
    'http://example.com:PORT',
    '192.168.0.7:PORT',
    '127.0.0.1.example.com:PORT',
    'http://127.0.0.1@example.com:PORT',
    '',
  ])('is looked for on this machine only, not at OLLAMA_HOST=%s', async form => {
    const port = await serve(ollama())
    const found = await look({ ollama: port }, { ollamaHost: form.replace('PORT', '80') })
    expect(found?.baseUrl).toBe(`http://127.0.0.1:${port}/v1`)
  })

  it('is not there with nothing but embedding models', async () => {
    const models = [{ name: 'bge-m3' }, { name: 'some-reranker' }, { name: 'x', details: { family: 'bert' } }]
    const port = await serve(ollama({ '/api/tags': { models } }))
    expect(await look({ ollama: port })).toBeUndefined()
  })
})

describe('LM Studio', () => {
  it('gives the loaded model by its present API', async () => {
    const models = [
      {
        type: 'embedding',
        key: 'text-embedding-x',
        loaded_instances: [{ id: 'text-embedding-x' }],
        max_context_length: 512,
      },
      { type: 'llm', key: 'google/gemma-3-4b', loaded_instances: [], max_context_length: 131072 },
      {
        type: 'llm',
        key: 'qwen/qwen3-4b',
        loaded_instances: [{ id: 'qwen/qwen3-4b:2', config: { context_length: 4096 } }],
        max_context_length: 32768,
      },
    ]
    const port = await serve(answering({ '/api/v1/models': { models } }))
    expect(await look({ lmstudio: port })).toEqual({
      kind: 'lmstudio',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      model: 'qwen/qwen3-4b:2',
      contextTokens: 4096,
    })
  })

  it('gives the loaded model by its older API, which answers 200 to every path', async () => {
    const models = [
      { id: 'a', type: 'llm', state: 'not-loaded', max_context_length: 8192 },
      { id: 'e', type: 'embeddings', state: 'loaded' },
      { id: 'b', type: 'vlm', state: 'loaded', max_context_length: 8192, loaded_context_length: 2048 },
    ]
    const port = await serve((request, response) => {
      const isKnown = request.url === '/api/v0/models'
      response.end(JSON.stringify(isKnown ? list(...models) : { error: `Unexpected endpoint. (GET ${request.url})` }))
    })
    expect(await look({ lmstudio: port })).toMatchObject({ model: 'b', contextTokens: 2048 })
  })
})

describe('llama.cpp', () => {
  const ready = {
    '/props': { default_generation_settings: { n_ctx: 4096 }, total_slots: 1, model_path: '/models/m.gguf' },
    '/health': { status: 'ok' },
    '/v1/models': list({ id: 'm.gguf', owned_by: 'llamacpp' }),
  }

  it('gives its model and the context of one conversation', async () => {
    const port = await serve(answering(ready))
    expect(await look({ 'llama.cpp': port })).toEqual({
      kind: 'llama.cpp',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      model: 'm.gguf',
      contextTokens: 4096,
    })
  })

  it('is not there while it loads its model', async () => {
    const port = await serve(answering({ ...ready, '/health': 503 }))
    expect(await look({ 'llama.cpp': port })).toBeUndefined()
  })

  it('is known for what it is where it answers like Ollama', async () => {
    const tags = { models: [{ name: 'm.gguf' }] }
    const port = await serve(answering({ ...ready, '/api/version': { version: '0.0.0' }, '/api/tags': tags }))
    expect((await look({ ollama: port }))?.kind).toBe('llama.cpp')
  })

  it('gives the loaded model of several', async () => {
    const models = list({ id: 'a', status: { value: 'unloaded' } }, { id: 'b', status: { value: 'loaded' } })
    const port = await serve(answering({ ...ready, '/props': { role: 'router' }, '/v1/models': models }))
    expect(await look({ 'llama.cpp': port })).toMatchObject({ model: 'b' })
  })
})

describe('servers with nothing but a list of models', () => {
  it('are vLLM with its context, and llama-cpp-python without', async () => {
    expect(await look({ vllm: await serve(vllm) })).toMatchObject({ kind: 'vllm', contextTokens: 32768 })
    const python = answering({ '/v1/models': list({ id: 'm.gguf', object: 'model', owned_by: 'me', permissions: [] }) })
    const found = await look({ vllm: await serve(python) })
    expect(found).toMatchObject({ kind: 'vllm', model: 'm.gguf' })
    expect(found).not.toHaveProperty('contextTokens')
  })

  it('are Jan', async () => {
    const port = await serve(answering({ '/v1/models': list({ id: 'jan-v1-4b' }) }))
    expect(await look({ jan: port })).toMatchObject({ kind: 'jan', model: 'jan-v1-4b' })
  })

  it('are passed over when they list embeddings only, or the built-in engine of another playground', async () => {
    const embedding = await serve(answering({ '/v1/models': list({ id: 'BAAI/bge-large-en' }) }))
    const engine = await serve(answering({ '/v1/models': list({ id: 'built-in-engine', owned_by: 'threadwise' }) }))
    expect(await look({ vllm: embedding, jan: engine })).toBeUndefined()
  })
})

describe('which one wins', () => {
  it('does not depend on who answers first', async () => {
    const slow: RequestListener = (request, response) => setTimeout(() => ollama()(request, response), 60)
    const ports = { ollama: await serve(slow), vllm: await serve(vllm) }
    expect((await look(ports, { patienceMs: 5_000 }))?.kind).toBe('ollama')
  })

  it('asks all at once', async () => {
    let waiting = 0
    const arrived: (() => void)[] = []
    // Nobody gets an answer before both have been asked.
    const together =
      (kind: RequestListener, path: string): RequestListener =>
      (request, response) => {
        arrived.push(() => kind(request, response))
        if (request.url === path) waiting++
        if (waiting === 2) for (const answer of arrived.splice(0)) answer()
      }
    const jan = answering({ '/v1/models': list({ id: 'jan' }) })
    const ports = { vllm: await serve(together(vllm, '/v1/models')), jan: await serve(together(jan, '/v1/models')) }
    expect((await look(ports, { patienceMs: 5_000 }))?.kind).toBe('vllm')
  })
})

describe('what makes no sense is not there', () => {
  const ALL = ['ollama', 'lmstudio', 'llama.cpp', 'vllm', 'jan'] as const
  const everywhere = (port: number) => Object.fromEntries(ALL.map(kind => [kind, port]))

  it.each<[string, RequestListener]>([
    ['HTML', (_, response) => response.end('<!doctype html><title>My app</title>')],
    ['other JSON', (_, response) => response.end('{"object":"list","data":{"id":1},"models":"none","version":2}')],
    [
      'entries of another form',
      (_, response) => response.end('{"object":"list","data":[1,null,{"id":7}],"models":[[]]}'),
    ],
    ['null', (_, response) => response.end('null')],
    ['an error', (_, response) => response.writeHead(401).end('{"object":"list","data":[{"id":"m"}]}')],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'http://example.com/' }).end()],
    ['a broken connection', (_, response) => response.socket?.resetAndDestroy()],
    [
      'half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"object":"list","data":[{"id":"m"}]}', () => response.destroy())
      },
    ],
    [
      'an answer of more than 1 MB',
      (_, response) => response.end(JSON.stringify(list({ id: 'm', filler: 'x'.repeat(1024 * 1024) }))),
    ],
  ])('%s', async (_, listener) => {
    expect(await look(everywhere(await serve(listener)), { patienceMs: 5_000 })).toBeUndefined()
  })

  it('a server that hangs, or drips, costs the patience once and hides nobody', async () => {
    const hanging = await serve(() => {})
    const dripping = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 10)
      response.once('close', () => clearInterval(timer))
    })
    const startMs = performance.now()
    const ports = { ollama: hanging, lmstudio: dripping, vllm: await serve(vllm) }
    const found = await look(ports, { patienceMs: 400 })
    const tookMs = performance.now() - startMs
    expect(found?.kind).toBe('vllm')
    expect(tookMs).toBeGreaterThan(350)
    expect(tookMs).toBeLessThan(2_000)
  })

  it('nobody at all is quick to tell', async () => {
    expect(await look({})).toBeUndefined()
    expect(await look({}, { ollamaHost: '127.999.0.1:1' })).toBeUndefined()
  })
})

describe('a server that was found', () => {
  const model = { apiKey: 'none', baseUrl: 'https://api.openai.com/v1', name: 'a', idleMs: 1 }
  const found = { kind: 'ollama' as const, baseUrl: 'http://127.0.0.1:1/v1', model: 'b', contextTokens: 4096 }

  it('is sent one request at a time, unless the settings say otherwise', () => {
    const config = { model, modelIsNamed: false }
    expect(buildDetectedConfig(config, found)).toMatchObject({ name: 'b', concurrency: 1, contextTokens: 4096 })
    const set = { model: { ...model, concurrency: 3, contextTokens: 2048 }, modelIsNamed: true }
    expect(buildDetectedConfig(set, found)).toMatchObject({ name: 'a', concurrency: 3, contextTokens: 2048 })
  })
})
