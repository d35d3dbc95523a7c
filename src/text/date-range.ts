import { parseFreeDates } from './free-dates.ts'

/** A time range, in milliseconds since 1970. */
export interface Range {
  from: number
  to: number
}

/** The part of a conversation that a person asks for: a time range, the newest messages, or those since they last asked. */
export type Span = { kind: 'time'; range: Range } | { kind: 'last'; count: number } | { kind: 'new' }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const units: [RegExp, number][] = [
  [/^(?:min|分)/i, minuteMs],
  [/^(?:h|小时|钟头|時)/i, hourMs],
  [/^(?:d|天|日)/i, dayMs],
  [/^(?:w|周|星期|礼拜|週)/i, 7 * dayMs],
  [/^(?:month|[かヶケカヵ]?月)/i, 30 * dayMs],
  [/^(?:y|年)/i, 365 * dayMs],
]
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const chineseDays = ['日', '一', '二', '三', '四', '五', '六']
const japaneseDays = '日月火水木金土'
const chineseDigits = '零一二三四五六七八九十'
const numbers = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
]

const number = String.raw`\d{1,4}|(?:a\s+)?(?:couple|few)(?:\s+of)?|${numbers.slice(1).join('|')}`
const lastSome = new RegExp(
  String.raw`\b(?:(?:in|for|of|over|from|during)\s+)?(?:the\s+|these\s+)?(?:last|past)\s+(?:(${number})\s*)?(minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?)\b`,
  'i',
)
const chineseSome =
  /(?:最近|过去|近|这)\s*(\d{1,4}|[一二两三四五六七八九十]{1,3}|半|几)\s*个?\s*(分钟|小时|钟头|天|日|周|星期|礼拜|月|年)/
const japaneseSome =
  /(?:過去|直近|最近|ここ)の?\s*(\d{1,4}|[一二三四五六七八九十]{1,3}|半|数)\s*(分(?![钟鐘])|時間|日|週|[かヶケカヵ]?月|年)間?の?/
const day = '(?:sun|mon|tues|wednes|thurs|fri|satur)day'
const sinceDay = new RegExp(String.raw`\bsince\s+(${day}|yesterday|today)\b(?!\s+(?:at\s+)?\d)`, 'i')
const onDay = new RegExp(String.raw`\b(?:on|last)\s+(${day})\b(?!\s+(?:at\s+)?\d)`, 'i')
const chineseSince = /(?:从|自)?\s*(?:上?周|上?星期|上?礼拜)([一二三四五六日天])(?:开始|以来|起)?/
/** A weekday in Japanese: the day alone, or from there on. The one of last week if it says so. */
const japaneseDay =
  /(?:(先週)の?|今週の?)?([日月火水木金土])曜日?(?:の(?!\s*[午朝昼夕夜\d])|(から|以降|以来)の?)?(?!\s*(?:の\s*)?[午朝昼夕夜\d])/
const dated = /(?:\bsince\s+|从|自)?\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:开始|以来|起|(?:から|以降)の?)?/i
/** Names of days and periods. Without `days`, the range ends now. */
const named: { pattern: RegExp; from: (today: Day) => Day; days?: number | ((from: Day) => number) }[] = [
  {
    pattern:
      /\bsince\s+yesterday\b|(?:从|自)昨天(?:开始|以来|起)?|昨天(?:开始|以来|起)|(?<!一)昨日(?:から|以降|以来)の?/i,
    from: today => daysBefore(today, 1),
  },
  { pattern: /(?:一昨日|おととい)(?:から|以降)の?/, from: today => daysBefore(today, 2) },
  { pattern: /\byesterday\b|昨天|(?<!一)昨日の?/i, from: today => daysBefore(today, 1), days: 1 },
  { pattern: /前天|(?:一昨日|おととい)の?/, from: today => daysBefore(today, 2), days: 1 },
  {
    pattern:
      /\b(?:since\s+)?(?:today|this\s+(?:morning|afternoon|evening))\b|(?:从|自)?今天(?:早上|上午|下午)?(?:开始|以来|起)?|(?:今日|本日|今朝)(?:から|以降)?の?/i,
    from: today => today,
  },
  {
    pattern: /\bthis\s+week\b|(?:本|这)(?:个)?(?:周|星期|礼拜)|今週の?/i,
    from: today => daysBefore(today, (today.weekday + 6) % 7),
  },
  {
    pattern: /上(?:个)?(?:周|星期|礼拜)|先週の?/,
    from: today => daysBefore(today, ((today.weekday + 6) % 7) + 7),
    days: 7,
  },
  { pattern: /\bthis\s+month\b|(?:本|这)(?:个)?月|今月の?/i, from: today => ({ ...today, day: 1 }) },
  {
    pattern: /先月の?/,
    from: today => daysBefore(daysBefore(today, today.day), daysBefore(today, today.day).day - 1),
    days: ({ year, month }) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  },
]

