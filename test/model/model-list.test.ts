import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { createModels } from '../../src/model/models.ts'
import { createScriptedModel } from '../scripted-model.ts'
import { openStory } from '../story.ts'

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

/** Starts a server that answers everything with its list of models, or with a status. */
async function openList(answer: object[] | number) {
  const now = { answer }
  const server = createServer((_, response) => {
    if (typeof now.answer === 'number') response.writeHead(now.answer).end()
    else response.end(JSON.stringify({ data: now.answer }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { now, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

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
