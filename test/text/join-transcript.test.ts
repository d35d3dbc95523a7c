import { describe, expect, test } from 'vitest'
import { formatClock, isLoop, joinParts, renderTranscript, splitStretches } from '../../src/text/join-transcript.ts'

/** Joins texts whose pieces overlap. */
const join = (...texts: (string | undefined)[]) =>
  joinParts(texts.map((text, at) => ({ from: at * 10, to: at * 10 + 12, ...(text !== undefined && { text }) })))

const textOf = (parts: ReturnType<typeof join>) => parts.map(({ text }) => text ?? '?').join('|')

describe('words that two pieces of a recording both have', () => {
  test.each([
    ['stand once', ['We ship on Friday.', 'on Friday and then rest'], 'We ship on Friday.|and then rest'],
    ['whatever their case and punctuation', ['so, We Ship', 'we ship, on Friday'], 'so, We Ship|, on Friday'],
    [
      'with halves at the seam',
      ['we all ship on Fri', 'hip on Friday at noon'].map(text => text),
      'we all ship on Fri|hip on Friday at noon',
    ],
    [
      'without the halves beside them',
      ['and we will ship on Fri', 'ill ship on Friday at noon'],
      'and we will ship on|Friday at noon',
    ],
    ['in Chinese', ['我们周五发布新版', '发布新版然后休息'], '我们周五发布新版|然后休息'],
    ['in Japanese', ['金曜日にリリース', 'リリースします'], '金曜日にリリース|します'],
    ['unless there are none', ['we ship', 'they rest'], 'we ship|they rest'],
  ])('%s', (_, texts, joined) => {
    expect(textOf(join(...texts))).toBe(joined)
  })

  test('leave no empty part, and are not searched beside a missing one or where nothing overlaps', () => {
    expect(textOf(join('we ship', 'we ship', 'now'))).toBe('we ship|now')
    expect(textOf(join('we ship', undefined, 'we ship'))).toBe('we ship|?|we ship')
    const apart = [
      { from: 0, to: 10, text: 'no' },
      { from: 20, to: 30, text: 'no' },
    ]
    expect(joinParts(apart)).toEqual(apart)
  })
})

test('a transcript of several parts has their times, and says what is missing', () => {
  const lost = (from: string, to: string) => `${from}–${to} couldn’t be transcribed`
  expect(renderTranscript(join('hello'), lost)).toBe('hello')
  const parts = [
    { from: 0, to: 300, text: 'a' },
    { from: 300, to: 600 },
    { from: 3_600, to: 3_900, text: 'b' },
  ]
  expect(renderTranscript(parts, lost)).toBe('[00:00] a\n\n[05:00–10:00 couldn’t be transcribed]\n\n[1:00:00] b')
  expect([0, 59.9, 61, 3_599, 3_600, 36_061].map(formatClock)).toEqual([
    '00:00',
    '00:59',
    '01:01',
    '59:59',
    '1:00:00',
    '10:01:01',
  ])
})

test('one phrase over and over is what recognizers write for silence', () => {
  for (const loop of [
    'you you you',
    'Thank you. Thank you. Thank you.',
    '谢谢 谢谢 谢谢',
    'ご視聴ありがとう。'.repeat(4),
  ])
    expect(isLoop(loop)).toBe(true)
  for (const said of ['', 'yes', 'no, no', 'when do we ship?', '我们什么时候发布']) expect(isLoop(said)).toBe(false)
})

describe('a transcript in stretches', () => {
  const sentence = 'We ship on Friday, after the tests. '
  test('has every word once, in sentences, with times by the letters before them', () => {
    const text = sentence.repeat(50).trim()
    const stretches = splitStretches([{ from: 300, to: 600, text }], 30)
    expect(stretches.map(one => one.text).join(' ')).toBe(text)
    expect(stretches[0]).toMatchObject({ at: 300, isEstimated: false })
    for (const { at, text: words } of stretches) {
      expect(words).toMatch(/^(?:We .*tests\. ?)+$/)
      expect(text.slice(Math.round(((at - 300) / 300) * text.length)).startsWith(words)).toBe(true)
    }
    expect(stretches.length).toBeGreaterThanOrEqual(10)
  })
  test('is cut between words, or between characters, where nobody ends a sentence', () => {
    for (const text of ['word '.repeat(300).trim(), '字'.repeat(900), '😀'.repeat(300)]) {
      const stretches = splitStretches(
        [
          { from: 0, to: 300, text },
          { from: 300, to: 600 },
        ],
        30,
      )
      expect(stretches.map(one => one.text).join(text.includes(' ') ? ' ' : '')).toBe(text)
      expect(stretches.length).toBeGreaterThan(5)
    }
  })
})
