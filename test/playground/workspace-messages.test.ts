import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../playground/slack-emulator/workspace.ts'
import { createClient, eventsOf, openSocket, openWorkspace, refusal } from './workspace-helpers.ts'

const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })

async function open() {
  const workspace = await openWorkspace({ limits: 'off' })
  return { workspace, client: createClient(workspace), channel: workspace.channels.general, people: workspace.people }
}

/** A thread with so many replies by people. */
async function talk({ do: act, people, channels }: Workspace, replies: number): Promise<string> {
  const { ts = '' } = await act({ do: 'say', as: people.dana, channel: channels.general, text: 'root' })
  for (let number = 1; number <= replies; number += 1) {
    await act({ do: 'say', as: people.lee, channel: channels.general, threadTs: ts, text: `reply ${number}` })
  }
  return ts
}

describe('posting', () => {
  it('refuses what Slack refuses, by its names', async () => {
    const { workspace, client, channel } = await open()
    const { channels } = workspace
    const post = (args: object) => refusal(client.chat.postMessage({ channel, ...args } as never))
    expect(await post({ channel: 'C404', text: 'x' })).toBe('channel_not_found')
    expect(await post({ channel: channels.random, text: 'x' })).toBe('not_in_channel')
    expect(await post({})).toBe('no_text')
    expect(await post({ markdown_text: '**x**', text: 'x' })).toBe('markdown_text_conflict')
    expect(await post({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long')
    expect(await post({ blocks: '{' })).toBe('invalid_blocks_format')
    expect(await post({ blocks: [{ type: 'mystery' }] })).toBe('invalid_blocks')
    expect(await post({ metadata: { event_payload: {} }, text: 'x' })).toBe('invalid_metadata_schema')
    await client.apiCall('conversations.archive', { channel: channels.feedback })
    expect(await post({ channel: channels.feedback, text: 'x' })).toBe('is_archived')
  })

  it('checks the limits of blocks and points to what is too much', async () => {
    const { client, channel } = await open()
    const post = (blocks: unknown[]) => refusal(client.chat.postMessage({ channel, text: 'x', blocks } as never))
    const text = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) })
    const button = (length: number) => ({ type: 'button', action_id: 'a', text: text(length) })
    expect(await post([section('x'.repeat(3_000)), { type: 'header', text: text(150) }])).toBe('not refused')
    expect(await post([section('x'.repeat(3_001))])).toBe('invalid_blocks')
    expect(await post([section('')])).toBe('invalid_blocks')
    expect(await post([{ type: 'header', text: text(151) }])).toBe('invalid_blocks')
    expect(await post([{ type: 'actions', elements: [button(76)] }])).toBe('invalid_blocks')
    expect(await post([{ type: 'actions', elements: [button(1), button(1)] }])).toBe('invalid_blocks')
    expect(await post(Array(51).fill({ type: 'divider' }))).toBe('invalid_blocks')
    expect(
      await post([
        { type: 'divider', block_id: 'b' },
        { type: 'divider', block_id: 'b' },
      ]),
    ).toBe('invalid_blocks')
    expect(await post(Array(2).fill({ type: 'markdown', text: '字'.repeat(6_000) }))).toBe('not refused')
    expect(await post(Array(2).fill({ type: 'markdown', text: '字'.repeat(6_001) }))).toBe('msg_blocks_too_long')
    const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }
    expect(await post([table])).toBe('not refused')
    expect(await post([table, table])).toBe('invalid_blocks')
    const chart = (name: string, label = name) => ({
      type: 'data_visualization',
      title: name,
      chart: { type: 'bar', series: [{ name, data: [{ label, value: 1 }] }], axis_config: { categories: [name] } },
    })
    expect(await post([chart('x'.repeat(20))])).toBe('not refused')
    expect(await post([chart('x'.repeat(21))])).toBe('invalid_blocks')
    expect(await post([chart('x', 'y')])).toBe('invalid_blocks')
    const failed = await client.chat
      .postMessage({ channel, text: 'x', blocks: [section('x'.repeat(3_001))] })
      .catch(e => e)
    expect(failed.data.errors).toEqual(['must be less than 3001 characters [json-pointer:/blocks/0/text/text]'])
  })

  it('stores what a bot sends with loose signs escaped and mentions alive, and tells the bot of it', async () => {
    const { workspace, client, channel, people } = await open()
    const socket = await openSocket(workspace, {})
    await client.chat.postMessage({ channel, text: `a < b & c &amp; <@${people.dana}> <!here> @lee <https://a.b|c>` })
    const [message] = workspace.messages(channel)
    expect(message?.text).toBe(`a &lt; b &amp; c &amp; <@${people.dana}> <!here> @lee <https://a.b|c>`)
    const own = await workspace.until(() => eventsOf(socket, 'message')[0], 'the echo')
    expect(own).toMatchObject({ bot_id: workspace.botId, app_id: workspace.appId, user: workspace.botUserId })
  })

  it('gives Markdown back in the marks of Slack', async () => {
    const { workspace, client, channel } = await open()
    await client.chat.postMessage({ channel, markdown_text: '# 标题\n- **b** and [l](https://a.b)\n\n`**code**`' })
    expect(workspace.messages(channel)[0]).toMatchObject({
      text: '*标题*\n• *b* and <https://a.b|l>\n\n`**code**`',
      blocks: [{ type: 'markdown', text: '# 标题\n- **b** and [l](https://a.b)\n\n`**code**`' }],
    })
  })

  it('an ephemeral is seen by its person only and is no part of the history', async () => {
    const { workspace, client, channel, people } = await open()
    await client.chat.postEphemeral({ channel, user: people.mei, text: '只给你看' })
    const seen = (as: string) => workspace.snapshot(as).messages.map(({ text }) => text)
    expect(seen(people.mei)).toEqual(['只给你看'])
    expect(seen(people.dana)).toEqual([])
    expect((await client.conversations.history({ channel })).messages).toEqual([])
    expect(
      await refusal(client.chat.postEphemeral({ channel: workspace.channels.leads, user: people.mei, text: 'x' })),
    ).toBe('user_not_in_channel')
  })

  it('opens the DM when it is given a person', async () => {
    const { workspace, client, people } = await open()
    const { channel } = await client.chat.postMessage({ channel: people.mei, text: '你好' })
    const opened = await client.conversations.open({ users: people.mei })
    expect(opened.channel?.id).toBe(channel)
    expect(workspace.snapshot(people.mei).messages).toHaveLength(1)
    expect(workspace.snapshot(people.dana).messages).toHaveLength(0)
  })
})

