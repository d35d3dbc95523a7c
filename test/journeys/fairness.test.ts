import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PageMessage } from '../../playground/protocol.ts'
import { openStory, type Story, toSeen } from '../story.ts'

const bounds = { running: 3, waiting: 4 }
const most = bounds.running + bounds.waiting

/** A private notice that a person has too many questions waiting. */
const isNotice = (to: string) => (message: PageMessage) =>
  message.ephemeralTo === to && message.text.includes('questions waiting')

const countNotices = ({ slack }: Story, to: string) => slack.snapshot(to).messages.filter(isNotice(to)).length

const isWhole = (reply: PageMessage) => toSeen(reply).includes('.')

const mention = (story: Story, as: string, text: string, threadTs?: string) =>
  story.say(as, story.slack.channels.general, `<@${story.slack.botUserId}> ${text}`, threadTs)

test('a person who asks while another floods the bot is answered at once, and the other is told once, privately', async () => {
  const story = await openStory({ config: { bounds } })
  const { slack, model, replies, untilReply } = story
  const { dana, lee } = slack.people
  const { general } = slack.channels
  const flood = await Promise.all(Array.from({ length: 60 }, (_, number) => mention(story, dana, `flood ${number}`)))
  const running = await Promise.all(Array.from({ length: bounds.running }, () => model.next()))
  const asked = await mention(story, lee, 'and me?')
  const own = await model.next()
  expect(own.prompt).toContain('and me?')
  expect(model.requests).toHaveLength(bounds.running + 1)
  own.reply('Yes.')
  await untilReply(general, asked, isWhole, 'the answer')
  await slack.until(() => countNotices(story, dana) === 1, 'the notice')
  model.answerAll(exchange => exchange.reply('Here.'))
  for (const exchange of running) exchange.reply('Here.')
  const answered = () => flood.filter(ts => replies(general, ts).some(isWhole))
  await slack.until(() => answered().length === most, 'the answers to the flood')
  // Nothing was posted for what was declined, and a question is welcome again.
  const again = await mention(story, dana, 'one more?')
  await untilReply(general, again, isWhole, 'the answer to one more')
  expect(flood.filter(ts => replies(general, ts).length > 0)).toHaveLength(most)
  expect(countNotices(story, dana)).toBe(1)
  expect(countNotices(story, lee)).toBe(0)
})

test('a flood in one thread is told of in that thread', async () => {
  const story = await openStory({ config: { bounds } })
  const { slack, model } = story
  const { dana } = slack.people
  const ts = await mention(story, dana, 'question 0')
  const first = await model.next()
  for (let number = 1; number < 15; number += 1)
    await story.say(dana, slack.channels.general, `question ${number}, please`, ts)
  const notice = await slack.until(() => slack.snapshot(dana).messages.find(isNotice(dana)), 'the notice')
  expect(notice.threadTs).toBe(ts)
  model.answerAll(exchange => exchange.reply('Here.'))
  first.reply('Here.')
  await slack.until(
    () => story.replies(slack.channels.general, ts).filter(isWhole).length === bounds.waiting + 1,
    'all',
  )
  expect(countNotices(story, dana)).toBe(1)
})

test('messages in threads of other people count against nobody, however many they are', async () => {
  const story = await openStory({ config: { bounds, readsPerMinute: 1 } })
  const { slack, model, say, untilReply } = story
  const { dana, lee } = slack.people
  const { general } = slack.channels
  const threads = await Promise.all(Array.from({ length: 20 }, (_, number) => say(lee, general, `topic ${number}`)))
  for (const thread of threads) await say(dana, general, 'I agree', thread)
  const asked = await mention(story, dana, 'who agrees?')
  ;(await model.next()).reply('Dana.')
  await untilReply(general, asked, isWhole, 'the answer')
  expect(countNotices(story, dana)).toBe(0)
})

