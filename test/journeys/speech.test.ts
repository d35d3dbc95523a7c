import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PageMessage, SlackJson } from '../../playground/protocol.ts'
import { deliverOnce } from '../../src/features/delivery.ts'
import { buildWav, createSpeechServer, readMp3 } from '../speech-server.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'

/** Opens a story with a speech server. */
async function open(server: Parameters<typeof createSpeechServer>[0] = {}, options: StoryOptions = {}) {
  const speech = await createSpeechServer(server)
  return { speech, ...(await openStory({ ...options, config: { speech: speech.config, ...options.config } })) }
}

/** Asks as Dana and waits for the whole answer, with its controls. */
async function ask(
  story: Story,
  question: string,
  answer: string,
  ...[channel = story.slack.channels.general, thread]: string[]
) {
  const { slack, model, say } = story
  const ts = await say(slack.people.dana, channel, `<@${slack.botUserId}> ${question}`, thread)
  ;(await model.next()).reply(answer)
  const isWhole = (reply: PageMessage) => JSON.stringify(reply.blocks).includes('rate_reply')
  return { ts, reply: await story.untilReply(channel, thread ?? ts, isWhole, 'the whole answer') }
}

const press = ({ slack }: Story, { channel, ts }: PageMessage, as = slack.people.dana, action: SlackJson = {}) =>
  slack.do({ do: 'act', as, channel, ts, blockId: 'listen_reply', action: { action_id: 'listen_reply', ...action } })

/** The recordings in a thread. */
const recordings = ({ slack }: Story, threadTs: string, channel = slack.channels.general) =>
  slack.messages(channel, threadTs).filter(({ files = [] }) => files.length > 0)

const untilRecorded = (story: Story, threadTs: string, channel = story.slack.channels.general) =>
  story.slack.until(() => recordings(story, threadTs, channel)[0], 'a recording')

