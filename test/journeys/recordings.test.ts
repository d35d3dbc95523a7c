import { describe, expect, test } from 'vitest'
import { toM4a, toWav } from '../files/recordings.ts'
import { openStory, type Story, type StoryOptions, toSeen } from '../story.ts'
import { json, untilTold } from '../summary-story.ts'
import { openTranscriptionServer } from '../transcription-server.ts'

type Answer = Parameters<typeof openTranscriptionServer>[0]

/** Opens a story with a transcription server of its own. */
async function openRecordingStory(
  answer?: Answer,
  { name = 'ear-1', ...options }: StoryOptions & { name?: string } = {},
) {
  const server = await openTranscriptionServer(answer)
  const transcription = { name, baseUrl: server.baseUrl, apiKey: 'sk-ear' }
  return { ...(await openStory({ ...options, config: { transcription, ...options.config } })), server }
}

/** Says something with files. */
async function send({ slack }: Story, channel: string, text: string, files: [string, Uint8Array][], threadTs?: string) {
  const { dana } = slack.people
  const ids = files.map(([name, bytes]) => slack.upload(dana, name, bytes).id)
  const thread = threadTs === undefined ? {} : { threadTs }
  const { ts } = await slack.do({ do: 'say', as: dana, channel, text, files: ids, ...thread })
  return String(ts)
}

/** The direct messages of the person who sends. */
const directOf = ({ slack }: Story) =>
  slack.snapshot(slack.people.dana).channels.find(({ kind }) => kind === 'im')?.id ?? ''

const wordsTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, at) => `w${from + at}`).join(' ')

describe('a voice clip', () => {
  test('alone in a direct message is a question, and its words stand above the answer', async () => {
    const story = await openRecordingStory(() => ({ text: 'When do we *ship*, <@U1>?', languages: [{ code: 'ja' }] }))
    const { slack, model, server, untilReply } = story
    const channel = directOf(story)
    const ts = await send(story, channel, '', [['audio_message.mp4', await toM4a(3)]])
    const exchange = await model.next()
    expect(exchange.prompt).toContain('>[voice clip] When do we *ship*, &lt;@U1&gt;?</message>')
    exchange.reply('On Friday.')
    const seen = toSeen(await untilReply(channel, ts, reply => reply.text.includes('On Friday'), 'the answer'))
    expect(seen).toMatch(/^> 🎧 You said \(Japanese\): “When do we \\\*ship\\\*, .{0,6}@U1.*\?”\n\nOn Friday\./)
    expect(server.requests).toMatchObject([
      { model: 'ear-1', name: 'audio.m4a', type: 'audio/mp4', key: 'Bearer sk-ear' },
    ])
    // The words are known now, and the line above the answer is not the model's.
    await story.say(slack.people.dana, channel, 'And then?', ts)
    const next = await model.next()
    expect(next.prompt).toContain('assistant: On Friday.')
    expect(server.requests).toHaveLength(1)
    next.reply('Rest.')
    await untilReply(channel, ts, reply => reply.text.includes('Rest'), 'the next answer')
  })

  test('that is silent, too short for a word, or repeats itself is answered without asking the model', async () => {
    const story = await openRecordingStory(() => ({ text: 'Thank you. Thank you. Thank you.' }))
    const channel = directOf(story)
    for (const bytes of [toWav(5, { isSilent: true }), toWav(0.5), toWav(5)]) {
      const ts = await send(story, channel, '', [['audio_message.wav', bytes]])
      const sentence = 'I didn’t hear anyone speak in your recording'
      await story.untilReply(channel, ts, reply => toSeen(reply).includes(sentence), 'the sentence')
    }
    expect([story.server.requests.length, story.model.requests.length]).toEqual([1, 0])
  })
})

