import { describe, expect, it } from 'vitest'
import { createClient, createHandClock, eventsOf, openSocket, openWorkspace, refusal } from './workspace-helpers.ts'

async function open(now: () => number = Date.now) {
  const workspace = await openWorkspace({ limits: 'off', now })
  const { people, channels, teamId } = workspace
  const channel = channels.general
  const { ts: thread_ts = '' } = await workspace.do({ do: 'say', as: people.mei, channel, text: '为什么？' })
  const client = createClient(workspace)
  const recipient = { recipient_user_id: people.mei, recipient_team_id: teamId }
  const start = async (args: object = {}) =>
    (await client.chat.startStream({ channel, thread_ts, ...recipient, ...args })).ts ?? ''
  return { workspace, client, channel, people, thread_ts, recipient, start }
}

describe('text streaming', () => {
  it('grows by pieces of Markdown and ends with blocks', async () => {
    const { workspace, client, channel, thread_ts, start } = await open()
    const socket = await openSocket(workspace, {})
    const ts = await start({ markdown_text: '因为' })
    const streaming = () => workspace.messages(channel, thread_ts)[1]?.streaming
    expect(streaming()).toBe(true)
    await client.chat.appendStream({ channel, ts, markdown_text: ' **so** <' })
    const blocks = [
      { type: 'actions', elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'ok' } }] },
    ]
    await client.chat.stopStream({ channel, ts, markdown_text: ' end', blocks: blocks as never })
    expect(streaming()).toBe(false)
    expect(workspace.versions(channel, ts).map(({ text }) => text)).toEqual([
      '因为',
      '因为 *so* &lt;',
      '因为 *so* &lt; end',
    ])
    expect(workspace.messages(channel, thread_ts)[1]?.blocks).toMatchObject([
      { type: 'markdown', text: '因为 **so** < end' },
      { type: 'actions' },
    ])
    await workspace.until(() => eventsOf(socket, 'message', 'message_changed').length === 2, 'two edits')
    expect(eventsOf(socket, 'message')[1]).toMatchObject({ streaming_state: 'in_progress' })
    expect(eventsOf(socket, 'message').at(-1)).toMatchObject({ message: { streaming_state: 'completed' } })
  })

  it("is what the SDK's chatStream speaks", async () => {
    const { workspace, client, channel, thread_ts, recipient } = await open()
    const stream = client.chatStream({ channel, thread_ts, ...recipient, buffer_size: 4 })
    await stream.append({ markdown_text: 'hello ' })
    await stream.append({ markdown_text: 'world' })
    await stream.stop()
    expect(workspace.messages(channel, thread_ts)[1]).toMatchObject({ text: 'hello world', streaming: false })
  })

  it('shows tasks: the state of each is replaced, its details are appended', async () => {
    const { workspace, client, channel, thread_ts, start } = await open()
    const task = (status: string, details: string) => ({ type: 'task_update', id: 't', title: 'Read', status, details })
    const ts = await start({ chunks: [task('in_progress', 'one')] })
    await client.chat.appendStream({ channel, ts, chunks: [{ type: 'markdown_text', text: 'So ' }] as never })
    await client.chat.appendStream({ channel, ts, chunks: [task('complete', ' two')] as never })
    const [card, text] = workspace.messages(channel, thread_ts)[1]?.blocks ?? []
    expect(card).toMatchObject({ type: 'task_card', status: 'complete' })
    expect(JSON.stringify(card)).toContain('one two')
    expect(text).toMatchObject({ type: 'markdown', text: 'So ' })
  })

  it('refuses what Slack refuses', async () => {
    const { workspace, client, channel, thread_ts, recipient, start } = await open()
    const begin = (args: object) => refusal(client.chat.startStream({ channel, thread_ts, ...args } as never))
    expect(await begin({})).toBe('missing_recipient_user_id')
    expect(await begin({ ...recipient, recipient_team_id: '' })).toBe('missing_recipient_team_id')
    expect(await begin({ ...recipient, thread_ts: '' })).toBe('invalid_thread_ts')
    const ts = await start({ markdown_text: 'x' })
    const append = (args: object) => refusal(client.chat.appendStream({ channel, ts, ...args } as never))
    const chunks = [{ type: 'markdown_text', text: 'y' }]
    expect(await append({ markdown_text: 'x', chunks })).toBe('cannot_provide_both_markdown_text_and_chunks')
    expect(await append({ chunks })).toBe('streaming_mode_mismatch')
    expect(await append({ chunks: [{ type: 'task_update' }] })).toBe('invalid_chunks')
    expect(await append({ markdown_text: '字'.repeat(12_001) })).toBe('msg_too_long')
    expect(await append({})).toBe('no_text')
    expect(await refusal(client.chat.update({ channel, ts, text: 'x' }))).toBe('streaming_state_conflict')
    expect(await refusal(client.chat.delete({ channel, ts }))).toBe('cant_delete_message')
    await client.chat.stopStream({ channel, ts })
    expect(await append({ markdown_text: 'x' })).toBe('message_not_in_streaming_state')
    expect(await refusal(client.chat.stopStream({ channel, ts }))).toBe('message_not_in_streaming_state')
    const divider = [{ type: 'divider' as const }]
    expect(await refusal(client.chat.update({ channel, ts, text: 'x', blocks: divider }))).toBe('block_mismatch')
    expect(await refusal(client.chat.update({ channel, ts, text: 'x' }))).toBe('not refused')
    expect(workspace.messages(channel, thread_ts)[1]?.text).toBe('x')
  })

  it('is ended by Slack after about five minutes, also while text is being appended', async () => {
    const clock = createHandClock()
    const { workspace, client, channel, thread_ts, start } = await open(clock.now)
    const ts = await start({ markdown_text: 'x' })
    clock.pass(300_000)
    await client.chat.appendStream({ channel, ts, markdown_text: 'y' })
    clock.pass(6_000)
    expect(await refusal(client.chat.appendStream({ channel, ts, markdown_text: 'z' }))).toBe(
      'message_not_in_streaming_state',
    )
    expect(workspace.messages(channel, thread_ts)[1]).toMatchObject({ text: 'xy', streaming: false })
    await client.chat.update({ channel, ts, text: 'xyz' })
  })

  it('can be stopped by the person', async () => {
    const { workspace, client, channel, people, thread_ts, start } = await open()
    const socket = await openSocket(workspace, {})
    const ts = await start({ markdown_text: 'x' })
    await workspace.do({ do: 'stop_session', as: people.mei, channel, threadTs: thread_ts })
    const stopped = await workspace.until(() => eventsOf(socket, 'agent_session_stopped')[0], 'the stop')
    expect(stopped).toMatchObject({ user: people.mei, thread_ts, streaming_message_ts: [ts] })
    expect(await refusal(client.chat.appendStream({ channel, ts, markdown_text: 'y' }))).toBe('stopped_by_user')
    await client.chat.stopStream({ channel, ts })
  })
})