describe('editing', () => {
  it('keeps every version, drops omitted blocks and says "edited" only of text', async () => {
    const { workspace, client, channel } = await open()
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks: [section('one')] })
    await client.chat.update({ channel, ts, text: 'two', blocks: [section('two')] })
    expect(workspace.messages(channel)[0]).toMatchObject({ edited: false, edits: 1 })
    await client.chat.update({ channel, ts, text: 'three', parse: 'none' })
    expect(workspace.messages(channel)[0]).toMatchObject({ text: 'three', edited: true, edits: 2 })
    expect(workspace.messages(channel)[0]).not.toHaveProperty('blocks')
    expect(workspace.versions(channel, ts).map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  })

  it('takes 4,000 bytes at most and only what the bot wrote', async () => {
    const { workspace, client, channel, people } = await open()
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x' })
    const update = (args: object) => refusal(client.chat.update({ channel, ts, ...args } as never))
    expect(await update({ text: 'x'.repeat(4_000) })).toBe('not refused')
    expect(await update({ text: 'x'.repeat(4_001) })).toBe('msg_too_long')
    expect(await update({ text: '字'.repeat(1_334) })).toBe('msg_too_long')
    expect(await update({ ts: '1.000001', text: 'x' })).toBe('message_not_found')
    const { ts: theirs } = await workspace.do({ do: 'say', as: people.lee, channel, text: 'mine' })
    expect(await update({ ts: theirs, text: 'x' })).toBe('cant_update_message')
    expect(await refusal(client.chat.delete({ channel, ts: theirs ?? '' }))).toBe('cant_delete_message')
  })

  it('links names, and so pings people, unless parse is none', async () => {
    const { workspace, client, channel, people } = await open()
    const { ts = '' } = await client.chat.postMessage({ channel, text: '@dana @here' })
    expect(workspace.messages(channel)[0]?.text).toBe('@dana @here')
    await client.chat.update({ channel, ts, text: '@dana @here' })
    expect(workspace.messages(channel)[0]?.text).toBe(`<@${people.dana}> <!here>`)
    await client.chat.update({ channel, ts, text: '@dana @here', parse: 'none' })
    expect(workspace.messages(channel)[0]?.text).toBe('@dana @here')
  })
})

