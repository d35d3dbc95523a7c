import { expect, onTestFinished, test, vi } from 'vitest'
import { createLog } from '../../src/log.ts'
import { createModel } from '../../src/model/client.ts'
import { open } from './hear.ts'

const question = [{ role: 'user' as const, content: 'hello' }]
const answer = { choices: [{ message: { content: '4' }, finish_reason: 'stop' }] }

/** Asks the vendor's own address, which `respond` plays, and returns the requests. */
async function askVendor(keys: (string | undefined)[], respond: (body: Record<string, unknown>) => Response) {
  const sent: Record<string, unknown>[] = []
  vi.stubGlobal('fetch', async (_: unknown, init: RequestInit) => {
    const body = JSON.parse(String(init.body))
    sent.push(body)
    return respond(body)
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  const config = { apiKey: 'sk', baseUrl: 'https://api.openai.com/v1', name: 'gpt-6-luna', idleMs: 5_000 }
  const model = createModel(config, createLog('silent'))
  const format = { name: 'summary', schema: {} }
  for (const cacheKey of keys) {
    const options = cacheKey === undefined ? { format } : { cacheKey }
    for await (const piece of model.stream(question, new AbortController().signal, options)) void piece
  }
  return sent
}

test('the vendor is given a key of its cache by thread, which tells nothing of the thread, or by kind of request', async () => {
  const sent = await askVendor(['C1 1.2', 'C1 1.2', 'C1 1.3', undefined, undefined], () => Response.json(answer))
  const keys = sent.map(body => String(body.prompt_cache_key))
  expect(new Set(keys).size).toBe(3)
  expect([keys[0], keys[3]]).toEqual([keys[1], keys[4]])
  for (const key of keys) expect(key).toMatch(/^[\w-]{32}$/)
})

test.each(["Unknown parameter: 'prompt_cache_key'.", 'Bad Request'])(
  'a key of the cache that is refused is left out from then on: %s',
  async message => {
    const sent = await askVendor(['a', 'b'], body =>
      'prompt_cache_key' in body ? Response.json({ error: { message } }, { status: 400 }) : Response.json(answer),
    )
    expect(sent.map(body => 'prompt_cache_key' in body)).toEqual([true, false, false])
  },
)

test('no other server is sent a key of the cache', async () => {
  const { server, ask } = await open()
  server.answerAll(exchange => exchange.reply('4'))
  await ask(question, { cacheKey: 'C1 1.2' })
  expect(server.requests[0]?.body).not.toHaveProperty('prompt_cache_key')
})
