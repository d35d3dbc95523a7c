import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../src/playground/protocol.ts'
import type { Exchange } from '../scripted-model.ts'
import { createRandom } from '../random.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

const workspace = {
  commands: [{ command: '/summarize', description: '', usageHint: '' }],
  shortcuts: [
    { callbackId: 'summarize_thread', name: 'Summarize this thread', description: '', type: 'message' as const },
  ],
}
const open = (options: StoryOptions = {}) =>
  openStory({ ...options, workspace: { ...workspace, ...options.workspace } })

interface Found {
  upshot?: object
  decisions?: object[]
  questions?: object[]
  tasks?: object[]
  facts?: object[]
}
const json = (found: Found) =>
  JSON.stringify({ upshot: null, decisions: [], questions: [], tasks: [], facts: [], ...found })
const point = (text: string, ...sources: (string | number)[]) => ({ text, sources: sources.map(String) })

describe('“summarize” in a thread', () => {
  test('is answered there: the upshot, decisions, questions and tasks, each with the link of its message', async () => {
    const story = await open()
    const { slack, model, say, untilReply } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'When do we ship?')
    const second = await say(lee, general, 'On Wednesday at 10:00. Who writes the notes?', first)
    await say(dana, general, 'I will, by Tuesday.', first)
    await say(dana, general, `<@${slack.botUserId}> summarize this thread`, first)
    const { prompt, reply, body } = await model.next()
    expect(formatOf({ body } as Exchange)).toMatchObject({ type: 'json_schema', json_schema: { strict: true } })
    expect(prompt).toContain('Write in English')
    expect(idOf(prompt, 'On Wednesday')).toBe('2')
    reply(
      json({
        upshot: point('They ship on Wednesday.', 2),
        decisions: [point('Shipping is on Wednesday at 10:00.', 2)],
        tasks: [{ who: 'Dana', what: 'writes the notes', due: 'Tuesday', sources: ['3'] }],
      }),
    )
    const summary = await untilReply(general, first, isWhole, 'the summary')
    const link = `${slack.url}/archives/${general}/p${second.replace('.', '')}?thread_ts=${first}&cid=${general}`
    const seen = toSeen(summary)
    expect(seen).toMatch(/^They ship on Wednesday\. \[Lee, \d\d:\d\d\]\(/)
    expect(seen).toContain(link)
    expect(seen).toContain('**Decisions**\n- Shipping is on Wednesday at 10:00. [Lee')
    expect(seen).toContain('**Who does what**\n- **Dana**: writes the notes, by Tuesday [Dana')
    expect(seen).not.toContain('Open questions')
    expect(seen).toContain('read 3 messages in 1 thread, gpt-4o, 18 tokens')
    expect(await linkOf(slack, general, second)).toBe(link)
  })

  test('in Chinese is answered in Chinese words', async () => {
    const { slack, model, say, untilReply } = await open()
    const { mei, general } = { ...slack.people, ...slack.channels }
    const first = await say(mei, general, '我们周三上线。')
    await say(mei, general, `<@${slack.botUserId}> 总结一下`, first)
    const exchange = await model.next()
    expect(exchange.prompt).toContain('Write in Chinese')
    exchange.reply(json({ decisions: [point('周三上线。', 1)] }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('**决定**\n- 周三上线。')
    expect(seen).toContain('已读 1 条消息')
  })

  test('drops what names no message that was read, or quotes what nobody wrote, and says how many', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'Let us keep the “blue banner” for now.')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    ;(await model.next()).reply(
      json({
        upshot: point('Mars is next.', 99),
        decisions: [
          point('The “blue banner” stays.', 1),
          point('Dana said “we move to the moon next year”.', 1),
          point('Nobody knows whence.'),
          point('Invented.', '1732600000.000100', 'x'),
        ],
      }),
    )
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('The “blue banner” stays.')
    expect(seen).not.toMatch(/Mars|moon|whence|Invented/)
    expect(seen).toContain('4 points were left out')
  })

  test('pings nobody and links nowhere but to what was read, whatever the model writes', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, `<@${lee}> will do it`)
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const exchange = await model.next()
    expect(exchange.prompt).toContain('@Lee will do it')
    exchange.reply(json({ decisions: [point(`<!channel> <@${lee}> [click](https://evil.example/x) does it`, 1)] }))
    const summary = await untilReply(general, first, isWhole, 'the summary')
    expect(JSON.stringify(summary)).not.toMatch(/<!channel>|<@U|evil\.example/)
    expect(toSeen(summary)).toContain('click does it')
  })

  test('can be asked for in a form of one’s own, whose every line still needs its source', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'We ship on Wednesday.')
    await say(dana, general, `<@${slack.botUserId}> summarize this thread as a table for the customer`, first)
    const part = await model.next()
    expect(part.prompt).toContain('<wish>as a table for the customer</wish>')
    part.reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const form = await model.next()
    form.reply('# For you\n\n| what | |\n|---|---|\n| Shipping on Wednesday | [1] |\n| A free car | [7] |\n| Free beer | |\n')
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toMatch(/# For you\n\n\| what \| \|\n\|---\|---\|\n\| Shipping on Wednesday \| \[Dana, [^\]]*\]\(http/)
    expect(seen).not.toMatch(/car|beer/)
    expect(seen).toContain('2 points were left out')
  })

  test('gives only the decisions when only they are wanted, at no further cost', async () => {
    const { slack, model, say, untilReply } = await open()
    const { mei, general } = { ...slack.people, ...slack.channels }
    const first = await say(mei, general, '周三上线。谁来测试？')
    await say(mei, general, `<@${slack.botUserId}> 总结一下，只要决定`, first)
    ;(await model.next()).reply(json({ decisions: [point('周三上线。', 1)], questions: [point('谁来测试？', 1)] }))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('**决定**')
    expect(seen).not.toContain('谁来测试')
    expect(model.requests).toHaveLength(1)
  })

  test('stops at once by its button, and goes on from what it had when it is asked for again', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'We ship on Wednesday.')
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    const exchange = await model.next()
    const growing = await untilReply(general, first, reply => hasButton(reply, 'stop_reply'), 'the button')
    await press(slack, growing, 'stop_reply', dana)
    const stopped = await untilReply(general, first, reply => toSeen(reply).includes('Stopped'), 'the note')
    expect(toSeen(stopped)).not.toContain('Writing')
    await slack.until(() => exchange.isAborted(), 'the model to be left')
  })

  test('of four hundred messages reads every one', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, 'message 0 of the long thread')
    for (let at = 1; at < 400; at += 1) await say(at % 2 === 0 ? dana : lee, general, `message ${at} of the long thread`, first)
    await say(dana, general, `<@${slack.botUserId}> summarize`, first)
    model.answerAll(({ reply }) => reply(json({ facts: [point('It is long.', 1)] })))
    const seen = toSeen(await untilReply(general, first, isWhole, 'the summary'))
    expect(seen).toContain('read 400 messages in 1 thread')
    const prompts = model.requests.map(({ prompt }) => prompt).join('\n')
    for (let at = 0; at < 400; at += 1) expect(prompts.split(`>message ${at} of`)).toHaveLength(2)
  })
})

