import { expect, test } from 'vitest'
import { detectLanguage, localeOf } from '../../src/text/language.ts'

test.each([
  ['总结一下', 'zh'],
  ['总结 budget for the next quarter', 'zh'],
  ['<@U1> summarize <#C1|反馈>', 'en'],
  ['summarize #反馈', 'en'],
  ['summarize what 小梅 and Lee said', 'en'],
  ['summarize what さくら and Lee said', 'en'],
  ['summarize 最近三天', 'zh'],
  ['このスレッドを要約して', 'ja'],
  ['明日の会議', 'ja'],
  ['バグ', 'ja'],
  ['ﾊﾞｸﾞ報告', 'ja'],
  ['サーバー', 'ja'],
  ['Slackの通知が届きません', 'ja'],
  ['小梅・李雷 说了什么', 'zh'],
  ['<@U1> :tada: <#C1|お知らせ>', undefined],
  ['<#C1|general> https://x.slack.com/archives/C1/p1', undefined],
  ['200', undefined],
])('The language of “%s” is %s.', (words, language) => expect(detectLanguage(words)).toBe(language))

test.each([
  ['总结一下', 'en-US', 'zh-CN'],
  ['要約して', 'zh-CN', 'ja-JP'],
  ['議事録 先週', 'ja-JP', 'ja-JP'],
  ['總結一下', 'zh-TW', 'zh-TW'],
  ['since monday', 'ja-JP', 'ja-JP'],
  ['since monday', 'zh-CN', 'en-US'],
  ['since monday', 'de-DE', 'en-US'],
  ['', 'ja-JP', 'ja-JP'],
])('“%s” from a profile in %s is answered in %s.', (words, own, locale) => expect(localeOf(words, own)).toBe(locale))
