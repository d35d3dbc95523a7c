import { expect, onTestFinished, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../src/playground/protocol.ts'
import { openDatabase, openProxy, withPostgres } from '../postgres.ts'
import { connect, openStory, type Story, toSeen } from '../story.ts'

const isWhole = ({ blocks = [] }: PageMessage) =>
  blocks.some(({ elements }) => ((elements ?? []) as SlackJson[]).some(({ action_id }) => action_id === 'rate_reply'))

/** Two bots in one workspace, on one database; Slack gives its events to them in turn. */
async function openPair(): Promise<Story & { url: string }> {
  const url = await openDatabase()
  const story = await openStory({ databaseUrl: url })
  const other = await connect(story.slack, story.model, { databaseUrl: url })
  onTestFinished(() => other.app.stop())
  return { ...story, url }
}

withPostgres('two replicas', () => {
  test('answer each question once, whichever of them hears it', async () => {
    const { slack, model, say, untilReply, replies } = await openPair()
    const { dana } = slack.people
    const { general } = slack.channels
    model.answerAll(exchange => exchange.reply(`To ${/q\d+/.exec(exchange.prompt)?.[0]}.`))
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, at) => say(dana, general, `<@${slack.botUserId}> q${at}`)),
    )
    for (const ts of asked) await untilReply(general, ts, isWhole, 'the answer')
    for (const ts of asked) expect(replies(general, ts)).toHaveLength(1)
  })

  test('answer a thread’s questions in order, and each knows what the other answered', async () => {
    const { slack, model, say, untilReply, replies } = await openPair()
    const { dana } = slack.people
    const { general } = slack.channels
    const prompts: string[] = []
    model.answerAll(exchange => {
      prompts.push(exchange.prompt)
      exchange.reply(`Answer ${prompts.length}.`)
    })
    const ts = await say(dana, general, `<@${slack.botUserId}> question 1`)
    await untilReply(general, ts, isWhole, 'the first answer')
    for (let at = 2; at <= 6; at += 1) {
      await say(dana, general, `question ${at}`, ts)
      await slack.until(() => replies(general, ts).filter(isWhole).length === at, `answer ${at}`)
    }
    expect(replies(general, ts).map(toSeen)).toEqual([1, 2, 3, 4, 5, 6].map(at => `Answer ${at}.`))
    for (let at = 2; at <= 6; at += 1) {
      for (let before = 1; before < at; before += 1) {
        expect(prompts[at - 1]).toContain(`question ${before}`)
        expect(prompts[at - 1]).toContain(`Answer ${before}.`)
      }
    }
  })
})
