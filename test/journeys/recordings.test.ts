import { describe, expect, test } from 'vitest'
import { toM4a, toMp3, toWav } from '../slack/recordings.ts'
import { openStory, type Story, toSeen } from '../story.ts'
import { openTranscriptionServer } from '../transcription-server.ts'

type Answer = Parameters<typeof openTranscriptionServer>[0]

/** Opens a story with a transcription server of its own. */
async function openRecordingStory(answer?: Answer) {
  const server = await openTranscriptionServer(answer)
  const transcription = { name: 'ear-1', baseUrl: server.baseUrl, apiKey: 'sk-ear' }
  return { ...(await openStory({ config: { transcription } })), server }
}

/** Says something with files. */
async function send({ slack }: Story, channel: string, text: string, files: [string, Uint8Array][], threadTs?: string) {
  const { dana } = slack.people
  const ids = files.map(([name, bytes]) => slack.upload(dana, name, bytes).id)
  const thread = threadTs === undefined ? {} : { threadTs }
  const { ts } = await slack.do({ do: 'say', as: dana, channel, text, files: ids, ...thread })
  return String(ts)
}

const wordsTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, at) => `w${from + at}`).join(' ')

describe('a voice clip', () => {
  test('alone in a direct message is a question, and its words stand above the answer', async () => {
    const story = await openRecordingStory(() => ({ text: 'When do we *ship*, <@U1>?', languages: [{ code: 'ja' }] }))
    const { slack, model, server, untilReply } = story
    const channel = slack.channels.danaDm
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

  test.each([
    ['in which all samples are silent', toWav(5, { isSilent: true })],
    ['that is shorter than a word', toWav(0.5)],
    ['for which a recognizer repeats itself', toWav(5)],
  ])('%s is answered without asking the model', async (_, bytes) => {
    const story = await openRecordingStory(() => ({ text: 'Thank you. Thank you. Thank you.' }))
    const channel = story.slack.channels.danaDm
    const ts = await send(story, channel, '', [['audio_message.wav', bytes]])
    await story.untilReply(
      channel,
      ts,
      reply => reply.text.includes('I heard no speech in your recording'),
      'the sentence',
    )
    expect(story.model.requests).toHaveLength(0)
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
    const { general, danaDm } = slack.channels
    model.answerAll(exchange => exchange.reply('Answered.'))
    const clips: [string, Uint8Array][] = [
      ['a.wav', toWav(2)],
      ['b.wav', toWav(2)],
    ]
    const ts = await send(story, general, `<@${slack.botUserId}> what do they say?`, clips)
    const cure = 'I couldn’t listen to recordings: the model server doesn’t transcribe'
    const seen = toSeen(await untilReply(general, ts, reply => toSeen(reply).includes(cure), 'the cure'))
    expect(seen.split(cure)).toHaveLength(2)
    const dm = await send(story, danaDm, '', [['audio_message.wav', toWav(2)]])
    await untilReply(danaDm, dm, reply => toSeen(reply).includes(cure), 'the cure')
    expect([asked, model.requests.length]).toEqual([1, 1])
  })
})

test('a recording of 12 minutes becomes words in order, with its progress, and with a mark where a piece failed every time', async () => {
  let failures = 0
  const story = await openRecordingStory(({ words }) => {
    if (words.includes('w20')) return undefined
    if (!words.includes('w400')) return failures === 3 ? undefined : { status: 500 }
    failures += 1
    return { status: 500 }
  })
  const { slack, model, server, untilReply } = story
  const { general } = slack.channels
  const ts = await send(story, general, `<@${slack.botUserId}> what was decided?`, [['meeting.mp3', toMp3(720)]])
  const exchange = await model.next()
  expect(exchange.prompt).toContain(`[00:00] ${wordsTo(300)}`)
  expect(exchange.prompt).toMatch(/\[04:58–09:58 could not be transcribed\]/)
  exchange.reply('Nothing.')
  await untilReply(general, ts, reply => reply.text.includes('Nothing'), 'the answer')
  expect(server.requests.every(({ name, type }) => name === 'audio.mp3' && type === 'audio/mpeg')).toBe(true)
  const shown = slack.calls.map(({ args }) => JSON.stringify(args)).join('\n')
  expect(shown).toMatch(/Transcribed \d+ of 12 min/)
})
