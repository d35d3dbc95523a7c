import { describe, expect, test } from 'vitest'
import { extractSpan } from '../../src/text/date-range.ts'

/** Thursday, 18:00 in Shanghai. */
const now = Date.UTC(2026, 10, 26, 10)

async function read(words: string) {
  const { span, rest } = await extractSpan(words, now, 'Asia/Shanghai')
  if (span?.kind !== 'time') return { span, rest }
  const show = (at: number) => new Date(at).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).slice(0, 16)
  return { span: `${show(span.range.from)} – ${show(span.range.to)}`, rest }
}

const today = '2026-11-26 18:00'

describe('a span in words', () => {
  test.each([
    ['last 24 hours', `2026-11-25 18:00 – ${today}`],
    ['since monday', `2026-11-23 00:00 – ${today}`],
    ['since last monday 9am', `2026-11-23 09:00 – ${today}`],
    ['since Nov 3', `2026-11-03 00:00 – ${today}`],
    ['since 2026-11-01', `2026-11-01 00:00 – ${today}`],
    ['between monday and wednesday', '2026-11-23 00:00 – 2026-11-26 00:00'],
    ['between Nov 3 and Nov 5', '2026-11-03 00:00 – 2026-11-06 00:00'],
    ['between 2026-11-01 and 2026-11-03', '2026-11-01 00:00 – 2026-11-04 00:00'],
    ['between yesterday 10:00 and now', `2026-11-25 10:00 – ${today}`],
    ['from 10:00 to 12:00', '2026-11-26 10:00 – 2026-11-26 12:00'],
    ['yesterday', '2026-11-25 00:00 – 2026-11-26 00:00'],
    ['since yesterday', `2026-11-25 00:00 – ${today}`],
    ['today', `2026-11-26 00:00 – ${today}`],
    ['最近三天', `2026-11-23 18:00 – ${today}`],
    ['从周一开始', `2026-11-23 00:00 – ${today}`],
    ['周一到周三', '2026-11-23 00:00 – 2026-11-26 00:00'],
    ['11月3日到11月5日', '2026-11-03 00:00 – 2026-11-06 00:00'],
    ['从昨天下午两点开始', `2026-11-25 14:00 – ${today}`],
    ['昨天', '2026-11-25 00:00 – 2026-11-26 00:00'],
    ['過去3日間の', `2026-11-23 18:00 – ${today}`],
    ['過去24時間', `2026-11-25 18:00 – ${today}`],
    ['昨日から', `2026-11-25 00:00 – ${today}`],
    ['昨日の', '2026-11-25 00:00 – 2026-11-26 00:00'],
    ['一昨日から', `2026-11-24 00:00 – ${today}`],
    ['今日', `2026-11-26 00:00 – ${today}`],
    ['今週の', `2026-11-23 00:00 – ${today}`],
    ['先週', '2026-11-16 00:00 – 2026-11-23 00:00'],
    ['先月の', '2026-10-01 00:00 – 2026-11-01 00:00'],
    ['月曜日から', `2026-11-23 00:00 – ${today}`],
    ['水曜の', '2026-11-25 00:00 – 2026-11-26 00:00'],
    ['先週の月曜から', `2026-11-16 00:00 – ${today}`],
    ['月曜から水曜まで', '2026-11-23 00:00 – 2026-11-26 00:00'],
    ['11月3日から11月5日までの', '2026-11-03 00:00 – 2026-11-06 00:00'],
    ['11月3日以降', `2026-11-03 00:00 – ${today}`],
    ['昨日の午後2時から', `2026-11-25 14:00 – ${today}`],
  ])('%s', async (words, expected) => expect(await read(words)).toEqual({ span: expected, rest: '' }))

  test.each([
    'last 200',
    'the last 200 messages',
    '最近200条',
    '最近 200 条消息',
    '最新200件',
    '直近のメッセージ200件',
  ])('of messages: %s', async words =>
    expect(await read(words)).toEqual({ span: { kind: 'last', count: 200 }, rest: '' }),
  )

  test.each([
    'new',
    'what is new since I last asked',
    'since last time',
    'what did I miss',
    '上次之后有什么新的',
    '有什么新消息',
    '我错过了什么',
    '前回以降',
    '見逃した内容は',
    '何か新しいことはありますか',
  ])('of what is new: %s', async words => expect(await read(words)).toEqual({ span: { kind: 'new' }, rest: '' }))

  test.each([
    'as a table for the customer',
    '只要决定',
    'a new plan for us',
    'in three bullets',
    'what Dana said',
    '決定事項だけ',
    '日程表',
  ])('that there is none in “%s”', async words => expect(await read(words)).toEqual({ span: undefined, rest: words }))

  test('leaves what else is wished', async () => {
    expect((await read('between monday and wednesday in three bullets')).rest).toBe('in three bullets')
    expect((await read('11月3日到11月5日 只要决定')).rest).toBe('只要决定')
    expect((await read('月曜から水曜まで 決定事項だけ')).rest).toBe('決定事項だけ')
    expect((await read('last 200 as a table')).rest).toBe('as a table')
  })

  test('begins its days where the person lives, also where the clocks change', async () => {
    const afterChange = Date.UTC(2026, 10, 2, 12)
    const { span } = await extractSpan('since Oct 31', afterChange, 'America/New_York')
    // The clocks there went back on November 1: October 31 begins at 04:00 UTC.
    expect(span).toMatchObject({ range: { from: Date.UTC(2026, 9, 31, 4) } })
  })
})
