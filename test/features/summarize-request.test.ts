import { describe, expect, test } from 'vitest'
import { nextRun, parseSchedule } from '../../src/features/summarize/digest-schedule.ts'
import { parseAskedSummary, parseForm, parseSummaryRequest } from '../../src/features/summarize/request.ts'

describe('a wish for a summary', () => {
  test.each([
    ['summarize', ''],
    ['Please summarise this thread!', ''],
    ['tl;dr', ''],
    ['catch me up', ''],
    ['can you summarize this for me please?', ''],
    ['总结一下', ''],
    ['把这个讨论串总结一下', ''],
    ['请帮我概括一下这个讨论串', ''],
    ['把这个消息列总结一下', ''],
    ['总结一下这个消息列', ''],
    ['summarize as a table for the customer', 'as a table for the customer'],
    ['总结一下，只要决定', '只要决定'],
    ['summarize since monday', 'since monday'],
    ['最近三天总结一下', '最近三天'],
    ["what's new?", "what's new"],
    ['上次之后有什么新的？', '上次之后有什么新的'],
    ['要約して', ''],
    ['これを要約してください。', ''],
    ['このスレッドを要約して', ''],
    ['このスレッドの要約をお願いします', ''],
    ['ここまでの議論をまとめてもらえますか？', ''],
    ['決定事項だけ要約して', '決定事項だけ'],
    ['このスレッドを３行で要約して', '3行で'],
    ['要約して、表で', '表で'],
    ['見逃した内容は？', '見逃した'],
  ])('here: %s', (words, rest) => expect(parseSummaryRequest(words)).toEqual({ place: { of: 'here' }, words: rest }))

  test.each([
    ['summarize #general since monday', { of: 'channel', name: 'general' }, 'since monday'],
    ['总结一下 #反馈 最近三天', { of: 'channel', name: '反馈' }, '最近三天'],
    ['summarize <#C012|general> last 200', { of: 'channel', id: 'C012' }, 'last 200'],
    ['#general の昨日からの内容を要約して', { of: 'channel', name: 'general' }, '昨日から'],
    ['昨日からの#generalを要約して', { of: 'channel', name: 'general' }, '昨日から'],
    ['<#C012|general> の最新200件を要約して', { of: 'channel', id: 'C012' }, '最新200件'],
    ['このチャンネルの今週の決定事項をまとめて', { of: 'this channel' }, '今週の決定事項'],
    ['すべてのチャンネルを要約して', { of: 'everywhere' }, ''],
    ['要約 #general 昨日から 決定事項だけ', { of: 'channel', name: 'general' }, '昨日から 決定事項だけ'],
    [
      'https://x.slack.com/archives/C012/p1732600000000100 を要約して',
      { of: 'thread', channel: 'C012', ts: '1732600000.000100' },
      '',
    ],
    ['总结这个频道最近三天', { of: 'this channel' }, '最近三天'],
    ['give me a summary of the channel', { of: 'this channel' }, ''],
    [
      'summarize https://x.slack.com/archives/C012/p1732600000000100',
      { of: 'thread', channel: 'C012', ts: '1732600000.000100' },
      '',
    ],
    [
      'summarize <https://x.slack.com/archives/C012/p1732600000000100?thread_ts=1732500000.000100&amp;cid=C012|link> only tasks',
      { of: 'thread', channel: 'C012', ts: '1732500000.000100' },
      'only tasks',
    ],
  ])('elsewhere: %s', (words, place, rest) => expect(parseSummaryRequest(words)).toEqual({ place, words: rest }))

  test.each([
    ['summarize this recording', ''],
    ['please sum up the voice message', ''],
    ['summarize the last audio file as a table', 'as a table'],
    ['give me a summary of this clip', ''],
    ['总结这段录音', ''],
    ['把这段录音总结一下', ''],
    ['总结一下这个会议录音，只要决定', '只要决定'],
    ['この録音を要約してください', ''],
  ])('of a recording: %s', (words, rest) =>
    expect(parseSummaryRequest(words)).toEqual({ place: { of: 'recording' }, words: rest }),
  )

  test.each([
    'What did we decide about the date?',
    'who wrote the summary?',
    'I will summarize it tomorrow',
    'summarize this file',
    'summarize the attached PDF',
    'summarize your last answer',
    'summarize https://example.com/article',
    'summarize this: the quick brown fox jumps over the lazy dog',
    'summarize the following\nline one\nline two',
    '总结一下这个文件',
    '总结一下你刚才说的',
    '谁写的总结？',
    '这个总结写得不错',
    'この要約はよくできています',
    '誰が要約を書きましたか？',
    'このファイルを要約して',
    'この小説を要約して: 吾輩は猫である。名前はまだ無い。どこで生れたか',
  ])('that is none: %s', words => expect(parseSummaryRequest(words)).toBeUndefined())

  test.each([
    ['only decisions', { sections: ['decisions'] }],
    ['only the open questions and tasks', { sections: ['questions', 'tasks'] }],
    ['只要决定', { sections: ['decisions'] }],
    ['只要待办', { sections: ['tasks'] }],
    ['待解决的问题', { sections: ['questions'] }],
    ['決定事項だけ', { sections: ['decisions'] }],
    ['未解決の質問とタスクのみ', { sections: ['questions', 'tasks'] }],
    ['お客様向けの表で', { words: 'お客様向けの表で' }],
    ['decisions please', { sections: ['decisions'] }],
    ['', {}],
    ['as a table for the customer', { words: 'as a table for the customer' }],
    ['decisions about the budget', { words: 'decisions about the budget' }],
    ['做成给客户看的表格', { words: '做成给客户看的表格' }],
  ])('in the form “%s”', (words, form) => expect(parseForm(words)).toEqual(form))
})

