import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { openStory, type Story, toSeen } from '../story.ts'

describe('a question that is changed', () => {
  test('while it is being answered starts the reply again, in the same message', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> how far is the moon?`)
    const first = await model.next()
    first.say('The moon is 384,400 km')
    const before = await untilReply(general, ts, reply => toSeen(reply).includes('384'), 'the first text')

    await slack.do({ do: 'edit', as: dana, channel: general, ts, text: `<@${slack.botUserId}> how far is the sun?` })
    const second = await model.next()
    expect(second.prompt).toContain('how far is the sun?')
    expect(second.prompt).not.toContain('how far is the moon?')
    expect(second.prompt).not.toContain('384')
    await slack.until(() => first.isAborted(), 'the first request to be given up')
    second.reply('150 million km.')
    const after = await untilReply(general, ts, reply => toSeen(reply) === '150 million km.', 'the new answer')
    expect(after.ts).toBe(before.ts)
    expect(story.replies(general, ts)).toHaveLength(1)
    await untilWhole(story, general, ts)
    expect(slack.calls.filter(({ method }) => method === 'chat.postEphemeral')).toEqual([])
  })

  test('while it waits is answered as it stands then', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> first`)
    const first = await model.next()
    const follow = await say(dana, general, 'and what of Mars?', ts)
    await slack.do({ do: 'edit', as: dana, channel: general, ts: follow, text: 'and what of Venus?' })
    await untilHeard(slack, 'message_changed')
    first.reply('First.')
    const second = await model.next()
    expect(second.prompt).toContain('and what of Venus?')
    expect(second.prompt).not.toContain('Mars')
    second.reply('Venus.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Venus.', 'the answer')
    expect(model.requests).toHaveLength(2)
  })

  test('after it was answered gets a quiet offer for its author alone, which answers anew in the same message', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> capital of Peru?`)
    ;(await model.next()).reply('Lima.')
    const answer = await untilWhole(story, general, ts)
    await slack.do({ do: 'edit', as: dana, channel: general, ts, text: `<@${slack.botUserId}> capital of Chile?` })
    const offer = await slack.until(
      () => slack.snapshot(dana).messages.find(({ ephemeralTo }) => ephemeralTo === dana),
      'the offer',
    )
    expect(toSeen(offer)).toBe('You edited your question. Want a new answer?')
    await press(story, offer, 'regenerate_reply', dana)
    const again = await model.next()
    expect(again.prompt).toContain('capital of Chile?')
    again.reply('Santiago.')
    const changed = await untilReply(general, ts, reply => toSeen(reply) === 'Santiago.', 'the new answer')
    expect(changed.ts).toBe(answer.ts)
    const isGone = () => slack.snapshot(dana).messages.every(({ ephemeralTo }) => ephemeralTo === undefined)
    await slack.until(isGone, 'the offer to disappear')
  })

  test('only by a link that unfurled is not changed', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> what is https://example.com?`)
    const exchange = await model.next()
    const message = { type: 'message', user: dana, ts, text: `<@${slack.botUserId}> what is https://example.com?` }
    const attachments = [{ text: 'Example Domain' }]
    await slack.deliver({
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      channel: general,
      message: { ...message, attachments },
      previous_message: message,
    })
    await untilHeard(slack, 'message_changed')
    exchange.reply('A website.')
    await untilWhole(story, general, ts)
    expect(model.requests).toHaveLength(1)
  })
})

