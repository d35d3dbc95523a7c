/** Stories about questions that people ask nobody in particular, in channels where the bot may help if it is sure. */

import { expect, onTestFinished, test } from 'vitest'
import { readManifest } from '../../playground/manifest.ts'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { openDatabase, withPostgres } from '../postgres.ts'
import { openWorld } from '../process.ts'
import type { Exchange } from '../scripted-model.ts'
import { allowUnasked, command, onBothStores, open, untilTold } from '../settings-story.ts'
import { connect, type Story, toSeen } from '../story.ts'
import { hasButton, idOf, press } from '../summary-story.ts'

const question = 'Where do I find the VPN guide?'
const guide = 'The VPN guide is on the intranet under IT, page 12.'
const sure = (exchange: Exchange, more: object = {}) => ({
  answer: true,
  confidence: 0.97,
  text: 'It’s on the intranet under IT, page 12.',
  sources: [{ id: idOf(exchange.prompt, 'The VPN guide') ?? '', quote: 'on the intranet under IT, page 12' }],
  ...more,
})

const askWhy = async ({ slack }: Story, as: string, { channel, ts }: { channel: string; ts: string }) => {
  const done = await slack.do({ do: 'message_shortcut', as, channel, ts, callbackId: 'explain_message' })
  if (!done.ok) throw new Error(done.error)
}

/** Waits until the bot has decided about a question, and gives the rule. */
const untilLeftAlone = ({ slack, store }: Story, channel: string, ts: string): Promise<string> =>
  expect
    .poll(async () => (await store.turns.load(`${slack.teamId}:${channel}:${ts}`))?.state, { timeout: 5_000 })
    .toBe('passed')
    .then(async () => {
      const turn = await store.turns.load(`${slack.teamId}:${channel}:${ts}`)
      return String(JSON.parse(turn?.facts ?? '{}').refusal)
    })

