import { createHmac } from 'node:crypto'
import { createConnection } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import type { Config } from '../../src/config.ts'
import { readListening } from '../listening.ts'
import { openWorld } from '../process.ts'
import { freePort, openStory, toSeen } from '../story.ts'

interface Request {
  body: string
  secret?: string | undefined
  /** Seconds that the clock of the sender is ahead. */
  aheadSeconds?: number
  type?: string
}

/** Opens a bot over HTTP and a way to post to it as Slack does. */
async function open(signingSecret?: string, config: Partial<Config> = {}) {
  const port = await freePort()
  const own = signingSecret === undefined ? {} : { transport: { kind: 'http' as const, signingSecret } }
  const story = await openStory({ transport: 'http', config: { port, ...own, ...config }, isMute: true })
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
  test('to a path that is not there is refused without a word in the log: scanners try many', async () => {
    const { port, bot } = await openWorld('http')
    await bot.untilSays('ready')
    for (const path of ['/metrics', '/.env', '/slack/events'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404)
    expect(bot.says()).not.toMatch(/nhandled|\.env/)
  })

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

  test.each([
    ['without a signature', () => ['x-slack-request-timestamp: 1']],
    ['without a time', () => ['x-slack-signature: v0=00']],
    ['without either', () => []],
    ['that is unsigned, and short JSON', () => ['content-type: application/json'], 20],
    ['from ten minutes ago', () => signedAt(-600)],
    ['from in ten minutes', () => signedAt(600)],
    ['at no time at all', () => ['x-slack-signature: v0=00', 'x-slack-request-timestamp: soon']],
    ['without either, by another way to the same path', () => [], 2_000_000, '/./slack/x/../events'],
  ] as [string, () => string[], number?, string?][])(
    '%s is refused before its body comes',
    async (_, headers, length = 2_000_000, path = '/slack/events') => {
      const { port } = await open()
      const connection = dial(port)
      connection.write(request(headers(), `content-length: ${length}`).replace('/slack/events', path))
      expect(await connection.untilClosed()).toMatch(/^HTTP\/1.1 401/)
    },
  )

  test('with a body of many megabytes is refused while it comes, however it is signed', async () => {
    const { port } = await open()
    const connection = dial(port)
    connection.write(request(signedAt(0), 'transfer-encoding: chunked'))
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    for (let sent = 0; sent < 100; sent += 1) connection.write(chunk)
    expect(await connection.untilClosed()).toMatch(/^HTTP\/1.1 413/)
  })

  test.each([
    ['headers', 'POST /slack/events HTTP/1.1\r\nhost: x\r\nx-a: b\r\n'],
    ['a body', request(signedAt(0), 'content-length: 100')],
  ])('whose sender is slow with %s is given up, and the bot goes on', async (_, beginning) => {
    const { port } = await open()
    const connection = dial(port)
    connection.write(beginning)
    const drip = setInterval(() => connection.write('x'), 500)
    const heard = await connection.untilClosed()
    clearInterval(drip)
    expect(heard).toMatch(/^(HTTP\/1.1 408|$)/)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
  })

  test('finds at most so many connections, and is heard again when some of them are gone', async () => {
    const { port } = await open()
    const held = Array.from({ length: 520 }, () => dial(port))
    await Promise.all(held.map(({ connected }) => connected))
    await Promise.any(held.map(connection => connection.untilClosed()))
    for (const connection of held) connection.destroy()
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status,
        () => 0,
      )
    await expect.poll(isReady).toBe(200)
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

describe('a bot that is so slow that Slack no longer waits', () => {
  test('does what people asked for all the same, and says so in its log', async () => {
    // The bot gives the request up before this Slack does.
    const story = await openStory({ transport: 'http', workspace: { ackPatienceMs: 10_000 } })
    const { slack, model, say, untilReply, warnings } = story
    const { admin, dana, mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> go on`)
    ;(await model.next()).say('And on')
    const growing = await untilReply(general, ts, reply => toSeen(reply) === 'And on', 'the first text')
    const slow = Promise.withResolvers<void>()
    slack.fault({ method: 'users.info', times: Number.POSITIVE_INFINITY, hold: slow.promise })
    const isStop = (block: object) => JSON.stringify(block).includes('stop_reply')
    const place = { channel: general, ts: growing.ts, blockId: String(growing.blocks?.find(isStop)?.block_id) }
    const stop = (as: string) => slack.do({ do: 'act', as, ...place, action: { action_id: 'stop_reply' } })
    // Slack shows them a warning sign.
    for (const done of await Promise.all([admin, mei].map(stop))) expect(done.ok).toBe(false)
    slow.resolve()

    const stopped = await untilReply(general, ts, reply => toSeen(reply).includes('Stopped'), 'the mark')
    expect(toSeen(stopped)).toBe('And on\nStopped by Admin. This answer is incomplete.')
    const isForMei = ({ ephemeralTo }: PageMessage) => ephemeralTo === mei
    const told = await slack.until(() => slack.snapshot(mei).messages.find(isForMei), 'the reason')
    expect(toSeen(told)).toBe('只有 Dana 或工作区管理员可以这样做。')
    const late = warnings.filter(line => line.includes('acknowledged too late'))
    expect(late).toHaveLength(2)
    for (const line of late) expect(line).toContain('"request":"block_actions stop_reply"')
    expect(warnings).toEqual(late)
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
    for (const path of ['healthz', 'readyz'])
      expect((await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'HEAD' })).status).toBe(200)
  })

  test('finds figures at a port of their own only, never at the one that Slack reaches', async () => {
    const metricsPort = await freePort()
    const { port } = await open(undefined, { metricsPort, host: '127.0.0.1' })
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404)
    const figures = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
    expect(await figures.text()).toContain('threadwise_')
    expect((await fetch(`http://127.0.0.1:${metricsPort}/slack/events`, { method: 'POST' })).status).toBe(404)
  })

  test.each(['socket', 'http'] as const)('alone can reach the bot by default (%s)', async transport => {
    const world = await openWorld(transport)
    await world.bot.untilSays('ready')
    expect(await readListening(world.bot.pid)).toEqual([`127.0.0.1:${world.port}`])
  })

  test('opens it with HOST', async () => {
    const world = await openWorld('socket', { HOST: '0.0.0.0' })
    await world.bot.untilSays('ready')
    expect(await readListening(world.bot.pid)).toEqual([`0.0.0.0:${world.port}`])
  })
})

/** Builds the beginning of a request, up to its body. */
function request(...headers: (string | string[])[]): string {
  return `POST /slack/events HTTP/1.1\r\nhost: x\r\n${headers.flat().join('\r\n')}\r\n\r\n`
}

/** Builds the headers of a request that was signed so many seconds from now. */
function signedAt(seconds: number): string[] {
  return ['x-slack-signature: v0=00', `x-slack-request-timestamp: ${Math.floor(Date.now() / 1_000) + seconds}`]
}

/** Opens a raw connection to the bot; it is closed when its test ends. */
function dial(port: number) {
  const socket = createConnection({ port, host: '127.0.0.1' })
  const connected = new Promise<void>(done => void socket.once('connect', done).once('close', () => done()))
  const heard: Buffer[] = []
  socket.on('data', data => heard.push(data))
  socket.on('error', () => {})
  const closed = new Promise<void>(done => void socket.once('close', () => done()))
  onTestFinished(() => void socket.destroy())
  return {
    connected,
    write: (text: string) => void (socket.writable && socket.write(text)),
    destroy: () => socket.destroy(),
    /** Resolves with what the bot said, when it has closed the connection. */
    untilClosed: async () => {
      await closed
      return Buffer.concat(heard).toString()
    },
  }
}

test('a missing scope is named in the thread', async () => {
  const { slack, say, untilReply } = await openStory()
  const { dana, general } = { ...slack.people, ...slack.channels }
  const ts = await say(dana, general, 'context')
  const body = JSON.stringify({ ok: false, error: 'missing_scope', needed: 'channels:history', provided: 'chat:write' })
  slack.fault({ method: 'conversations.replies', status: 200, body, times: Number.POSITIVE_INFINITY })
  await say(dana, general, `<@${slack.botUserId}> well?`, ts)
  await untilReply(general, ts, ({ text }) => text.includes('without the channels:history permission'), 'the cure')
})
