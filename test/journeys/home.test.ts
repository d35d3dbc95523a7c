import { expect, test } from 'vitest'
import { readManifest } from '../../playground/manifest.ts'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { openWorld } from '../process.ts'
import { onBothStores, open, openHome, pressIn, submit, untilModal } from '../settings-story.ts'
import { type Story, toSeen } from '../story.ts'

const viewOf = ({ slack }: Pick<Story, 'slack'>, as: string) => JSON.stringify(slack.snapshot(as).home?.view)

const untilHome = (story: Pick<Story, 'slack'>, as: string, pattern: RegExp) =>
  story.slack.until(() => (pattern.test(viewOf(story, as)) ? true : undefined), `${pattern} in the home`)

const directOf = ({ slack }: Pick<Story, 'slack'>, as: string) =>
  slack.snapshot(as).channels.find(({ kind }) => kind === 'im')?.id ?? ''

/** Waits for a direct message of the bot that a person reads. */
const untilDirect = (story: Pick<Story, 'slack'>, as: string, is: (message: PageMessage) => boolean, what: string) =>
  story.slack.until(() => {
    const direct = directOf(story, as)
    const roots = story.slack.messages(direct)
    return [...roots, ...roots.flatMap(({ ts }) => story.slack.messages(direct, ts))].find(is)
  }, what)

const chooseLanguage = async (story: Story, as: string, value: string) => {
  const action = { type: 'static_select', selected_option: { text: { type: 'plain_text', text: value }, value } }
  await pressIn(story, as, { view: await openHome(story, as), actionId: 'set_language', action })
}

onBothStores('the language of the bot’s own words', openStory => {
  test('is chosen in App Home, holds in the home, notices and dialogues from then on, and goes with the person’s data', async () => {
    const story = await openStory()
    const { slack, model, say, app, store } = story
    const { dana, general } = { ...slack.people, ...slack.channels }
    await chooseLanguage(story, dana, 'ja')
    await untilHome(story, dana, /質問する/)
    const ts = await say(dana, general, `<@${slack.botUserId}> hello?`)
    const exchange = await model.next()
    expect(exchange.prompt).not.toMatch(/Japanese|日本語/)
    exchange.reply('Hello.')
    // Its buttons are hers; another replica hears of the choice a moment later.
    await story.untilReply(general, ts, reply => JSON.stringify(reply.blocks).includes('"Hello.'), 'the answer')
    for (let at = 0; at < 4; at += 1) {
      await expect
        .poll(async () => {
          await slack.do({ do: 'command', as: dana, channel: general, command: '/threadwise', text: 'help' })
          return slack.snapshot(dana).messages.findLast(({ ephemeralTo }) => ephemeralTo === dana)?.text
        })
        .toContain('このチャンネル')
    }
    await openHome(story, slack.people.admin)
    await untilHome(story, slack.people.admin, store.shared === undefined ? /Health/ : /2 replicas are running/)
    await app.stop()
    await story.reconnect()
    expect(await store.personSettings.languageOf({ teamId: slack.teamId, user: dana }).catch(() => 'ja')).toBe('ja')
    const home = await openHome(story, dana)
    await untilHome(story, dana, /質問する/)
    await pressIn(story, dana, { view: home, actionId: 'forget_me' })
    await untilHome(story, dana, /Ask a question/)
  })
})

test('each example of App Home does what it says: by a dialogue, or by a direct message', async () => {
  const story = await open()
  const { slack, model, say } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  await say(lee, general, 'We decided to ship on Friday.')
  const home = await openHome(story, dana)
  await pressIn(story, dana, { view: home, actionId: 'show_abilities' })
  await untilHome(story, dana, /You’ll get it as a direct message/)
  await untilDirect(story, dana, message => toSeen(message).includes('Mention me in a channel'), 'the help')
  await pressIn(story, dana, { view: home, actionId: 'show_feedback' })
  await untilDirect(story, dana, message => toSeen(message).includes('No labeled feedback'), 'the report')

  await pressIn(story, dana, { view: home, actionId: 'open_classify' })
  const text = { type: 'plain_text_input', value: 'The export is broken' }
  await submit(story, dana, await untilModal(story, dana), { text: { field: text } })
  const items = [{ kind: 'bug', quote: 'export is broken', reason: 'It fails.', confidence: 0.9 }]
  ;(await model.next()).reply(JSON.stringify({ items }))
  const result = await slack.until(() => {
    const shown = JSON.stringify(slack.snapshot(dana).modals.at(-1)?.view)
    return shown.includes('It fails.') ? shown : undefined
  }, 'the card')
  expect(result).not.toContain('post_label')

  await pressIn(story, dana, { view: home, actionId: 'open_summarize' })
  const week = { type: 'radio_buttons', selected_option: { text: { type: 'plain_text', text: 'x' }, value: 'week' } }
  const channel = { type: 'conversations_select', selected_conversation: general }
  const dialog = await slack.until(
    () => slack.snapshot(dana).modals.findLast(({ view: { callback_id } }) => callback_id === 'summarize_channel'),
    'the dialogue',
  )
  await submit(story, dana, dialog, { channel: { field: channel }, span: { field: week } })
  const exchange = await model.next()
  expect(exchange.prompt).toContain('ship on Friday')
})