test('questions by command beyond the bound are refused with the reason, and not posted', async () => {
  const story = await openStory({
    config: { bounds },
    workspace: { commands: [{ command: '/ask', description: 'Ask', usageHint: '[question]' }] },
  })
  const { slack, model } = story
  const { dana } = slack.people
  const { general } = slack.channels
  const posts = () =>
    slack.messages(general).filter(one => one.user === slack.botUserId && (one.threadTs ?? one.ts) === one.ts)
  await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      slack.do({ do: 'command', as: dana, channel: general, command: '/ask', text: `command ${number}` }),
    ),
  )
  await slack.until(() => countNotices(story, dana) === 12 - most, 'the refusals')
  await slack.until(() => posts().length === most, 'the posted questions')
  model.answerAll(exchange => exchange.reply('Here.'))
  await slack.until(() => posts().every(({ ts }) => story.replies(general, ts).some(isWhole)), 'the answers')
  expect(posts()).toHaveLength(most)
  expect(model.requests).toHaveLength(most)
})

test('mentions that were missed in a flood pass the same bound, and the person is told once', async () => {
  const story = await openStory({ config: { bounds }, dataDir: await mkdtemp(join(tmpdir(), 'threadwise-fairness-')) })
  const { slack, model, app, reconnect, replies } = story
  const { dana } = slack.people
  const { general } = slack.channels
  model.answerAll(exchange => exchange.reply('Here.'))
  const before = await mention(story, dana, 'hello?')
  await story.untilReply(general, before, isWhole, 'the answer')
  await app.stop()
  const missed = await Promise.all(Array.from({ length: 30 }, (_, number) => mention(story, dana, `missed ${number}`)))
  await reconnect()
  await slack.until(() => missed.filter(ts => replies(general, ts).some(isWhole)).length >= most, 'the answers', 60_000)
  await slack.until(() => countNotices(story, dana) === 1, 'the notice')
})

test('an answer without end is ended after some twenty-five messages, and others in its channel get theirs meanwhile', {
  timeout: 150_000,
}, async () => {
  const story = await openStory()
  const { slack, model, replies, untilReply } = story
  const { dana, lee, mei } = slack.people
  const { general } = slack.channels
  const endless = await mention(story, dana, 'tell me everything')
  const exchange = await model.next()
  // Slack's escapes make each of these characters four or five.
  for (let count = 0; count < 90; count += 1) exchange.say(`${'a & b < c > d '.repeat(58)}\n\n`)
  const ofEndless = () => replies(general, endless).length
  await slack.until(() => ofEndless() > 3, 'several messages of it')
  model.answerAll(other => other.reply('Short.'))
  const asked = await Promise.all([lee, mei, dana, lee, mei].map(person => mention(story, person, 'and in short?')))
  for (const ts of asked) await untilReply(general, ts, isWhole, 'the short answer')
  // It was at its fourth message of some twenty-five; a busy machine posts a few more.
  expect(ofEndless()).toBeLessThanOrEqual(12)
  const isEnded = () => replies(general, endless).some(reply => toSeen(reply).includes('going on too long'))
  await slack.until(isEnded, 'its end', 110_000)
  expect(ofEndless()).toBeLessThanOrEqual(28)
  expect(exchange.isAborted()).toBe(true)
})

test('a question whose thread must be read is answered while a flood of follow-ups in old threads waits to be checked', async () => {
  const story = await openStory({ config: { readsPerMinute: 20 } })
  const { slack, model, say, app, reconnect, untilReply } = story
  const { dana, lee } = slack.people
  const { general } = slack.channels
  const threads = await Promise.all(Array.from({ length: 80 }, (_, number) => say(lee, general, `topic ${number}`)))
  const old = await say(lee, general, 'We launch on Friday.')
  // The next bot has heard of none of them.
  const heard = await mention(story, dana, 'all heard?')
  ;(await model.next()).reply('All.')
  await untilReply(general, heard, isWhole, 'the answer of the first bot')
  await app.stop()
  const next = await reconnect()
  for (const thread of threads) await say(lee, general, 'what about this one?', thread)
  const reads = () => slack.calls.filter(({ method }) => method === 'conversations.replies')
  await slack.until(() => reads().length > 0, 'the first check')
  await say(dana, general, `<@${slack.botUserId}> when do we launch?`, old)
  const exchange = await model.next()
  expect(exchange.prompt).toContain('We launch on Friday.')
  expect(reads().filter(({ args }) => args.ts !== old).length).toBeLessThanOrEqual(4)
  exchange.reply('On Friday.')
  await untilReply(general, old, isWhole, 'the answer')
  expect(model.requests).toHaveLength(2)
  await next.stop()
  expect(threads.flatMap(thread => story.replies(general, thread))).toEqual([])
})
