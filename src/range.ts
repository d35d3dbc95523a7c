import type { ParsedComponents } from 'chrono-node'

/** A stretch of time, in milliseconds since 1970. */
export interface Range {
  from: number
  to: number
}

/** What of a place is wanted: a stretch of time, its newest messages, or what came since the same person last asked. */
export type Span = { kind: 'time'; range: Range } | { kind: 'last'; count: number } | { kind: 'new' }

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const unitMs: Record<string, number> = {
  hour: hourMs,
  小时: hourMs,
  钟头: hourMs,
  day: dayMs,
  天: dayMs,
  日: dayMs,
  week: 7 * dayMs,
  周: 7 * dayMs,
  星期: 7 * dayMs,
  month: 30 * dayMs,
  月: 30 * dayMs,
}
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const chineseDays = ['日', '一', '二', '三', '四', '五', '六']
const chineseDigits = '零一二三四五六七八九十'

const lastSome =
  /\b(?:(?:in|for|of|over|from)\s+)?(?:the\s+)?(?:last|past)\s+(?:(\d{1,4})\s+)?(hour|day|week|month)s?\b/i
const chineseSome = /(?:最近|过去|近)\s*(\d{1,4}|[一二两三四五六七八九十]{1,3})\s*个?\s*(小时|钟头|天|日|周|星期|月)/
const sinceDay = /\bsince\s+(sunday|monday|tuesday|wednesday|thursday|friday|saturday|yesterday|today)\b(?!\s+\d)/i
const chineseSince = /(?:从|自)?\s*(?:上?周|星期)([一二三四五六日天])(?:开始|以来|起)?/
const dated = /(?:\bsince\s+|从|自)?\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:开始|以来|起)?/i
/** A day by its name is that day; “since yesterday” goes on until now. */
const named: { pattern: RegExp; daysAgo: number; isOne: boolean }[] = [
  { pattern: /\bsince\s+yesterday\b|(?:从|自)昨天(?:开始|以来|起)?|昨天(?:开始|以来|起)/i, daysAgo: 1, isOne: false },
  { pattern: /\byesterday\b|昨天/i, daysAgo: 1, isOne: true },
  { pattern: /\b(?:since\s+)?today\b|(?:从|自)?今天(?:开始|以来|起)?/i, daysAgo: 0, isOne: false },
]

/**
 * The stretch that words name: “last 7 days”, “since monday”, “since 2026-11-01”, 最近七天, 从周一开始; up to now unless a day is
 * named. Days begin at midnight in the given zone. Undefined when the words name none.
 */
export function toRange(words: string, now: number, timeZone: string): Range | undefined {
  return findRange(words, now, timeZone)?.range
}

/** The stretch, and the words that name it. */
interface Found {
  range: Range
  words: string
}

function findRange(words: string, now: number, timeZone: string): Found | undefined {
  const upToNow = (from: number, found: string) => (from > now ? undefined : { range: { from, to: now }, words: found })
  const some = lastSome.exec(words) ?? chineseSome.exec(words)
  if (some !== null)
    return upToNow(now - toNumber(some[1] ?? '1') * (unitMs[(some[2] ?? '').toLowerCase()] ?? dayMs), some[0])
  const midnight = toMidnight(now, timeZone)
  const date = dated.exec(words)
  if (date !== null) {
    const noon = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]), 12)
    return upToNow(toMidnight(noon, timeZone), date[0])
  }
  const english = sinceDay.exec(words)
  const chinese = chineseSince.exec(words)
  const weekday = weekdays.indexOf(english?.[1]?.toLowerCase() ?? '')
  const wanted = weekday >= 0 ? weekday : chineseDays.indexOf(chinese?.[1]?.replace('天', '日') ?? '')
  if (wanted >= 0) {
    const from = midnight - ((toWeekday(now, timeZone) - wanted + 7) % 7) * dayMs
    return upToNow(from, (weekday >= 0 ? english : chinese)?.[0] ?? '')
  }
  for (const { pattern, daysAgo, isOne } of named) {
    const found = pattern.exec(words)?.[0]
    if (found === undefined) continue
    const from = midnight - daysAgo * dayMs
    return { range: { from, to: isOne ? from + dayMs : now }, words: found }
  }
  return undefined
}

