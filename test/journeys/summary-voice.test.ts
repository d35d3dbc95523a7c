import { describe, expect, test } from 'vitest'
import { toSeen } from '../story.ts'
import { command, directOf, isWhole, json, open, point, press, untilDirect, untilTold } from '../summary-story.ts'

const found = json({
  decisions: [point('D.', 1)],
  tasks: [{ who: '', what: 'T.', due: '', sources: ['1'] }],
})

describe('a summary is in the language of its request', () => {
  test.each([
    ['dana', '总结一下', 'Write in Chinese', /\*\*决定\*\*[\s\S]*\*\*待办\*\*[\s\S]*已读 1 个消息列的 1 条消息/],
    ['mei', 'summarize this thread', 'Write in English', /\*\*Decisions\*\*[\s\S]*\*\*To do\*\*[\s\S]*read 1 message/],
  ] as const)('where %s says “%s” in a thread', async (who, words, prompt, seen) => {
    const { slack, model, say, untilReply } = await open()
    const first = await say(slack.people.lee, slack.channels.general, 'We ship on Wednesday. 周三上线。')
    await say(slack.people[who], slack.channels.general, `<@${slack.botUserId}> ${words}`, first)
    model.answerAll(exchange => exchange.reply(exchange.prompt.includes('<wish>') ? '' : found))
    const summary = await untilReply(slack.channels.general, first, isWhole, 'the summary')
    expect(model.requests[0]?.prompt).toContain(prompt)
    expect(toSeen(summary)).toMatch(seen)
  })

  test.each([
    ['dana', '最近2条', 'Write in Chinese', '决定'],
    ['mei', 'last 2', 'Write in English', 'Decisions'],
    ['mei', '', 'Write in Chinese', '决定'],
    ['mei', '#general', 'Write in Chinese', '决定'],
    ['dana', '', 'Write in English', 'Decisions'],
  ] as const)(
    'where %s sends “/summarize %s”; without words it is in their Slack language',
    async (who, words, prompt, head) => {
      const story = await open()
      const { slack, model, say } = story
      await say(slack.people.lee, slack.channels.general, 'We ship on Wednesday. 周三上线。')
      await command(story, slack.people[who], slack.channels.general, words)
      const exchange = await model.next()
      expect(exchange.prompt).toContain(prompt)
      exchange.reply(found)
      expect(toSeen(await untilDirect(story, slack.people[who], isWhole, 'the summary'))).toContain(`**${head}**`)
    },
  )

  test('also where it says why there is none', async () => {
    const { slack, say, untilReply } = await open()
    const { dana, mei, general } = { ...slack.people, ...slack.channels }
    const asked = await say(dana, general, `<@${slack.botUserId}> 总结一下 #nowhere`)
    await untilReply(general, asked, one => toSeen(one).includes('找不到'), 'the reason in Chinese')
    const again = await say(mei, general, `<@${slack.botUserId}> summarize #nowhere`)
    await untilReply(general, again, one => toSeen(one).includes('I can’t find #nowhere'), 'the reason in English')
  })
})

describe('times in a summary', () => {
  /** Slack draws a date token in the zone of whoever reads it. */
  const read = (text: string, timeZone: string) =>
    text.replace(/<!date\^(\d+)\^[^|]*\|[^>]*>/g, (_, at: string) =>
      new Date(Number(at) * 1000).toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
    )

  test('are those of each reader’s own clock, in the text, its sources and its footer, and never ISO', async () => {
    const { slack, model, say, untilReply } = await open()
    const { lee, mei, general } = { ...slack.people, ...slack.channels }
    const ts = await say(lee, general, 'We ship on Wednesday.')
    const first = await say(lee, general, `<@${slack.botUserId}> summarize this channel since yesterday`)
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const summary = await untilReply(general, first, isWhole, 'the summary')
    expect(mei).not.toBe(lee)
    for (const shown of [toSeen(summary), summary.text]) {
      expect(shown.match(/<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>]*>/g)).toHaveLength(3)
      expect(shown.replace(/<[^<>]*>/g, '')).not.toMatch(/\d\d:\d\d|\d{4}-\d\d-\d\d/)
      const clock = (timeZone: string) =>
        new Date(Number(ts) * 1000).toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
      for (const zone of ['Europe/London', 'Asia/Shanghai']) expect(read(shown, zone)).toContain(clock(zone))
    }
  })

  test('stay so when it is posted to the channel', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    await command(story, dana, general, '')
    ;(await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    await press(slack, await untilDirect(story, dana, isWhole, 'the summary'), 'post_summary', dana)
    const posted = await slack.until(
      () => slack.messages(general).find(one => one.user === slack.botUserId),
      'the post',
    )
    expect(JSON.stringify(posted.blocks)).toMatch(/<!date\^\d+\^/)
    expect(JSON.stringify(posted).replace(/<[^<>]*>/g, '')).not.toMatch(/\d\d:\d\d/)
  })

  test('that a model or a person writes as a token of Slack’s are words and lead nowhere', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, `<@${slack.botUserId}> hello`)
    ;(await model.next()).reply(
      '<!date^1790000000^{date}^https://evil.example|today> <!date^1790000000^Free beer {time}|x>',
    )
    const reply = await untilReply(general, first, isWhole, 'the answer')
    expect(JSON.stringify(reply)).not.toMatch(/<!date/)
  })

  test('are short and in words where one person reads them', async () => {
    const story = await open()
    const { dana, mei, general } = { ...story.slack.people, ...story.slack.channels }
    await command(story, dana, general, 'every monday 9:00')
    await untilTold(story, dana, text =>
      /^Done\. You’ll get a direct message every Monday at 9:00 \(.*\) with what’s new in #general, starting Monday\./.test(
        text,
      ),
    )
    await command(story, mei, general, '每周一 9:00')
    await untilTold(story, mei, text => /^好的。.*每周一 9:00.*#general/.test(text))
    await command(story, dana, general, 'list')
    await untilTold(story, dana, text => !/\d{4}-\d\d-\d\d/.test(text) && /next Mon/.test(text))
    await command(story, dana, general, 'stop 1')
    await untilTold(story, dana, text => /^Stopped your Monday digest of #general\./.test(text))
  })
})

test('The footer of a summary has no number that nobody acts on', async () => {
  const story = await open()
  const { slack, model, say } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  await say(lee, general, 'We ship on Wednesday.')
  for (const expected of [1, 2]) {
    await command(story, dana, general, '')
    if (expected === 1) (await model.next()).reply(json({ decisions: [point('Shipping is on Wednesday.', 1)] }))
    const roots = () => slack.messages(directOf(story, dana)).filter(isWhole)
    await slack.until(() => roots().length === expected, `${expected} summaries`)
    const seen = toSeen(roots().at(-1) ?? { text: '' })
    expect(seen).not.toMatch(/token|parts?\b|chunk/)
  }
})
