import { describe, expect, test } from 'vitest'
import { toSeen } from '../story.ts'
import { isWhole, json, open, point } from '../summary-story.ts'

const debate = async (answer: (id: (words: string) => number) => object) => {
  const story = await open()
  const { slack, model, say, untilReply } = story
  const { dana, lee, mei, general } = { ...slack.people, ...slack.channels }
  const first = await say(lee, general, 'I propose to ship on Wednesday.')
  await say(dana, general, 'No, we have to wait for the audit.', first)
  await say(lee, general, 'Or maybe on Thursday.', first)
  for (const user of [lee, mei]) await slack.do({ do: 'react', as: user, channel: general, ts: first, name: '+1' })
  await slack.do({ do: 'react', as: dana, channel: general, ts: first, name: '-1' })
  await slack.do({ do: 'react', as: dana, channel: general, ts: first, name: 'eyes' })
  await say(dana, general, `<@${slack.botUserId}> summarize`, first)
  const exchange = await model.next()
  const idOf = (words: string) => Number(new RegExp(`id="(\\d+)"[^>]*>[^<]*${words}`).exec(exchange.prompt)?.[1])
  exchange.reply(json(answer(idOf)))
  return { exchange, seen: toSeen(await untilReply(general, first, isWhole, 'the summary')) }
}

describe('a summary of a debate', () => {
  test('counts the votes for a proposal as Slack has them, whatever the model says', async () => {
    const { seen } = await debate(idOf => ({
      decisions: [point('They ship on Wednesday.', idOf('propose'))],
      facts: [point('A proposal was made.', idOf('propose'))],
    }))
    expect(seen).toMatch(/- They ship on Wednesday\. \(2 👍, 1 👎\) \[Lee\]/)
    expect(seen).toMatch(/- A proposal was made\. \[Lee\]/)
    expect(seen).not.toContain('👀')
  })

  test('says where people disagree, each side with its source', async () => {
    const { seen, exchange } = await debate(idOf => ({
      disagreements: [
        {
          about: 'When to ship',
          sides: [point('Ship on Wednesday.', idOf('propose')), point('Wait for the audit.', idOf('wait'))],
        },
      ],
    }))
    expect(JSON.stringify(exchange.body)).toContain('"disagreements"')
    expect(seen).toMatch(
      /\*\*Disagreements\*\*\n- When to ship\n {2}- Ship on Wednesday\. \(2 👍, 1 👎\) \[Lee\]\(\S+\)(?: \(127\.0\.0\.1\))? <!date\S+ \S+ \S+ \S+ \S+ UTC>\n {2}- Wait for the audit\. \[Dana\]/,
    )
  })

  test.each<[string, (id: (words: string) => number) => object[]]>([
    ['one person says both', id => [point('Wednesday.', id('propose')), point('Thursday.', id('Thursday'))]],
    ['one side has no source', id => [point('Wednesday.', id('propose')), point('Never.', 99)]],
    ['the sides are names alone', id => [point('Lee', id('propose')), point('Dana', id('wait'))]],
    ['there is one side', id => [point('Wednesday.', id('propose'))]],
    [
      'one side is a quotation of nobody',
      id => [point('Wednesday.', id('propose')), point('“over my dead body, never in my life”', id('wait'))],
    ],
  ])('says nothing of a disagreement where %s', async (_, sides) => {
    const { seen } = await debate(idOf => ({
      decisions: [point('They ship.', idOf('propose'))],
      disagreements: [{ about: 'When to ship', sides: sides(idOf) }],
    }))
    expect(seen).not.toContain('disagree')
  })
})
