import { expect, test } from 'vitest'
import { command, instructionsOf, open, openHome, pressIn, submit, untilModal, untilTold } from '../settings-story.ts'
import { onePixel, type Story } from '../story.ts'
import { hasButton } from '../summary-story.ts'

const ask = async (story: Story, text: string, threadTs?: string, files?: string[]) => {
  const { slack } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const result = await slack.do({
    do: 'say',
    as: dana,
    channel: general,
    text,
    ...(threadTs && { threadTs }),
    ...(files && { files }),
  })
  return String(result.ts)
}

const shortcut = async ({ slack }: Story, as: string, channel: string, ts: string) => {
  const done = await slack.do({ do: 'message_shortcut', as, channel, ts, callbackId: 'explain_message' })
  if (!done.ok) throw new Error(done.error)
}

test('an answer is explained to one person by its shortcut, by words in its thread and by the command: rule, files, instructions, model, tokens', async () => {
  const story = await open({ model: { name: 'gpt-4o', images: false } })
  const { slack, model, replies, untilReply } = story
  const { admin, dana, lee, mei, general } = { ...slack.people, ...slack.channels }
  const home = await openHome(story, admin)
  await pressIn(story, admin, { view: home, actionId: 'open_settings' })
  await submit(story, admin, await untilModal(story, admin), instructionsOf('Be brief.'))

  const notes = slack.upload(dana, 'notes_*final*.txt', Buffer.from('hello')).id
  const photo = slack.upload(dana, 'photo.png', Buffer.from(onePixel, 'base64')).id
  const ts = await ask(story, `<@${slack.botUserId}> what is this?`, undefined, [notes, photo])
  ;(await model.next()).reply('It is a secret.')
  const answer = await untilReply(general, ts, reply => hasButton(reply, 'rate_reply'), 'the answer')

  const card =
    /It mentioned me.*Read: 1 message.*notes.*Not read: photo\.png \(.*can’t see pictures.*Instructions: for the workspace.*Model: gpt-4o.*Tokens: 11 in, 7 out.*Cost: \$0\.000098/s
  await shortcut(story, lee, general, answer.ts)
  const told = await untilTold(story, lee, card)
  expect(`${told.text}${JSON.stringify(told.blocks)}`).not.toContain('It is a secret')
  await ask(story, `<@${slack.botUserId}> why did you answer?`, ts)
  await untilTold(story, dana, card)
  await story.say(mei, general, `<@${slack.botUserId}> 为什么回答？`, ts)
  await untilTold(story, mei, /消息里 @ 了我.*已读：1 条消息.*工作区的.*输入 11，输出 7.*费用：\$0\.000098/s)
  await command(story, lee, general, 'why')
  await slack.until(
    () =>
      slack.calls.filter(({ method, args }) => method === 'response_url' && card.test(JSON.stringify(args))).length ===
      2,
    'the card',
  )
  expect(replies(general, ts)).toHaveLength(1)
  expect(model.requests).toHaveLength(1)

  // A question about what was said is none about the bot.
  await ask(story, `<@${slack.botUserId}> why?`, ts)
  expect((await model.next()).prompt).toContain('why?')
})

test('a silence is explained by the name of its rule', async () => {
  const story = await open()
  const { slack, say, model, untilReply } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  const latest = async (rule: RegExp) => {
    await command(story, dana, general, 'why')
    return untilTold(story, dana, rule)
  }
  const unaddressed = await say(lee, general, 'Who has the key?')
  await latest(/stayed silent.*> Who has the key\?.*It doesn’t mention me\. In a channel/s)
  const foreign = await say(dana, general, 'I have it.', unaddressed)
  await shortcut(story, dana, general, foreign)
  await untilTold(story, dana, /I’m not part of that thread/)
  const ts = await say(lee, general, `<@${slack.botUserId}> hello?`)
  ;(await model.next()).reply('Hello.')
  await untilReply(general, ts, reply => hasButton(reply, 'rate_reply'), 'the answer')
  for (const [text, rule] of [
    ['thanks!', /doesn’t ask for anything/],
    [`<@${dana}> and you?`, /It’s addressed to someone else/],
  ] as const) {
    await shortcut(story, dana, general, await say(lee, general, text, ts))
    await untilTold(story, dana, rule)
  }
})

test('what is kept for an explanation holds no words, and a file’s name goes with its message', async () => {
  const story = await open()
  const { slack, model, untilReply, store } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  await command(story, dana, general, 'why')
  await untilTold(story, dana, /haven’t seen any messages here/)
  const file = slack.upload(dana, 'salaries.txt', Buffer.from('hello')).id
  const root = await ask(story, 'Here it is.', undefined, [file])
  const ts = await ask(story, `<@${slack.botUserId}> read it`, root)
  ;(await model.next()).reply('Done.')
  await untilReply(general, root, reply => hasButton(reply, 'rate_reply'), 'the answer')
  const factsOf = async () => (await store.turns.load(`${slack.teamId}:${general}:${ts}`))?.facts ?? ''
  await expect.poll(factsOf).toContain('salaries.txt')
  expect(await factsOf()).not.toContain('read it')
  await slack.do({ do: 'delete', as: dana, channel: general, ts: root })
  await expect.poll(factsOf).not.toContain('salaries.txt')
})

test('the cost of an answer is shown, as an estimate where the server did not count, and as unknown without a price', async () => {
  const usage = {
    prompt_tokens: 3_000,
    prompt_tokens_details: { cached_tokens: 1_000 },
    completion_tokens: 900,
    completion_tokens_details: { reasoning_tokens: 400 },
  }
  const counted = { choices: [{ delta: {}, finish_reason: 'stop' }], usage }
  const prices = { in: 2, cachedIn: 1, out: 10 }
  for (const [model, end, card] of [
    [
      { prices },
      `data: ${JSON.stringify(counted)}\n\n`,
      /Tokens: 3,000 in \(1,000 from the cache\), 900 out \(400 for reasoning\)\n.*Cost: \$0\.014\n/,
    ],
    [{ prices }, '', /Tokens: [\d,]+ in, \d+ out \(estimate\)\n.*Cost: \$0\.0[\d.]+ \(estimate\)/],
    [{ name: 'no-such-price' }, '', /Cost: I don’t know this model’s price/],
  ] as const) {
    const story = await open({ model })
    const { slack, untilReply } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    const ts = await ask(story, `<@${slack.botUserId}> how much?`)
    const exchange = await story.model.next()
    exchange.say('Much.')
    exchange.raw(`${end}data: [DONE]\n\n`)
    exchange.finish()
    await untilReply(general, ts, reply => hasButton(reply, 'rate_reply'), 'the answer')
    // The end of the turn is saved a moment later.
    await expect
      .poll(async () => {
        await command(story, dana, general, 'why')
        return slack.snapshot(dana).messages.findLast(({ ephemeralTo }) => ephemeralTo === dana)?.text ?? ''
      })
      .toMatch(card)
  }
})
