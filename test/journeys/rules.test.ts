import { describe, expect, test } from 'vitest'
import { toWav } from '../files/recordings.ts'
import {
  command,
  fieldsOf,
  onBothStores,
  open,
  openHome,
  pressIn,
  setRules,
  submit,
  untilModal,
  untilTold,
} from '../settings-story.ts'
import { createSpeechServer } from '../speech-server.ts'
import { type Story, toSeen } from '../story.ts'
import { hasButton, json, point } from '../summary-story.ts'

const say = ({ slack, say: speak }: Story, as: string, text: string, channel = slack.channels.general) =>
  speak(as, channel, `<@${slack.botUserId}> ${text}`)

const run = async ({ slack }: Story, as: string, name: string, text: string, channel = slack.channels.general) => {
  const done = await slack.do({ do: 'command', as, channel, command: name, text })
  if (!done.ok) throw new Error(done.error)
}

const everywhere = ({ slack }: Story) => ({ channel: slack.channels.general, text: 'workspace' as const })

const toldTimes = ({ slack }: Story, as: string, pattern: RegExp) =>
  slack.snapshot(as).messages.filter(({ ephemeralTo, text }) => ephemeralTo === as && pattern.test(text)).length

/** Asks until the person is answered: another replica hears of a change a moment later. */
async function untilAnswered(story: Story, as: string): Promise<void> {
  const before = story.model.requests.length
  await expect
    .poll(
      async () => {
        await say(story, as, 'and now?')
        return story.model.requests.length > before
      },
      { interval: 200 },
    )
    .toBe(true)
}

onBothStores('who may use the bot', openStory => {
  test('is listed by an admin in App Home, as people, members of channels and of user groups; others are told once, privately', async () => {
    const story = await openStory()
    const { slack, model, replies } = story
    const { admin, dana, lee, mei, leads, general } = { ...slack.people, ...slack.channels }
    model.answerAll(exchange => exchange.reply('Hello.'))
    await pressIn(story, admin, { view: await openHome(story, admin), actionId: 'open_settings' })
    const modal = await untilModal(story, admin)
    const rules = { who: 'listed', channels: [leads], groups: '@design', people: [] as string[] }
    await submit(story, admin, modal, fieldsOf({ ...rules, groups: '@nobody' }))
    await slack.until(
      () => JSON.stringify(slack.snapshot(admin).modals).includes('Check the names of the user groups'),
      'the error',
    )
    await submit(story, admin, modal, fieldsOf(rules))
    await slack.until(() => slack.snapshot(admin).modals.length === 0, 'the end of the modal')

    let ts = ''
    await expect
      .poll(
        async () => {
          ts = await say(story, mei, 'hello?')
          return toldTimes(story, mei, /你不在管理员设定的使用范围内/)
        },
        { interval: 200 },
      )
      .toBeGreaterThan(0)
    expect(replies(general, ts)).toEqual([])
    await expect
      .poll(
        async () => {
          await run(story, mei, '/threadwise', 'why')
          return toldTimes(story, mei, /没有回答.*你不在管理员设定的使用范围内/s)
        },
        { interval: 200 },
      )
      .toBeGreaterThan(0)
    await untilAnswered(story, dana)
    await untilAnswered(story, lee)
    await run(story, mei, '/ask', 'what is up?')
    await untilTold(story, mei, /⚠️.*你不在管理员设定的使用范围内/)

    await setRules(story, everywhere(story), { ...rules, people: [mei] })
    await untilAnswered(story, mei)
    await setRules(story, everywhere(story), { who: 'everyone' })
    await untilAnswered(story, admin)
  })
})

test('guests are kept out if an admin says so, and outsiders unless an admin opens the channel', async () => {
  const story = await open()
  const { slack, model } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  model.answerAll(exchange => exchange.reply('Hello.'))
  slack.changePerson(lee, 'guest')
  await untilAnswered(story, lee)
  await setRules(story, everywhere(story), { who: 'everyone', guests: [] })
  for (const _ of ['one', 'another']) await say(story, lee, 'hello?')
  await untilTold(story, lee, /Guests can’t use me/)
  slack.changePerson(dana, 'outsider')
  await say(story, dana, 'hello?')
  await untilTold(story, dana, /other organizations can’t use me here/)
  const asked = model.requests.length
  await setRules(story, { channel: general, text: '' }, { here: ['on', 'chat', 'outsiders'] })
  await untilAnswered(story, dana)
  expect(model.requests).toHaveLength(asked + 1)
  expect(toldTimes(story, lee, /Guests can’t use me/)).toBe(1)
})