describe('a question that is deleted', () => {
  test('while it is being answered takes the reply with it', async () => {
    const { slack, model, say, untilReply, replies } = await openStory()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> never mind`)
    const exchange = await model.next()
    exchange.say('Well')
    await untilReply(general, ts, reply => toSeen(reply) === 'Well', 'the first text')
    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => exchange.isAborted(), 'the request to be given up')
    await slack.until(() => replies(general, ts).length === 0, 'the reply to go')
  })

  test('before there is any text leaves nothing behind, no status either', async () => {
    const { slack, model, say, replies } = await openStory()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const root = await say(dana, general, 'a thread')
    const ts = await say(dana, general, `<@${slack.botUserId}> never mind`, root)
    const exchange = await model.next()
    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => exchange.isAborted(), 'the request to be given up')
    await slack.until(() => slack.snapshot(dana).statuses.every(({ status }) => status === ''), 'the status to go')
    expect(replies(general, root)).toEqual([])
  })

  test('after it was answered takes all messages of the reply with it', async () => {
    const story = await openStory()
    const { slack, model, say, replies } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const root = await say(dana, general, 'a thread')
    const ts = await say(dana, general, `<@${slack.botUserId}> write much`, root)
    ;(await model.next()).reply('A long sentence, one of many. '.repeat(200))
    await untilWhole(story, general, root)
    expect(replies(general, root)).toHaveLength(2)
    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => replies(general, root).length === 0, 'the reply to go')
  })
})

describe('a Slack that fails', () => {
  test('when the reply is to be deleted is asked again', async () => {
    const story = await openStory()
    const { slack, model, say, replies } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> a secret`)
    ;(await model.next()).reply('A secret.')
    await untilWhole(story, general, ts)
    slack.fault({ method: 'chat.delete', status: 503, body: 'busy' })
    await slack.do({ do: 'delete', as: dana, channel: general, ts })
    await slack.until(() => replies(general, ts).length === 0, 'the reply to go')
  })

  test('when a question by command is posted and looked for costs no question', async () => {
    const story = await openStory({ workspace: { commands: [ask] } })
    const { slack, model, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    slack.fault({ method: 'chat.postMessage', cut: 'after' })
    slack.fault({ method: 'conversations.history', status: 503, body: 'busy' })
    await slack.do({ do: 'command', as: dana, channel: general, command: '/ask', text: 'still there?' })
    ;(await model.next()).reply('Yes.')
    const [asked] = slack.messages(general).filter(({ text }) => text.includes('still there?'))
    await untilReply(general, String(asked?.ts), reply => toSeen(reply) === 'Yes.', 'the answer')
    expect(slack.messages(general).filter(({ text }) => text.includes('still there?'))).toHaveLength(1)
  })
})

describe('a disk that fails', () => {
  test('while a question is edited in the middle of its answer leaves no half answer behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await openStory({ dataDir: folder })
    const { slack, model, say, untilReply, replies } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const other = new DatabaseSync(join(folder, 'threadwise.sqlite'))
    other.exec('begin exclusive')
    const ts = await say(dana, general, `<@${slack.botUserId}> red?`)
    const first = await model.next()
    first.say('Red is')
    await untilReply(general, ts, reply => toSeen(reply) === 'Red is', 'the first text')
    await slack.do({ do: 'edit', as: dana, channel: general, ts, text: `<@${slack.botUserId}> blue?` })
    ;(await model.next()).reply('Blue.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Blue.', 'the answer')
    expect(replies(general, ts)).toHaveLength(1)
    other.exec('rollback')
    other.close()
  })
})

const ask = { command: '/ask', description: '', usageHint: '', shouldEscape: false }

