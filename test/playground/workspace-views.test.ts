import { describe, expect, it } from 'vitest'
import type { SlackJson } from '../../playground/protocol.ts'
import type { WorkspaceOptions } from '../../playground/slack-emulator/workspace.ts'
import { createClient, createHandClock, openSocket, openWorkspace, refusal } from './workspace-helpers.ts'

const plain = (text: string) => ({ type: 'plain_text', text })
const field = { type: 'plain_text_input', action_id: 'words' }
const input = { type: 'input', block_id: 'why', label: plain('Why'), element: field }
const modal = (extra: SlackJson = {}) =>
  ({ type: 'modal', callback_id: 'm', title: plain('Ask'), submit: plain('Go'), blocks: [input], ...extra }) as never

const manifest: WorkspaceOptions = {
  commands: [{ command: '/ask', description: 'Ask', usageHint: '[question]', shouldEscape: true }],
  shortcuts: [
    { callbackId: 'explain', name: 'Explain', description: 'Explains', type: 'message' },
    { callbackId: 'new', name: 'New', description: 'Opens', type: 'global' },
  ],
}

/** A workspace with a bot that acknowledges everything with the given payload. */
async function open(acks: SlackJson | undefined = {}, options: WorkspaceOptions = {}) {
  const workspace = await openWorkspace({ ...manifest, limits: 'off', ...options })
  const socket = await openSocket(workspace, acks)
  const { people, channels } = workspace
  const dana = { as: people.dana }
  const ask = (text = '') => workspace.do({ do: 'command', ...dana, channel: channels.general, command: '/ask', text })
  const last = (): SlackJson => socket.frames.at(-1)?.payload ?? {}
  const trigger = async () => {
    await ask()
    return String(last().trigger_id)
  }
  const modals = () => workspace.snapshot(people.dana).modals
  return { workspace, client: createClient(workspace), people, channels, dana, ask, last, trigger, modals }
}

