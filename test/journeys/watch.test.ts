import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { openStory, type Story, type StoryOptions } from '../story.ts'

const workspace = { commands: [{ command: '/classify', description: '', usageHint: '', shouldEscape: false }] }
const open = (options: StoryOptions = {}) => openStory({ workspace, ...options })
const bug = JSON.stringify({ items: [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 1 }] })

describe('a watched channel', () => {
  test('gets a quiet sign on each message of a person, and nothing else', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true })
    const ts = await say(lee, general, 'It crashes on start.')
    const exchange = await model.next()
    expect(exchange.prompt).toContain('<text>It crashes on start.</text>')
    exchange.reply(bug)
    await untilSign(story, ts, 'beetle')
    expect(slack.messages(general, ts)).toHaveLength(1)
    // A reply in a thread is talk about the feedback, a mention is a question to the bot.
    await say(lee, general, 'really, it crashes', ts)
    const asked = await say(lee, general, `<@${slack.botUserId}> does it crash?`)
    const question = await model.next()
    expect(question.prompt).not.toContain('<text>')
    question.reply('Yes.')
    await story.untilReply(general, asked, reply => reply.text === 'Yes.', 'the answer')
    expect(model.requests).toHaveLength(2)
  })

  test('gets a card in the thread, if that was chosen', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true, card: true })
    const ts = await say(lee, general, 'It crashes on start.')
    ;(await model.next()).reply(bug)
    await slack.until(() => story.replies(general, ts).length === 1, 'the card')
    expect(story.replies(general, ts)[0]?.text).toBe('[Bug]-[problem:crashes]-[It fails.]')
  })

  test('that takes no more reactions gets its card all the same, and a correction takes its place', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true, card: true })
    slack.fault({ method: 'reactions.add', error: 'too_many_reactions' })
    const ts = await say(lee, general, 'It crashes on start.')
    ;(await model.next()).reply(bug)
    const card = await slack.until(() => story.replies(general, ts)[0], 'the card')
    const block = card.blocks?.find(({ type }) => type === 'actions')
    const [menu] = (block?.elements ?? []) as { options: { value: string }[] }[]
    const action = {
      action_id: 'correct_label',
      selected_option: menu?.options.find(({ value }) => value === 'usability'),
    }
    await slack.do({ do: 'act', as: dana, channel: general, ts: card.ts, blockId: String(block?.block_id), action })
    const corrected = await slack.until(
      () => story.replies(general, ts).find(({ text }) => text.startsWith('[User experience problem]')),
      'the correction',
    )
    const kinds = (corrected.blocks ?? []).filter(({ type }) => type === 'rich_text')
    expect(kinds).toHaveLength(1)
    // The card makes the thread nobody’s talk with the bot.
    await say(lee, general, 'thanks', ts)
    const next = await say(lee, general, 'It crashes again.')
    ;(await model.next()).reply(bug)
    await untilSign(story, next, 'beetle')
    expect(model.requests).toHaveLength(2)
  })

  test('gets no sign where nothing fits, and none from a model that fails', async () => {
    const story = await open()
    const { slack, model, say, store } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true, card: true })
    const first = await say(lee, general, 'The canteen has soup today.')
    ;(await model.next()).reply(JSON.stringify({ items: [{ kind: 'other', quote: '', reason: '', confidence: 1 }] }))
    const second = await say(lee, general, 'It crashes.')
    ;(await model.next()).status(401, { error: { message: 'no' } })
    const stateOf = async (ts: string) => (await store.labels.read(`${slack.teamId}:${general}:${ts}`))?.state
    await expect.poll(() => stateOf(first)).toBe('done')
    await expect.poll(() => stateOf(second)).toBe('failed')
    expect(slack.calls.filter(({ method }) => method === 'reactions.add')).toEqual([])
  })

  test('takes thanks, greetings, emoji and bare links for no feedback, nor what Slack itself says', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true, card: true })
    for (const text of [
      ...[
        'thanks!',
        ':tada:',
        'https://e.com/a',
        'Good morning!',
        '谢谢大家！',
        '+1',
        'ok cool, thanks a lot',
        'Vielen Dank!',
      ],
      ...[
        'merci',
        'ありがとうございます！',
        '감사합니다',
        '收到啦，辛苦大家了',
        '謝謝',
        'Congrats @channel 🎉',
        'Hola a todos',
      ],
    ])
      await say(lee, general, text)
    slack.post({ channel: general, user: 'USLACKBOT', text: 'Reminder: it crashes' })
    const ts = await say(lee, general, 'It crashes on start.')
    const exchange = await model.next()
    expect(exchange.prompt).toContain('<text>It crashes on start.</text>')
    exchange.reply(bug)
    await untilSign(story, ts, 'beetle')
    expect(model.requests).toHaveLength(1)
  })

  test('leaves bots alone', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true })
    const bot = {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0OTHER',
      channel: general,
      channel_type: 'channel',
    }
    await slack.deliver({ ...bot, ts: '1790000000.000100', text: 'Build failed: it crashes' })
    const ts = await say(lee, general, 'It crashes on start.')
    ;(await model.next()).reply(bug)
    await untilSign(story, ts, 'beetle')
    expect(model.requests).toHaveLength(1)
  })

  test('is caught up with after a stop, and nothing in it is labelled twice', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({ dataDir })
    const { slack, model, say } = story
    const { lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true })
    const before = await say(lee, general, 'It crashes, one.')
    ;(await model.next()).reply(bug)
    await untilSign(story, before, 'beetle')
    const during = await say(lee, general, 'It crashes, two.')
    await model.next()
    await story.app.stop()
    slack.fault({ method: 'delivery', times: Number.POSITIVE_INFINITY, cut: 'before' })
    const missed = await say(lee, general, 'It crashes, three.')
    await story.reconnect()
    model.answerAll(exchange => exchange.reply(bug))
    await untilSign(story, during, 'beetle')
    await untilSign(story, missed, 'beetle')
    const texts = model.requests.map(({ prompt }) => /<text>(.*)<\/text>/.exec(prompt)?.[1])
    expect(texts.filter(text => text === 'It crashes, one.')).toHaveLength(1)
    expect(texts.filter(text => text === 'It crashes, three.')).toHaveLength(1)
  })
})

