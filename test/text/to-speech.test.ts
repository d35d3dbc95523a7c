import { describe, expect, test } from 'vitest'
import { splitSpeech, toSpeech } from '../../src/text/to-speech.ts'

const speak = (markdown: string) =>
  toSpeech(markdown, { code: 'A code block is left out.', table: 'A long table is left out.' })

describe('Markdown is spoken as sentences', () => {
  test.each<[string, string, string]>([
    ['a heading and a paragraph', '## The **plan**\n\nWe ship\non _Friday_', 'The plan.\nWe ship on Friday.'],
    ['a question', 'Ready?', 'Ready?'],
    ['items', '- one\n- two:\n  - inner `npm ci`\n3. three', 'one.\ntwo:\ninner npm ci.\n3. three.'],
    ['code', 'Run:\n\n```sh\nnpm ci\n```\n\n```js\nlet a\n```\n\nDone', 'Run:\nA code block is left out.\nDone.'],
    ['a link by its words', 'See [the *docs*](https://a.example/x?y=1).', 'See the docs.'],
    ['a bare address by its host', 'See https://www.docs.example/a/b?c=1 now', 'See www.docs.example now.'],
    ['a picture by its description', '![a chart](https://a.example/c.png)', 'a chart.'],
    [
      'a table row by row',
      '| City | Rain |\n|--|--|\n| Rome | 3 mm |\n| Oslo | |',
      'City: Rome, Rain: 3 mm.\nCity: Oslo.',
    ],
    ['a quote and a rule', '> said so\n\n---\n\nYes', 'said so.\nYes.'],
    ['emoji', 'Great 🎉👩‍💻 work :tada: at 10:30:45 :+1:', 'Great work at 10:30:45.'],
    ['tasks and deletions', '- [x] ship ~~soon~~', 'ship soon.'],
    ['Chinese', '# 计划\n\n- 周五发布\n- 完成！', '计划。\n周五发布。\n完成！'],
    ['marks without words', '---\n\n🎉', ''],
  ])('%s', (_, markdown, spoken) => {
    expect(speak(markdown)).toBe(spoken)
  })

  test('a long table is left out, and said to be', () => {
    expect(speak(`| a |\n|--|\n${'| b |\n'.repeat(40)}`)).toBe('A long table is left out.')
  })
})

describe('a long text is cut for the speech server', () => {
  const most = 4_096

  test.each<[string, string]>([
    ['English', 'The quick brown fox, v1.2, jumps over the lazy dog. '.repeat(400)],
    ['Chinese', '我们决定在周五发布新版本，大家辛苦了。'.repeat(1_000)],
    ['Japanese', '金曜日に新しいバージョンを公開します。'.repeat(1_000)],
  ])('at the ends of sentences in %s, and nothing is lost', (_, text) => {
    const parts = splitSpeech(text, most)
    expect(parts.length).toBeGreaterThan(1)
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(most)
      expect(part).toMatch(/[.。]$/)
    }
    expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
  })

  test.each<[string, string]>([
    ['a sentence without an end, between words', 'word '.repeat(3_000)],
    ['one word, between characters', '👩‍💻'.repeat(3_000)],
    ['one character', `a${'\u0301'.repeat(9_000)}`],
  ])('%s', (_, text) => {
    const parts = splitSpeech(text, most)
    expect(parts.every(part => part.length <= most && part.isWellFormed())).toBe(true)
    expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    if (text.startsWith('word'))
      expect(parts.every(part => part.startsWith('word') && part.endsWith('word'))).toBe(true)
  })

  test('a short one stays whole, and blank ones are none', () => {
    expect(splitSpeech('Hello. World.', most)).toEqual(['Hello. World.'])
    expect(splitSpeech(' \n', most)).toEqual([])
  })
})