/** “new” alone is enough in a command; in a sentence it needs “what is” before it, or “since …” behind it. */
const newWords =
  /^new(?:\s+(?:here|in here|messages?|things))?(?=\s*(?:$|in\b|[,，<#]))|\b(?:(?:what(?:['’]s| is| was)?|anything|everything)\s+)?(?:new\s+)?(?:here\s+)?since\s+(?:i\s+last\s+(?:asked|looked)|(?:the\s+)?last\s+time|my\s+last\s+(?:visit|summary))\b|\b(?:what(?:['’]s| is| was)?|anything|everything)\s+new\b(?!\s+\w)|\b(?:what\s+)?(?:did|have)\s+i\s+miss(?:ed)?\b|(?:自|从)?(?:我)?上次(?:问|看|总结)?(?:之后|以后|以来|过后|后|到现在)(?:有什么|有哪些|的)?(?:新(?:的)?(?:消息|内容|进展|东西)?)?|有(?:什么|哪些|没有)新(?:的)?(?:消息|内容|进展|东西)?|我错过了(?:什么|哪些)|^新(?:消息|进展|内容)/i
const lastCount =
  /\b(?:the\s+)?(?:last|past|latest|newest)\s+(\d{1,5})(?:\s+(?:messages?|posts?))?\b(?!\s*(?:hour|day|week|month|minute)s?\b)|(?:最近|最后|最新)(?:的)?\s*(\d{1,5})\s*条(?:消息)?/i
/** What ends a moment that is named in free words. */
const ends = String.raw`(?=\s+(?:in|of|on|as|for|only|just|with|focus\w*|and\s+only)\b|\s*[,，;；<#]|$)`
const between = new RegExp(
  String.raw`\b(?:between\s+(.{1,40}?)\s+and|from\s+(.{1,40}?)\s+(?:to|until|till))\s+(.{1,40}?)${ends}`,
  'i',
)
const chineseBetween =
  /(?:从|自|在)?\s*((?:[\d年月日号点:：\-/ 上下中午早晚半周星期一二三四五六七八九十天末昨今前这本])+?)\s*(?:到|至|~|～|—)\s*((?:[\d年月日号点:：\-/ 上下中午早晚半周星期一二三四五六七八九十天末昨今前这本]|现在)+)(?:之间|期间)?/
const since = new RegExp(String.raw`\bsince\s+(.{1,40}?)${ends}`, 'i')
const chineseFrom = /(?:从|自)\s*(.{1,20}?)(?:开始|以来|起|之后|以后)/

/**
 * The span that words name, beside what {@link toRange} knows: “last 200”, “between monday and wednesday”, “since Nov 3”,
 * “new”, 最近200条, 周一到周三, 上次之后; and the words without it. A weekday is the last one, a day's end belongs to it.
 */
export async function takeSpan(
  words: string,
  now: number,
  timeZone: string,
): Promise<{ span: Span | undefined; rest: string }> {
  const without = (found: string) => words.replace(found, ' ').replace(/\s+/g, ' ').trim()
  const count = lastCount.exec(words)
  if (count !== null) return { span: { kind: 'last', count: Number(count[1] ?? count[2]) }, rest: without(count[0]) }
  const stretch = await findStretch(words, now, timeZone)
  if (stretch !== undefined) return { span: { kind: 'time', range: stretch.range }, rest: without(stretch.words) }
  const isNew = newWords.exec(words)
  if (isNew !== null) return { span: { kind: 'new' }, rest: without(isNew[0]) }
  return { span: undefined, rest: words.trim() }
}

/** A stretch with two ends or a free beginning, else one that {@link toRange} knows. */
async function findStretch(words: string, now: number, timeZone: string): Promise<Found | undefined> {
  const two = between.exec(words) ?? chineseBetween.exec(words)
  if (two !== null) {
    const [whole, first, second, third] = two
    const from = await toMoment(third === undefined ? (first ?? '') : (first ?? second ?? ''), now, timeZone)
    const to = await toMoment(third ?? second ?? '', now, timeZone)
    if (from !== undefined && to !== undefined && from.begins < to.ends)
      return { range: { from: from.begins, to: Math.min(to.ends, now) }, words: whole }
  }
  const free = since.exec(words) ?? chineseFrom.exec(words)
  const known = findRange(words, now, timeZone)
  // A day with a time behind it is more than the day.
  if (known !== undefined && !/\d\s*(?:am|pm)\b|\d:\d|点/i.test(free?.[1] ?? '')) return known
  const from = free === null ? undefined : await toMoment(free[1] ?? '', now, timeZone)
  return free === null || from === undefined || from.begins > now
    ? undefined
    : { range: { from: from.begins, to: now }, words: free[0] }
}

/** When what words name begins, and ends: a day has both, a time of day is one moment. */
async function toMoment(
  words: string,
  now: number,
  timeZone: string,
): Promise<{ begins: number; ends: number } | undefined> {
  if (/^(?:now|today|现在|今天)$/i.test(words.trim())) return { begins: toMidnight(now, timeZone), ends: now }
  // Loaded when somebody names a time in free words: it takes 9 MB.
  const [english, chinese] = await Promise.all([import('chrono-node/en'), import('chrono-node/zh')])
  const reference = { instant: new Date(now), timezone: toOffsetMs(now, timeZone) / 60_000 }
  const parser = /\p{Script=Han}/u.test(words) ? chinese.hans : english
  const [found] = parser.parse(words, reference)
  if (found === undefined) return undefined
  const { start } = found
  const isDay = !start.isCertain('hour')
  const begins = toWeekdayPast(toEpoch(start, isDay, timeZone), start, now)
  return { begins, ends: isDay ? begins + dayMs : begins }
}

/** “monday” is the one that was, never the one that comes. */
function toWeekdayPast(at: number, start: ParsedComponents, now: number): number {
  return at > now && start.isCertain('weekday') && !start.isCertain('day') ? at - 7 * dayMs : at
}

/** The moment at which the clock of the zone shows this. */
function toEpoch(start: ParsedComponents, isDay: boolean, timeZone: string): number {
  const [year, month, day] = [start.get('year') ?? 0, start.get('month') ?? 1, start.get('day') ?? 1]
  const [hour, minute] = isDay ? [0, 0] : [start.get('hour') ?? 0, start.get('minute') ?? 0]
  const shown = Date.UTC(year, month - 1, day, hour, minute)
  return shown - toOffsetMs(shown - toOffsetMs(shown, timeZone), timeZone)
}

/** By how much the clock of the zone is ahead of UTC. */
function toOffsetMs(at: number, timeZone: string): number {
  const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const parts = new Intl.DateTimeFormat('en', { ...options, hourCycle: 'h23', timeZone }).formatToParts(at)
  const read = (type: string) => Number(parts.find(part => part.type === type)?.value)
  const shown = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'))
  return shown - Math.floor(at / 60_000) * 60_000
}
/** `12`, 三, 十二, 三十. */
export function toNumber(written: string): number {
  if (/^\d+$/.test(written)) return Number(written)
  const digits = [...written].map(character => (character === '两' ? 2 : chineseDigits.indexOf(character)))
  const ten = digits.indexOf(10)
  if (ten < 0) return digits[0] ?? 1
  return (ten === 0 ? 1 : (digits[0] ?? 1)) * 10 + (digits[ten + 1] ?? 0)
}

/** The last midnight before a moment, by the clock of the zone. */
function toMidnight(at: number, timeZone: string): number {
  const { hour, minute, second } = toClock(at, timeZone)
  return Math.floor(at / 1_000) * 1_000 - ((hour * 60 + minute) * 60 + second) * 1_000
}

function toWeekday(at: number, timeZone: string): number {
  return weekdays.indexOf(toClock(at, timeZone).weekday)
}

function toClock(at: number, timeZone: string): { hour: number; minute: number; second: number; weekday: string } {
  const options = { hour: 'numeric', minute: 'numeric', second: 'numeric', weekday: 'long', hourCycle: 'h23' } as const
  const parts = new Intl.DateTimeFormat('en', { ...options, timeZone }).formatToParts(at)
  const read = (type: string) => parts.find(part => part.type === type)?.value ?? ''
  return {
    hour: Number(read('hour')),
    minute: Number(read('minute')),
    second: Number(read('second')),
    weekday: read('weekday').toLowerCase(),
  }
}