describe('a server that transcribes nothing', () => {
  test('is asked once, and people read one sentence with the cure for all their recordings', async () => {
    let asked = 0
    const story = await openRecordingStory(() => {
      asked += 1
      return { status: 404, body: { error: { message: 'The model `ear-1` does not exist', code: 'model_not_found' } } }
    })
    const { slack, model, untilReply } = story
    const { general } = slack.channels
    const direct = directOf(story)
    model.answerAll(exchange => exchange.reply('Answered.'))
    const clips: [string, Uint8Array][] = [
      ['a.wav', toWav(2)],
      ['b.wav', toWav(2)],
    ]
    const ts = await send(story, general, `<@${slack.botUserId}> what do they say?`, clips)
    const cure = 'I couldn’t transcribe your recording: the model server doesn’t transcribe'
    const seen = toSeen(await untilReply(general, ts, reply => toSeen(reply).includes(cure), 'the cure'))
    expect(seen.split(cure)).toHaveLength(2)
    const dm = await send(story, direct, '', [['audio_message.wav', toWav(2)]])
    await untilReply(direct, dm, reply => toSeen(reply).includes(cure), 'the cure')
    expect([asked, model.requests.length]).toEqual([1, 1])
  })
})

test('a chat model that takes sound listens itself where its server transcribes nothing, if the format is one that it takes', async () => {
  const story = await openRecordingStory(() => ({ status: 404 }), { model: { audio: true } })
  const { model, untilReply } = story
  const channel = directOf(story)
  const ts = await send(story, channel, '', [['audio_message.wav', toWav(3)]])
  const ear = await model.next()
  const [{ content: asked } = { content: '' }] = ear.body.messages
  const [, sound] = asked as unknown as { type: string; input_audio: { data: string; format: string } }[]
  expect(sound).toMatchObject({ type: 'input_audio', input_audio: { format: 'wav' } })
  expect(
    Buffer.from(sound?.input_audio.data ?? '', 'base64')
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF')
  ear.status(200, {
    choices: [{ message: { content: 'When do we ship?' } }],
    usage: { prompt_tokens: 40, completion_tokens: 5 },
  })
  const exchange = await model.next()
  expect(exchange.prompt).toContain('>[voice clip] When do we ship?</message>')
  exchange.reply('On Friday.')
  await untilReply(channel, ts, reply => reply.text.includes('On Friday'), 'the answer')
  const other = await send(story, channel, '', [['audio_message.mp4', await toM4a(3)]])
  await untilReply(channel, other, reply => toSeen(reply).includes('doesn’t transcribe'), 'the cure')
  expect(story.server.requests.length).toBe(1)
})

test('a recording of which the server hears one half and the chat model the other is reserved at the higher price and paid at both', async () => {
  const story = await openRecordingStory(({ words }) => (words.includes('w400') ? { status: 404 } : undefined), {
    name: 'gpt-transcribe',
    model: { audio: true, prices: { in: 100, out: 0 } },
    config: { budgets: { personDay: 3_000_000 } },
  })
  const { slack, model, server, store, untilReply } = story
  const { general } = slack.channels
  // Twenty minutes are $0.09 for the server, and $3.84 if the chat model has to listen.
  const long = await send(story, general, `<@${slack.botUserId}> summarize this`, [['long.wav', toWav(1_200)]])
  const isRefused = (reply: { text: string }) => toSeen(reply).includes('You’ve used up your budget for today')
  await untilReply(general, long, isRefused, 'the refusal')
  expect(server.requests.length).toBe(0)
  await send(story, directOf(story), 'What is said?', [['meeting.wav', toWav(540)]])
  const ear = await model.next()
  const usage = { prompt_tokens: 40, completion_tokens: 5 }
  ear.status(200, { choices: [{ message: { content: 'w300 w301' } }], usage })
  ;(await model.next()).reply('They count.')
  const rows = async () =>
    (await store.usage.between('2000-01-01', '2999-01-01'))
      .filter(one => one.feature === 'transcribe')
      .map(one => `${one.model} ${one.cost}`)
      .toSorted()
  // The server has heard five minutes at $0.0045.
  await expect.poll(rows).toEqual(['gpt-4o 4000', expect.stringMatching(/^gpt-transcribe 22[45]\d\d$/)])
})

test('a recording that two questions are about at the same time is transcribed once, and goes on when one of them is withdrawn', async () => {
  let release = () => {}
  const held = new Promise<void>(done => {
    release = done
  })
  const story = await openRecordingStory(() => held.then(() => undefined))
  const { slack, model, server, untilReply } = story
  const { dana, general } = { ...slack.people, ...slack.channels }
  const { id } = slack.upload(dana, 'meeting.wav', toWav(5))
  const ask = async (channel: string) => {
    const text = `<@${slack.botUserId}> what is said?`
    return String((await slack.do({ do: 'say', as: dana, channel, text, files: [id] })).ts)
  }
  const first = await ask(general)
  await slack.until(() => server.requests.length === 1, 'the first request')
  const direct = directOf(story)
  const second = await ask(direct)
  const statusesOf = (ts: string) =>
    slack.calls.filter(({ method, args }) => method === 'assistant.threads.setStatus' && args.thread_ts === ts).length
  await slack.until(() => statusesOf(second) === 1, 'the second question')
  await slack.do({ do: 'delete', as: dana, channel: general, ts: first })
  await slack.until(() => statusesOf(first) === 2, 'the end of the first question')
  release()
  const exchange = await model.next()
  expect(exchange.prompt).toContain('w0 w1 w2 w3 w4')
  exchange.reply('They count.')
  await untilReply(direct, second, reply => reply.text.includes('They count'), 'the answer')
  expect([server.requests.length, model.requests.length]).toEqual([1, 1])
})

test('a recording of 12 minutes is summarized with the times of what was said, its progress, and what could not be heard', async () => {
  const story = await openRecordingStory(({ words }) => (words.includes('w400') ? { status: 500 } : undefined), {
    name: 'gpt-transcribe',
    config: { budgets: { personDay: 250_000 } },
  })
  const { slack, model, server, untilReply } = story
  const { general } = slack.channels
  const { dana } = slack.people
  const root = await story.say(dana, general, 'The meeting is over.')
  await send(story, general, 'Here it is', [['meeting.wav', toWav(722)]], root)
  await story.say(dana, general, `<@${slack.botUserId}> summarize this recording`, root)
  const exchange = await model.next()
  expect(exchange.prompt).not.toContain('The meeting is over')
  expect(exchange.prompt).toContain('recording="meeting.wav" at="00:00">w0 w1 ')
  expect(exchange.prompt).toMatch(/at="09:5\d">w59\d .*at="≈10:\d\d">w6/s)
  expect(exchange.prompt).not.toContain('w450')
  const [, id = ''] = /<message id="(\d+)"[^>]*>[^<]*\bw660\b/.exec(exchange.prompt) ?? []
  const said = { text: 'They say “w655 w656 w657 w658”.', sources: [id] }
  const invented = { text: 'They say “w655 w656 w659 w660”.', sources: [id] }
  exchange.reply(json({ decisions: [said, invented], facts: [{ text: 'They count.', sources: ['999'] }] }))
  const isSummary = (reply: { text: string }) => reply.text.includes('w658')
  const seen = toSeen(await untilReply(general, root, isSummary, 'the summary'))
  expect(seen).toMatch(/^meeting\.wav: 04:5\d–09:5\d couldn’t be transcribed\n\n\*\*Decisions\*\*\n/)
  expect(seen).toMatch(/“w655 w656 w657 w658”\. \[Dana ≈1[01]:\d\d\]\([^)]*\)[^\d]*\n?/)
  expect(seen).not.toContain('w659 w660')
  expect(seen).toContain('12 minutes of recordings')
  const failed = server.requests.filter(({ words }) => words.includes('w400'))
  expect([failed.length, server.requests.length]).toEqual([3, 5])
  const shown = slack.calls.map(({ args }) => JSON.stringify(args)).join('\n')
  expect(shown).toMatch(/Transcribed \d+ of 12 min/)
  // Two pieces were heard, at the vendor's $0.0045 a minute; that counts against the budget before the next is sent.
  await story.say(dana, general, `<@${slack.botUserId}> why did you answer?`, root)
  await untilTold(story, dana, text => text.includes('Transcribed: 8 minutes, by gpt-transcribe ($0.03)'))
  const long = await send(story, general, `<@${slack.botUserId}> summarize this`, [['all-day.wav', toWav(3_600)]])
  const isRefused = (reply: { text: string }) => toSeen(reply).includes('You’ve used up your budget for today')
  await untilReply(general, long, isRefused, 'the refusal')
  expect(server.requests.length).toBe(5)
})

