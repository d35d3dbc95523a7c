import { describe, expect, test } from 'vitest'
import { parseAskedSummary } from '../../src/features/summarize/request.ts'
import type { Exchange } from '../scripted-model.ts'
import { type Story, toSeen } from '../story.ts'
import { command, directOf, hasButton, isWhole, json, open, point, untilDirect, untilTold } from '../summary-story.ts'

const idOf = ({ prompt }: Exchange, words: string) =>
  Number(new RegExp(`id="(\\d+)"[^>]*>[^<]*${words}`).exec(prompt)?.[1] ?? 99)

/** A workspace where Dana was away: news in three channels, one of which she is not in. */
async function away(): Promise<Story> {
  const story = await open()
  const { slack, model, say } = story
  const { dana, lee, mei, general, feedback } = { ...slack.people, ...slack.channels }
  const { channel: secret } = await slack.do({ do: 'create_channel', as: lee, name: 'launch' })
  await slack.do({ do: 'invite', as: lee, channel: String(secret), user: slack.botUserId })
  await say(lee, String(secret), 'Dana shall not know of the party.')
  await say(mei, general, 'We agreed on Wednesday.')
  await say(lee, feedback, `<@${dana}> can you review the export?`)
  const root = await say(lee, feedback, `<@${dana}> is the door open?`)
  await say(dana, feedback, 'Yes, it is.', root)
  await say(dana, general, 'I will write the notes by Friday.')
  await say(dana, general, 'Who knows the price?')
  model.answerAll(exchange =>
    exchange.reply(
      json({
        upshot: point('The export needs a review.', idOf(exchange, 'can you review'), idOf(exchange, 'is the door')),
        decisions: [point('Shipping is on Wednesday.', idOf(exchange, 'We agreed'))],
        questions: [point('The price is unknown.', idOf(exchange, 'Who knows the price'))],
        tasks: [
          { who: 'Dana', what: 'writes the notes', due: 'Friday', sources: [String(idOf(exchange, 'I will write'))] },
        ],
      }),
    ),
  )
  return story
}

describe('what a person missed', () => {
  test.each([
    [
      'the command',
      (story: Story) => command(story, story.slack.people.dana, story.slack.channels.random, 'new everywhere'),
    ],
    [
      'the words in a direct message',
      (story: Story) =>
        story.say(story.slack.people.dana, directOf(story, story.slack.people.dana), 'What did I miss?'),
    ],
    [
      'the words in a channel, and is told to them alone',
      ({ slack, say }: Story) =>
        say(slack.people.dana, slack.channels.general, `<@${slack.botUserId}> what did I miss?`),
    ],
    [
      'the button of App Home',
      async ({ slack }: Story) => {
        const { dana } = slack.people
        await slack.do({ do: 'open_home', as: dana, tab: 'home' })
        const home = await slack.until(() => slack.snapshot(dana).home, 'the home')
        const action = { type: 'button', action_id: 'show_missed' }
        await slack.do({ do: 'act_in_view', as: dana, viewId: home.id, blockId: 'ask', action })
      },
    ],
  ] as const)(
    'comes for %s: first what waits for them, then decisions, of the channels they share with the bot',
    async (_, ask) => {
      const story = await away()
      const { slack, model } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      await ask(story)
      const seen = toSeen(await untilDirect(story, dana, isWhole, 'the summary'))
      expect(seen).toMatch(/\*\*Waiting for you\*\*[\s\S]*can you review the export\?[\s\S]*\*\*Decisions\*\*/)
      expect(seen).toMatch(
        /\*\*Waiting for you\*\*[\s\S]*writes the notes, by Friday[\s\S]*\*\*Decisions\*\*[\s\S]*#general: Shipping is on Wednesday\. \[小梅\]\(/,
      )
      // Small models put everything into one sentence, which also rests on what waits.
      expect(seen).toMatch(/\*\*Also worth knowing\*\*\n- #feedback: The export needs a review\./)
      expect(seen).not.toContain('is the door open')
      // Nobody misses what they asked themselves.
      expect(seen).not.toContain('The price is unknown')
      expect(`${seen} ${model.requests.map(({ prompt }) => prompt).join()}`).not.toContain('party')
      expect(seen).toMatch(/read \d+ messages in 2 channels/)
      const inChannel = slack.messages(general).filter(({ user }) => user === slack.botUserId)
      expect(JSON.stringify(inChannel)).not.toContain('notes')
    },
  )

  test('comes regularly, too', async () => {
    const story = await open()
    const { slack, store } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await command(story, dana, general, 'every weekday 9:00 everywhere')
    await untilTold(story, dana, text => text.startsWith('Done. You’ll get a direct message every weekday'))
    const [digest] = await store.digests.of(dana)
    const asked = await parseAskedSummary(digest?.question ?? '', Date.now(), 'UTC')
    expect(asked).toEqual({ place: { of: 'everywhere' }, span: { kind: 'new' }, form: {} })
    await command(story, dana, general, 'stop 1')
    await untilTold(story, dana, text => text === 'Stopped your weekday digest of all the channels we’re both in.')
  })

  test('is told once: asked again, there is nothing new', async () => {
    const story = await away()
    const { dana, general } = { ...story.slack.people, ...story.slack.channels }
    await command(story, dana, general, 'new everywhere')
    await untilDirect(story, dana, isWhole, 'the summary')
    await command(story, dana, general, 'everywhere')
    await untilDirect(story, dana, one => toSeen(one).includes('You’re all caught up'), 'that there is nothing')
  })

  test('is told in Chinese where it is asked in Chinese, and not of a channel that they left meanwhile', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, mei, general, feedback } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    await say(lee, feedback, `<@${mei}> the secret plan?`)
    await say(mei, directOf(story, mei), '我错过了什么？')
    const first = await model.next()
    await slack.do({ do: 'remove', as: dana, channel: feedback, user: mei })
    model.answerAll(exchange => exchange.reply(json({ decisions: [point('周三上线。', idOf(exchange, 'We ship'))] })))
    first.reply(json({ decisions: [point('周三上线。', idOf(first, 'We ship'))] }))
    const seen = toSeen(await untilDirect(story, mei, one => hasButton(one, 'regenerate_reply'), 'the summary'))
    expect(seen).toContain('**决定**')
    expect(seen).toContain('#general：周三上线。')
    expect(seen).not.toContain('secret plan')
  })

  test('does not name a channel that they left meanwhile among those that were not read in full', async () => {
    const story = await open()
    const { slack, model, say } = story
    const { dana, lee, mei, general, feedback } = { ...slack.people, ...slack.channels }
    await say(lee, general, 'We ship on Wednesday.')
    for (let at = 0; at < 401; at += 1) slack.post({ channel: feedback, user: lee, text: `line ${at}` })
    await say(mei, directOf(story, mei), 'what did I miss?')
    const first = await model.next()
    await slack.do({ do: 'remove', as: dana, channel: feedback, user: mei })
    model.answerAll(exchange => exchange.reply(json({})))
    first.reply(json({}))
    const seen = toSeen(await untilDirect(story, mei, one => hasButton(one, 'regenerate_reply'), 'the summary'))
    expect(seen).not.toContain('feedback')
  })
})