describe('what an agent shows besides messages', () => {
  it('a status, until the reply', async () => {
    const { workspace, client, channel, people, thread_ts } = await open()
    const statuses = () => workspace.snapshot(people.dana).statuses
    const args = { channel_id: channel, thread_ts, loading_messages: ['Reading…', 'Thinking…'] }
    await client.assistant.threads.setStatus({ ...args, status: 'is thinking…' })
    expect(statuses()).toEqual([{ channel, threadTs: thread_ts, status: 'is thinking…' }])
    await client.chat.postMessage({ channel, thread_ts, text: 'so' })
    expect(statuses()).toEqual([])
    const long = client.assistant.threads.setStatus({ ...args, status: 'x', loading_messages: ['x'.repeat(51)] })
    expect(await refusal(long)).toBe('invalid_arguments')
  })

  it('titles, sessions, and prompts in the DM', async () => {
    const { workspace, client, channel, people, thread_ts } = await open()
    await client.assistant.threads.setTitle({ channel_id: channel, thread_ts, title: '原因' })
    expect(workspace.snapshot(people.dana).titles).toEqual({ [`${channel}:${thread_ts}`]: '原因' })
    await client.agents.sessions.setStatus({ channel_id: channel, thread_ts, status: 'suspended' })
    await client.agents.sessions.rename({ channel_id: channel, thread_ts, title: 'why' })
    expect(workspace.snapshot(people.dana).titles).toEqual({ [`${channel}:${thread_ts}`]: 'why' })
    const im = (await client.conversations.open({ users: people.mei })).channel?.id ?? ''
    const prompts: [{ title: string; message: string }] = [{ title: '总结', message: '请总结' }]
    await client.assistant.threads.setSuggestedPrompts({ channel_id: im, prompts })
    expect(workspace.snapshot(people.mei).suggestedPrompts).toEqual(prompts)
    expect(workspace.snapshot(people.dana).suggestedPrompts).toEqual([])
    const many = client.assistant.threads.setSuggestedPrompts({
      channel_id: im,
      prompts: Array(5).fill(prompts[0]) as never,
    })
    expect(await refusal(many)).toBe('invalid_arguments')
  })
})