describe('a reply in progress', () => {
  test('is stopped by its button: what was written stays, marked, and can be asked for again', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> count to a thousand`)
    const exchange = await model.next()
    exchange.say('One, two')
    const growing = await untilReply(general, ts, reply => toSeen(reply) === 'One, two', 'the first text')
    await press(story, growing, 'stop_reply', dana)
    const stopped = await untilReply(general, ts, reply => toSeen(reply).includes('Stopped'), 'the mark')
    expect(toSeen(stopped)).toBe('One, two\nStopped. This answer is incomplete.')
    await slack.until(() => exchange.isAborted(), 'the request to be given up')

    await press(story, stopped, 'regenerate_reply', dana)
    const again = await model.next()
    expect(again.prompt).toContain('count to a thousand')
    expect(again.prompt).toContain('assistant: One, two')
    expect(again.prompt).toContain('asks for another one')
    again.reply('Nine hundred and ninety-eight more.')
    const changed = await untilReply(general, ts, reply => toSeen(reply).startsWith('Nine'), 'the other answer')
    expect(changed.ts).toBe(growing.ts)
    expect(story.replies(general, ts)).toHaveLength(1)
  })

  test('is not stopped by somebody else, who is told why; an administrator may', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, mei, admin, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> go on`)
    const exchange = await model.next()
    exchange.say('And on')
    const growing = await untilReply(general, ts, reply => toSeen(reply) === 'And on', 'the first text')
    await press(story, growing, 'stop_reply', mei)
    const told = await slack.until(
      () => slack.snapshot(mei).messages.find(({ ephemeralTo }) => ephemeralTo === mei),
      'the reason',
    )
    expect(toSeen(told)).toBe('只有 Dana 或工作区管理员可以这样做。')
    exchange.say(' and on')
    const grown = await untilReply(general, ts, reply => toSeen(reply) === 'And on and on', 'more text')
    await press(story, grown, 'stop_reply', admin)
    const stopped = await untilReply(general, ts, reply => toSeen(reply).includes('Stopped'), 'the mark')
    expect(toSeen(stopped)).toBe('And on and on\nStopped by Admin. This answer is incomplete.')
  })

  test('is stopped by Slack’s own stop button', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { lee } = slack.people
    const dm = slack.snapshot(lee).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const ts = await say(lee, dm, 'a story please')
    const exchange = await model.next()
    exchange.say('Once')
    await untilReply(dm, ts, reply => toSeen(reply) === 'Once', 'the first text')
    await slack.do({ do: 'stop_session', as: lee, channel: dm, threadTs: ts })
    await untilReply(dm, ts, reply => toSeen(reply) === 'Once\nStopped. This answer is incomplete.', 'the mark')
    await slack.until(() => exchange.isAborted(), 'the request to be given up')
  })
})

