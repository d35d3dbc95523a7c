import { expect, test } from 'vitest'
import { createWordHider } from '../../src/model/hide-words.ts'
import { findSteepGrowth } from '../growth.ts'

test.each([
  ['Project Falcon starts.', '[…] starts.'],
  ['PROJECT  falcon', '[…]'],
  ['project\nfalcon!', '[…]!'],
  ['Ｐｒｏｊｅｃｔ　Ｆａｌｃｏｎ', '[…]'],
  ['Pro\u00adject\u200b Fal\u200bcon', '[…]'],
  ['Pro\u2061ject F\u034falcon\u{e0061}', '[…]\u{e0061}'],
  // As the lines of a PDF break.
  ['Proj-\nect Fal-\ncon', '[…]'],
  ['猎鹰\n计划', '[…]'],
  ['猎鹰计划下周开始', '[…]下周开始'],
  ['R&D is fine', '[…] is fine'],
  ['a.b but not axb', '[…] but not axb'],
  ['nothing to hide: ﬁne', 'nothing to hide: ﬁne'],
])('%j is given as %j when words of it are hidden', (text, shown) => {
  expect(createWordHider(['project falcon', '猎鹰计划', 'R&D', 'a.b', ' '])?.(text)).toBe(shown)
})

test('without words there is nothing to hide', () => {
  expect(createWordHider(['', '  '])).toBeUndefined()
})

test.each(['project ', '\u200b', 'p', 'ｐ roject fal'])(
  'a text of %j is searched in time that grows linearly',
  pattern => {
    const hide = createWordHider(['project falcon', 'pppppppppppp'])
    expect(findSteepGrowth(text => hide?.(text), pattern)).toBeUndefined()
  },
)
