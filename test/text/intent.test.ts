import { expect, test } from 'vitest'
import { isWhyRequest, parseHelpLanguage } from '../../src/text/intent.ts'

test.each([
  ['help', 'en'],
  ['<@U1> Help!', 'en'],
  ['What can you do?', 'en'],
  ['hi, what can you do for me?', 'en'],
  ['How do I use you', 'en'],
  ['帮助', 'zh'],
  ['<@U1> 你能做什么？', 'zh'],
  ['你好，你能帮我做什么呢？', 'zh'],
  ['怎么用', 'zh'],
  ['幫助', 'zh'],
  ['ヘルプ', 'ja'],
  ['何ができますか？', 'ja'],
  ['使い方', 'ja'],
])('%j asks what the bot can do', (text, language) => {
  expect(parseHelpLanguage(text)).toBe(language)
})

test.each([
  '',
  'hi',
  'please, please',
  ':wave:',
  'help me write a mail',
  'does it help?',
  'what can you do about the export?',
  '帮助我写一封邮件',
  '你能做什么来修好导出？',
  `help ${'please '.repeat(200)}`,
])('%j is for the model', text => {
  expect(parseHelpLanguage(text)).toBeUndefined()
})

test.each([
  ['<@U1> why?', true],
  ['<@U1> なぜ？', true],
  ['<@U1> Why did you answer?', false],
  ['why didn’t you answer', false],
  ['为什么回答', false],
  ['你为什么没有回答？', false],
  ['なぜ答えなかったの？', false],
])('%j asks why the bot answered or kept silent (mention: %j)', (text, isMention) => {
  expect(isWhyRequest(text, isMention)).toBe(true)
})

test.each([
  ['why?', false],
  ['为什么', false],
  ['<@U1> why is it late?', true],
  ['<@U1> 为什么会晚？', true],
  ['', true],
])('%j asks about something else (mention: %j)', (text, isMention) => {
  expect(isWhyRequest(text, isMention)).toBe(false)
})