const respond = (url: unknown, body: SlackJson) =>
  fetch(String(url), { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

describe('commands', () => {
  it('bring who, where and what, with names escaped when the manifest says so', async () => {
    const { people, channels, ask, last } = await open()
    expect(await ask('@mei why?')).toEqual({ ok: true })
    expect(last()).toMatchObject({
      command: '/ask',
      text: `<@${people.mei}|mei> why?`,
      user_id: people.dana,
      channel_id: channels.general,
      channel_name: 'general',
    })
  })

  it('can be typed, but not in a thread', async () => {
    const { workspace, channels, dana, last } = await open()
    const here = { ...dana, channel: channels.general }
    await workspace.do({ do: 'say', ...here, text: '/ask out loud' })
    expect(last()).toMatchObject({ text: 'out loud' })
    const { ts = '' } = await workspace.do({ do: 'say', ...here, text: 'root' })
    const refused = await workspace.do({ do: 'say', ...here, threadTs: ts, text: '/ask in here' })
    expect(refused).toMatchObject({ ok: false, error: expect.stringMatching(/not supported in threads/) })
  })

  it('say why they fail: no bot, or a bot that does not answer', async () => {
    const { workspace, ask } = await open({}, { ackPatienceMs: 50 })
    workspace.dropSockets()
    await workspace.until(() => !workspace.snapshot(workspace.people.dana).botConnected, 'the loss of the bot')
    expect((await ask()).error).toMatch(/no bot is connected/)
    await openSocket(workspace)
    expect((await ask()).error).toMatch(/did not acknowledge it within 3 seconds/)
  })

  it('are answered by the acknowledgement, to one person or to all', async () => {
    const quiet = await open({ text: 'only you' })
    await quiet.ask()
    expect(quiet.workspace.snapshot(quiet.people.dana).messages).toMatchObject([{ ephemeralTo: quiet.people.dana }])
    const loud = await open({ text: 'all of you', response_type: 'in_channel' })
    await loud.ask()
    expect(loud.workspace.messages(loud.channels.general)).toMatchObject([{ text: 'all of you' }])
  })
})

describe('response_url', () => {
  it('takes five answers and no more', async () => {
    const { workspace, people, ask, last } = await open()
    await ask()
    const url = last().response_url
    for (let number = 1; number <= 5; number += 1) expect((await respond(url, { text: `${number}` })).status).toBe(200)
    const sixth = await respond(url, { text: '6' })
    expect([sixth.status, await sixth.text()]).toEqual([404, 'used_url'])
    expect(workspace.snapshot(people.dana).messages).toHaveLength(5)
    expect(workspace.snapshot(people.lee).messages).toHaveLength(0)
  })

  it('is good for half an hour', async () => {
    const clock = createHandClock()
    const { ask, last } = await open({}, { now: clock.now })
    await ask()
    clock.pass(30 * 60_000 + 1)
    expect(await (await respond(last().response_url, { text: 'late' })).text()).toBe('expired_url')
  })

  it('replaces and deletes the message that was clicked, also one that only one person sees', async () => {
    const { workspace, client, people, channels, dana, last } = await open()
    const button = { type: 'button', action_id: 'yes', value: 'v', text: plain('Yes') }
    const blocks = [{ type: 'actions', block_id: 'b', elements: [button] }] as never
    const { message_ts: ts = '' } = await client.chat.postEphemeral({
      channel: channels.general,
      user: people.dana,
      text: 'sure?',
      blocks,
    })
    const click = { do: 'act', channel: channels.general, ts, blockId: 'b', action: { action_id: 'yes' } } as const
    expect((await workspace.do({ ...click, as: people.lee })).error).toMatch(/no longer exists/)
    expect(await workspace.do({ ...click, ...dana })).toEqual({ ok: true })
    expect(last()).toMatchObject({
      type: 'block_actions',
      container: { message_ts: ts, is_ephemeral: true },
      actions: [{ action_id: 'yes', block_id: 'b', value: 'v', type: 'button' }],
    })
    expect(last()).not.toHaveProperty('message')
    await respond(last().response_url, { text: 'done', replace_original: true })
    expect(workspace.snapshot(people.dana).messages).toMatchObject([{ ts, text: 'done', edits: 1 }])
    await respond(last().response_url, { delete_original: true })
    expect(workspace.snapshot(people.dana).messages).toEqual([])
  })
})

describe('controls in messages', () => {
  it('a button brings what was chosen beside it before', async () => {
    const { workspace, client, channels, dana, last } = await open()
    const option = { text: plain('Bug'), value: 'bug' }
    const select = { type: 'static_select', action_id: 'label', placeholder: plain('Label'), options: [option] }
    const button = { type: 'button', action_id: 'save', text: plain('Save') }
    const blocks = [{ type: 'actions', block_id: 'card', elements: [select, button] }] as never
    const { ts = '' } = await client.chat.postMessage({ channel: channels.general, text: 'card', blocks })
    const act = (action: SlackJson) =>
      workspace.do({ do: 'act', ...dana, channel: channels.general, ts, blockId: 'card', action })
    await act({ action_id: 'label', selected_option: option })
    await act({ action_id: 'save' })
    expect(last()).toMatchObject({
      actions: [{ action_id: 'save' }],
      state: { values: { card: { label: { selected_option: option } } } },
    })
    expect((await act({ action_id: 'gone' })).error).toMatch(/no control gone/)
  })
})

describe('modals', () => {
  it('open with a trigger, once and within three seconds', async () => {
    const clock = createHandClock()
    const { client, trigger, modals } = await open({}, { now: clock.now })
    const trigger_id = await trigger()
    await client.views.open({ trigger_id, view: modal() })
    expect(modals()).toMatchObject([{ view: { callback_id: 'm', title: plain('Ask') } }])
    expect(await refusal(client.views.open({ trigger_id, view: modal() }))).toBe('exchanged_trigger_id')
    const late = await trigger()
    clock.pass(3_001)
    expect(await refusal(client.views.open({ trigger_id: late, view: modal() }))).toBe('expired_trigger_id')
    expect(await refusal(client.views.open({ trigger_id: 'x', view: modal() }))).toBe('invalid_trigger_id')
  })

  it('are refused when Slack would not show them', async () => {
    const { client, trigger } = await open()
    const refused = async (extra: SlackJson) =>
      refusal(client.views.open({ trigger_id: await trigger(), view: modal(extra) }))
    expect(await refused({ title: plain('x'.repeat(25)) })).toBe('invalid_arguments')
    expect(await refused({ submit: undefined })).toBe('invalid_arguments')
    expect(await refused({ blocks: [{ type: 'markdown', text: 'x' }] })).toBe('invalid_arguments')
    expect(await refused({ blocks: Array(101).fill({ type: 'divider' }) })).toBe('invalid_arguments')
    expect(await refused({ private_metadata: 'x'.repeat(3_001) })).toBe('invalid_arguments')
  })

  it('stack three high, change by hash, and close with the ones above them', async () => {
    const { workspace, client, dana, trigger, modals } = await open()
    const opened = await client.views.open({ trigger_id: await trigger(), view: modal() })
    for (let number = 2; number <= 3; number += 1) {
      await client.views.push({ trigger_id: await trigger(), view: modal({ callback_id: `m${number}` }) })
    }
    const fourth = client.views.push({ trigger_id: await trigger(), view: modal() })
    expect(await refusal(fourth)).toBe('push_limit_reached')
    expect(modals()[1]?.view).toMatchObject({ root_view_id: opened.view?.id, previous_view_id: opened.view?.id })
    const change = {
      view_id: opened.view?.id ?? '',
      view: modal({ title: plain('New') }),
      hash: opened.view?.hash ?? '',
    }
    await client.views.update(change)
    expect(await refusal(client.views.update(change))).toBe('hash_conflict')
    expect(modals()[0]?.view).toMatchObject({ title: plain('New') })
    await workspace.do({ do: 'close_view', ...dana, viewId: modals()[1]?.id ?? '' })
    expect(modals()).toHaveLength(1)
  })

  it('bring what was put in, and let no required field be empty', async () => {
    const { workspace, client, dana, trigger, modals, last } = await open()
    await client.views.open({ trigger_id: await trigger(), view: modal({ private_metadata: '{"a":1}' }) })
    const viewId = modals()[0]?.id ?? ''
    const submit = (value: string) =>
      workspace.do({ do: 'submit_view', ...dana, viewId, state: { why: { words: { type: field.type, value } } } })
    expect((await submit('')).error).toMatch(/required field: Why/)
    expect(modals()[0]?.errors).toHaveProperty('why')
    expect(await submit('因为')).toEqual({ ok: true })
    expect(last()).toMatchObject({
      type: 'view_submission',
      view: { private_metadata: '{"a":1}', state: { values: { why: { words: { value: '因为' } } } } },
    })
    expect(modals()).toEqual([])
  })

  it('stay open with sentences, change, or give way, as the bot answers', async () => {
    const submitted = async (acks: SlackJson) => {
      const { workspace, client, dana, trigger, modals } = await open(acks)
      await client.views.open({ trigger_id: await trigger(), view: modal() })
      await workspace.do({
        do: 'submit_view',
        ...dana,
        viewId: modals()[0]?.id ?? '',
        state: { why: { words: { value: 'x' } } },
      })
      return modals()
    }
    expect(await submitted({ response_action: 'errors', errors: { why: '太短' } })).toMatchObject([
      { errors: { why: '太短' } },
    ])
    const view = modal({ callback_id: 'next' })
    expect(await submitted({ response_action: 'update', view })).toMatchObject([{ view: { callback_id: 'next' } }])
    expect(await submitted({ response_action: 'push', view })).toHaveLength(2)
    expect(await submitted({ response_action: 'clear' })).toEqual([])
  })

  it('tell of their end only when they asked for it', async () => {
    const { workspace, client, dana, trigger, modals, last } = await open()
    await client.views.open({
      trigger_id: await trigger(),
      view: modal({ notify_on_close: true, clear_on_close: true }),
    })
    await workspace.do({ do: 'close_view', ...dana, viewId: modals()[0]?.id ?? '' })
    expect(last()).toMatchObject({ type: 'view_closed', is_cleared: true })
    const frames = workspace.acks.length
    await client.views.open({ trigger_id: await trigger(), view: modal() })
    await workspace.do({ do: 'close_view', ...dana, viewId: modals()[0]?.id ?? '' })
    expect(workspace.acks.length).toBe(frames + 1)
  })
})

describe('shortcuts and Home', () => {
  it('a message shortcut brings the message, also from where the bot is not', async () => {
    const { workspace, people, channels, dana, last } = await open()
    const channel = channels.random
    const { ts = '' } = await workspace.do({ do: 'say', as: people.lee, channel, text: 'it crashes' })
    expect(await workspace.do({ do: 'message_shortcut', ...dana, channel, ts, callbackId: 'explain' })).toEqual({
      ok: true,
    })
    expect(last()).toMatchObject({
      type: 'message_action',
      callback_id: 'explain',
      message: { text: 'it crashes', user: people.lee },
      channel: { id: channel, name: 'random' },
    })
    await respond(last().response_url, { text: 'a bug', thread_ts: ts })
    expect(workspace.snapshot(people.dana).messages.at(-1)).toMatchObject({ text: 'a bug', threadTs: ts })
    const unknown = await workspace.do({ do: 'global_shortcut', ...dana, callbackId: 'explain' })
    expect(unknown.error).toMatch(/no global shortcut/)
  })

  it('Home is published for one person and its buttons work', async () => {
    const { workspace, client, people, dana, last } = await open()
    await workspace.do({ do: 'open_home', ...dana, tab: 'home' })
    await workspace.until(() => last().event, 'the event')
    expect(last().event).toMatchObject({ type: 'app_home_opened', user: people.dana, tab: 'home' })
    const button = { type: 'button', action_id: 'go', text: plain('Go') }
    const view = { type: 'home', blocks: [{ type: 'actions', block_id: 'b', elements: [button] }] } as never
    await client.views.publish({ user_id: people.dana, view })
    const home = workspace.snapshot(people.dana).home
    expect(workspace.snapshot(people.lee)).not.toHaveProperty('home')
    const act = {
      do: 'act_in_view',
      ...dana,
      viewId: home?.id ?? '',
      blockId: 'b',
      action: { action_id: 'go' },
    } as const
    expect(await workspace.do(act)).toEqual({ ok: true })
    expect(last()).toMatchObject({ type: 'block_actions', container: { type: 'view', view_id: home?.id } })
  })
})