onBothStores('a channel', openStory => {
  test('is switched off, or single features in it, by whoever created it, but opened to outsiders by admins alone', async () => {
    const story = await openStory()
    const { slack, model, store } = story
    const { dana, lee } = slack.people
    model.answerAll(exchange => exchange.reply('Hello.'))
    const { channel = '' } = await slack.do({ do: 'create_channel', as: dana, name: 'plans' })
    for (const user of [slack.botUserId, lee]) await slack.do({ do: 'invite', as: dana, channel, user })
    await command(story, dana, channel, 'settings')
    const modal = await untilModal(story, dana)
    expect(JSON.stringify(modal.view)).not.toContain('other organizations')
    await submit(story, dana, modal, fieldsOf({ here: ['on', 'summarize', 'outsiders'] }))
    await expect
      .poll(
        async () => {
          await say(story, lee, 'hello?', channel)
          return toldTimes(story, lee, /That’s switched off in this channel/)
        },
        { interval: 200 },
      )
      .toBe(1)
    expect((await store.settings.all()).find(row => row.channel.endsWith(channel))?.settings).toContain(
      '"outsiders":false',
    )
    await run(story, lee, '/classify', 'It crashes.', channel)
    await slack.until(
      () => JSON.stringify(slack.snapshot(lee).messages).includes('⚠️ That’s switched off'),
      'the refusal',
    )
    await setRules(story, { channel, text: '' }, { here: ['chat', 'summarize', 'classify'] })
    await expect
      .poll(
        async () => {
          await say(story, lee, 'help', channel)
          return toldTimes(story, lee, /I’m switched off in this channel/)
        },
        { interval: 200 },
      )
      .toBe(1)
    expect(model.requests).toHaveLength(0)
  })
})

describe('what is kept out', () => {
  test('by word never reaches the model, whoever wrote it and whatever is asked', async () => {
    const story = await open()
    const { slack, model } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    await setRules(story, everywhere(story), { who: 'everyone', kept_words: 'Project Falcon\nR&D' })
    model.answerAll(exchange => exchange.reply('Hello.'))
    const file = slack.upload(dana, 'Project Fal\u200bcon.txt', Buffer.from('PROJECT FALCON begins.')).id
    const text = `<@${slack.botUserId}> When does project  falcon of R&D start?`
    await slack.do({ do: 'say', as: dana, channel: general, text, files: [file] })
    await expect.poll(() => model.requests.length).toBe(1)
    await run(story, dana, '/summarize', '')
    await run(story, lee, '/classify', 'Project Falcon crashes.')
    await expect.poll(() => model.requests.length).toBeGreaterThan(2)
    const prompts = model.requests.map(({ prompt }) => prompt).join('\n')
    expect(prompts).not.toMatch(/fal.?con|R&/i)
    expect(prompts).toContain('[…]')
  })

  test('by person or channel is left out of threads, summaries, what was missed and classification, which is said', async () => {
    const story = await open()
    const { slack, model, say: speak, untilReply } = story
    const { admin, dana, lee, mei, general, feedback } = { ...slack.people, ...slack.channels }
    await setRules(story, everywhere(story), { who: 'everyone', kept_people: [mei], kept_channels: [feedback] })
    const seen = await speak(mei, general, 'The zebra is secret.')
    await speak(dana, general, 'The lion is not.', seen)
    await say(story, lee, 'what is said here?', general)
    const empty = await model.next()
    empty.reply('Nothing.')
    const ts = await speak(lee, general, `<@${slack.botUserId}> what is said here?`, seen)
    const exchange = await model.next()
    expect(exchange.prompt).toContain('lion')
    exchange.reply('Something about a lion.')
    await untilReply(general, seen, one => toSeen(one).includes('1 message wasn’t sent to the model'), 'the footer')
    expect(ts).not.toBe('')
    await speak(admin, feedback, 'The zebra was sold.')
    model.answerAll(one => one.reply('{}'))
    await run(story, lee, '/summarize', '')
    await run(story, lee, '/summarize', 'new everywhere')
    await expect.poll(() => model.requests.length).toBeGreaterThan(3)
    await slack.do({ do: 'message_shortcut', as: lee, channel: general, ts: seen, callbackId: 'classify_message' })
    await untilTold(story, lee, /no text to classify here/)
    // Their files are theirs, whoever passes them on and whatever is done with them.
    const asked = model.requests.length
    const { id } = slack.upload(mei, 'list.csv', Buffer.from('comment\nthe zebra is slow\n'))
    const { id: clip } = slack.upload(mei, 'zebra.wav', toWav(2))
    const shared = await slack.do({ do: 'say', as: mei, channel: general, text: 'listen', files: [id, clip] })
    for (const words of ['classify this file', 'transcribe this', 'what do the files say?']) {
      await speak(lee, general, `<@${slack.botUserId}> ${words}`, String(shared.ts))
      await untilReply(general, String(shared.ts), one => /no CSV file|no recording|Hello/.test(toSeen(one)), words)
    }
    const url = `${slack.url}/files-pri/${slack.teamId}-${id}/list.csv`
    const file = { id, name: 'list.csv', mimetype: 'text/csv', user: lee, url_private: new URL(url).href }
    const forwarded = { is_share: true, author_id: mei, channel_id: general, text: 'look', files: [file] }
    const text = `<@${slack.botUserId}> and this one?`
    slack.post({ channel: general, user: lee, text, attachments: [forwarded] })
    await expect.poll(() => model.requests.length).toBe(asked + 2)
    await run(story, lee, '/summarize', '', feedback)
    await slack.until(
      () => JSON.stringify(slack.snapshot(lee).messages).includes('some of this content'),
      'the refusal',
    )
    await say(story, mei, 'hello?')
    await untilTold(story, mei, /不允许把这个频道或这个人的内容/)
    expect(model.requests.map(({ prompt }) => prompt).join('\n')).not.toContain('zebra')
  })
})