describe('reading', () => {
  it('pages through a thread: its first message heads every page', async () => {
    const { workspace, client, channel } = await open()
    const ts = await talk(workspace, 5)
    const pages: string[][] = []
    for await (const page of client.paginate('conversations.replies', { channel, ts, limit: 3 })) {
      const { messages } = page as typeof page & { messages: { text: string }[] }
      pages.push(messages.map(({ text }) => text))
    }
    expect(pages).toEqual([
      ['root', 'reply 1', 'reply 2'],
      ['root', 'reply 3', 'reply 4', 'reply 5'],
    ])
    const { messages } = await client.conversations.replies({ channel, ts })
    expect(messages?.[0]).toMatchObject({ thread_ts: ts, reply_count: 5, reply_users_count: 1 })
    expect(messages?.[1]).toMatchObject({ thread_ts: ts, parent_user_id: workspace.people.dana })
    expect(await refusal(client.conversations.replies({ channel, ts: '1.000001' }))).toBe('thread_not_found')
  })

  it('pages through a channel, newest first, without its replies', async () => {
    const { workspace, client, channel, people } = await open()
    await talk(workspace, 2)
    for (const text of ['two', 'three']) await workspace.do({ do: 'say', as: people.mei, channel, text })
    const first = await client.conversations.history({ channel, limit: 2 })
    await workspace.do({ do: 'say', as: people.mei, channel, text: 'in between' })
    const cursor = first.response_metadata?.next_cursor ?? ''
    const second = await client.conversations.history({ channel, limit: 2, cursor })
    expect(first.messages?.map(({ text }) => text)).toEqual(['three', 'two'])
    expect(second.messages?.map(({ text }) => text)).toEqual(['root'])
    expect(second.has_more).toBe(false)
    expect(await refusal(client.conversations.history({ channel, cursor: 'x' }))).toBe('invalid_cursor')
  })

  it('bounds by time, with and without the bounds themselves', async () => {
    const { workspace, client, channel, people } = await open()
    const say = async (text: string) => (await workspace.do({ do: 'say', as: people.mei, channel, text })).ts ?? ''
    const [oldest, , latest] = [await say('a'), await say('b'), await say('c')]
    const read = async (args: object) => {
      const { messages = [] } = await client.conversations.history({ channel, ...args })
      return messages.map(({ text }) => text)
    }
    expect(await read({ oldest, latest })).toEqual(['b'])
    expect(await read({ oldest, latest, inclusive: true })).toEqual(['c', 'b', 'a'])
    expect(await refusal(client.conversations.history({ channel, oldest: 'soon' }))).toBe('invalid_ts_oldest')
  })

  it('tells of people and channels; locales only to those who ask', async () => {
    const { workspace, client, people } = await open()
    const asked = await client.users.info({ user: people.mei, include_locale: true })
    expect(asked.user).toMatchObject({ locale: 'zh-CN', profile: { display_name: '小梅' } })
    expect((await client.users.info({ user: people.mei })).user).not.toHaveProperty('locale')
    expect((await client.users.list({})).members).toHaveLength(5)
    expect(await refusal(client.users.info({ user: 'U404' }))).toBe('user_not_found')
    const { channels = [] } = await client.conversations.list({ types: 'public_channel,private_channel' })
    expect(channels.map(({ name, is_member }) => [name, is_member])).toEqual([
      ['general', true],
      ['feedback', true],
      ['random', false],
      ['leads', true],
    ])
    expect((await client.conversations.members({ channel: workspace.channels.leads })).members).not.toContain(
      people.mei,
    )
    expect((await client.bots.info({ bot: workspace.botId })).bot?.user_id).toBe(workspace.botUserId)
  })

  it('keeps metadata for those who ask for it', async () => {
    const { client, channel } = await open()
    const metadata = { event_type: 'answer', event_payload: { turn: '1' } }
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'x', metadata })
    const read = async (include_all_metadata: boolean) =>
      (await client.conversations.replies({ channel, ts, include_all_metadata })).messages?.[0]
    expect(await read(true)).toMatchObject({ metadata })
    expect(await read(false)).not.toHaveProperty('metadata')
  })

  it('keeps reactions, each person once', async () => {
    const { client, channel } = await open()
    const { ts: timestamp = '' } = await client.chat.postMessage({ channel, text: 'x' })
    await client.reactions.add({ channel, timestamp, name: 'eyes' })
    expect(await refusal(client.reactions.add({ channel, timestamp, name: 'eyes' }))).toBe('already_reacted')
    expect((await client.reactions.get({ channel, timestamp })).message?.reactions).toMatchObject([
      { name: 'eyes', count: 1 },
    ])
    await client.reactions.remove({ channel, timestamp, name: 'eyes' })
    expect(await refusal(client.reactions.remove({ channel, timestamp, name: 'eyes' }))).toBe('no_reaction')
  })
})
