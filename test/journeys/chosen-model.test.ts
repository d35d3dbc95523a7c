/** Stories about which model answers: for the workspace, a channel, a thread, and an answer. */

import { expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import {
  command,
  fieldsOf,
  onBothStores,
  open,
  openHome,
  pressIn,
  submit,
  untilModal,
  untilTold,
} from '../settings-story.ts'
import { type Story, toSeen } from '../story.ts'

const listed = ['gpt-4o', 'claude-sonnet-5', 'gpt-6-sol', 'deepseek-v4-flash'].map(id => ({ id }))

/** Lets each model answer with its name. */
const answerByName = ({ model }: Story) =>
  model.answerAll(exchange => exchange.reply(`Here is ${exchange.body.model}.`))

async function ask(story: Story, as: string, channel: string, threadTs?: string) {
  const ts = await story.say(as, channel, `<@${story.slack.botUserId}> who are you?`, threadTs)
  return { ts, threadTs: threadTs ?? ts }
}

/** Asks, and waits until the last reply is by a model. */
async function expectModel(story: Story, name: string, asked: { as: string; channel: string; threadTs?: string }) {
  const { as, channel } = asked
  const before = story.model.requests.length
  const { threadTs } = await ask(story, as, channel, asked.threadTs)
  await story.slack.until(() => story.model.requests.length > before, 'the request')
  expect(story.model.requests.at(-1)?.body.model).toBe(name)
  const is = (reply: PageMessage) => toSeen(reply).includes(`Here is ${name}.`) && authorOf(reply).includes(name)
  await story.untilReply(channel, threadTs, is, `the answer of ${name}`)
  return threadTs
}

const authorOf = ({ blocks = [] }: PageMessage) =>
  JSON.stringify(blocks.find(({ block_id }) => block_id === 'answer_author') ?? '')

/** Saves a modal and waits until it is closed. */
async function save(story: Story, as: string, fields: Record<string, string | string[]>): Promise<void> {
  await submit(story, as, await untilModal(story, as), fieldsOf(fields))
  await story.slack.until(() => story.slack.snapshot(as).modals.length === 0, 'the end of the modal')
}

const setForChannel = async (story: Story, channel: string, model: string) => {
  const { admin } = story.slack.people
  await command(story, admin, channel, 'settings')
  await save(story, admin, { model, here: ['on', 'chat', 'summarize', 'classify'] })
}

/** Chooses in the menu below an answer. */
async function answerAgainWith({ slack }: Story, as: string, reply: PageMessage, model: string) {
  const block = (reply.blocks ?? []).find(one => String(one.block_id).startsWith('regenerate_with')) as SlackJson
  const action = {
    action_id: 'regenerate_with',
    selected_option: { text: { type: 'plain_text', text: model }, value: model },
  }
  const place = { channel: reply.channel, ts: reply.ts, blockId: String(block.block_id) }
  expect((await slack.do({ do: 'act', as, ...place, action })).ok).toBe(true)
}

onBothStores(
  'the models',
  openBoth => {
    test('of the workspace, a channel and a thread hold for the next answer, the narrower first, and survive a restart', async () => {
      const story = await openBoth()
      const { slack, say, untilReply } = story
      const { admin, dana, lee } = slack.people
      const { general, feedback } = slack.channels
      answerByName(story)
      await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'open_settings' })
      await save(story, admin, { model: 'gpt-6-sol', who: 'everyone' })
      await expectModel(story, 'gpt-6-sol', { as: dana, channel: general })
      await setForChannel(story, general, 'claude-sonnet-5')
      const threadTs = await expectModel(story, 'claude-sonnet-5', { as: dana, channel: general })
      await expectModel(story, 'gpt-6-sol', { as: lee, channel: feedback })
      await say(dana, general, `<@${slack.botUserId}> use deepseek v4 flash here`, threadTs)
      const ok = (reply: PageMessage) =>
        toSeen(reply).includes('From now on, deepseek-v4-flash answers in this thread.')
      await untilReply(general, threadTs, ok, 'the confirmation')
      await expectModel(story, 'deepseek-v4-flash', { as: dana, channel: general, threadTs })
      await command(story, dana, general, 'settings')
      await untilTold(story, dana, /Only admins of this workspace and the person who created this channel/)

      await story.app.stop()
      const next = await story.reconnect()
      await expectModel(story, 'deepseek-v4-flash', { as: dana, channel: general, threadTs })
      await expectModel(story, 'claude-sonnet-5', { as: dana, channel: general })
      await say(dana, general, `<@${slack.botUserId}> use the default model here`, threadTs)
      await expectModel(story, 'claude-sonnet-5', { as: dana, channel: general, threadTs })
      await next.stop()
    })
  },
  { listed },
)

