import { describe, expect, test } from 'vitest'
import { toSeen } from '../story.ts'
import { command, directOf, isWhole, json, open, point, untilDirect, untilTold } from '../summary-story.ts'

describe('words that a command does not know', () => {
  test.each([
    ['since mondy', 'since monday'],
    ['#feedback lst 200', 'last 200'],
    ['monday', 'since monday'],
    ['7 days', 'last 7 days'],
    ['onyl decisons', 'only decisions'],
    ['only taks', 'only tasks'],
    ['evry weekday 9:00', 'every weekday 9:00'],
    ['every weekdya 9:00', 'every weekday 9:00'],
    ['every day 9:00 only decisons', 'only decisions'],
    ['7天', '最近7天'],
    ['roadmap thing', undefined],
    ['火星计划', undefined],
  ])('are named at once, with a guess where there is one, and cost nothing: “%s”', async (words, guess) => {
    const story = await open()
    const { slack, model, store, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await say(dana, general, 'We ship on Wednesday.')
    await command(story, dana, general, words)
    await untilTold(story, dana, text =>
      guess === undefined
        ? /don’t understand “roadmap thing”|不明白“火星计划”/.test(text)
        : text.includes(`“${guess}”`),
    )
    expect(model.requests).toEqual([])
    expect(await store.digests.of(dana)).toEqual([])
    expect(slack.messages(directOf(story, dana))).toEqual([])
  })

  test('are named in a channel, too, where the place is', async () => {
    const { slack, model, say, untilReply } = await open()
    const { dana, general } = { ...slack.people, ...slack.channels }
    const first = await say(dana, general, `<@${slack.botUserId}> summarize #general since mondy`)
    await untilReply(general, first, one => toSeen(one).includes('Did you mean “since monday”?'), 'the guess')
    expect(model.requests).toEqual([])
  })

  test.each([
    'as a table for the customer',
    'in the form of a poem',
    'in three bullets',
    'decisions about the budget',
    'in German',
    '以表格形式',
    '做成给客户看的表格',
  ])('are a form where they are introduced as one: “%s”', async words => {
    const story = await open()
    const { slack, model, say } = story
    await say(slack.people.dana, slack.channels.general, 'We ship on Wednesday.')
    await command(story, slack.people.dana, slack.channels.general, words)
    const exchange = await model.next()
    expect(exchange.prompt).toContain(`<wish>${words}</wish>`)
    exchange.reply(json({ facts: [point('They ship.', 1)] }))
  })
})

describe('a command that fails', () => {
  test.each<[string, string, (exchange: { status: (code: number, body: object) => void }) => void]>([
    ['for the place', '#nowhere', () => {}],
    ['for the model', '', exchange => exchange.status(401, { error: { message: 'no' } })],
  ])(
    '%s tells so where it was sent, to that person, and leaves nothing in the direct messages',
    async (_, words, fail) => {
      const story = await open()
      const { slack, model, say } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      await say(dana, general, 'We ship on Wednesday.')
      model.answerAll(fail)
      await command(story, dana, general, words)
      await untilTold(story, dana, text => /⚠️ .*(?:I can’t find #nowhere|rejected my API key)/.test(text))
      await slack.until(() => slack.messages(directOf(story, dana)).length === 0, 'the direct messages to be empty')
      expect(slack.messages(general).filter(({ user }) => user === slack.botUserId)).toEqual([])
    },
  )

  test('leaves one message in its thread where it succeeds', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await say(dana, general, 'We ship on Wednesday.')
    await command(story, dana, general, '')
    ;(await model.next()).reply(json({ decisions: [point('They ship.', 1)] }))
    await untilDirect(story, dana, isWhole, 'the summary')
    const replies = slack
      .messages(directOf(story, dana))
      .filter(({ ts, threadTs }) => threadTs !== undefined && threadTs !== ts)
    expect(replies).toHaveLength(1)
  })
})
