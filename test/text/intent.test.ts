import { expect, test } from 'vitest'
import { parseAloudWish } from '../../src/text/aloud-request.ts'
import { isWhyRequest, parseHelpLanguage } from '../../src/text/intent.ts'
import { parseModelWish } from '../../src/text/model-request.ts'
import { isAcknowledgement, isNoise } from '../../src/text/small-talk.ts'

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
  ['what is new? Please answer aloud.', 'what is new?'],
  ['<@U1> Answer aloud: what is new?', 'what is new?'],
  ['explain it and read it out loud', 'explain it'],
  ['<@U1> read it aloud', ''],
  ['Could you read the last answer aloud, please?', ''],
  ['今天怎么样？朗读一下', '今天怎么样？'],
  ['解释这段话并朗读出来', '解释这段话'],
  ['用语音回答：今天怎么样？', '今天怎么样？'],
  ['请朗读', ''],
  ['調子はどう？音声で答えて', '調子はどう？'],
  ['読み上げてください。', ''],
])('%j wants to be answered aloud, and asks %j', (text, rest) => {
  expect(parseAloudWish(text)?.rest).toBe(rest)
})

test.each([
  '',
  'what does “read aloud” mean?',
  'how do I teach a child to read aloud',
  'did she answer out loud yesterday?',
  '怎么教孩子朗读',
  '朗读比赛是哪天？',
  '読み上げてはいけない理由は？',
])('%j is answered in writing', text => {
  expect(parseAloudWish(text)).toBeUndefined()
})

test.each([
  '<@U1> Why did you answer?',
  'why didn’t you answer',
  '为什么回答',
  '你为什么没有回答？',
  'なぜ答えなかったの？',
])('%j asks why the bot answered or kept silent', text => {
  expect(isWhyRequest(text)).toBe(true)
})

test.each(['why?', '<@U1> why?', '<@U1> 为什么？', '<@U1> why is it late?', '<@U1> 为什么会晚？', ''])(
  '%j asks about something else',
  text => {
    expect(isWhyRequest(text)).toBe(false)
  },
)

test.each([
  ['<@U1> use gpt-6-sol here', 'gpt-6-sol', true],
  ['please use `claude sonnet 5` in this thread.', 'claude sonnet 5', true],
  ['Switch to the model deepseek-v4-flash', 'deepseek-v4-flash', true],
  ['switch to gpt-6-sol from now on, please', 'gpt-6-sol', true],
  ['use our-own-tune here', 'our-own-tune', false],
  ['use the default model here', '', true],
  ['<@U1> 这里用 gpt-4', 'gpt-4', true],
  ['请换成 qwen3-max 模型', 'qwen3-max', true],
  ['用 glm-5 回答', 'glm-5', true],
  ['这里用默认模型', '', true],
  ['このスレッドでは gpt-6-sol を使って', 'gpt-6-sol', true],
  ['デフォルトのモデルに戻して', '', true],
  ['use Markdown here', 'Markdown', false],
  ['用英文回答', '英文', false],
])('%j wishes for a model, if there is one of that name: %j', (text, wanted, isSure) => {
  expect(parseModelWish(text)).toEqual({ wanted, isSure })
})

test.each([
  '',
  'what model do you use?',
  'use the second of the three plans that we made here',
  'How do I use gpt-6-sol in Python?',
  '怎么用 gpt-4？',
  '英語で',
])('%j wishes for no model', text => {
  expect(parseModelWish(text)).toBeUndefined()
})

test.each([
  ...[
    'thank u',
    'LGTM 🚀',
    'hi guys',
    'Happy Friday!',
    'Have a nice day!',
    'hahaha',
    'same here',
    'yes',
    'testing',
    'see https://e.com',
  ],
  ...['非常感谢', '好的收到', '早上好呀', '新年快乐', '加油！', '666', '同意', '是的'],
  ...[
    'ありがとうございました',
    '了解しました',
    'おはよう',
    'みなさん、おはようございます',
    'よろしくお願いします',
    'はい！',
    'お疲れ様でした',
  ],
])('%j is noise', text => expect(isNoise(text)).toBe(true))

test.each([
  ...[
    'yes it crashes',
    'thanks, but it still crashes',
    'happy friday, but login is down',
    'test fails',
    '404',
    'slow',
    'not working',
  ],
  ...[
    '好的，但是还是闪退',
    '加油修bug',
    '卡',
    '太慢',
    'ありがとう、でもまだ落ちます',
    '重い',
    'お疲れ様です。ログインできません',
  ],
])('%j is no noise', text => expect(isNoise(text)).toBe(false))

test.each(['yes', 'no', 'same here', '对', '同意', 'はい', 'いいえ', 'sorry'])(
  '%j may answer the bot, so that it is no mere acknowledgement',
  text => expect(isAcknowledgement(text)).toBe(false),
)