/** A calendar day. */
interface Day {
  year: number
  month: number
  day: number
  /** 0 is Sunday. */
  weekday: number
}

function daysBefore({ year, month, day: on, weekday }: Day, days: number): Day {
  const at = new Date(Date.UTC(year, month - 1, on - days))
  const then = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
  return { ...then, weekday: (((weekday - days) % 7) + 7) % 7 }
}

/**
 * Parses the time range that words name: “last 7 days”, “since monday”, “since 2026-11-01”, 最近七天, 从周一开始, 過去7日間. It ends now unless
 * the words name a day. Days begin at midnight in the time zone. Returns undefined if the words name no range.
 */
export function parseDateRange(words: string, now: number, timeZone: string): Range | undefined {
  return findRange(shorten(words), now, timeZone)?.range
}

/** Nobody names a time with more words. */
const longestWords = 300

const shorten = (words: string): string => words.replace(/\s+/g, ' ').slice(0, longestWords)

/** A time range and the words that name it. */
interface Found {
  range: Range
  words: string
}

function findRange(words: string, now: number, timeZone: string): Found | undefined {
  const upToNow = (from: number, found: string) => (from > now ? undefined : { range: { from, to: now }, words: found })
  const some = lastSome.exec(words) ?? japaneseSome.exec(words) ?? chineseSome.exec(words)
  if (some !== null) return upToNow(now - parseCount(some[1] ?? '1') * toUnitMs(some[2] ?? ''), some[0])
  const today = parseDay(now, timeZone)
  const begin = (on: Day) => epochOf({ ...on, hour: 0, minute: 0 }, timeZone)
  const date = dated.exec(words)
  if (date !== null) {
    const [, year, month, on] = date.map(Number)
    return upToNow(begin({ year: year ?? 0, month: month ?? 1, day: on ?? 1, weekday: 0 }), date[0])
  }
  const one = onDay.exec(words)
  const english = one ?? sinceDay.exec(words)
  const chinese = chineseSince.exec(words)
  const weekday = weekdays.indexOf(english?.[1]?.toLowerCase() ?? '')
  const wanted = weekday >= 0 ? weekday : chineseDays.indexOf(chinese?.[1]?.replace('天', '日') ?? '')
  if (wanted >= 0) {
    const from = daysBefore(today, (today.weekday - wanted + 7) % 7)
    if (one !== null)
      return { range: { from: begin(from), to: Math.min(now, begin(daysBefore(from, -1))) }, words: one[0] }
    return upToNow(begin(from), (weekday >= 0 ? english : chinese)?.[0] ?? '')
  }
  const japanese = japaneseDay.exec(words)
  if (japanese !== null) {
    const [found, lastWeek, name = '', onwards] = japanese
    const wanted = japaneseDays.indexOf(name)
    // Weeks begin on Monday.
    const back = (today.weekday - wanted + 7) % 7
    const from = daysBefore(today, lastWeek === undefined ? back : ((today.weekday + 6) % 7) + 7 - ((wanted + 6) % 7))
    if (onwards !== undefined) return upToNow(begin(from), found)
    return { range: { from: begin(from), to: Math.min(now, begin(daysBefore(from, -1))) }, words: found }
  }
  for (const { pattern, from: toFrom, days } of named) {
    const found = pattern.exec(words)?.[0]
    if (found === undefined) continue
    const from = toFrom(today)
    const to = days === undefined ? now : begin(daysBefore(from, -(typeof days === 'number' ? days : days(from))))
    return { range: { from: begin(from), to }, words: found }
  }
  return undefined
}

const toUnitMs = (word: string) => units.find(([unit]) => unit.test(word))?.[1] ?? dayMs

/** Parses a count: `12`, `two`, 三, `a few`, 半. */
function parseCount(written: string): number {
  const word = written.toLowerCase()
  if (/couple/.test(word)) return 2
  if (/few|几|数/.test(word)) return 3
  if (word === '半') return 0.5
  return numbers.includes(word) ? numbers.indexOf(word) : parseNumber(written)
}