describe('an answer', () => {
  test('has the thumbs and a new answer in one row, and below it the model’s name and that AI can make mistakes', async () => {
    const story = await openStory({ model: { name: 'models/qwen/qwen-1.5b' } })
    const { slack, model, say } = story
    const { mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(mei, general, `<@${slack.botUserId}> 二加二？`)
    ;(await model.next()).reply('四。')
    const { blocks = [], text } = await untilWhole(story, general, ts)
    const [, row, line] = blocks
    expect(row).toMatchObject({
      type: 'context_actions',
      elements: [
        { type: 'feedback_buttons', action_id: 'rate_reply' },
        { type: 'icon_button', action_id: 'regenerate_reply', text: { text: '重新回答' } },
      ],
    })
    expect(line).toMatchObject({ type: 'context', elements: [{ text: 'qwen-1.5b · AI 可能出错' }] })
    expect(blocks).toHaveLength(3)
    expect(text).toBe('四。')
  })

  test('is rated by thumbs, each person’s last one counts', async () => {
    const story = await openStory()
    const { slack, model, say, store } = story
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> two and two?`)
    ;(await model.next()).reply('Four.')
    const answer = await untilWhole(story, general, ts)
    const turnId = `${slack.teamId}:${general}:${ts}`
    await rate(story, answer, 'positive_button', dana)
    await rate(story, answer, 'negative_button', mei)
    expect(await store.ratings.of(turnId)).toEqual([
      { user: dana, rating: 'up' },
      { user: mei, rating: 'down' },
    ])
    await rate(story, answer, 'positive_button', mei)
    expect((await store.ratings.of(turnId)).map(({ rating }) => rating)).toEqual(['up', 'up'])
  })

  test('that gets a thumb down asks why, privately; admins see the counts in the app’s home', async () => {
    const story = await openStory()
    const { slack, model, say } = story
    const { dana, mei, admin, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> two and two?`)
    ;(await model.next()).reply('Five.')
    const answer = await untilWhole(story, general, ts)
    const own = (user: string) => slack.snapshot(user).messages.find(({ ephemeralTo }) => ephemeralTo === user)
    await rate(story, answer, 'negative_button', mei)
    const asked = await slack.until(() => own(mei), 'the question')
    expect(toSeen(asked)).toBe('感谢反馈。哪里不满意？（选填）')
    expect(asked.threadTs).toBe(ts)
    const elements = (asked.blocks ?? []).flatMap(({ type, elements }) => (type === 'actions' ? elements : []))
    const names = (elements as { text: SlackJson }[]).map(({ text }) => text.text)
    expect(names).toEqual(['内容有误', '太长', '和这个消息列无关', '其他'])
    await press(story, asked, 'rate_reason_too_long', mei)
    const isThanked = () => slack.snapshot(mei).messages.some(message => toSeen(message) === '谢谢，已记录。')
    await slack.until(isThanked, 'the thanks')
    await rate(story, answer, 'negative_button', dana)
    await press(story, await slack.until(() => own(dana), 'the question'), 'rate_reason_wrong', dana)
    await expect.poll(async () => (await story.store.ratings.count()).map(({ reason }) => reason)).toContain('wrong')
    await rate(story, answer, 'positive_button', admin)
    await expect.poll(async () => (await story.store.ratings.count()).length).toBe(3)

    const homeOf = async (as: string) => {
      await slack.do({ do: 'open_home', as, tab: 'home' })
      return JSON.stringify((await slack.until(() => slack.snapshot(as).home, 'the home')).view)
    }
    const counts = await homeOf(admin)
    expect(counts).toContain('👍 1 · 👎 2')
    expect(counts).toContain('Wrong 1 · Too long 1')
    expect(await homeOf(dana)).not.toContain('👍 1 · 👎 2')
  })

  test('that is shorter the second time leaves no messages of the first behind', async () => {
    const story = await openStory()
    const { slack, model, say, replies } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> explain everything`)
    ;(await model.next()).reply('A long sentence, one of many. '.repeat(200))
    const long = await untilWhole(story, general, ts)
    expect(replies(general, ts)).toHaveLength(2)
    await press(story, long, 'regenerate_reply', dana)
    ;(await model.next()).reply('In short: no.')
    await slack.until(() => replies(general, ts).map(toSeen).join('|') === 'In short: no.', 'one message')
  })

  test('that was deleted by somebody is not written again and again when another is asked for', async () => {
    const story = await openStory()
    const { slack, model, say, store } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> hello`)
    ;(await model.next()).reply('Hello.')
    const answer = await untilWhole(story, general, ts)
    slack.fault({ method: 'chat.update', times: Number.POSITIVE_INFINITY, error: 'message_not_found' })
    await press(story, answer, 'regenerate_reply', dana)
    ;(await model.next()).reply('Hello again.')
    await expect.poll(async () => (await store.turns.load(`${slack.teamId}:${general}:${ts}`))?.state).toBe('withdrawn')
    expect(await store.turns.takeDueForRecheck(Number.MAX_SAFE_INTEGER)).toEqual([])
  })

  test('stays as it is when the thread cannot be read for another one, and the person is told', async () => {
    const story = await openStory()
    const { slack, model, say, replies } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> capital of Peru?`)
    ;(await model.next()).reply('Lima.')
    const answer = await untilWhole(story, general, ts)
    slack.fault({ method: 'conversations.replies', times: 1, error: 'missing_scope' })
    await press(story, answer, 'regenerate_reply', dana)
    const told = await slack.until(
      () => slack.snapshot(dana).messages.find(({ ephemeralTo }) => ephemeralTo === dana),
      'the reason',
    )
    expect(toSeen(told)).toContain('Ask again in a minute')
    expect(replies(general, ts).map(toSeen)).toEqual(['Lima.'])
    expect(model.requests).toHaveLength(1)
  })

  test('is asked for once more only once, however often the button is pressed', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> name a fruit`)
    ;(await model.next()).reply('Apple.')
    const answer = await untilWhole(story, general, ts)
    await Promise.all([1, 2, 3].map(() => press(story, answer, 'regenerate_reply', dana)))
    ;(await model.next()).reply('Pear.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Pear.', 'the other answer')
    expect(model.requests).toHaveLength(2)
  })

  test('that failed offers to be tried again', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> hello`)
    ;(await model.next()).status(401, { error: { message: 'no' } })
    const failed = await untilReply(general, ts, reply => toSeen(reply).includes('rejected my API key'), 'the failure')
    await press(story, failed, 'regenerate_reply', dana)
    ;(await model.next()).reply('Hello.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Hello.', 'the answer')
    expect(story.replies(general, ts)).toHaveLength(1)
  })

  test('to a question that is gone from memory says so', async () => {
    const story = await openStory()
    const { slack, model, say, store } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await say(dana, general, `<@${slack.botUserId}> hello`)
    ;(await model.next()).reply('Hello.')
    const answer = await untilWhole(story, general, ts)
    await slack.until(() => slack.acks.every(({ ackedAt }) => ackedAt !== undefined), 'all to be acknowledged')
    await expect.poll(() => store.turns.prune(Date.now() + 1)).toBe(1)
    await press(story, answer, 'regenerate_reply', dana)
    const told = await slack.until(
      () => slack.snapshot(dana).messages.find(({ ephemeralTo }) => ephemeralTo === dana),
      'the reason',
    )
    expect(toSeen(told)).toBe('I no longer remember this question. Ask it again.')
  })
})

test('a queue that grows tells the person how many are before them', async () => {
  const { slack, model, say, untilReply } = await openStory()
  const { dana, mei, general } = { ...slack.people, ...slack.channels }
  const ts = await say(dana, general, `<@${slack.botUserId}> one`)
  const first = await model.next()
  await say(dana, general, 'two', ts)
  const status = () => slack.snapshot(dana).statuses.find(({ threadTs }) => threadTs === ts)?.status
  await slack.until(() => status() === 'is answering one question before yours…', 'the first status')
  await say(mei, general, 'three', ts)
  await slack.until(() => status() === '前面还有 2 个问题…', 'the second status')
  first.reply('One.')
  for (const word of ['Two.', 'Three.']) (await model.next()).reply(word)
  await untilReply(general, ts, reply => toSeen(reply) === 'Three.', 'the last answer')
})

/** Waits until the thread's last reply is whole, and its turn with it. */
function untilWhole(story: Story, channel: string, threadTs: string): Promise<PageMessage> {
  return story.untilReply(channel, threadTs, reply => findButton(reply, 'regenerate_reply') !== undefined, 'the end')
}

function findButton(message: PageMessage, actionId: string): { blockId: string; element: SlackJson } | undefined {
  for (const block of message.blocks ?? []) {
    const element = ((block.elements ?? []) as SlackJson[]).find(({ action_id }) => action_id === actionId)
    if (element !== undefined) return { blockId: String(block.block_id), element }
  }
  return undefined
}

async function press({ slack }: Story, message: PageMessage, actionId: string, as: string): Promise<void> {
  const { blockId } = findButton(message, actionId) ?? {}
  const place = { channel: message.channel, ts: message.ts, blockId: String(blockId) }
  const done = await slack.do({ do: 'act', as, ...place, action: { action_id: actionId } })
  if (!done.ok) throw new Error(done.error)
}

/** Presses a thumb; Slack sends the value of the one that was pressed. */
async function rate({ slack }: Story, message: PageMessage, thumb: string, as: string): Promise<void> {
  const { blockId, element } = findButton(message, 'rate_reply') as { blockId: string; element: SlackJson }
  const { value } = element[thumb] as { value: string }
  const action = { action_id: 'rate_reply', type: 'feedback_buttons', value }
  await slack.do({ do: 'act', as, channel: message.channel, ts: message.ts, blockId, action })
}

/** Waits until the bot has acknowledged such a change of a message, and done with it what it does. */
async function untilHeard(slack: Story['slack'], subtype: string): Promise<void> {
  const isIt = ({ payload, ackedAt }: { payload: SlackJson; ackedAt?: number }) =>
    ackedAt !== undefined && (payload.event as SlackJson | undefined)?.subtype === subtype
  await slack.until(() => slack.acks.some(isIt), `a ${subtype}`)
  await new Promise(resolve => setImmediate(resolve))
}
