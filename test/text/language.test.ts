import { expect, test } from 'vitest'
import { detectLanguage } from '../../src/text/language.ts'

test.each([
  ['总结一下', 'zh'],
  ['总结 budget for the next quarter', 'zh'],
  ['<@U1> summarize <#C1|反馈>', 'en'],
  ['summarize #反馈', 'en'],
  ['summarize what 小梅 and Lee said', 'en'],
  ['summarize 最近三天', 'zh'],
  ['<#C1|general> https://x.slack.com/archives/C1/p1', undefined],
  ['200', undefined],
])('The language of “%s” is %s.', (words, language) => expect(detectLanguage(words)).toBe(language))