test('an admin’s home tells how the bot is, and exports usage, settings and ratings to admins alone', async () => {
  const story = await open({ model: { name: 'no-such-price' } })
  const { slack, model, say } = story
  const { admin, dana, general } = { ...slack.people, ...slack.channels }
  const ts = await say(dana, general, `<@${slack.botUserId}> hello?`)
  ;(await model.next()).status(401, { error: { message: 'secret words' } })
  const failed = await story.untilReply(general, ts, reply => toSeen(reply).includes('API key'), 'the failure')
  expect(failed).toBeDefined()
  await say(dana, general, `<@${slack.botUserId}> and now?`)
  const waiting = await model.next()
  await openHome(story, admin)
  await untilHome(
    story,
    admin,
    /Version \d.*1 being answered.*Slack hasn’t refused.*no-such-price.*1 error in the last hour.*turn failed \(model_unauthorized\).*`[0-9a-f]{8}`/s,
  )
  expect(viewOf(story, admin)).not.toMatch(/secret words|hello\?|replica/)
  expect(viewOf(story, admin)).toMatch(/export_data/)
  waiting.reply('Yes.')

  await openHome(story, dana)
  expect(viewOf(story, dana)).not.toMatch(/export_data|Health/)
  // Who rates in a direct message is the one person there.
  await story.store.ratings.rate(`${slack.teamId}:${general}:1.1`, dana, 'up')
  await story.store.ratings.rate(`${slack.teamId}:D0DANA0000:2.2`, dana, 'down')
  await story.store.ratings.explain(`${slack.teamId}:D0DANA0000:2.2`, dana, 'wrong')
  await say(dana, directOf(story, dana), 'hello?')
  ;(await model.next()).reply('Hello.')
  await untilDirect(story, dana, message => toSeen(message) === 'Hello.', 'the answer')
  const { leads: hidden } = slack.channels
  await slack.do({ do: 'remove', as: admin, channel: hidden, user: admin })
  await story.store.ratings.rate(`${slack.teamId}:${hidden}:3.3`, dana, 'up')
  await say(dana, hidden, `<@${slack.botUserId}> hello?`)
  ;(await model.next()).reply('Hello.')
  await expect
    .poll(async () => JSON.stringify(await story.store.usage.between('2000-01-01', '2100-01-01')))
    .toContain(hidden)
  await story.store.settings.write('policy:G0SECRET00', JSON.stringify({ instructions: 'a secret plan' }))
  await story.store.settings.write(`policy:${general}`, JSON.stringify({ instructions: 'an open plan' }))
  const { channel: plans = '' } = await slack.do({ do: 'create_channel', as: dana, name: 'plans' })
  for (const channel of [plans, slack.channels.random, slack.channels.feedback])
    await story.store.ratings.rate(`${slack.teamId}:${channel}:4.4`, dana, 'up')
  const named = { channels: [general, hidden], keptOut: { channels: ['G0SECRET01', general, hidden] } }
  await story.store.settings.write(`policy:${slack.teamId}`, JSON.stringify(named))
  const { length } = slack.calls
  slack.fault({ method: 'files.completeUploadExternal', cut: 'after' })
  await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'export_data' })
  const names = async () => {
    const direct = directOf(story, admin)
    const roots = slack.messages(direct)
    const all = roots.flatMap(root => slack.messages(direct, root.ts)).flatMap(({ files }) => files ?? [])
    return [...new Set(all.map(({ name }) => name))]
  }
  await expect.poll(names).toEqual(['usage.csv', 'settings.json', 'ratings.csv'])
  const ratings = await readFileOf(story, directOf(story, admin), 'ratings.csv')
  expect(ratings).toMatch(/,C\w+,1\.1,up,\n.*,direct,,down,wrong\n/)
  const usage = await readFileOf(story, directOf(story, admin), 'usage.csv')
  expect(usage).toMatch(new RegExp(`${dana},direct,chat`))
  expect(usage).toMatch(new RegExp(`${dana},private,chat`))
  expect(ratings).toMatch(/,private,,up,\n/)
  expect(usage + ratings).not.toMatch(new RegExp(`${hidden}|,3\\.3,`))
  // However many channels there are, the person is looked up once for all.
  const lookups = slack.calls.slice(length).filter(({ method, args }) => method === 'users.info' && args.user === admin)
  expect(lookups.length).toBeLessThan(7)
  const settings = await readFileOf(story, directOf(story, admin), 'settings.json')
  expect(settings).toContain('an open plan')
  expect(settings).toContain('"leftOut": 1')
  expect(settings).toContain('"channelsLeftOut": 2')
  const ofWorkspace = JSON.parse(settings).settings.find(({ of }: { of: string }) => of === slack.teamId)
  expect(ofWorkspace.settings).toEqual({ channels: [general], keptOut: { channels: [general] } })
  expect(settings).not.toMatch(new RegExp(`secret|${hidden}`, 'i'))
  const hasBlock = ({ blocks }: SlackJson) => JSON.stringify(blocks ?? '').includes('data_visualization')
  slack.fault({ method: 'chat.postMessage', cut: 'after', when: hasBlock })
  await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'chart_all_usage' })
  const isChart = ({ blocks = [] }: PageMessage) => /data_visualization.*Questions/.test(JSON.stringify(blocks))
  await untilDirect(story, admin, isChart, 'the chart of all usage')
  await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'chart_usage' })
  await untilDirect(story, admin, message => toSeen(message).includes('nothing to draw'), 'that there is no own usage')
  // What Slack took and did not confirm is there once, and no failure.
  const direct = slack.messages(directOf(story, admin))
  expect([direct.filter(isChart).length, direct.filter(one => toSeen(one).includes('⚠️')).length]).toEqual([1, 0])
  // Rights are asked again when the button is pressed.
  const view = await openHome(story, admin)
  slack.changePerson(admin, 'member')
  await pressIn(story, admin, { view, actionId: 'export_data' })
  await untilDirect(story, admin, message => toSeen(message).includes('Only admins'), 'the refusal')
  expect(slack.calls.filter(({ method }) => method === 'files.completeUploadExternal')).toHaveLength(1)
})

