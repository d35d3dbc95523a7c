import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createLog, type Log } from '../../src/log.ts'
import { createModels } from '../../src/model/models.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { freePort, openStory } from '../story.ts'

/** Asks a server with this list for its models. */
async function readList(list: object[], others: { name: string }[] = []) {
  const server = await createScriptedModel()
  onTestFinished(() => server.close())
  server.list(list)
  const model = { apiKey: 'sk', baseUrl: server.baseUrl, name: 'gpt-4o', idleMs: 1_000 }
  const further = others.map(one => ({ ...model, ...one }))
  const models = createModels({ ...model, others: further }, createLog('silent'))
  await models.check()
  return models
}

test('a server’s models that chat can be chosen: the configured first, then known families, the newest before, then the others', async () => {
  const models = await readList(
    [
      { id: 'text-embedding-3-small', created: 9 },
      { id: 'our-own-tune', created: 9 },
      { id: 'gpt-4o', created: 3 },
      { id: 'gpt-4o-2024-08-06', created: 8 },
      { id: 'claude-sonnet-5', created: 7 },
      { id: 'gpt-6-sol', created: 8 },
      { id: 'anthropic/claude-opus-5' },
      { id: 'whisper-1' },
      { id: 'gpt-4o-mini-tts' },
      { id: 'gpt-4o-realtime-preview' },
      { id: 'gpt-image-2' },
      { id: 'dall-e-3' },
      { id: 'omni-moderation-latest' },
      { id: 'black-box', architecture: { output_modalities: ['image'] } },
      { id: 42 },
      {},
    ],
    [{ name: 'of-the-file' }],
  )
  expect(models.names()).toEqual([
    ...['gpt-4o', 'of-the-file'],
    ...['gpt-6-sol', 'claude-sonnet-5', 'anthropic/claude-opus-5', 'our-own-tune', 'gpt-4o-2024-08-06'],
  ])
})

test('a listed model has the window that its server tells, or that of its family', async () => {
  const models = await readList([{ id: 'our-own-tune', max_model_len: 65_536 }, { id: 'claude-sonnet-5' }])
  expect((await models.open('our-own-tune'))?.inputTokens).toBe(65_536 - 2_048)
  expect((await models.open('claude-sonnet-5'))?.images).toBe(true)
  expect(await models.open('never-heard-of')).toBeUndefined()
})

