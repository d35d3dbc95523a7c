import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createMeteredModel } from '../../src/features/usage/metered-model.ts'
import { createLog } from '../../src/log.ts'
import { createPictureModel } from '../../src/model/image-generator.ts'
import { openMemoryStore } from '../../src/store/open-sqlite-store.ts'

test('a picture counts with the most that it may take if its server tells nothing, also one that cannot be used; who waits for it can leave', async () => {
  let send: (() => void) | undefined
  const server = createServer((_, response) => {
    send = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"url":"https://x"}]}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const log = createLog('silent')
  const store = await openMemoryStore(log)
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await store.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const unpriced: string[] = []
  const model = createMeteredModel(createPictureModel({ apiKey: 'none', baseUrl, name: 'our-painter' }, log), {
    usage: store.usage,
    budgets: () => ({ day: 1_000_000 }),
    onWarning: () => undefined,
    onUnpriced: name => unpriced.push(name),
    log,
  })
  const purpose = { feature: 'pictures' as const, channel: 'C1', person: 'U1' }
  const draw = async (signal: AbortSignal) => {
    for await (const piece of model.stream([{ role: 'user', content: 'a cat' }], signal, { purpose }))
      expect(piece.kind).toBe('usage')
  }
  const stopped = new AbortController()
  const unused = draw(stopped.signal)
  await expect.poll(() => send).toBeDefined()
  const rest = [draw(stopped.signal), draw(stopped.signal)]
  const ends = Promise.allSettled(rest)
  send?.()
  await expect(unused).rejects.toThrow('picture_none')
  stopped.abort(new Error('stopped'))
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const rows = () => store.usage.between('2000-01-01', '2999-01-01')
  await expect.poll(rows).toMatchObject([{ model: 'our-painter', calls: 1, estimated: 1, tokens_out: 10_000 }])
  expect(unpriced).toEqual(['our-painter'])
})
