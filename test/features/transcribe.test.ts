import { expect, test } from 'vitest'
import { parseTranscriptRequest } from '../../src/features/transcribe/request.ts'

const turnOf = (text: string, files: string[] = []) => ({
  id: 'T1:C1:2',
  channel: 'C1',
  threadTs: '1',
  user: 'U1',
  place: 'channel' as const,
  isAddressed: true,
  question: {
    ts: '2',
    author: { kind: 'person' as const, id: 'U1' },
    text,
    form: 'slack' as const,
    files: files.map((name, at) => ({ id: `F${at}`, name, mimetype: '', size: 1 })),
  },
})

test.each([
  'transcribe this',
  '<@U0BOT> Transcribe the voice message, please',
  'can you transcribe that recording for me?',
  'give me the transcript',
  '转写',
  '请把这段录音转写一下',
  '帮我转成文字',
  '文字起こし',
  'この録音を文字起こししてください。',
  'これを書き起こして',
])('“%s” asks for the words of a recording', text => {
  expect(parseTranscriptRequest(turnOf(text))).toBe(true)
})

test.each(['transcribe this poem into French', 'what is a transcript?', '转写是什么意思', '文字起こしのコツは？', ''])(
  '“%s” does not',
  text => {
    expect(parseTranscriptRequest(turnOf(text))).toBeUndefined()
  },
)

test('a picture is not a recording', () => {
  expect(parseTranscriptRequest(turnOf('transcribe this', ['page.png']))).toBeUndefined()
  expect(parseTranscriptRequest(turnOf('transcribe this', ['call.m4a']))).toBe(true)
})
