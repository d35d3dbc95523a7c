import { App, LogLevel } from '@slack/bolt'
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../playground/slack-emulator/workspace.ts'
import { atEnd, createClient, eventsOf, openSocket, openWorkspace, refusal } from './workspace-helpers.ts'

async function startBot(workspace: Workspace, listen: (app: App) => void): Promise<App> {
  const app = new App({
    token: workspace.botToken,
    appToken: workspace.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: workspace.apiUrl },
  })
  listen(app)
  await app.start()
  atEnd(() => app.stop())
  return app
}

describe('an unmodified Bolt bot', () => {
  it('hears a mention and answers in its thread', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    await startBot(workspace, app =>
      app.event('app_mention', async ({ event, say }) => {
        await say({ text: `hello <@${event.user}>`, thread_ts: event.ts })
      }),
    )
    const { ts } = await workspace.do({ do: 'say', as: people.dana, channel: channels.general, text: '@Threadwise hi' })
    const reply = await workspace.until(() => workspace.messages(channels.general, ts)[1], 'a reply in the thread')
    expect(reply).toMatchObject({ text: `hello <@${people.dana}>`, user: workspace.botUserId, threadTs: ts, edits: 0 })
  })

  it('is answered by auth.test with who it is and what it may do', async () => {
    const workspace = await openWorkspace({ scopes: ['chat:write', 'commands'] })
    const answer = await createClient(workspace).auth.test()
    expect(answer).toMatchObject({ user_id: workspace.botUserId, bot_id: workspace.botId, team_id: workspace.teamId })
    expect(answer.response_metadata).toMatchObject({ scopes: { 0: 'chat:write', 1: 'commands' } })
  })

  it('works on a slow connection, where half of the latency comes before the effect', async () => {
    const workspace = await openWorkspace({ latencyMs: 80 })
    const begun = Date.now()
    const posted = createClient(workspace).chat.postMessage({ channel: workspace.channels.general, text: 'slow' })
    await workspace.until(() => workspace.messages(workspace.channels.general)[0], 'the message')
    const seenMs = Date.now() - begun
    await posted
    expect(seenMs).toBeGreaterThanOrEqual(39)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(79)
  })
})

describe('tokens and scopes', () => {
  it('refuses calls as Slack does', async () => {
    const workspace = await openWorkspace({ scopes: ['chat:write'] })
    const { channels } = workspace
    const call = async (method: string, init: RequestInit = {}) =>
      (await fetch(`${workspace.apiUrl}${method}`, { method: 'POST', ...init })).json()
    expect(await call('auth.test')).toEqual({ ok: false, error: 'not_authed' })
    expect(await call('auth.test', { headers: { authorization: 'Bearer xoxb-old' } })).toMatchObject({
      error: 'invalid_auth',
    })
    expect(await call('nonsense.now')).toMatchObject({ ok: false, error: 'unknown_method' })
    const client = createClient(workspace)
    expect(await refusal(client.conversations.history({ channel: channels.general }))).toBe('missing_scope')
    expect(await refusal(client.apps.connections.open({}))).toBe('not_allowed_token_type')
  })

  it('takes the token and the arguments as form, as JSON and as multipart', async () => {
    const workspace = await openWorkspace({ limits: 'off' })
    const { apiUrl, botToken: token, channels } = workspace
    const post = (body: FormData | URLSearchParams | string, headers: Record<string, string> = {}) =>
      fetch(`${apiUrl}chat.postMessage`, { method: 'POST', body, headers })
    const multipart = new FormData()
    for (const [name, value] of Object.entries({ token, channel: channels.general, text: '三' }))
      multipart.set(name, value)
    await post(new URLSearchParams({ token, channel: channels.general, text: 'one' }))
    await post(JSON.stringify({ channel: channels.general, text: 'two' }), {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json; charset=utf-8',
    })
    await post(multipart)
    expect(workspace.messages(channels.general).map(({ text }) => text)).toEqual(['one', 'two', '三'])
    expect(JSON.stringify(workspace.calls)).not.toContain(token)
    expect(JSON.stringify(workspace.snapshot(workspace.people.dana).wire)).not.toContain(token)
  })
})