describe('a reaction that was chosen', () => {
  test('has the message labelled for whoever reacts, and for nobody else', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await choose(story, { reaction: ':label:' })
    const root = await say(lee, general, 'A thread')
    const ts = await say(lee, general, 'It crashes on start.', root)
    await slack.do({ do: 'react', as: dana, channel: general, ts, name: 'eyes' })
    await slack.do({ do: 'react', as: dana, channel: general, ts, name: 'label' })
    const exchange = await model.next()
    expect(exchange.prompt).toContain('<text>It crashes on start.</text>')
    exchange.reply(bug)
    const card = await slack.until(() => own(story, dana)[0], 'the card')
    expect(card.text).toBe('[Bug]-[problem:crashes]-[It fails.]')
    expect(card.threadTs).toBe(root)
    expect(own(story, lee)).toEqual([])
    expect(model.requests).toHaveLength(1)
  })

  test('that is no emoji is not taken', async () => {
    const story = await open()
    const { slack } = story
    const { dana } = slack.people
    const errors = await choose(story, { reaction: 'not an emoji!' })
    expect(errors).toContain('Enter the name of one emoji')
    expect(slack.snapshot(dana).modals).toHaveLength(1)
  })
})

describe('the dialogue of a channel', () => {
  test.each([
    ['dana' as const, 'Feedback in #general', 'Label every message automatically with an emoji'],
    ['mei' as const, '#general 的反馈', '自动给每条消息分类，并添加表情回应'],
  ])('names the channel, in the Slack language of its reader: %s', async (who, title, watch) => {
    const { slack } = await open()
    const { general } = slack.channels
    const as = slack.people[who]
    await slack.do({ do: 'command', as, channel: general, command: '/classify', text: 'settings' })
    const view = await slack.until(() => slack.snapshot(as).modals.at(-1), 'the dialogue')
    expect(JSON.stringify(view)).toContain(`"text":"${title}"`)
    expect(JSON.stringify(view)).toContain(watch)
  })

  test('of a channel with a long name has a title that Slack takes', async () => {
    const { slack } = await open()
    const { dana } = slack.people
    const name = 'customers-and-what-they-say'
    const { channel } = await slack.do({ do: 'create_channel', as: dana, name })
    await slack.do({ do: 'invite', as: dana, channel: String(channel), user: slack.botUserId })
    await slack.do({ do: 'command', as: dana, channel: String(channel), command: '/classify', text: 'settings' })
    const view = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
    expect(JSON.stringify(view)).toContain('"Feedback in #customers-…"')
  })

  test('has cards posted in the language of whoever wrote the message', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { mei, general } = { ...slack.people, ...slack.channels }
    await choose(story, { watch: true, card: true })
    const ts = await say(mei, general, 'It crashes on start.')
    ;(await model.next()).reply(bug)
    const card = await slack.until(() => story.replies(general, ts)[0], 'the card')
    expect(card.text).toBe('[bug类型]-[问题:crashes]-[It fails.]')
  })
})

const own = ({ slack }: Story, user: string): PageMessage[] =>
  slack.snapshot(user).messages.filter(({ ephemeralTo }) => ephemeralTo === user)

function untilSign({ slack }: Story, ts: string, name: string): Promise<unknown> {
  const { general } = slack.channels
  const find = () => slack.messages(general).find(message => message.ts === ts)
  return slack.until(() => find()?.reactions?.some(reaction => reaction.name === name), `the sign on ${ts}`)
}

/** Fills in the dialogue of `/classify settings`; what it complains of. */
async function choose(story: Story, wanted: { watch?: boolean; card?: boolean; reaction?: string }): Promise<string> {
  const { slack } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  await slack.do({ do: 'command', as: dana, channel: general, command: '/classify', text: 'settings' })
  const view = await slack.until(() => slack.snapshot(dana).modals.at(-1), 'the dialogue')
  const options = [...(wanted.watch ? ['watch'] : []), ...(wanted.card ? ['card'] : [])]
  const state = {
    watch: { choice: { type: 'checkboxes', selected_options: options.map(value => ({ value })) } },
    reaction: { name: { type: 'plain_text_input', value: wanted.reaction ?? '' } },
  }
  const done = await slack.do({ do: 'submit_view', as: dana, viewId: view.id, state })
  const shown = slack.snapshot(dana).modals.at(-1)
  return `${done.error ?? ''} ${JSON.stringify(shown?.errors ?? '')}`
}
