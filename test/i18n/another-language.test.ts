import { expect, onTestFinished, test } from 'vitest'
import { catalogs } from '../../src/i18n/catalog.ts'
import { createMessages } from '../../src/i18n/message.ts'
import { openStory } from '../story.ts'

/** Messages that the bot itself reads again. */
const read = new Set(['verb', 'newWord', 'request', 'message'])

/** Translates every message of a catalogue into an imaginary language, in which people write ‹like this›. */
const translate = <Part extends object>(part: Part): Part =>
  Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      typeof value === 'object' ? translate(value) : read.has(key) ? value : `‹${value}›`,
    ]),
  ) as Part

test('a language with its catalogue is spoken in every feature to people who use Slack in it', async () => {
  catalogs.pl = translate(catalogs.en as (typeof catalogs)[string])
  onTestFinished(() => {
    delete catalogs.pl
  })
  const commands = ['/summarize', '/classify']
  const story = await openStory({
    workspace: { commands: commands.map(command => ({ command, description: '', usageHint: '', shouldEscape: true })) },
  })
  const { slack, model, say, untilReply } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const user = { id: dana, name: 'dana', locale: 'pl-PL', tz: 'Europe/Warsaw', profile: { display_name: 'Dana' } }
  for (let calls = 0; calls < 40; calls += 1)
    slack.fault({ method: 'users.info', status: 200, body: JSON.stringify({ ok: true, user }) })
  const command = (name: string, text: string) =>
    slack.do({ do: 'command', as: dana, channel: general, command: name, text })
  const untilSeen = (words: string) =>
    slack.until(() => JSON.stringify(slack.snapshot(dana)).includes(words) || undefined, words)

  const help = await say(dana, general, `<@${slack.botUserId}>`)
  await untilReply(general, help, ({ text }) => text.startsWith('‹'), 'the help')

  const question = await say(dana, general, `<@${slack.botUserId}> hi`)
  ;(await model.next()).reply('Hello.')
  await untilReply(general, question, reply => JSON.stringify(reply).includes('‹AI can make mistakes›'), 'the controls')

  const refused = await say(dana, general, `<@${slack.botUserId}> and now`)
  ;(await model.next()).status(401, { error: { message: 'no' } })
  await untilReply(
    general,
    refused,
    ({ text }) => text.includes('‹The language model rejected my API key.'),
    'the error',
  )

  await command('/summarize', '#nowhere')
  await untilSeen('‹I can’t find #nowhere')
  await command('/classify', 'it crashes')
  ;(await model.next()).reply(
    JSON.stringify({ items: [{ kind: 'bug', quote: 'crashes', reason: '', confidence: 0.9 }] }),
  )
  await untilSeen('‹High confidence (90%)›')
  await slack.do({ do: 'open_home', as: dana, tab: 'home' })
  const home = await slack.until(() => slack.snapshot(dana).home, 'the home')
  expect(JSON.stringify(home.view)).toContain('‹What did I miss?›')
  const action = { type: 'button', action_id: 'open_ask' }
  await slack.do({ do: 'act_in_view', as: dana, viewId: home.id, blockId: 'ask', action })
  await untilSeen('‹Your question›')
})

test('a catalogue has as many plurals as its language', () => {
  const polish = { files: '{files, plural, one{# plik} few{# pliki} many{# plików} other{# pliku}}' } as const
  const { files } = createMessages(polish, 'pl')
  expect([1, 2, 5, 22, 1_234_567].map(count => files({ files: count }).replace(/\s/g, ' '))).toEqual([
    '1 plik',
    '2 pliki',
    '5 plików',
    '22 pliki',
    '1 234 567 plików',
  ])
})