test('the menu below an answer has another model answer again, for the asker alone; why tells which rule chose it', async () => {
  const story = await open({ listed })
  const { slack, untilReply } = story
  const { dana, lee } = slack.people
  const { general } = slack.channels
  answerByName(story)
  const threadTs = await expectModel(story, 'gpt-4o', { as: dana, channel: general })
  const reply = await untilReply(
    general,
    threadTs,
    ({ blocks }) => /claude-sonnet-5/.test(JSON.stringify(blocks)),
    'the menu',
  )
  await answerAgainWith(story, lee, reply, 'claude-sonnet-5')
  await untilTold(story, lee, /Only .* or a workspace admin can do this/)
  await answerAgainWith(story, dana, reply, 'claude-sonnet-5')
  const is = (one: PageMessage) => toSeen(one).includes('Here is claude-sonnet-5.') && authorOf(one).includes('claude')
  await untilReply(general, threadTs, is, 'the other answer')
  await command(story, dana, general, 'why')
  await untilTold(story, dana, /claude-sonnet-5 at .* \(chosen for this answer\)/)
  await expectModel(story, 'gpt-4o', { as: dana, channel: general, threadTs })
})

test('a model that is gone, from the list or only at its server, is replaced by the usual one, and the thread is told once', async () => {
  const story = await open({ listed })
  const { slack, model, untilReply } = story
  const { dana, lee } = slack.people
  const { general, feedback } = slack.channels
  model.answerAll(exchange =>
    exchange.body.model === 'gpt-6-sol'
      ? exchange.status(404, { error: { message: 'The model does not exist', code: 'model_not_found' } })
      : exchange.reply(`Here is ${exchange.body.model}.`),
  )
  await setForChannel(story, general, 'gpt-6-sol')
  const told = (reply: PageMessage) => /gpt-6-sol is no longer available, so gpt-4o answered/.test(toSeen(reply))
  const { threadTs } = await ask(story, dana, general)
  const first = await untilReply(general, threadTs, told, 'the notice')
  expect(toSeen(first)).toContain('Here is gpt-4o.')
  await ask(story, dana, general, threadTs)
  const second = await untilReply(
    general,
    threadTs,
    reply => reply.ts !== first.ts && authorOf(reply).includes('gpt-4o'),
    'the second answer',
  )
  expect(told(second)).toBe(false)

  // Admins let people choose two models only, and not that of the channel.
  const { admin } = slack.people
  await setForChannel(story, feedback, 'claude-sonnet-5')
  await command(story, admin, general, 'settings workspace')
  await save(story, admin, { models: ['gpt-4o', 'deepseek-v4-flash'], who: 'everyone' })
  const asked = await ask(story, lee, feedback)
  const third = await untilReply(
    feedback,
    asked.threadTs,
    reply => toSeen(reply).includes('claude-sonnet-5 is no longer available'),
    'the notice',
  )
  expect(JSON.stringify(third.blocks)).toContain('deepseek-v4-flash')
  expect(JSON.stringify(third.blocks)).not.toContain('"gpt-6-sol"')
})

test('an unknown model is answered with a guess, and a wish for something else than a model by the model', async () => {
  const story = await open({ listed })
  const { slack, say, model, untilReply } = story
  const { dana } = slack.people
  const { general } = slack.channels
  const direct = slack.snapshot(dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
  const wish = await say(dana, general, `<@${slack.botUserId}> use gpt-6-moon here`)
  await untilReply(general, wish, reply => toSeen(reply).includes('Did you mean gpt-6-sol?'), 'a guess')
  const chinese = await say(dana, general, `<@${slack.botUserId}> 这里用 gpt-6-sol`)
  await untilReply(
    general,
    chinese,
    reply => toSeen(reply).includes('之后在这个消息列里由 gpt-6-sol 回答'),
    'the confirmation',
  )
  expect(model.requests).toHaveLength(0)
  const other = await say(dana, general, `<@${slack.botUserId}> use Markdown here`)
  ;(await model.next()).reply('With *pleasure*.')
  await untilReply(general, other, reply => toSeen(reply).includes('pleasure'), 'an answer')
  const own = await say(dana, direct, 'use claude here')
  await untilReply(direct, own, reply => toSeen(reply).includes('claude-sonnet-5 answers you'), 'the confirmation')
  await say(dana, direct, 'and who are you?')
  expect((await model.next()).body.model).toBe('claude-sonnet-5')
})

test('a list of allowed models that is longer than one field of Slack is kept whole, and can grow', async () => {
  const names = Array.from({ length: 120 }, (_, at) => `vendor/${'very-'.repeat(10)}long-model-${at}`)
  const story = await open({ listed: ['gpt-4o', ...names].map(id => ({ id })) })
  const { admin, general } = { ...story.slack.people, ...story.slack.channels }
  // The server's list comes a moment after the start.
  await expect
    .poll(async () => {
      await command(story, admin, general, 'settings workspace')
      const { id, view } = await untilModal(story, admin)
      await story.slack.do({ do: 'close_view', as: admin, viewId: id })
      return JSON.stringify(view)
    })
    .toContain('"models"')
  const fields: Record<string, string> = {}
  for (const [field, from] of [
    ['models', 0],
    ['models_2', 42],
    ['models_3', 84],
  ] as const) {
    fields[field] = names.slice(from, from + 42).join('\n')
    await command(story, admin, general, 'settings workspace')
    await save(story, admin, fields)
  }
  await command(story, admin, general, 'settings workspace')
  const { view } = await untilModal(story, admin)
  for (const name of names) expect(JSON.stringify(view)).toContain(name)
  // What nobody touched is not lost.
  await save(story, admin, { who: 'everyone' })
  const [saved] = (await story.store.settings.all()).filter(({ settings }) => settings.includes('vendor/'))
  expect(JSON.parse(saved?.settings ?? '{}').models).toEqual(names)
})
