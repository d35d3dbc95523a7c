import { describe, expect, it } from 'vitest'
import type { CallRecord, FaultRule } from '../../playground/slack-emulator/workspace.ts'
import { createClient, createHandClock, openWorkspace, refusal } from './workspace-helpers.ts'

const retryAfter = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    error => error,
  )
  return error?.retryAfter as number | undefined
}

describe('rate limits', () => {
  it('the 51st chat.update within a minute is refused with Retry-After, and the minute slides', async () => {
    const clock = createHandClock()
    const workspace = await openWorkspace({ now: clock.now })
    const client = createClient(workspace)
    const channel = workspace.channels.general
    const { ts = '' } = await client.chat.postMessage({ channel, text: '0' })
    const update = () => client.chat.update({ channel, ts, text: 'next' })
    for (let number = 0; number < 50; number += 1) {
      clock.pass(1_000)
      await update()
    }
    expect(await retryAfter(update())).toBe(11)
    expect(workspace.versions(channel, ts)).toHaveLength(51)
    expect(workspace.calls.at(-1)).toMatchObject({ status: 'refused', error: 'ratelimited' })
    const shown = workspace.snapshot(workspace.people.dana).limits.find(({ method }) => method === 'chat.update')
    expect(shown).toEqual({ method: 'chat.update', perMinute: 50, left: 0 })
    clock.pass(11_000)
    await update()
    expect(await retryAfter(update())).toBe(1)
  })

  it('is answered in the form of Slack', async () => {
    const { apiUrl, botToken, channels } = await openWorkspace({ limits: { 'conversations.info': 0 } })
    const answer = await fetch(`${apiUrl}conversations.info?channel=${channels.general}`, {
      headers: { authorization: `Bearer ${botToken}` },
    })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60'])
    expect(await answer.json()).toEqual({ ok: false, error: 'ratelimited' })
  })

  it('chat.postMessage goes once a second into one channel, and into others meanwhile', async () => {
    const clock = createHandClock()
    const workspace = await openWorkspace({ now: clock.now })
    const { general, feedback } = workspace.channels
    const client = createClient(workspace)
    const post = (channel: string) => retryAfter(client.chat.postMessage({ channel, text: 'x' }))
    expect(await post(general)).toBeUndefined()
    expect(await post(general)).toBe(1)
    expect(await post(feedback)).toBeUndefined()
    clock.pass(960)
    expect(await post(general)).toBeUndefined()
    clock.pass(960)
    expect(await post(general)).toBe(1)
  })

  it('limits can be set for single methods and switched off', async () => {
    const some = await openWorkspace({ limits: { 'users.info': 1, 'chat.postMessage:channel': 60_000 } })
    const client = createClient(some)
    await client.users.info({ user: some.people.lee })
    expect(await retryAfter(client.users.info({ user: some.people.lee }))).toBe(60)
    const none = await openWorkspace({ limits: 'off' })
    for (let number = 0; number < 30; number += 1) {
      await createClient(none).chat.postMessage({ channel: none.channels.general, text: 'x' })
    }
    expect(none.snapshot(none.people.lee).limits).toEqual([])
  })
})

const statusOf = ({ status }: CallRecord) => status

describe('faults', () => {
  const open = async () => {
    const workspace = await openWorkspace({ limits: 'off' })
    const channel = workspace.channels.general
    const client = createClient(workspace)
    const post = (text = 'x') => client.chat.postMessage({ channel, text })
    return { workspace, channel, post, texts: () => workspace.messages(channel).map(({ text }) => text) }
  }

  it('a call cut after it took effect left its message, one cut before did not', async () => {
    const { workspace, post, texts } = await open()
    workspace.fault({ method: 'chat.postMessage', cut: 'after' })
    await expect(post('after')).rejects.toThrow()
    expect(texts()).toEqual(['after'])
    workspace.fault({ method: /^chat\./, cut: 'before' })
    await expect(post('before')).rejects.toThrow()
    expect(texts()).toEqual(['after'])
    expect(workspace.calls.map(statusOf)).toEqual(['failed', 'failed'])
  })

  it('a call can be refused, garbled, limited, for as often as wanted', async () => {
    const { workspace, post, texts } = await open()
    workspace.fault({ method: 'chat.postMessage', error: 'internal_error', times: 2 })
    expect(await refusal(post())).toBe('internal_error')
    expect(await refusal(post())).toBe('internal_error')
    const badGateway: FaultRule = { method: 'chat.postMessage', status: 502, body: '<html>Bad gateway</html>' }
    workspace.fault(badGateway)
    await expect(post()).rejects.toMatchObject({ statusCode: 502 })
    workspace.fault({ method: 'chat.postMessage', retryAfter: 7 })
    expect(await retryAfter(post())).toBe(7)
    const remove = workspace.fault({
      method: 'chat.postMessage',
      error: 'fatal_error',
      times: Number.POSITIVE_INFINITY,
    })
    expect(await refusal(post())).toBe('fatal_error')
    remove()
    await post('at last')
    expect(texts()).toEqual(['at last'])
  })

  it('a call can be held back while others overtake it', async () => {
    const { workspace, post, texts } = await open()
    const { promise: hold, resolve: release } = Promise.withResolvers<void>()
    workspace.fault({ method: 'chat.postMessage', hold, when: ({ text }) => text === 'slow' })
    const slow = post('slow')
    await workspace.until(() => workspace.calls[0], 'the slow call')
    await post('fast')
    expect(texts()).toEqual(['fast'])
    release()
    await slow
    expect(texts()).toEqual(['fast', 'slow'])
  })
})