test('the words of a recording of 12 minutes come in order, with times and a mark where a piece failed every time', async () => {
  const story = await openRecordingStory(({ words }) => (words.includes('w400') ? { status: 500 } : undefined))
  const { slack, model, server, untilReply } = story
  const { general } = slack.channels
  const ts = await send(story, general, `<@${slack.botUserId}> what is this?`, [['meeting.wav', toWav(720)]])
  const exchange = await model.next()
  expect(exchange.prompt).toContain(`[00:00] ${wordsTo(299)}`)
  expect(exchange.prompt).toMatch(/\[04:5\d–09:5\d could not be transcribed\]\n\n\[09:5\d\] .*w719/)
  exchange.reply('Nothing.')
  await untilReply(general, ts, reply => reply.text.includes('Nothing'), 'the answer')
  const failed = server.requests.filter(({ words }) => words.includes('w400'))
  expect([failed.length, server.requests.length]).toEqual([3, 5])
  await story.say(slack.people.dana, general, 'transcribe this, please', ts)
  const isWhole = (reply: { text: string }) => reply.text.includes('w719')
  const seen = toSeen(await untilReply(general, ts, isWhole, 'the transcript'))
  expect(seen).toMatch(/^\*\*meeting\.wav\*\* · 12 min\n\n\*\*00:00\*\* w0 w1 /)
  expect(seen).toMatch(/\[04:5\d–09:5\d couldn’t be transcribed\]\n\n\*\*09:5\d\*\* /)
  expect([server.requests.length, model.requests.length]).toEqual([5, 1])
})

