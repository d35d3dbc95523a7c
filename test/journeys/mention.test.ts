import { describe, expect, test } from 'vitest'
import { openStory, toSeen } from '../story.ts'

describe.each(['socket', 'http'] as const)('over %s', transport => {
  test('a mention is answered in its thread, which grows while the model speaks', async () => {
    const { slack, model, say, untilReply } = await openStory({ transport })
    const { dana } = slack.people
    const { general } = slack.channels

    const ts = await say(dana, general, `<@${slack.botUserId}> what is a thread?`)
    await slack.until(
      () => slack.snapshot(dana).statuses.find(({ threadTs, status }) => threadTs === ts && status !== ''),
      'a status',
    )
    const exchange = await model.next()
    expect(exchange.prompt).toContain('what is a thread?')
    exchange.say('A thread ')
    await untilReply(general, ts, reply => toSeen(reply).includes('A thread'), 'the first text')
    exchange.say('keeps answers **together**.')
    await untilReply(general, ts, reply => toSeen(reply).includes('**together**'), 'more text')
    exchange.say('\n\nThat is all.')
    exchange.end()
    const reply = await untilReply(general, ts, reply => toSeen(reply).includes('That is all.'), 'the whole text')

    expect(toSeen(reply)).toBe('A thread keeps answers **together**.\n\nThat is all.')
    expect(reply.text).toBe('A thread keeps answers *together*.\n\nThat is all.')
    expect(reply.threadTs).toBe(ts)
    expect(slack.versions(general, reply.ts).length).toBeGreaterThanOrEqual(3)
    expect(slack.snapshot(dana).statuses.filter(({ status }) => status !== '')).toEqual([])
  })

  test('the thread goes on without a mention, and has the context', async () => {
    const { slack, model, say, untilReply } = await openStory({ transport })
    const { dana, mei } = slack.people
    const { general } = slack.channels
    const ts = await say(dana, general, `<@${slack.botUserId}> remember the number 42`)
    ;(await model.next()).reply('I will.')
    await untilReply(general, ts, reply => toSeen(reply) === 'I will.', 'the answer')

    await say(mei, general, 'which number was it?', ts)
    const second = await model.next()
    expect(second.prompt).toContain('remember the number 42')
    expect(second.prompt).toContain('assistant: I will.')
    expect(second.prompt).toMatch(/from="小梅"[^>]*>which number was it\?/)
    second.reply('It was 42.')
    await untilReply(general, ts, reply => toSeen(reply) === 'It was 42.', 'the second answer')
  })

  test('a direct message needs no mention; its answers stand in its thread', async () => {
    const { slack, model, say, untilReply } = await openStory({ transport })
    const { lee } = slack.people
    const dm = slack.snapshot(lee).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const ts = await say(lee, dm, 'hello there')
    ;(await model.next()).reply('Hello, Lee.')
    await untilReply(dm, ts, reply => toSeen(reply) === 'Hello, Lee.', 'the answer')
    await say(lee, dm, 'and again?', ts)
    const second = await model.next()
    expect(second.prompt).toContain('hello there')
    second.reply('Again.')
    await untilReply(dm, ts, reply => toSeen(reply) === 'Again.', 'the second answer')
    expect(slack.snapshot(lee).titles[`${dm}:${ts}`]).toBe('hello there')
  })
})

describe('one question is one turn', () => {
  const orders = { 'mention first': ['app_mention', 'message'], 'message first': ['message', 'app_mention'] }
  test.each(Object.entries(orders))('whatever Slack sends: three copies of each, %s', async (_, order) => {
    const { slack, model, say, untilReply, replies } = await openStory()
    const { dana } = slack.people
    const { general } = slack.channels
    const other = await say(dana, general, 'no mention here')
    const ts = '1790000000.000100'
    for (let copy = 0; copy < 3; copy += 1) {
      for (const type of order) {
        const event = {
          type,
          channel: general,
          user: dana,
          ts,
          event_ts: ts,
          text: `<@${slack.botUserId}> once?`,
          ...(type === 'message' && { channel_type: 'channel' }),
        }
        await slack.deliver(event, { times: 1 })
      }
    }
    const exchange = await model.next()
    exchange.reply('Once.')
    await slack.until(
      () => slack.calls.some(({ method, args }) => method === 'chat.postMessage' && args.thread_ts === ts),
      'the reply',
    )
    // Another turn of the same bot, begun later, has been answered: nothing of the first can still be on its way.
    const later = await say(dana, general, `<@${slack.botUserId}> and now?`)
    ;(await model.next()).reply('Now.')
    await untilReply(general, later, reply => toSeen(reply) === 'Now.', 'the later answer')
    expect(model.requests).toHaveLength(2)
    expect(
      slack.calls.filter(({ method, args }) => method === 'chat.postMessage' && args.thread_ts === ts),
    ).toHaveLength(1)
    expect(replies(general, other)).toEqual([])
  })

  test('a thread’s questions are answered one at a time and in order', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = await say(dana, general, `<@${slack.botUserId}> first`)
    const first = await model.next()
    first.say('One')
    await say(lee, general, 'second', ts)
    await say(dana, general, 'third', ts)
    await untilReply(general, ts, reply => toSeen(reply) === 'One', 'the first answer')
    expect(model.requests).toHaveLength(1)
    first.end()
    const second = await model.next()
    expect(second.prompt).toMatch(/second<\/message>(\n\[Now: .*\])?$/)
    expect(second.prompt).not.toContain('third')
    second.reply('Two')
    const third = await model.next()
    expect(third.prompt).toMatch(/third<\/message>$/)
    third.reply('Three')
    await untilReply(general, ts, reply => toSeen(reply) === 'Three', 'the third answer')
  })
})