test.each([
  ['昨日からの内容を3行で要約して', '3行で', 'time'],
  ['昨日の #general を表で要約して', '表で', 'time'],
  ['最新50件をお客様向けに要約して', 'お客様向けに', 'last'],
  ['予算について要約して', '予算について', undefined],
])('words in Japanese name a time and a form: %s', async (words, form, kind) => {
  const asked = await parseAskedSummary(words, Date.UTC(2026, 10, 26, 10), 'Asia/Tokyo')
  expect(asked).toMatchObject({ form: { words: form } })
  expect(asked?.span?.kind).toBe(kind)
})

test.each(['この作品を要約して', '桃太郎の話を要約して', '田中さんの経歴をまとめて', '見逃したバグを直して'])(
  'words in Japanese about something else are a question for the model: %s',
  async words => expect(await parseAskedSummary(words, Date.UTC(2026, 10, 26, 10), 'Asia/Tokyo')).toBeUndefined(),
)

describe('the times of a digest', () => {
  test.each([
    ['every weekday 9:00', '0 9 * * 1-5', ''],
    ['every day at 18:30 #general', '30 18 * * *', '#general'],
    ['every mon, wed and fri at 2pm only decisions', '0 14 * * 1,3,5', 'only decisions'],
    ['daily 12am', '0 0 * * *', ''],
    ['every monday', '0 9 * * 1', ''],
    ['每个工作日 9:00', '0 9 * * 1-5', ''],
    ['每天早上九点 #general 只要决定', '0 9 * * *', '#general 只要决定'],
    ['每周一、三下午两点半', '30 14 * * 1,3', ''],
    ['每晚八点', '0 20 * * *', ''],
    ['平日 9:00', '0 9 * * 1-5', ''],
    ['平日9時', '0 9 * * 1-5', ''],
    ['毎週月曜', '0 9 * * 1', ''],
    ['毎週月曜日、木曜日 午後2時半 #general 決定事項だけ', '30 14 * * 1,4', '#general 決定事項だけ'],
    ['毎週月曜から水曜 朝8時', '0 8 * * 1,2,3', ''],
    ['毎晩8時', '0 20 * * *', ''],
    ['毎日 3行で', '0 9 * * *', '3行で'],
    ['毎週土日', '0 9 * * 0,6', ''],
  ])('%s', (words, pattern, rest) => expect(parseSchedule(words)).toEqual({ pattern, rest }))

  test.each(['every', 'every banana', 'every weekday 25:00', 'every monday 9:75', '每', '每三天'])(
    'that are none: %s',
    words => expect(parseSchedule(words)).toBeUndefined(),
  )

  test('are those of the person’s clock, also when it is set back', () => {
    const at = (after: number) => new Date(nextRun('0 9 * * *', 'America/New_York', after) ?? 0).toISOString()
    expect(at(Date.UTC(2026, 9, 31, 14))).toBe('2026-11-01T14:00:00.000Z')
    expect(at(Date.UTC(2026, 9, 30, 14))).toBe('2026-10-31T13:00:00.000Z')
  })
})