/** A request for what is new. “new” alone is enough in a command; a sentence needs “what is” before or “since …” behind it. */
const newWords =
  /^new(?:\s+(?:here|in here|messages?|things))?(?=\s*(?:$|[,，<#]|(?:in|only|just|as|for|with|by|decisions?|open|questions?|tasks?|action|to-?dos?)\b))|\b(?:(?:what(?:['’]s| is| was)?|anything|everything)\s+)?(?:new\s+)?(?:here\s+)?since\s+(?:i\s+last\s+(?:asked|looked)|(?:the\s+)?last\s+time|my\s+last\s+(?:visit|summary))\b|\b(?:what(?:['’]s| is| was)?|anything|everything)\s+new\b(?!\s+\w)|\b(?:what\s+)?(?:did|have)\s+i\s+miss(?:ed)?\b|(?:自|从)?(?:我)?上次(?:问|看|总结)?(?:之后|以后|以来|过后|后|到现在)(?:有什么|有哪些|的)?(?:新(?:的)?(?:消息|内容|进展|东西)?)?|有(?:什么|哪些|没有)新(?:的)?(?:消息|内容|进展|东西)?|我错过了(?:什么|哪些)|^新(?:消息|进展|内容)|前回(?:の要約)?(?:から|以降|以来)の?(?:新着|新しい)?(?:メッセージ|内容|こと|もの)?|(?:何か|何を|私[がは])?見(?:逃|落と)した(?:内容|こと|もの|メッセージ|話|の)?[はをが]?(?:何|なに)?(?:ある|あります)?(?:です)?か?|何か新しい(?:こと|内容|もの|メッセージ)[はが]?(?:ある|あります)?か?|^新着(?:メッセージ)?[はの]?/i
const lastCount =
  /\b(?:the\s+)?(?:last|past|latest|newest)\s+(\d{1,5})(?:\s+(?:messages?|posts?)\b|(?=\s*(?:$|[,，;<#]|(?:in|of|on|as|for|only|just|with)\b)))|(?:最近|最后|最新)(?:的)?\s*(\d{1,5}|[一二两三四五六七八九十百]{1,4})\s*条(?:消息)?|(?:最新|最近|直近|最後|過去)の?(?:メッセージ|投稿)?\s*(\d{1,5}|[一二三四五六七八九十百]{1,4})\s*件の?(?:メッセージ|投稿)?/i
/** The words and signs that end a date in free words. */
const ends = String.raw`(?=\s+(?:in|of|on|as|for|only|just|with|focus\w*|and\s+only)\b|\s*[,，;；<#]|$)`
const between = new RegExp(
  String.raw`\b(?:between\s+(.{1,40}?)\s+and|from\s+(.{1,40}?)\s+(?:to|until|till))\s+(.{1,40}?)${ends}`,
  'i',
)
const chineseBetween =
  /(?:从|自|在)?\s*((?:[\d年月日号点:：\-/ 上下中午早晚半周星期一二三四五六七八九十天末昨今前这本]){1,40}?)\s*(?:到|至|~|～|—)\s*((?:[\d年月日号点:：\-/ 上下中午早晚半周星期一二三四五六七八九十天末昨今前这本]|现在){1,40})(?:之间|期间)?/
const since = new RegExp(String.raw`\bsince\s+(.{1,40}?)${ends}`, 'i')
const japaneseMoment = '[\\d年月日時分半:：/ \\-の曜午前後朝昼夕晩夜今昨先週末一二三四五六七八九十火水木金土]'
const japaneseBetween = new RegExp(
  `(${japaneseMoment}{1,40}?)\\s*(?:から|より|〜)\\s*(${japaneseMoment}{1,40})(?:まで|の間)?の?`,
)
const japaneseFrom = new RegExp(`(${japaneseMoment}{1,20})(?:から|以降|以来)の?`)
const chineseFrom = /(?:从|自)\s*(.{1,20}?)(?:开始|以来|起|之后|以后)/

/**
 * Extracts the span that words name, and returns the other words as `rest`. Beyond {@link parseDateRange} it reads “last 200”,
 * “between monday and wednesday”, “since Nov 3”, “new”, 最近200条, 周一到周三, 上次之后, 月曜から水曜まで. A weekday is the most recent one; a range
 * includes the day it ends on.
 */
export async function extractSpan(
  words: string,
  now: number,
  timeZone: string,
): Promise<{ span: Span | undefined; rest: string }> {
  const without = (part: string) => words.replace(part, ' ').replace(/\s+/g, ' ').trim()
  const count = lastCount.exec(words)
  if (count !== null) {
    const wanted = Math.max(1, parseNumber(count[1] ?? count[2] ?? count[3] ?? ''))
    return { span: { kind: 'last', count: wanted }, rest: without(count[0]) }
  }
  const found = await findSpokenRange(words, now, timeZone)
  if (found !== undefined) return { span: { kind: 'time', range: found.range }, rest: without(found.words) }
  const isNew = newWords.exec(words)
  if (isNew !== null) return { span: { kind: 'new' }, rest: without(isNew[0]) }
  return { span: undefined, rest: words.trim() }
}

/** Finds a range with two dates or one date in free words, else one that {@link parseDateRange} reads. */
async function findSpokenRange(words: string, now: number, timeZone: string): Promise<Found | undefined> {
  const two = between.exec(words) ?? japaneseBetween.exec(words) ?? chineseBetween.exec(words)
  if (two !== null) {
    const [whole, first, second, third] = two
    const from = await parseMoment(third === undefined ? (first ?? '') : (first ?? second ?? ''), now, timeZone)
    const to = await parseMoment(third ?? second ?? '', now, timeZone)
    if (from !== undefined && to !== undefined && from.begins < to.ends)
      return { range: { from: from.begins, to: Math.min(to.ends, now) }, words: whole }
  }
  const free = since.exec(words) ?? chineseFrom.exec(words) ?? japaneseFrom.exec(words)
  const known = findRange(words, now, timeZone)
  // A day with a time behind it is more than the day.
  if (known !== undefined && !/\d\s*(?:am|pm)\b|\d:\d|点|時/i.test(free?.[1] ?? '')) return known
  const from = free === null ? undefined : await parseMoment(free[1] ?? '', now, timeZone)
  return free === null || from === undefined || from.begins > now
    ? undefined
    : { range: { from: from.begins, to: now }, words: free[0] }
}

/** Parses a date in free words. Returns its first and last moment, which are the same for a time of day. */
async function parseMoment(
  words: string,
  now: number,
  timeZone: string,
): Promise<{ begins: number; ends: number } | undefined> {
  if (/^(?:now|today|现在|今天|今|今日|本日)$/i.test(words.trim()))
    return { begins: epochOf({ ...parseDay(now, timeZone), hour: 0, minute: 0 }, timeZone), ends: now }
  const [found] = await parseFreeDates(words, {
    instant: new Date(now),
    timezone: offsetMsAt(now, timeZone) / minuteMs,
  })
  if (found === undefined) return undefined
  const { start } = found
  const isWholeDay = !start.isCertain('hour')
  const named = { year: start.get('year') ?? 0, month: start.get('month') ?? 1, day: start.get('day') ?? 1, weekday: 0 }
  const clock = isWholeDay ? { hour: 0, minute: 0 } : { hour: start.get('hour') ?? 0, minute: start.get('minute') ?? 0 }
  // “monday” is the last one, never the next.
  const isAhead = epochOf({ ...named, ...clock }, timeZone) > now
  const on = isAhead && start.isCertain('weekday') && !start.isCertain('day') ? daysBefore(named, 7) : named
  const begins = epochOf({ ...on, ...clock }, timeZone)
  return { begins, ends: isWholeDay ? epochOf({ ...daysBefore(on, -1), ...clock }, timeZone) : begins }
}

/** Converts a time to a day in a time zone. */
function parseDay(at: number, timeZone: string): Day {
  const shown = new Date(at + offsetMsAt(at, timeZone))
  const date = { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() }
  return { ...date, weekday: shown.getUTCDay() }
}

/** Converts a date and time in a time zone to milliseconds since 1970. */
function epochOf(at: Omit<Day, 'weekday'> & { hour: number; minute: number }, timeZone: string): number {
  const shown = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute)
  return shown - offsetMsAt(shown - offsetMsAt(shown, timeZone), timeZone)
}

/** Computes the offset of a time zone from UTC, in milliseconds. */
function offsetMsAt(at: number, timeZone: string): number {
  const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const parts = new Intl.DateTimeFormat('en', { ...options, hourCycle: 'h23', timeZone }).formatToParts(at)
  const read = (type: string) => Number(parts.find(part => part.type === type)?.value)
  const shown = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'))
  return shown - Math.floor(at / minuteMs) * minuteMs
}

/** Parses a number: `12`, 三, 十二, 三十, 一百. */
export function parseNumber(written: string): number {
  if (/^\d+$/.test(written)) return Number(written)
  const [hundreds, rest] = written.includes('百') ? (written.split('百') as [string, string]) : ['', written]
  const digits = [...rest].map(character => (character === '两' ? 2 : chineseDigits.indexOf(character)))
  const ten = digits.indexOf(10)
  const small = ten < 0 ? (digits[0] ?? 0) : (ten === 0 ? 1 : (digits[0] ?? 1)) * 10 + (digits[ten + 1] ?? 0)
  return (written.includes('百') ? parseNumber(hundreds || '一') * 100 : 0) + small
}
