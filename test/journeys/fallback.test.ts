import { expect, onTestFinished, test, vi } from 'vitest'
import { createScriptedModel, type Exchange } from '../scripted-model.ts'
import { openStory, type Story } from '../story.ts'

/** Opens a story with a second model on a server of its own. */
async function openWithSecond(model: { idleMs?: number; contextTokens?: number } = {}) {
  const second = await createScriptedModel()
  onTestFinished(() => second.close())
  const other = { apiKey: 'sk-other', baseUrl: second.baseUrl, name: 'second-model', idleMs: 10_000 }
  const story = await openStory({ model: { name: 'gpt-4o', fallbacks: [other], ...model } })
  second.answerAll(exchange => exchange.reply('The second model answers.'))
  const ask = (text = '2+2?') =>
    story.say(story.slack.people.dana, story.slack.channels.general, `<@${story.slack.botUserId}> ${text}`)
  return { ...story, second, ask }
}

/** Waits for an answer with these words, and expects its line to name the model. */
async function expectAnswer({ slack, untilReply }: Story, ts: string, words: string, model: string) {
  const reply = await untilReply(slack.channels.general, ts, ({ text }) => text.includes(words), words)
  const author = await slack.until(
    () => (reply.blocks ?? []).concat(...untilBlocks(slack, ts)).find(one => one.block_id === 'answer_author'),
    'the line with the name',
  )
  expect(JSON.stringify(author)).toContain(model)
}

const untilBlocks = (slack: Story['slack'], ts: string) =>
  slack.messages(slack.channels.general, ts).map(({ blocks }) => blocks ?? [])

const outages: [what: string, fail: (exchange: Exchange) => void][] = [
  ['is down', exchange => exchange.cut()],
  ['fails', exchange => exchange.status(503, { error: { message: 'unavailable' } })],
  ['is limited', exchange => exchange.status(429, { error: { message: 'slow down' } }, { 'retry-after': '60' })],
  [
    'is gone',
    exchange => exchange.status(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }),
  ],
  ['is silent', () => {}],
]

test.each(outages)(
  'a question to a model that %s is answered by the next, whose name stands below',
  async (_, fail) => {
    const story = await openWithSecond({ idleMs: 300 })
    story.model.answerAll(fail)
    await expectAnswer(story, await story.ask(), 'The second model answers.', 'second-model')
  },
)

test('a server that dies in the middle of the day costs no question, is left alone, and is asked again when it is back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const story = await openWithSecond()
  let isUp = true
  story.model.answerAll(exchange => (isUp ? exchange.reply('The first model answers.') : exchange.cut()))
  await expectAnswer(story, await story.ask(), 'The first model answers.', 'gpt-4o')
  isUp = false
  for (let question = 0; question < 3; question += 1)
    await expectAnswer(story, await story.ask(), 'The second model answers.', 'second-model')
  // Two failures with their retries; the third question does not wait for it.
  const { length } = story.model.requests
  expect(length).toBe(1 + 2 * 3)
  vi.setSystemTime(Date.now() + 31_000)
  await expectAnswer(story, await story.ask(), 'The second model answers.', 'second-model')
  expect(story.model.requests.length).toBeGreaterThan(length)
  isUp = true
  vi.setSystemTime(Date.now() + 120_000)
  await expectAnswer(story, await story.ask(), 'The first model answers.', 'gpt-4o')
})

test('a model that breaks off after its first words is not replaced by another in the middle of a sentence', async () => {
  const story = await openWithSecond()
  const { slack, untilReply } = story
  story.model.answerAll(exchange => {
    exchange.say('The answer begins here')
    setTimeout(() => exchange.cut(), 100)
  })
  const ts = await story.ask()
  await untilReply(slack.channels.general, ts, ({ text }) => text.includes('The answer begins here'), 'the words')
  await slack.until(() => JSON.stringify(untilBlocks(slack, ts)).includes('regenerate_reply'), 'the end')
  expect(story.second.requests).toHaveLength(0)
})

test('a next model with a smaller window is given a shorter prompt', async () => {
  const story = await openWithSecond()
  const { slack, say, second } = story
  const { general } = slack.channels
  const { dana, lee } = slack.people
  const ts = await say(dana, general, 'The very first words')
  for (let line = 1; line <= 40; line += 1)
    await say(lee, general, `line ${line}: ${'some words that take room '.repeat(40)}`, ts)
  story.model.answerAll(exchange => exchange.cut())
  second.answerAll(exchange =>
    exchange.prompt.length > 20_000
      ? exchange.status(400, { error: { message: "This model's maximum context length is 8192 tokens." } })
      : exchange.reply('Short enough.'),
  )
  await say(dana, general, `<@${slack.botUserId}> and?`, ts)
  await expectAnswer(story, ts, 'Short enough.', 'second-model')
})
