import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { freePort, openStory } from '../story.ts'

interface Request {
  body: string
  secret?: string | undefined
  /** Seconds that the clock of the sender is ahead. */
  aheadSeconds?: number
  type?: string
}

/** Opens a bot over HTTP and a way to post to it as Slack does. */
async function open(signingSecret?: string) {
  const port = await freePort()
  const own = signingSecret === undefined ? {} : { transport: { kind: 'http' as const, signingSecret } }
  const story = await openStory({ transport: 'http', config: { port, ...own }, isMute: true })
  const post = async ({ body, secret, aheadSeconds = 0, type = 'application/json' }: Request) => {
    const timestamp = Math.floor(Date.now() / 1_000) + aheadSeconds
    const hash = createHmac('sha256', secret ?? story.slack.signingSecret)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex')
    const headers = {
      'x-slack-signature': `v0=${hash}`,
      'x-slack-request-timestamp': String(timestamp),
      'content-type': type,
    }
    return (await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', headers, body })).status
  }
  return { ...story, port, post }
}

describe('a request over HTTP', () => {
  test.each([
    ['null', 'application/json'],
    ['7', 'application/json'],
    ['payload=null', 'application/x-www-form-urlencoded'],
    ['{"type":', 'application/json'],
  ])('whose signed body is %s is refused, and the bot goes on', async (body, type) => {
    const { post, port } = await open()
    expect(await post({ body, type })).toBe(400)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  })

  test('with another signature, an old or a future time, or none is refused', async () => {
    const { post, port } = await open()
    const body = JSON.stringify({ type: 'event_callback', event: { type: 'message' } })
    expect(await post({ body, secret: 'another' })).toBe(401)
    expect(await post({ body, aheadSeconds: -600 })).toBe(401)
    expect(await post({ body, aheadSeconds: 600 })).toBe(401)
    const unsigned = { method: 'POST', body: 'x'.repeat(5_000_000) }
    // The bot need not read to the end of it.
    const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, unsigned).then(
      ({ status }) => status,
      () => 401,
    )
    expect(answer).toBe(401)
  })

  test('that says that Slack drops events is acknowledged', async () => {
    const { post } = await open()
    const body = JSON.stringify({
      type: 'app_rate_limited',
      minute_rate_limited: 1_790_000_000,
      team_id: 'T1',
      api_app_id: 'A1',
    })
    expect(await post({ body })).toBe(200)
  })

  test('with the charset behind its type is read', async () => {
    const { post } = await open()
    const body = new URLSearchParams({ command: '/nothing', text: '' }).toString()
    expect(await post({ body, type: 'application/x-www-form-urlencoded; charset=utf-8' })).not.toBe(400)
  })
})

describe('the operator', () => {
  test('is told of a wrong signing secret by /readyz, until a request fits', async () => {
    const { post, port } = await open('copied from another app')
    const body = JSON.stringify({ type: 'app_rate_limited' })
    expect(await post({ body })).toBe(401)
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('SLACK_SIGNING_SECRET')
    expect(await post({ body, secret: 'copied from another app' })).toBe(200)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    // From then on nobody outside can make the bot look broken.
    await post({ body })
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  })

  test('may ask by HEAD', async () => {
    const { port } = await open()
    for (const path of ['healthz', 'readyz', 'metrics'])
      expect((await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'HEAD' })).status).toBe(200)
  })
})

test('a missing scope is named in the thread', async () => {
  const { slack, say, untilReply } = await openStory()
  const { dana, general } = { ...slack.people, ...slack.channels }
  const ts = await say(dana, general, 'context')
  const body = JSON.stringify({ ok: false, error: 'missing_scope', needed: 'channels:history', provided: 'chat:write' })
  slack.fault({ method: 'conversations.replies', status: 200, body, times: Number.POSITIVE_INFINITY })
  await say(dana, general, `<@${slack.botUserId}> well?`, ts)
  await untilReply(general, ts, ({ text }) => text.includes('missing the permission channels:history'), 'the cure')
})