test('a summary has the times that a Whisper server tells, and a server that refuses to tell them is asked without, once', async () => {
  let refuses = false
  const story = await openRecordingStory(({ words, format }) => {
    if (refuses && format !== 'json') return { status: 400, body: { error: { message: 'unknown response_format' } } }
    // After ten words nobody speaks for three minutes.
    const [first, second] = [words.slice(0, 10).join(' '), words.slice(10).join(' ')]
    const segments = [
      { start: 0, text: ` ${first}`, no_speech_prob: 0.9 },
      { start: 190, text: ` ${second}`, no_speech_prob: 0.1 },
    ]
    const text = words.join(' ')
    return format === 'json' ? { text } : { text, language: 'japanese', segments }
  })
  const { slack, model, server, untilReply } = story
  const { general } = slack.channels
  const clip = await send(story, directOf(story), '', [['audio_message.wav', toWav(15)]])
  const exchange = await model.next()
  expect(exchange.prompt).toContain('>[voice clip] w0 w1 ')
  exchange.reply('They count.')
  const seen = toSeen(await untilReply(directOf(story), clip, ({ text }) => text.includes('They count'), 'the answer'))
  expect(seen).toContain('You said (Japanese)')

  const ask = async (name: string) => {
    await send(story, general, `<@${slack.botUserId}> summarize this recording`, [[name, toWav(540)]])
    const { prompt } = await model.next()
    return prompt
  }
  const prompt = await ask('told.wav')
  expect(prompt).toMatch(
    /at="00:00">w0 [^<]* w9<.*at="03:10">w10 .*at="04:5\d">w[23]\d\d [^<]* w30\d<.*at="08:0\d">w30\d /s,
  )
  expect(prompt).not.toContain('≈')
  refuses = true
  expect(await ask('refused.wav')).toContain('≈')
  expect(server.requests.map(({ format }) => format).join(' ')).toMatch(
    /^verbose_json verbose_json verbose_json(?: verbose_json){1,2} json json$/,
  )
})

test('a recording that cannot be transcribed says so when its words are asked for, as does a thread without one', async () => {
  const story = await openRecordingStory(() => ({ status: 405 }))
  const { slack, untilReply } = story
  const { general } = slack.channels
  const root = await story.say(slack.people.dana, general, 'a thread')
  await story.say(slack.people.dana, general, `<@${slack.botUserId}> transcribe this`, root)
  await untilReply(general, root, reply => toSeen(reply).includes('There’s no recording in this thread'), 'the hint')
  await send(story, general, `<@${slack.botUserId}> 转写`, [['audio_message.mp4', await toM4a(3)]], root)
  await untilReply(general, root, reply => toSeen(reply).includes('模型服务不支持转写'), 'the cure')
})