async function download({ slack }: Story, { files: [file] = [] }: PageMessage): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${slack.url}/page/files/${file?.id}`)).arrayBuffer())
}

const notices = ({ slack }: Story, as: string) =>
  slack
    .snapshot(as)
    .messages.filter(({ ephemeralTo }) => ephemeralTo === as)
    .map(({ text }) => text)

const setting = (action_id: string, value: SlackJson) => ({ action_id, ...value })
const option = (value: string) => ({ selected_option: { text: { type: 'plain_text', text: value }, value } })

/** Opens somebody's home and changes settings in it, in order. */
async function set({ slack }: Story, as: string, ...actions: SlackJson[]): Promise<string> {
  await slack.do({ do: 'open_home', as, tab: 'home' })
  const home = await slack.until(() => slack.snapshot(as).home, 'the home')
  for (const action of actions) {
    const done = await slack.do({ do: 'act_in_view', as, viewId: home.id, blockId: String(action.action_id), action })
    if (!done.ok) throw new Error(done.error)
  }
  return JSON.stringify(home.view)
}

describe('an answer', () => {
  test('is read aloud once for everybody who presses Listen, with its progress, in a message of its own', async () => {
    const story = await open()
    const { slack, speech, model, say } = story
    const { lee, mei, general } = { ...slack.people, ...slack.channels }
    const { ts, reply } = await ask(story, 'how?', '## Steps\n\n- Run **it**\n\n```sh\nnpm ci\n```\n\nDone 🎉')
    const release = speech.hold()
    await press(story, reply, mei)
    await press(story, reply, mei)
    await press(story, reply, lee)
    const status = () => slack.snapshot(lee).statuses.find(({ threadTs }) => threadTs === ts)?.status
    await slack.until(() => status() === '正在朗读…', 'the progress')
    await slack.until(() => speech.requests.length > 0, 'the request')
    release()
    const recording = await untilRecorded(story, ts)
    expect(recording.files).toMatchObject([
      { name: expect.stringMatching(/^answer-[0-9a-f]{12}\.mp3$/), mimetype: 'audio/mpeg' },
    ])
    const upload = slack.calls.find(({ method }) => method === 'files.completeUploadExternal')
    expect(upload?.args.files).toMatchObject([{ title: '回答的语音版' }])
    await slack.until(() => status() === undefined || status() === '', 'the end of the progress')
    const input = 'Steps.\nRun it.\nI left out a code block.\nDone.'
    expect(speech.requests).toEqual([{ model: 'kokoro', voice: 'af_heart', speed: 1, response_format: 'mp3', input }])

    await press(story, reply, lee)
    await slack.until(
      () => notices(story, lee).some(text => /already <.*\|a recording of this answer>/.test(text)),
      'the notice',
    )
    expect(notices(story, lee).join()).toContain(`/archives/${general}/p${recording.ts.replace('.', '')}`)
    expect([speech.requests.length, recordings(story, ts).length]).toEqual([1, 1])

    // The recording is no file that people have attached.
    await say(lee, general, 'and then?', ts)
    ;(await model.next()).reply('Nothing.')
    const isWhole = (one: PageMessage) => JSON.stringify(one.blocks).includes('rate_reply')
    expect(toSeen(await story.untilReply(general, ts, isWhole, 'the answer'))).toBe('Nothing.')
  })

  test('of 20,000 characters is one recording with all parts in their order, a few of them made at once', async () => {
    const story = await open()
    const { slack, speech } = story
    const sentence = 'The quick brown fox jumps over the lazy dog again and again, and rests. '
    const { ts, reply } = await ask(story, 'a story', sentence.repeat(280))
    const release = speech.hold()
    await press(story, reply)
    await slack.until(() => speech.requests.length === 2, 'two requests')
    const status = () => slack.snapshot(slack.people.dana).statuses.find(({ threadTs }) => threadTs === ts)?.status
    await slack.until(() => /part 1 of 5/.test(status() ?? ''), 'the progress')
    release()
    const bytes = await download(story, await untilRecorded(story, ts))
    expect(speech.mostAtOnce()).toBe(2)
    expect(speech.requests.length).toBe(5)
    const spoken = speech.requests.map(({ input }) => input)
    expect(spoken.join('').replace(/\s/g, '')).toBe(sentence.repeat(280).replace(/\s/g, ''))
    const { counted, marks } = readMp3(bytes)
    expect([counted, marks.length]).toEqual([spoken.join('').length, spoken.join('').length])
    expect([...new Set(marks)]).toEqual([1, 2, 3, 4, 5])
    expect(marks).toEqual(marks.toSorted())
  })

  test('that cannot be read aloud stays, one person is told why, and they can try again', async () => {
    const failures = [
      { status: 400 },
      { status: 401 },
      { status: 200, bytes: Buffer.from('<!doctype html><p>Sign in</p>') },
      { status: 200, bytes: Buffer.alloc(0) },
    ]
    const story = await open({ answer: (_, count) => failures[count - 1] })
    const { slack, speech } = story
    const { lee } = slack.people
    const { ts, reply } = await ask(story, 'what?', 'This.')
    const reasons = [
      '(status 400). Choose another voice',
      '(status 401)',
      'didn’t send MP3 or WAV',
      'didn’t send MP3 or WAV',
    ]
    for (const [at, reason] of reasons.entries()) {
      await press(story, reply, lee)
      await slack.until(() => notices(story, lee)[at]?.includes(reason), reason)
    }
    expect(story.replies(slack.channels.general, ts).map(toSeen)).toEqual(['This.'])
    expect(notices(story, slack.people.dana)).toEqual([])
    await press(story, reply, lee)
    await untilRecorded(story, ts)
    expect(speech.requests.length).toBe(5)
    expect(notices(story, lee).length).toBe(4)
  })

  test('is read aloud as WAV by a server that makes nothing else, and a busy server is asked again', async () => {
    const story = await open({
      answer: (_, count) => (count === 1 ? { status: 503 } : { status: 200, bytes: buildWav(8) }),
    })
    const { ts, reply } = await ask(story, 'what?', 'This.')
    await press(story, reply)
    const recording = await untilRecorded(story, ts)
    expect(recording.files?.[0]?.name).toMatch(/\.wav$/)
    expect(await download(story, recording)).toEqual(buildWav(8))
  })

  test('is found in the thread after a restart, and read again when it is another one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'threadwise-'))
    const story = await open({}, { dataDir })
    const { slack, speech, model, app, reconnect } = story
    const { dana } = slack.people
    const { ts, reply } = await ask(story, 'what?', 'This.')
    await press(story, reply)
    await untilRecorded(story, ts)
    await app.stop()
    await reconnect()
    await press(story, reply)
    await slack.until(
      () => notices(story, dana).some(text => /already <.*\|a recording of this answer>/.test(text)),
      'the notice',
    )
    const { channel } = reply
    const again = { type: 'icon_button', action_id: 'regenerate_reply' }
    await slack.do({ do: 'act', as: dana, channel, ts: reply.ts, blockId: 'rate_reply', action: again })
    ;(await model.next()).reply('That.')
    const other = await slack.until(
      () =>
        slack
          .messages(channel, ts)
          .find(one => toSeen(one) === 'That.' && JSON.stringify(one.blocks).includes('rate_reply')),
      'the other answer',
    )
    await press(story, other)
    await slack.until(() => recordings(story, ts).length === 2, 'the other recording')
    expect(speech.requests.map(({ input }) => input)).toEqual(['This.', 'That.'])
  })

  test('is not delivered to a thread that the person has left meanwhile, nor when it was deleted', async () => {
    const story = await open()
    const { slack, speech } = story
    const { dana, admin, leads } = { ...slack.people, ...slack.channels }
    const { ts, reply } = await ask(story, 'what?', 'This.', leads)
    const release = speech.hold()
    await press(story, reply)
    await slack.until(() => speech.requests.length === 1, 'the request')
    await slack.do({ do: 'remove', as: admin, channel: leads, user: dana })
    release()
    const isTold = (method: string, words: RegExp) =>
      slack.calls.some(call => call.method === method && words.test(String(call.args.text)))
    await slack.until(() => isTold('chat.postMessage', /can no longer read that channel/), 'the refusal, directly')
    expect(recordings(story, ts, leads)).toEqual([])

    const second = await ask(story, 'and that?', 'That.')
    const releaseSecond = speech.hold()
    await press(story, second.reply)
    await slack.until(() => speech.requests.length === 2, 'the request')
    await slack.do({ do: 'delete', as: dana, channel: slack.channels.general, ts: second.ts })
    await slack.until(() => story.replies(slack.channels.general, second.ts).length === 0, 'the end of the answer')
    releaseSecond()
    await slack.until(() => isTold('chat.postEphemeral', /changed or was deleted/), 'the notice')
    expect(slack.calls.filter(({ method }) => method.startsWith('files.'))).toEqual([])

    // Slack lists it a moment after it was shared.
    const { general } = slack.channels
    const root = await story.say(dana, general, 'a thread')
    const third = await ask(story, 'and then?', 'Then.', general, root)
    const upload = Promise.withResolvers<void>()
    slack.fault({ method: 'files.completeUploadExternal', hold: upload.promise })
    await press(story, third.reply)
    const isSharing = () => slack.calls.some(({ method }) => method === 'files.completeUploadExternal')
    await slack.until(isSharing, 'the upload')
    await slack.do({ do: 'delete', as: dana, channel: general, ts: third.ts })
    const stateOf = async () => (await story.store.turns.load(`${slack.teamId}:${general}:${third.ts}`))?.state
    await expect.poll(stateOf).toBe('withdrawn')
    slack.fault({ method: 'conversations.replies', status: 200, body: '{"ok":true,"messages":[]}' })
    upload.resolve()
    await slack.until(() => slack.calls.some(({ method }) => method === 'files.delete'), 'the end of the recording')
    await slack.until(() => recordings(story, root).length === 0, 'the end of its message')
  })

  test('read aloud by a process that died is looked for before it is sent again, however long it took before', async () => {
    const found = { ts: '2.5', user: 'UBOT', files: [{ name: 'answer-1.mp3' }] }
    const pages = [[], [found]]
    const deps = {
      self: { botUserId: 'UBOT', userId: 'UBOT' },
      reader: {
        pages: async function* () {
          yield { ok: true, messages: pages.shift() ?? [] }
        },
      },
      store: {
        facts: { read: async () => String(Date.now() - 60_000), write: async () => {}, remove: async () => {} },
      },
    }
    const to = { place: { channel: 'C1', threadTs: '1.0' }, name: 'answer-1', isResumed: true }
    const send = async () => ({ ts: 'twice' })
    expect(await deliverOnce(deps as never, to, send)).toEqual(found)
  })

  test('of another thread is not read by a forged value, and one without words says so', async () => {
    const story = await open()
    const { slack, speech } = story
    const { lee, leads } = { ...slack.people, ...slack.channels }
    const mine = await ask(story, 'what?', '🎉')
    const hidden = await ask(story, 'what?', 'Secret.', leads)
    const elements = (hidden.reply.blocks ?? []).flatMap(block => (block.elements ?? []) as SlackJson[])
    const { value } = elements.find(({ action_id }) => action_id === 'listen_reply') ?? {}
    await press(story, mine.reply, lee, { value: String(value) })
    await slack.until(() => notices(story, lee).some(text => text.includes('no longer remember')), 'the refusal')
    await press(story, mine.reply, lee)
    await slack.until(() => notices(story, lee).some(text => text.includes('nothing in this answer')), 'the notice')
    expect(speech.requests).toEqual([])
  })
})

describe('a question', () => {
  test.each([
    ['in English', 'what is new? Please answer aloud.', 'Read it aloud, please', 'All is well.'],
    ['in Chinese', '朗读：今天怎么样？', '请朗读一下', '一切都好。'],
    ['in Japanese', '調子はどう？読み上げて。', '読み上げてください', '元気です。'],
  ])(
    '%s that wants its answer aloud gets both, and the last answer is read aloud on demand',
    async (_, question, wish, answer) => {
      const story = await open()
      const { slack, speech, model, say } = story
      const { dana, general } = { ...slack.people, ...slack.channels }
      const { ts } = await ask(story, question, answer)
      await untilRecorded(story, ts)
      expect(speech.requests.map(({ input }) => input)).toEqual([answer])
      const said = model.requests[0]?.prompt ?? ''
      expect(said).toMatch(/what is new|今天怎么样|調子はどう/)
      expect(said).not.toMatch(/answer aloud|朗读|読み上げ/)

      await set(story, dana, setting('set_speed', option('2')))
      await say(dana, general, wish, ts)
      await slack.until(() => recordings(story, ts).length === 2, 'the second recording')
      expect(speech.requests.map(({ input, speed }) => [input, speed])).toEqual([
        [answer, 1],
        [answer, 2],
      ])
      expect(model.requests.length).toBe(1)
      const alone = await say(dana, general, `<@${slack.botUserId}> ${wish}`)
      await slack.until(() => notices(story, dana).some(text => text.includes('nothing to read aloud')), 'the notice')
      expect(story.replies(general, alone)).toEqual([])
    },
  )

  test('by a voice clip is answered with a recording for those who want that, in their voice and at their speed', async () => {
    const story = await open({ voices: ['af_heart', 'zf_xiaobei'] })
    const { slack, speech, model, say } = story
    const { dana, lee, general } = { ...slack.people, ...slack.channels }
    const checked = { selected_options: [{ text: { type: 'plain_text', text: '' }, value: 'on' }] }
    const home = await set(
      story,
      dana,
      setting('set_voice', option('zf_xiaobei')),
      setting('set_voice', option('nobody')),
      setting('set_speed', option('1.5')),
      setting('set_speed', option('9')),
      setting('set_answer_clips', checked),
    )
    expect(home).toContain('"value":"zf_xiaobei"')
    const shown = () => JSON.stringify(slack.snapshot(dana).home?.view)
    await slack.until(
      () =>
        /"initial_options"/.test(shown()) &&
        shown().includes('"initial_option":{"text":{"type":"plain_text","text":"zf_xiaobei"'),
      'the settings',
    )
    const askByClip = async (as: string) => {
      const clip = slack.upload(as, 'audio_message.m4a', Buffer.from('0000001c6674797069736f6d', 'hex'))
      const { ts } = await slack.do({
        do: 'say',
        as,
        channel: general,
        text: `<@${slack.botUserId}>`,
        files: [clip.id],
      })
      ;(await model.next()).reply('Heard.')
      return String(ts)
    }
    const spoken = await askByClip(dana)
    await slack.until(() => recordings(story, spoken).some(({ user }) => user === slack.botUserId), 'the recording')
    expect(speech.requests).toMatchObject([{ voice: 'zf_xiaobei', speed: 1.5 }])
    const silent = await askByClip(lee)
    await story.untilReply(general, silent, reply => JSON.stringify(reply.blocks).includes('rate_reply'), 'the answer')
    await say(lee, general, 'x')
    expect(speech.requests.length).toBe(1)
  })
})

test('without a list of voices people type one; without a speech server nobody sees anything of it', async () => {
  const story = await open()
  const { slack, speech } = story
  const type = (value: string) => setting('set_voice', { type: 'plain_text_input', value })
  const home = await set(story, slack.people.dana, type(' nova '), type('../../etc/passwd'))
  expect(home).toContain('plain_text_input')
  const { ts, reply } = await ask(story, 'what?', 'This.')
  await press(story, reply)
  await untilRecorded(story, ts)
  expect(speech.requests).toMatchObject([{ voice: 'nova' }])
  const direct = slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''
  await ask(story, 'and here?', 'Here, too.', direct)
  const wish = await story.say(slack.people.dana, direct, 'read it aloud')
  await untilRecorded(story, wish, direct)
  expect(speech.requests[1]?.input).toBe('Here, too.')

  const without = await openStory()
  const quiet = await set(without, without.slack.people.dana)
  expect(quiet).not.toMatch(/set_voice|set_speed/)
  const { reply: bare } = await ask(without, 'what? Answer aloud.', 'This.')
  expect(JSON.stringify(bare.blocks)).not.toContain('listen_reply')
  expect(without.model.requests[0]?.prompt).toContain('Answer aloud.')
})