describe('what people do', () => {
  it('a mention arrives as app_mention and as message, with two event ids, in either order', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const socket = await openSocket(workspace, {})
    for (const text of ['@Threadwise one', '@Threadwise two']) {
      await workspace.do({ do: 'say', as: people.dana, channel: channels.general, text })
    }
    const frames = await workspace.until(() => socket.frames.length === 5 && socket.frames.slice(1), 'four events')
    expect(frames.map(({ payload }) => payload.event.type)).toEqual([
      'app_mention',
      'message',
      'message',
      'app_mention',
    ])
    expect(new Set(frames.map(({ payload }) => payload.event_id)).size).toBe(4)
    const [mention, message] = frames.map(({ payload }) => payload.event)
    expect(mention).toMatchObject({ ts: message?.ts, channel: channels.general, text: `<@${workspace.botUserId}> one` })
    expect(mention).not.toHaveProperty('channel_type')
    expect(message).toMatchObject({ channel_type: 'channel', blocks: [{ type: 'rich_text' }] })
    expect(frames[0]?.payload).toMatchObject({
      type: 'event_callback',
      team_id: workspace.teamId,
      api_app_id: workspace.appId,
      authorizations: [{ user_id: workspace.botUserId, is_bot: true }],
    })
  })

  it('nothing of a channel reaches a bot that is not in it', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const socket = await openSocket(workspace, {})
    await workspace.do({ do: 'say', as: people.dana, channel: channels.random, text: '@Threadwise hello?' })
    await workspace.do({ do: 'say', as: people.dana, channel: channels.feedback, text: 'the export is broken' })
    await workspace.until(() => eventsOf(socket, 'message')[0], 'the message of #feedback')
    expect(socket.frames.map(({ payload }) => payload?.event?.channel)).toEqual([undefined, channels.feedback])
  })

  it('typed text is stored escaped, with people, channels and addresses linked', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const say = (text: string) => workspace.do({ do: 'say', as: people.lee, channel: channels.general, text })
    await say('1 < 2 && @dana 请看 #feedback，@小梅你好 https://example.com/a?b=1&c=2。 `@dana <x>` a@dana')
    await say(`<@${workspace.botUserId}> @nobody @here`)
    const [first, second] = workspace.messages(channels.general)
    expect(first?.text).toBe(
      `1 &lt; 2 &amp;&amp; <@${people.dana}> 请看 <#${channels.feedback}|feedback>，<@${people.mei}>你好 ` +
        '<https://example.com/a?b=1&amp;c=2>。 `@dana &lt;x&gt;` a@dana',
    )
    expect(second?.text).toBe(`<@${workspace.botUserId}> @nobody <!here>`)
  })

  it('edits, deletions and reactions are told with what was there before', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const socket = await openSocket(workspace, {})
    const here = { as: people.dana, channel: channels.general }
    const { ts = '' } = await workspace.do({ do: 'say', ...here, text: 'frist' })
    await workspace.do({ do: 'edit', ...here, ts, text: 'first' })
    await workspace.do({ do: 'react', ...here, ts, name: 'eyes' })
    await workspace.do({ do: 'unreact', ...here, ts, name: 'eyes' })
    await workspace.do({ do: 'delete', ...here, ts })
    await workspace.until(() => eventsOf(socket, 'message', 'message_deleted')[0], 'the deletion')
    expect(eventsOf(socket, 'message', 'message_changed')[0]).toMatchObject({
      hidden: true,
      message: { ts, text: 'first', edited: { user: people.dana } },
      previous_message: { ts, text: 'frist' },
    })
    expect(eventsOf(socket, 'reaction_added')[0]).toMatchObject({
      reaction: 'eyes',
      item: { ts },
      item_user: people.dana,
    })
    expect(eventsOf(socket, 'reaction_removed')).toHaveLength(1)
    expect(eventsOf(socket, 'message', 'message_deleted')[0]).toMatchObject({ deleted_ts: ts })
    expect(workspace.messages(channels.general)).toEqual([])
    expect(workspace.versions(channels.general, ts).map(({ text }) => text)).toEqual(['frist', 'first'])
  })

  it('a mention that is added by an edit is a mention', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const socket = await openSocket(workspace, {})
    const here = { as: people.dana, channel: channels.general }
    const { ts = '' } = await workspace.do({ do: 'say', ...here, text: 'what is this?' })
    await workspace.do({ do: 'edit', ...here, ts, text: '@Threadwise what is this?' })
    const mention = await workspace.until(() => eventsOf(socket, 'app_mention')[0], 'the mention')
    expect(mention).toMatchObject({ ts, edited: { user: people.dana } })
  })

  it('a deleted message that has replies leaves its place', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const here = { as: people.dana, channel: channels.general }
    const { ts = '' } = await workspace.do({ do: 'say', ...here, text: 'a question' })
    await workspace.do({ do: 'say', ...here, threadTs: ts, text: 'an answer', broadcast: true })
    await workspace.do({ do: 'delete', ...here, ts })
    expect(workspace.messages(channels.general, ts)).toMatchObject([
      { subtype: 'tombstone', text: 'This message was deleted.' },
      { subtype: 'thread_broadcast', text: 'an answer' },
    ])
  })

  it('the bot is told when it is invited, and hears the channel from then on', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const socket = await openSocket(workspace, {})
    const here = { as: people.lee, channel: channels.random }
    expect(await workspace.do({ do: 'invite', ...here, user: workspace.botUserId })).toEqual({ ok: true })
    await workspace.do({ do: 'say', ...here, text: 'welcome' })
    await workspace.until(() => eventsOf(socket, 'message').at(-1)?.text === 'welcome', 'the welcome')
    expect(eventsOf(socket, 'member_joined_channel')[0]).toMatchObject({
      user: workspace.botUserId,
      inviter: people.lee,
    })
  })

  it('what cannot be done is said in a sentence', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    const error = async (...[gesture]: Parameters<Workspace['do']>) => (await workspace.do(gesture)).error
    expect(await error({ do: 'say', as: people.lee, channel: channels.leads, text: 'hi' })).toMatch(/sees no channel/)
    expect(await error({ do: 'say', as: people.lee, channel: channels.general, text: ' ' })).toMatch(/Write something/)
    expect(await error({ do: 'create_channel', as: people.lee, name: 'general' })).toMatch(/Choose another name/)
    expect(await error({ do: 'say', as: people.lee, channel: channels.general, text: '/nope' })).toMatch(
      /not a command/,
    )
    const { channel = '' } = await workspace.do({ do: 'create_channel', as: people.lee, name: '产品-反馈' })
    expect(await error({ do: 'say', as: people.dana, channel, text: 'hi' })).toMatch(/Join #产品-反馈/)
    const { ts = '' } = await workspace.do({ do: 'say', as: people.lee, channel, text: 'mine' })
    expect(await error({ do: 'edit', as: people.dana, channel, ts, text: 'yours' })).toMatch(/your own messages/)
    expect(await error({ do: 'delete', as: people.admin, channel, ts })).toBeUndefined()
  })

  it('waiting in vain tells what was waited for and what is there', async () => {
    const workspace = await openWorkspace()
    const { people, channels } = workspace
    await workspace.do({ do: 'say', as: people.dana, channel: channels.general, text: 'anybody?' })
    const waiting = workspace.until(() => workspace.messages(channels.general)[1], 'an answer to Dana', 30)
    await expect(waiting).rejects.toThrow(/an answer to Dana[\s\S]*anybody\?[\s\S]*none/)
  })
})