test('an export and a warning of the budget come once from a bot that is killed meanwhile, and its home still has the errors of before', async () => {
  const world = await openWorld('socket', { BUDGET_DAY: '0.05', OPENAI_MODEL: 'gpt-6-luna' }, await readManifest())
  const { slack, model, bot, dana, general } = world
  const { admin } = slack.people
  await bot.untilSays('ready')
  const say = (as: string) => slack.do({ do: 'say', as, channel: general, text: `<@${slack.botUserId}> hello?` })
  await say(dana)
  ;(await model.next()).status(401, { error: { message: 'wrong key' } })
  const home = await openHome(world, admin)
  await untilHome(world, admin, /1 error in the last hour/)
  // The export stands still before its first word.
  slack.fault({ method: 'conversations.open', hold: new Promise(() => {}) })
  await pressIn(world, admin, { view: home, actionId: 'export_data' })
  const isWarning = ({ text }: PageMessage) => text.includes('This workspace has spent $0.04 of its $0.05 budget')
  const countWarnings = () => slack.messages(directOf(world, admin)).filter(isWarning).length
  // Killed when the warning has been posted, before the bot learns of it.
  slack.onChange(change => {
    if (change.type === 'message' && isWarning(change.message)) bot.kill('SIGKILL')
  })
  await say(admin)
  const exchange = await model.next()
  exchange.say('Hello.')
  const usage = { prompt_tokens: 1_000, completion_tokens: 80_100 }
  exchange.raw(
    `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }], usage })}\n\ndata: [DONE]\n\n`,
  )
  exchange.finish()
  await bot.exit
  expect(countWarnings()).toBe(1)
  const { length } = slack.calls
  await world.restart()
  await untilDirect(world, admin, ({ files = [] }) => files.some(({ name }) => name === 'usage.csv'), 'the export')
  const looksForWarning = ({ method, args }: (typeof slack.calls)[number]) =>
    method === 'conversations.history' && args.channel === directOf(world, admin)
  await slack.until(() => slack.calls.slice(length).some(looksForWarning), 'a look for the warning')
  await openHome(world, admin)
  await untilHome(world, admin, /1 error in the last hour.*turn failed \(model_unauthorized\)/s)
  expect(countWarnings()).toBe(1)
})

test('a home that the person sees already is not published again, and one that another replica replaced is built anew', async () => {
  const story = await open()
  const { slack } = story
  const { dana } = slack.people
  const published = () => slack.calls.filter(({ method }) => method === 'views.publish').length
  await openHome(story, dana)
  await openHome(story, dana)
  await pressIn(story, dana, { view: await openHome(story, dana), actionId: 'show_abilities' })
  await untilHome(story, dana, /You’ll get it/)
  expect(published()).toBe(2)
  slack.fault({ method: 'views.publish', error: 'hash_conflict', times: 1 })
  await chooseLanguage(story, dana, 'zh')
  await untilHome(story, dana, /提一个问题/)
  expect(slack.calls.filter(({ method }) => method === 'views.publish').at(-1)?.args).not.toHaveProperty('hash')
})

/** Reads a file that the bot shared in a direct message or below it. */
async function readFileOf({ slack }: Story, channel: string, name: string): Promise<string> {
  const files = slack.messages(channel).flatMap(({ ts }) => slack.messages(channel, ts).flatMap(one => one.files ?? []))
  const headers = { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ file: files.find(file => file.name === name)?.id })
  const info = await fetch(`${slack.apiUrl}files.info`, { method: 'POST', headers, body })
  const { file } = (await info.json()) as { file: { url_private: string } }
  return (await fetch(file.url_private, { headers })).text()
}