onBothStores('a channel where the bot may help unasked', openStory => {
  test('gets an answer with its sources when nobody else gave one, and one 👎 keeps the bot quiet there for a day', async () => {
    const story = await openStory()
    const { slack, model, say, untilReply, replies } = story
    const { admin, dana, lee, mei, general } = { ...slack.people, ...slack.channels }
    await allowUnasked(story, general)
    const source = await say(lee, general, guide)
    // Another replica hears of the setting a moment later.
    const asked: string[] = []
    const ask = async () => {
      if (model.requests.length === 0) asked.push(await say(dana, general, question))
      return model.requests.length
    }
    await expect.poll(ask, { interval: 2_000, timeout: 30_000 }).toBe(1)
    const exchange = await model.next()
    expect(exchange.prompt.trim().endsWith('</question>')).toBe(true)
    expect(slack.calls.filter(({ method }) => method === 'assistant.threads.setStatus')).toEqual([])
    exchange.reply(JSON.stringify(sure(exchange)))
    const isAnswer = (reply: PageMessage) => hasButton(reply, 'rate_reply')
    const answer = await slack.until(() => asked.flatMap(ts => replies(general, ts)).find(isAnswer), 'the answer')
    const ts = String(answer.threadTs)
    expect(toSeen(answer)).toMatch(/Nobody asked me.*It’s on the intranet.*“on the intranet under IT, page 12” \[Lee/s)
    expect(toSeen(answer)).toContain(`/p${source.replace('.', '')}`)

    await askWhy(story, mei, answer)
    await untilTold(story, mei, /没有人问我.*已读：1 条消息.*gpt-4o/s)
    // The thread stays that of the people in it.
    await say(lee, general, 'Is that the new one?', ts)
    await press(slack, answer, 'rate_reply', lee, 'negative_button')
    expect(replies(general, ts)).toHaveLength(1)

    const next = await say(dana, general, 'And where is the VPN guide for phones?')
    expect(await untilLeftAlone(story, general, next)).toBe('ambient_muted')
    await command(story, dana, general, 'why')
    await untilTold(story, dana, /someone rated an unprompted answer here 👎/)

    await press(slack, answer, 'stop_unasked_answers', dana)
    await untilTold(story, dana, /Only admins of this workspace and the person who created this channel/)
    await press(slack, answer, 'stop_unasked_answers', admin)
    await untilTold(story, admin, /I’ll only answer when I’m mentioned/)
    await say(dana, general, 'Does the VPN guide cover Linux?')
    // Who asks the bot is answered in the same thread as ever.
    await say(lee, general, `<@${slack.botUserId}> is that the new one?`, ts)
    const second = await model.next()
    expect(second.prompt).toContain('Nobody asked me')
    second.reply('I don’t know.')
    await untilReply(general, ts, reply => reply.text === 'I don’t know.', 'the answer')
    expect(model.requests).toHaveLength(2)
  })
})

/** What people do before the bot would answer, and the rule by which it then keeps quiet. */
const silences: [rule: string, act: (story: Story, ts: string) => Promise<unknown>][] = [
  ['ambient_answered', ({ slack, say }, ts) => say(slack.people.lee, general(slack), 'On the intranet.', ts)],
  [
    'ambient_answered',
    ({ slack }, ts) => slack.do({ do: 'react', as: slack.people.lee, channel: general(slack), ts, name: 'eyes' }),
  ],
  ['ambient_answered', ({ slack, say }) => say(slack.people.lee, general(slack), 'Ask IT, they know.')],
]
const general = ({ channels }: Story['slack']) => channels.general

test('a question is left alone without a word to the model when somebody replies, reacts or goes on talking meanwhile, and leaves no trace once it is reworded, deleted or forgotten', async () => {
  const story = await open()
  const { slack, model, say } = story
  await allowUnasked(story, general(slack))
  await say(slack.people.lee, general(slack), guide)
  for (const [rule, act] of silences) {
    const ts = await say(slack.people.dana, general(slack), question)
    await act(story, ts)
    expect(await untilLeftAlone(story, general(slack), ts)).toBe(rule)
  }
  const { dana: as } = slack.people
  const channel = general(slack)
  const erasures: ((ts: string) => Promise<unknown>)[] = [
    ts => slack.do({ do: 'edit', as, channel, ts, text: 'Where is IT?' }),
    ts => slack.do({ do: 'delete', as, channel, ts }),
    () => story.store.forgetting.person(as),
  ]
  const erased: string[] = []
  await allowUnasked(story, channel, { seconds: 1.5 })
  for (const erase of erasures) {
    const ts = await say(as, channel, question)
    const isSaved = () => slack.acks.some(one => one.ackedAt !== undefined && JSON.stringify(one.payload).includes(ts))
    await slack.until(isSaved, 'the ack')
    await erase(ts)
    erased.push(ts)
  }
  // A later question is decided after them.
  const ts = await say(as, channel, question)
  await say(slack.people.lee, channel, 'On the intranet.', ts)
  await untilLeftAlone(story, channel, ts)
  for (const one of erased) expect(await story.store.turns.load(`${slack.teamId}:${channel}:${one}`)).toBeUndefined()
  expect(model.requests).toEqual([])
})

test('the model’s answer is thrown away when it is unsure, has no source, quotes or counts what nobody wrote, or somebody was faster', async () => {
  const story = await open()
  const { slack, model, say, replies } = story
  const { dana, lee, channels } = { ...slack.people, ...slack }
  await allowUnasked(story, channels.general, { seconds: 0 })
  await say(lee, channels.general, guide)
  const party = '年会定在12月18日晚上6点，地点是南山会议中心二楼。'
  await say(lee, channels.general, party)
  const ask = async (answer: (exchange: Exchange) => object | string) => {
    const ts = await say(dana, channels.general, question)
    const exchange = await model.next()
    const said = answer(exchange)
    exchange.reply(typeof said === 'string' ? said : JSON.stringify(said))
    expect(await untilLeftAlone(story, channels.general, ts)).toMatch(/^ambient_(?:unsure|answered)$/)
    expect(replies(channels.general, ts)).toEqual([])
  }
  await ask(() => ({ answer: false, confidence: 0, text: '', sources: [] }))
  await ask(exchange => sure(exchange, { confidence: 0.8 }))
  await ask(exchange => sure(exchange, { sources: [] }))
  await ask(exchange => sure(exchange, { sources: [{ id: '1', quote: 'on the old server' }] }))
  await ask(exchange => sure(exchange, { text: 'Lee said “you find it on the old server”.' }))
  await ask(exchange => sure(exchange, { text: 'It’s on page 13.' }))
  // As Qwen2.5-Coder-1.5B answered: by a question that was asked before, and by what has nothing to do with either.
  await ask(({ prompt }) => ({
    ...{ answer: true, confidence: 0.9, text: 'You find it there.' },
    sources: [{ id: idOf(prompt, 'Where do I find'), quote: question }],
  }))
  await ask(({ prompt }) => ({
    ...{ answer: true, confidence: 0.95, text: '小梅' },
    sources: [{ id: idOf(prompt, '年会'), quote: party }],
  }))
  await ask(() => 'On the intranet.')
  const ts = await say(dana, channels.general, question)
  const exchange = await model.next()
  await say(lee, channels.general, 'Page 12!', ts)
  exchange.reply(JSON.stringify(sure(exchange)))
  expect(await untilLeftAlone(story, channels.general, ts)).toBe('ambient_answered')
  await askWhy(story, dana, { channel: channels.general, ts })
  await untilTold(story, dana, /someone replied, reacted or went on talking/)
  const failing = await say(dana, channels.general, question)
  ;(await model.next()).status(401, { error: { message: 'no' } })
  expect(await untilLeftAlone(story, channels.general, failing)).toBe('ambient_failed')
  expect(slack.calls.filter(({ method }) => /^chat\.post/.test(method))).toEqual([])
})

test('it is off until an admin switches it on, bounded by the hour, and takes no app’s, guest’s or addressed question', async () => {
  const story = await open()
  const { slack, model, say, untilReply } = story
  const { dana, lee, admin, channels } = { ...slack.people, ...slack }
  await say(lee, channels.general, guide)
  await say(dana, channels.general, question)
  await allowUnasked(story, channels.general, { seconds: 0, perHour: 1 })
  await say(dana, channels.general, `<@${lee}> where is the VPN guide?`)
  await say(dana, channels.general, 'The VPN guide is great.')
  const ts = await say(dana, channels.general, question)
  const exchange = await model.next()
  exchange.reply(JSON.stringify(sure(exchange)))
  await untilReply(channels.general, ts, reply => hasButton(reply, 'stop_unasked_answers'), 'the answer')
  const next = await say(dana, channels.general, 'And where is the VPN guide for phones?')
  const second = await model.next()
  second.reply(JSON.stringify(sure(second)))
  expect(await untilLeftAlone(story, channels.general, next)).toBe('ambient_bound')
  await command(story, admin, channels.general, 'settings')
  expect(model.requests).toHaveLength(2)
})

withPostgres('two replicas in a channel where the bot may help unasked', () => {
  test('answer a question once, also when both hear it, and together no more than the hour allows', async () => {
    const databaseUrl = await openDatabase()
    const story = await open({ databaseUrl })
    const { slack, model, store, say, replies } = story
    const { dana, lee, channels } = { ...slack.people, ...slack }
    await allowUnasked(story, channels.general, { seconds: 0, perHour: 1 })
    // It knows as it starts what was set before.
    const other = await connect(slack, model, { databaseUrl })
    onTestFinished(() => other.app.stop())
    await say(lee, channels.general, guide)
    const asked = [await say(dana, channels.general, question)]
    const heard = slack.acks.find(({ payload }) => JSON.stringify(payload).includes(`"ts":"${asked[0]}"`))?.payload
    await slack.deliver((heard as { event: SlackJson }).event, { times: 2 })
    const first = await model.next()
    // A replica looks at one question at a time: the second is for the other one.
    const askAgain = async () => {
      if (model.requests.length < 2)
        asked.push(await say(dana, channels.general, 'And where is the VPN guide for phones?'))
      return model.requests.length
    }
    await expect.poll(askAgain, { interval: 300, timeout: 20_000 }).toBe(2)
    const second = await model.next()
    for (const exchange of [first, second]) exchange.reply(JSON.stringify(sure(exchange)))
    const readStates = () =>
      Promise.all(asked.map(async ts => (await store.turns.load(`${slack.teamId}:${channels.general}:${ts}`))?.state))
    const isDecided = async () => (await readStates()).every(state => state === 'passed' || state === 'volunteered')
    await expect.poll(isDecided, { interval: 100, timeout: 20_000 }).toBe(true)
    expect((await readStates()).filter(state => state === 'volunteered')).toHaveLength(1)
    expect(asked.flatMap(ts => replies(channels.general, ts))).toHaveLength(1)
    expect(model.requests).toHaveLength(2)
  })
})

test('a process that is killed between question and answer answers once when it is back', async () => {
  const world = await openWorld('socket', { SLACK_READS_PER_MINUTE: '1000' }, await readManifest())
  const { slack, model, bot, dana, general } = world
  await bot.untilSays('ready')
  await allowUnasked(world, general, { seconds: 1 })
  await slack.do({ do: 'say', as: slack.people.lee, channel: general, text: guide })
  const { ts = '' } = await slack.do({ do: 'say', as: dana, channel: general, text: question })
  await slack.until(
    () =>
      slack.acks.some(({ payload, ackedAt }) => ackedAt !== undefined && JSON.stringify(payload).includes(String(ts))),
    'the ack',
  )
  await world.crash(bot)
  model.answerAll(exchange => exchange.reply(JSON.stringify(sure(exchange))))
  await world.restart()
  const replies = () => slack.messages(general, String(ts)).filter(({ user }) => user === slack.botUserId)
  await slack.until(() => replies().some(reply => hasButton(reply, 'rate_reply')), 'the answer')
  expect(replies()).toHaveLength(1)
})
