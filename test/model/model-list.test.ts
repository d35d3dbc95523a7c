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
