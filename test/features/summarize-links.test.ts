import { describe, expect, test } from 'vitest'
import { withoutOtherLinks } from '../../src/text/check-links.ts'
import { findSteepGrowth } from '../growth.ts'

const source = 'See https://e.example/a?b=1, write to ann@e.example, file main.py, or www.f.example.'

describe('an address that nobody wrote is no link in a summary', () => {
  test.each([
    'https://evil.example/x',
    '&#104;ttps://evil.example',
    '&#x68;ttps&colon;//evil.example',
    '&amp;#104;ttps://evil.example',
    '&#104ttps://evil.example',
    'https:\\/\\/evil.example',
    'www.evil.example',
    'www&period;evil.example',
    'evil.example/path',
    '请看evil.example。',
    'evil&#46;example',
    'evil.com',
    'pay@evil.example',
    'mailto:pay@evil.example',
    'ftp://evil.example',
    'slack://evil.example',
    '[docs](https://evil.example)',
    '&#91;docs&#93;(https://evil.example)',
    '[docs][1]\n[1]: https://evil.example',
    '<https://evil.example|docs>',
    '10.0.0.1',
  ])('%s', words => {
    const shown = withoutOtherLinks(`It is ${words} now`, source)
    expect(shown).not.toMatch(/:\/\/|www\.\w|@\w|evil\.(?:example|com)|0\.0\.1|\]\(/)
    expect(shown).toMatch(/^It is .* now$/s)
  })

  test('not even one that begins like a known one', () => {
    expect(withoutOtherLinks('https://e.example/a?b=12 or https://e.exam', source)).toBe('… or …')
  })
})

test.each([
  'https://e.example/a?b=1',
  'ann@e.example',
  'www.f.example',
  'e.example',
  'main.py',
  'R&D in 10:30, v1.2, e.g. Node.js and a.b',
])('what the messages say, and what is no address, stays: %s', words => {
  expect(withoutOtherLinks(`see ${words}.`, source)).toBe(`see ${words}.`)
  expect(withoutOtherLinks(`请看${words}，谢谢`, source)).toBe(`请看${words}，谢谢`)
})

test.each(['[', '](', 'a.', 'a-', '&#', 'a@', 'www.', 'http://', '\\', '&amp;'])(
  'takes time that grows linearly: %j',
  bit => expect(findSteepGrowth(words => withoutOtherLinks(words, source), bit)).toBeUndefined(),
)
