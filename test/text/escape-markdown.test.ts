import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeMarkdown } from '../../src/text/escape-markdown.ts'
import { sanitize } from '../../src/text/sanitize.ts'
import { toMrkdwn } from '../../src/text/to-mrkdwn.ts'

/** Renders a word as a reader sees it: without what is invisible, entities as their characters. */
const toSeen = (mrkdwn: string) =>
  mrkdwn
    .replace(/[\u200B\u2060]/g, '')
    .replace(/<(?:http[^|>]*\|)?(http[^>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

test.each([
  '*x*',
  '_a_ ~~b~~ **c**',
  '`code`',
  '[a](http://evil.example)',
  '![a][b]',
  '<!channel>',
  '&lt;!here&gt;',
  '> quoted',
  '# head',
  '- item',
  '1. one',
  '2) two',
  '---',
  '===',
  '```js',
  '| a | b |',
  '\\(x\\) \\[y\\] $a_b$ $$c^2$$',
  '<https://evil.example|bank.example>',
  '~~~',
  '[^1]: note',
  '[1]: https://evil.example',
  'R&D, C#, a < b, 5 > 3, $5, hi!, x~y',
])('a person’s words read as they were written: %s', words => {
  const escaped = escapeMarkdown(words)
  expect(toSeen(toMrkdwn(`**Dana:** ${escaped}`))).toBe(`*Dana:* ${words}`)
  expect(toSeen(toMrkdwn(escaped))).toBe(words)
  expect(sanitize(escaped)).not.toMatch(/<[!@#]|\]\(/)
})

test('whatever they are, they stay one line of text', () => {
  const bits = [
    '*',
    '_',
    '~',
    '`',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '!',
    '|',
    '#',
    '-',
    '1.',
    '\\',
    '&',
    '$',
    ' ',
    '\n',
    '\r',
    '\u2028',
    'a',
    'é',
    '中',
    ':',
    'https://e.example/',
  ]
  const texts = fc.array(fc.constantFrom(...bits), { maxLength: 14 }).map(all => all.join(''))
  fc.assert(
    fc.property(texts, words => {
      const shown = toMrkdwn(`a ${escapeMarkdown(words)} z`)
      expect(shown).not.toContain('\n')
      expect(shown.replace(/<https:[^>]*>/g, 'x')).not.toMatch(/<|(?:^|[\s(])[*_~`](?![\u2060])[^\s]/)
    }),
    { numRuns: 3_000 },
  )
})