const isWhole = (reply: PageMessage) => hasButton(reply, 'regenerate_reply')

const formatOf = (exchange: Exchange) => (exchange.body as unknown as { response_format?: SlackJson }).response_format

/** The id by which a question names the message with these words. */
function idOf(prompt: string, words: string): string | undefined {
  return new RegExp(`<message id="(\\d+)"[^>]*>[^<]*${words}`).exec(prompt)?.[1]
}

/** What Slack itself would give as the link. */
async function linkOf(slack: Story['slack'], channel: string, ts: string): Promise<unknown> {
  const response = await fetch(`${slack.apiUrl}chat.getPermalink?channel=${channel}&message_ts=${ts}`, {
    headers: { authorization: `Bearer ${slack.botToken}` },
  })
  return ((await response.json()) as { permalink: unknown }).permalink
}

function hasButton({ blocks = [] }: PageMessage, actionId: string): boolean {
  return blocks.some(block => ((block.elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === actionId))
}

async function press(slack: Story['slack'], message: PageMessage, actionId: string, as: string): Promise<void> {
  for (const block of message.blocks ?? []) {
    const element = ((block.elements ?? []) as SlackJson[]).find(({ action_id }) => action_id === actionId)
    if (element === undefined) continue
    const place = { channel: message.channel, ts: message.ts, blockId: String(block.block_id) }
    const done = await slack.do({ do: 'act', as, ...place, action: { action_id: actionId, value: element.value } as SlackJson })
    if (!done.ok) throw new Error(done.error)
    return
  }
  throw new Error(`there is no ${actionId}`)
}
