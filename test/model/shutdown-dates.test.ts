import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { watchShutdownDates } from '../../src/model/shutdown-dates.ts'
import { openStory } from '../story.ts'

/** Finds which of two models end, as a server's list of models tells. */
async function findEnds(list: unknown) {
  const server = createServer(
    (_, response) => void response.end(typeof list === 'string' ? list : JSON.stringify(list)),
  )
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const model = { apiKey: 'sk', baseUrl, name: 'gpt-4o', idleMs: 1_000 }
  const watch = watchShutdownDates({ ...model, fallbacks: [{ ...model, name: 'gpt-6-luna' }] }, createLog('silent'))
  await watch.check()
  return watch.ends
}

test('a model that its vendor will shut down is found in the list of models', async () => {
  const data = [
    { id: 'gpt-4o', shutdown_date: '2027-01-14' },
    { id: 'gpt-6-luna', shutdown_date: null },
    { id: 'other', shutdown_date: '2026-12-01' },
  ]
  expect(await findEnds({ data })).toEqual([{ name: 'gpt-4o', date: '2027-01-14' }])
})

test.each([
  [{ data: [{ id: 'gpt-4o' }] }],
  [{ data: [{ id: 'gpt-4o', shutdown_date: 'soon' }] }],
  ['<html>'],
  [[]],
  [''],
])('a list of models without dates warns of nothing: %j', async list => {
  expect(await findEnds(list)).toEqual([])
})

test('App Home tells admins alone when a model ends, in their language', async () => {
  const { slack } = await openStory({ modelEnds: () => [{ name: 'gpt-4o', date: '2027-01-14' }] })
  const homeOf = async (as: string) => {
    await slack.do({ do: 'open_home', as, tab: 'home' })
    return JSON.stringify((await slack.until(() => slack.snapshot(as).home, 'the home')).view)
  }
  expect(await homeOf(slack.people.admin)).toContain('gpt-4o will be shut down on January 14, 2027')
  expect(await homeOf(slack.people.dana)).not.toContain('shut down')
})
