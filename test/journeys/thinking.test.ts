import { describe, expect, test } from 'vitest'
import { openStory, type Story, toSeen } from '../story.ts'

const classify = { command: '/classify', description: '', usageHint: '' }

async function ask(story: Story, channel = story.slack.channels.general): Promise<string> {
  return story.say(story.slack.people.dana, channel, `<@${story.slack.botUserId}> 2+2?`)
}

/** Every text that a message of the bot in the thread ever had. */
const everShown = ({ slack, replies }: Story, channel: string, ts: string) =>
  JSON.stringify(replies(channel, ts).flatMap(reply => slack.versions(channel, reply.ts)))

describe('a model that writes its thoughts into its answer', () => {
  test.each([
    [['<th', 'ink>a secret thou', 'ght</th', 'ink>', '\n\n4'], '4'],
    [['<think>secret<final>4</final>'], '4'],
    [['<think type="x">a secret', ' thought</think >4'], '4'],
    [['【思', '考】secret【/思考】', '4'], '4'],
    [['<|START_THIN', 'KING|>secret<|END_THINKING|><|START_RES', 'PONSE|>4<|END_RESPONSE|>'], '4'],
    [['Here is my thought', ' process:\nsecret\n\nHere is my res', 'ponse:\n4'], '4'],
    [['<s>4<|im', '_end|>'], '4'],
    [['`<thi', 'nk>` is a tag'], '`<think>` is a tag'],
  ])('has only its answer shown: %j', async (pieces, shown) => {
    const story = await openStory()
    const { general } = story.slack.channels
    const ts = await ask(story)
    const exchange = await story.model.next()
    for (const piece of pieces) {
      exchange.say(piece)
      await new Promise(resolve => setTimeout(resolve, 60))
    }
    exchange.end()
    const isWhole = (reply: Parameters<typeof toSeen>[0]) => toSeen(reply) === shown
    await story.untilReply(general, ts, isWhole, 'the answer')
    expect(everShown(story, general, ts)).not.toContain('secret')
  })

  test.each(['<think>secret</think>', '<think>secret', 'secret\n</think>\n'])(
    'and gives nothing else has that said in a sentence: %j',
    async thoughts => {
      const story = await openStory()
      const { general } = story.slack.channels
      const ts = await ask(story)
      ;(await story.model.next()).reply(thoughts)
      const reply = await story.untilReply(general, ts, one => toSeen(one).includes('wrote no answer'), 'the sentence')
      expect(toSeen(reply)).not.toContain('secret')
    },
  )

  test('without opening them has none of its first answer shown before, where its name says that it thinks', async () => {
    const story = await openStory({ model: { name: 'deepseek-r1-distill-qwen-7b' } })
    const { general } = story.slack.channels
    const ts = await ask(story)
    const exchange = await story.model.next()
    for (const piece of ['A secret thought. ', 'More of it.\n</think>\n\n', '4']) {
      exchange.say(piece)
      // What could be shown of a piece is shown before another mention is answered.
      const other = await ask(story, story.slack.channels.feedback)
      ;(await story.model.next()).reply('Four.')
      await story.untilReply(
        story.slack.channels.feedback,
        other,
        reply => toSeen(reply) === 'Four.',
        'the other answer',
      )
    }
    exchange.end()
    await story.untilReply(general, ts, reply => toSeen(reply) === '4', 'the answer')
    expect(everShown(story, general, ts)).not.toContain('secret')
  })

  test('without opening them has them removed when they are closed, and the next ones never shown', async () => {
    const story = await openStory()
    const { general } = story.slack.channels
    const first = await ask(story)
    const exchange = await story.model.next()
    exchange.say('A secret thought. ')
    await story.untilReply(general, first, reply => toSeen(reply).includes('secret'), 'the thought')
    exchange.say('More of it.\n</think>\n\n4')
    exchange.end()
    await story.untilReply(general, first, reply => toSeen(reply) === '4', 'the answer')
    const second = await ask(story)
    const next = await story.model.next()
    next.say('A secret thought. ')
    // It would have been shown before the answer to this one.
    const between = await ask(story)
    ;(await story.model.next()).reply('Another thought.\n</think>\n\nIn between.')
    await story.untilReply(general, between, reply => toSeen(reply) === 'In between.', 'the answer in between')
    next.say('\n</think>\n\n5')
    next.end()
    await story.untilReply(general, second, reply => toSeen(reply) === '5', 'the next answer')
    expect(everShown(story, general, second)).not.toContain('secret')
    // An answer without thoughts is no longer held back after the one that had none.
    const third = await ask(story)
    ;(await story.model.next()).reply('6')
    await story.untilReply(general, third, reply => toSeen(reply) === '6', 'a plain answer')
    const fourth = await ask(story)
    ;(await story.model.next()).say('Seven, ')
    await story.untilReply(general, fourth, reply => toSeen(reply).includes('Seven'), 'a streamed answer')
  })

  test.each(['<think>{no}</think>', '<think>{"items":[{"kind":"complaint"}]}</think>', '{no}\n</think>\n'])(
    'has a text labelled by its answer alone: %j',
    async thoughts => {
      const story = await openStory({ workspace: { commands: [classify] } })
      const { slack, model } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      await slack.do({ do: 'command', as: dana, channel: general, command: '/classify', text: 'It crashes.' })
      const items = [{ kind: 'bug', quote: 'crashes', reason: 'It fails.', confidence: 0.9 }]
      ;(await model.next()).reply(`${thoughts}${JSON.stringify({ items })}`)
      const isCard = ({ text, ephemeralTo }: { text: string; ephemeralTo?: string }) =>
        ephemeralTo === dana && text.startsWith('[Bug]-[problem:crashes]')
      await slack.until(() => slack.snapshot(dana).messages.find(isCard), 'the card')
      expect(model.requests).toHaveLength(1)
    },
  )

  test.each(['<think>THOUGHT</think>', 'THOUGHT\n</think>\n'])(
    'has a thread summarized by its answer alone: %j',
    async form => {
      const story = await openStory()
      const { slack, model, say, untilReply } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      const ts = await say(dana, general, 'Plan B it is.')
      await say(dana, general, `<@${slack.botUserId}> summarize this thread`, ts)
      const upshot = (text: string) => ({ upshot: { text, sources: ['1'] } })
      const lists = { decisions: [], questions: [], tasks: [], facts: [] }
      const thoughts = form.replace('THOUGHT', JSON.stringify(upshot('WRONG')))
      ;(await model.next()).reply(`${thoughts}${JSON.stringify({ ...upshot('Plan B.'), ...lists })}`)
      const summary = await untilReply(general, ts, reply => toSeen(reply).includes('Plan B.'), 'the summary')
      expect(toSeen(summary)).not.toContain('WRONG')
    },
  )
})