describe('what is not a question', () => {
  test('a follow-up that is addressed to someone else', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, lee } = slack.people
    const { general } = slack.channels
    const ts = await say(dana, general, `<@${slack.botUserId}> hi`)
    ;(await model.next()).reply('Hi.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Hi.', 'the answer')
    await say(lee, general, `<@${dana}> what do you think?`, ts)
    await say(lee, general, `Hey <@${dana}>, could you look?`, ts)
    await say(lee, general, `what do you say, <@${dana}>?`, ts)
    await say(lee, general, 'and you, bot?', ts)
    const next = await model.next()
    expect(next.prompt).toMatch(/and you, bot\?<\/message>(\n\[Now: .*\])?$/)
    expect(next.prompt).toContain('@Dana what do you think?')
    next.reply('Fine.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Fine.', 'the answer')
    expect(model.requests).toHaveLength(2)
  })

  test('threads of others, joins, other bots and the echo of its own', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, lee, admin } = slack.people
    const { general } = slack.channels
    const theirs = await say(dana, general, 'lunch?')
    await say(lee, general, 'yes', theirs)
    const mention = `<@${slack.botUserId}> hello`
    const base = { channel: general, channel_type: 'channel', event_ts: '1790000001.000100' }
    await slack.deliver({
      ...base,
      type: 'message',
      subtype: 'channel_join',
      user: admin,
      ts: '1790000001.000100',
      text: mention,
    })
    await slack.deliver({
      ...base,
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0OTHER',
      ts: '1790000002.000100',
      text: mention,
    })
    await slack.deliver({
      ...base,
      type: 'app_mention',
      user: 'U0OTHERBOT',
      bot_id: 'B0OTHER',
      ts: '1790000003.000100',
      text: mention,
    })
    const ts = await say(dana, general, `<@${slack.botUserId}> really?`)
    const exchange = await model.next()
    expect(exchange.prompt).toContain('really?')
    exchange.reply('Really.')
    await untilReply(general, ts, reply => toSeen(reply) === 'Really.', 'the answer')
    expect(model.requests).toHaveLength(1)
  })
})

describe('help', () => {
  test('is what a mention with no text gets, in the person’s language', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const english = await say(dana, general, `<@${slack.botUserId}>`)
    await untilReply(general, english, reply => toSeen(reply).startsWith('Mention me'), 'help')
    const chinese = await say(mei, general, `<@${slack.botUserId}>  `)
    await untilReply(general, chinese, reply => toSeen(reply).startsWith('在频道里 @ 我'), 'help in Chinese')
    expect(model.requests).toEqual([])
  })

  test('comes from the bot itself, with examples, in the language in which somebody asks for it', async () => {
    const { slack, model, say, untilReply } = await openStory()
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const direct = slack.snapshot(mei).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const asked = await say(dana, general, `<@${slack.botUserId}> 你能做什么？`)
    await untilReply(general, asked, reply => toSeen(reply).includes('/classify 导出功能坏了'), 'help in Chinese')
    await say(dana, general, 'help', asked)
    await untilReply(
      general,
      asked,
      reply => toSeen(reply).includes('/classify the export is broken'),
      'help in a thread',
    )
    const alone = await say(mei, direct, 'What can you do?')
    await untilReply(direct, alone, reply => toSeen(reply).includes('/classify the export is broken'), 'help')
    expect(model.requests).toEqual([])
  })

  test('with a file is a question about the file', async () => {
    const { slack, model } = await openStory()
    const { dana } = slack.people
    const direct = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
    const { id } = slack.upload(dana, 'log.txt', Buffer.from('Error 42'))
    await slack.do({ do: 'say', as: dana, channel: direct, text: 'help', files: [id] })
    expect((await model.next()).prompt).toContain('Error 42')
  })
})