test('what was allowed at the request and no longer is when the answer comes is not shown', async () => {
  const story = await open()
  const { slack, model, untilReply } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  const ts = await say(story, lee, 'tell me a secret')
  const exchange = await model.next()
  await run(story, lee, '/summarize', '')
  const summary = await model.next()
  await setRules(story, everywhere(story), { who: 'listed', people: [dana] })
  exchange.reply('The zebra is striped.')
  summary.reply(json({ facts: [point('The zebra is striped.', 1)] }))
  const reply = await untilReply(general, ts, one => hasButton(one, 'regenerate_reply'), 'the refusal')
  expect(reply.text).toContain('limited who can use me')
  await slack.until(() => toldTimes(story, lee, /limited who can use me/) > 0, 'the refusal of the summary')
  expect(JSON.stringify(slack.snapshot(lee).messages)).not.toContain('zebra')
})

test('a person who may not use the bot does not have the answers to others read aloud', async () => {
  const speech = await createSpeechServer()
  const story = await open({ config: { speech: speech.config } })
  const { slack, model, untilReply } = story
  const { dana, lee, general } = { ...slack.people, ...slack.channels }
  const ts = await say(story, dana, 'how?')
  ;(await model.next()).reply('Like this.')
  const { ts: answer } = await untilReply(general, ts, one => hasButton(one, 'listen_reply'), 'the answer')
  await setRules(story, everywhere(story), { who: 'listed', people: [dana] })
  const control = { blockId: 'listen_reply', action: { action_id: 'listen_reply' } }
  await slack.do({ do: 'act', as: lee, channel: general, ts: answer, ...control })
  await untilTold(story, lee, /limited who can use me/)
  expect(speech.requests).toEqual([])
})

test('user groups whose names are longer than their ids have room in the form, and too many are refused', async () => {
  const story = await open()
  const { slack } = story
  const { admin, general } = { ...slack.people, ...slack.channels }
  const usergroups = Array.from({ length: 101 }, (_, at) => ({
    id: `S${at}`,
    handle: `a-group-with-a-long-name-${at}`,
  }))
  const body = JSON.stringify({ ok: true, usergroups })
  slack.fault({ method: 'usergroups.list', body, times: Number.POSITIVE_INFINITY })
  await command(story, admin, general, 'settings workspace')
  const modal = await untilModal(story, admin)
  const choose = (most: number) => {
    const groups = usergroups.slice(0, most).map(({ id }) => id)
    return submit(story, admin, modal, fieldsOf({ who: 'listed', groups: groups.join(' ') }))
  }
  await choose(101)
  await slack.until(() => JSON.stringify(slack.snapshot(admin).modals).includes('Use up to 100'), 'the refusal')
  await choose(100)
  await slack.until(() => slack.snapshot(admin).modals.length === 0, 'the end of the modal')
  await command(story, admin, general, 'settings workspace')
  expect(JSON.stringify((await untilModal(story, admin)).view)).toContain('a-group-with-a-long-name-99')
})