/** Starts a server that answers everything, or everything below an address, with its list of models, a status or a page. */
async function openList(answer: object[] | number | string, below = '') {
  const now = { answer }
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    if (!url.startsWith(below)) response.writeHead(404).end()
    else if (typeof now.answer === 'number') response.writeHead(now.answer).end()
    else response.end(typeof now.answer === 'string' ? now.answer : JSON.stringify({ data: now.answer }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { now, asked, origin, baseUrl: `${origin}/v1` }
}

/** Starts with a model at an address, looks at the server's list twice, and returns the warnings. */
async function warningsOf(baseUrl: string, name: string, own: object = {}) {
  const warnings: string[] = []
  const warn = (facts: object, sentence: string) => void warnings.push(`${sentence} ${JSON.stringify(facts)}`)
  const log = { ...createLog('silent'), warn } as unknown as Log
  const models = createModels({ apiKey: 'sk', baseUrl, name, idleMs: 1_000, ...own }, log)
  await models.check()
  await models.check()
  return warnings
}

const ollama = [
  { id: 'llama3.2:3b', owned_by: 'library' },
  { id: 'qwen3:latest', owned_by: 'library' },
]
const vendor = [{ id: 'gpt-6-luna', owned_by: 'openai' }, { id: 'gpt-6-sol' }, { id: 'gpt-5.4-mini-2026-03-01' }]

test.each([
  ['gtp-6-luna', vendor, '"listed":["gpt-6-luna","gpt-6-sol","gpt-5.4-mini-2026-03-01"]'],
  ['llama3', ollama, 'set OPENAI_MODEL to a name that is'],
  ['gpt-6-luna', ollama, '"model":"gpt-6-luna"'],
  ['qwen', [{ id: 'Qwen/Qwen3-32B', owned_by: 'vllm' }], '"listed":["Qwen/Qwen3-32B"]'],
])(
  'a start with the model %s, which its server does not list, is told once, with the names it has',
  async (name, list, words) => {
    const { baseUrl } = await openList(list)
    const [warning, ...more] = await warningsOf(baseUrl, name)
    expect(warning).toContain('model is not on its server’s list, so it may not answer; set OPENAI_MODEL')
    expect(warning).toContain(words)
    expect(more).toEqual([])
  },
)

test.each([
  ['gpt-6-luna', vendor],
  ['gpt-5.4-mini', vendor],
  ['openai/gpt-6-luna:online', vendor],
  ['gpt-6-luna-2026-09-01', vendor],
  ['@preset/ours', vendor],
  ['qwen3', ollama],
  ['gemini-3-pro', [{ id: 'models/gemini-3-pro' }, { id: 'models/gemini-3-flash' }]],
  ['claude-sonnet-5', [{ id: 'openai/*' }, { id: 'anthropic/*' }]],
  ['our-deployment', [{ id: 'gpt-6-luna', lifecycle_status: 'generally-available' }, { id: 'gpt-6-sol' }]],
  ['anything', [{ id: 'one.gguf', owned_by: 'llamacpp' }]],
  ['anything', []],
  ['anything', 404],
])('a start with the model %s, which its server may know by another name, is not warned', async (name, list) => {
  const { baseUrl, asked } = await openList(list)
  expect(await warningsOf(baseUrl, name)).toEqual([])
  expect(asked).toEqual(['/v1/models', '/v1/models'])
})

test('a model of another setting that its server does not list is told with that setting', async () => {
  const { baseUrl } = await openList(vendor)
  const other = { apiKey: 'sk', baseUrl, idleMs: 1_000 }
  const own = { fallbacks: [{ ...other, name: 'gtp-6-sol' }], others: [{ ...other, name: 'llama' }] }
  const warnings = await warningsOf(baseUrl, 'gpt-6-luna', own)
  expect(warnings).toHaveLength(2)
  expect(warnings[0]).toContain('set OPENAI_FALLBACK_MODELS to')
  expect(warnings[1]).toContain('set its name in MODELS_FILE to')
})

test.each(['', '/', '/v1/chat/completions'])(
  'an address that ends in “%s” is told once, with the one at which the server answers',
  async path => {
    const { origin, asked } = await openList(vendor, '/v1/models')
    const [warning, ...more] = await warningsOf(`${origin}${path}`, 'gpt-6-luna')
    expect(warning).toContain('model server answers at another address; set OPENAI_BASE_URL to it')
    expect(warning).toContain(`"meant":"${origin}/v1"`)
    expect(more).toEqual([])
    expect(asked).toHaveLength(3)
  },
)

test('a server that is away, rejects the key or sends a web page is told once, with the next step', async () => {
  const { baseUrl, now } = await openList('<!doctype html>')
  const [away] = await warningsOf(`http://127.0.0.1:${await freePort()}/v1`, 'gpt-6-luna')
  expect(away).toMatch(/^model server cannot be reached, so questions will fail; start it, or .*ECONNREFUSED/)
  expect(await warningsOf(baseUrl, 'gpt-6-luna')).toEqual([
    expect.stringMatching(/^model server sent something else than a list of models; check OPENAI_BASE_URL/),
  ])
  now.answer = 403
  expect(await warningsOf(baseUrl, 'gpt-6-luna')).toEqual([
    expect.stringMatching(/^model server did not list its models; check OPENAI_BASE_URL and OPENAI_API_KEY .*403/),
  ])
  now.answer = 401
  expect(await warningsOf(baseUrl, 'gpt-6-luna')).toEqual([
    expect.stringMatching(/^model server rejected the key; set OPENAI_API_KEY to a valid one .*"status":401/),
  ])
})

test('a model that was wanted before the lists could be read is found where it is, and stays while its server refuses to list', async () => {
  const [one, other] = [await openList(503), await openList(503)]
  const model = { apiKey: 'sk', baseUrl: one.baseUrl, name: 'gpt-4o', idleMs: 1_000 }
  const others = [{ ...model, baseUrl: other.baseUrl, name: 'gpt-4o-mini' }]
  const models = createModels({ ...model, others }, createLog('silent'))
  expect((await models.open('our-tune'))?.title).toContain(new URL(one.baseUrl).host)
  one.now.answer = 404
  other.now.answer = [{ id: 'our-tune', max_model_len: 65_536 }]
  await models.check()
  for (const status of [0, 401, 403, 408, 429, 502]) {
    if (status > 0) other.now.answer = status
    await models.check()
    const found = await models.open('our-tune')
    expect(found?.title).toContain(new URL(other.baseUrl).host)
    expect(found?.inputTokens).toBe(65_536 - 2_048)
  }
  other.now.answer = 404
  await models.check()
  expect(await models.open('our-tune')).toBeUndefined()
})

test('a model that its vendor will shut down is found in the list of models', async () => {
  const models = await readList([
    { id: 'gpt-4o', shutdown_date: '2027-01-14' },
    { id: 'gpt-6-luna', shutdown_date: null },
    { id: 'other', shutdown_date: 'soon' },
  ])
  expect(['gpt-4o', 'gpt-6-luna', 'other', 'none'].map(models.endOf)).toEqual([
    '2027-01-14',
    undefined,
    undefined,
    undefined,
  ])
})

test('App Home tells admins alone when a model ends, in their language', async () => {
  const { slack } = await openStory({ listed: [{ id: 'gpt-4o', shutdown_date: '2027-01-14' }] })
  const homeOf = async (as: string) => {
    await slack.do({ do: 'open_home', as, tab: 'home' })
    return JSON.stringify((await slack.until(() => slack.snapshot(as).home, 'the home')).view)
  }
  await expect.poll(() => homeOf(slack.people.admin)).toContain('gpt-4o will be shut down on January 14, 2027')
  expect(await homeOf(slack.people.dana)).not.toContain('shut down')
})
