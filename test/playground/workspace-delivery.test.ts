import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, LogLevel } from '@slack/bolt'
import { describe, expect, it } from 'vitest'
import type { AckRecord, Workspace } from '../../playground/slack-emulator/workspace.ts'
import { atEnd, createClient, eventsOf, type Frame, openSocket, openWorkspace } from './workspace-helpers.ts'

const isAcked = ({ ackedAt }: AckRecord) => ackedAt !== undefined

const say = ({ do: act, people, channels }: Workspace, text: string) =>
  act({ do: 'say', as: people.dana, channel: channels.general, text })

describe('Socket Mode', () => {
  it('an unacknowledged event comes again, the same event as a later attempt', async () => {
    const workspace = await openWorkspace({ ackPatienceMs: 40, retryDelaysMs: [0, 20, 20] })
    const socket = await openSocket(workspace)
    await say(workspace, 'hello')
    const frames = await workspace.until(() => socket.frames.length === 5 && socket.frames.slice(1), 'four attempts')
    expect(frames.map(({ retry_attempt }) => retry_attempt)).toEqual([0, 1, 2, 3])
    expect(frames.map(({ retry_reason }) => retry_reason)).toEqual(['', 'timeout', 'timeout', 'timeout'])
    expect(new Set(frames.map(({ payload }) => payload.event_id)).size).toBe(1)
    expect(new Set(frames.map(({ envelope_id }) => envelope_id)).size).toBe(4)
    expect(workspace.acks.some(isAcked)).toBe(false)
  })

  it('an acknowledged event comes once, also when a later one is repeated', async () => {
    const workspace = await openWorkspace({ ackPatienceMs: 300, retryDelaysMs: [0] })
    const socket = await openSocket(workspace)
    const texts = () => eventsOf(socket, 'message').map(({ text }) => text)
    await say(workspace, 'one')
    socket.ack(await workspace.until(() => socket.frames[1], 'the first event'))
    await say(workspace, 'two')
    await workspace.until(() => texts().length === 3, 'a repetition')
    expect(texts()).toEqual(['one', 'two', 'two'])
  })

  it('what is said while no socket is open comes when one opens, marked as a retry', async () => {
    const workspace = await openWorkspace()
    await say(workspace, 'anybody?')
    const socket = await openSocket(workspace, {})
    const frame = await workspace.until(() => socket.frames[1], 'the event')
    expect(frame).toMatchObject({ retry_attempt: 1, payload: { event: { text: 'anybody?' } } })
  })

  it('an event that a dying socket took with it comes to the next one', async () => {
    const workspace = await openWorkspace()
    const first = await openSocket(workspace)
    await say(workspace, 'hello')
    await workspace.until(() => first.frames[1], 'the event on the first socket')
    workspace.dropSockets()
    await workspace.until(() => !workspace.snapshot(workspace.people.dana).botConnected, 'the loss of the bot')
    const second = await openSocket(workspace, {})
    const again = await workspace.until(() => second.frames[1], 'the event on the second socket')
    expect(again.payload.event_id).toBe(first.frames[1]?.payload.event_id)
  })

  it('each event goes to one of several sockets', async () => {
    const workspace = await openWorkspace()
    const sockets = [await openSocket(workspace, {}), await openSocket(workspace, {}), await openSocket(workspace, {})]
    expect(sockets.map(({ frames }) => frames[0]?.num_connections)).toEqual([1, 2, 3])
    for (let number = 0; number < 6; number += 1) await say(workspace, `message ${number}`)
    await workspace.until(() => workspace.acks.filter(isAcked).length === 6, 'six deliveries')
    expect(sockets.map(socket => eventsOf(socket, 'message').length)).toEqual([2, 2, 2])
  })

  it('an address is good once, and an eleventh socket is sent away', async () => {
    const workspace = await openWorkspace()
    const { url = '' } = await createClient(workspace, workspace.appToken).apps.connections.open({})
    const open = () =>
      new Promise<string>(resolve => {
        const socket = new WebSocket(url)
        socket.onopen = () => resolve('open')
        socket.onerror = () => resolve('refused')
        atEnd(() => socket.close())
      })
    expect(await open()).toBe('open')
    expect(await open()).toBe('refused')
    for (let number = 2; number <= 10; number += 1) await openSocket(workspace, {})
    const eleventh = await openSocket(workspace, {})
    expect(eleventh.frames[0]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' })
  })

  it('rotation warns the bot, which then gets what was said meanwhile on a new socket', async () => {
    const workspace = await openWorkspace()
    const old = await openSocket(workspace, {})
    workspace.rotateSockets()
    await workspace.until(() => old.frames[1], 'the warning')
    expect(old.frames[1]).toMatchObject({ type: 'disconnect', reason: 'warning' })
    await say(workspace, 'meanwhile')
    const next = await openSocket(workspace, {})
    await workspace.until(() => eventsOf(next, 'message')[0], 'the event on the new socket')
    expect(eventsOf(old, 'message')).toHaveLength(0)
  })

  it('any event can be delivered, also several times, also without an event inside', async () => {
    const workspace = await openWorkspace()
    const socket = await openSocket(workspace, {})
    await workspace.deliver({ type: 'team_rename', name: 'new' }, { times: 3, retryReason: 'http_error' })
    await workspace.deliver({}, { envelope: { type: 'app_rate_limited', minute_rate_limited: 1, event: undefined } })
    const frames = await workspace.until(() => socket.frames.length === 5 && socket.frames.slice(1), 'four deliveries')
    expect(frames.slice(0, 3).map(({ retry_attempt, retry_reason }) => [retry_attempt, retry_reason])).toEqual([
      [0, ''],
      [1, 'http_error'],
      [2, 'http_error'],
    ])
    expect(frames[3]?.payload).toMatchObject({ type: 'app_rate_limited' })
    expect(frames[3]?.payload).not.toHaveProperty('event')
  })

  it('a delivery can be lost on its way', async () => {
    const workspace = await openWorkspace()
    const socket = await openSocket(workspace, {})
    workspace.fault({ method: 'delivery', cut: 'before' })
    await say(workspace, 'hello')
    const frame = await workspace.until(() => socket.frames[1], 'the second attempt')
    expect(frame).toMatchObject({ retry_attempt: 1, retry_reason: 'connection_failed' })
  })
})

interface Visit {
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A bot's bare HTTP address; `answer` decides the status of each visit. */
async function openAddress(
  answer: (visit: Visit, number: number) => { status: number; headers?: Record<string, string> },
) {
  const visits: Visit[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', piece => {
      body += piece
    })
    request.on('end', () => {
      const parsed = body.startsWith('{') ? JSON.parse(body) : {}
      if (parsed.type === 'url_verification') return response.end(JSON.stringify({ challenge: parsed.challenge }))
      const visit = { headers: request.headers, body }
      visits.push(visit)
      const { status, headers } = answer(visit, visits.length)
      return response.writeHead(status, headers).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`, visits }
}

describe('HTTP', () => {
  it('a signed Bolt app answers the challenge, hears events and runs commands', async () => {
    const command = { command: '/ask', description: '', usageHint: '' }
    const workspace = await openWorkspace({ commands: [command] })
    const { signingSecret, botToken: token, apiUrl: slackApiUrl, people, channels } = workspace
    const receiver = new HTTPReceiver({ signingSecret, port: 0, logLevel: LogLevel.ERROR })
    const app = new App({ token, receiver, logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl } })
    const heard: string[] = []
    app.message(async ({ event }) => {
      heard.push((event as { text?: string }).text ?? '')
    })
    app.command('/ask', async ({ ack, command: { text } }) => ack({ text: `you asked: ${text}` }))
    const server = (await app.start({ port: 0, host: '127.0.0.1' })) as ReturnType<typeof createServer>
    atEnd(() => app.stop())
    workspace.connectHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`)
    await workspace.until(() => workspace.snapshot(people.dana).botConnected, 'the verified address')

    await say(workspace, '中文 & more')
    await workspace.until(() => heard[0] === '中文 &amp; more', 'the message')
    const ran = await workspace.do({
      do: 'command',
      as: people.dana,
      channel: channels.general,
      command: '/ask',
      text: '为什么',
    })
    expect(ran).toEqual({ ok: true })
    const [, answer] = workspace.snapshot(people.dana).messages
    expect(answer).toMatchObject({ text: 'you asked: 为什么', ephemeralTo: people.dana })
  })

  it('what fails is repeated with the number and the reason', async () => {
    const workspace = await openWorkspace()
    const address = await openAddress((_visit, number) => ({ status: number < 3 ? 500 : 200 }))
    workspace.connectHttp(address.url, { retryDelaysMs: [0, 10, 10] })
    await workspace.until(() => workspace.snapshot(workspace.people.dana).botConnected, 'the verified address')
    await say(workspace, 'hello')
    await workspace.until(() => workspace.acks.at(-1)?.ackedAt, 'the acknowledgement')
    const told = address.visits.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])
    expect(told).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ])
    expect(address.visits[0]?.headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/)
  })

  it('is not repeated when the bot says so', async () => {
    const workspace = await openWorkspace()
    const refused = { status: 500, headers: { 'x-slack-no-retry': '1' } }
    const address = await openAddress((_visit, number) => (number === 1 ? refused : { status: 200 }))
    workspace.connectHttp(address.url, { retryDelaysMs: [0, 0, 0] })
    await workspace.until(() => workspace.snapshot(workspace.people.dana).botConnected, 'the verified address')
    await say(workspace, 'one')
    await workspace.until(() => workspace.snapshot(workspace.people.dana).wire[0]?.status === 'failed', 'the refusal')
    await say(workspace, 'two')
    await workspace.until(() => workspace.acks.at(-1)?.ackedAt, 'the second event')
    expect(address.visits.map(({ body }) => JSON.parse(body).event.text)).toEqual(['one', 'two'])
  })
})

describe('frames', () => {
  it('only what a person waits for accepts an answer', async () => {
    const shortcut = { callbackId: 'ask', name: 'Ask', description: '', type: 'global' as const }
    const workspace = await openWorkspace({ shortcuts: [shortcut] })
    const socket = await openSocket(workspace, {})
    await workspace.do({ do: 'global_shortcut', as: workspace.people.lee, callbackId: 'ask' })
    await say(workspace, 'hello')
    const [interactive, event] = await workspace.until<Frame[]>(
      () => socket.frames.length === 3 && socket.frames.slice(1),
      'both',
    )
    expect(interactive).toMatchObject({ type: 'interactive', accepts_response_payload: true })
    expect(event).toMatchObject({ type: 'events_api', accepts_response_payload: false })
  })
})
