/** A stretch of time, in milliseconds since 1970. */
export interface Range {
  from: number
  to: number
}

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

const lastSome = /\b(?:the\s+)?(?:last|past)\s+(?:(\d{1,4})\s+)?(hour|day|week|month)s?\b/i
const chineseSome = /(?:最近|过去|近)\s*(\d{1,4}|[一二两三四五六七八九十]{1,3})\s*个?\s*(小时|钟头|天|日|周|星期|月)/
const sinceDay = /\bsince\s+(sunday|monday|tuesday|wednesday|thursday|friday|saturday|yesterday|today)\b/i
const chineseSince = /(?:从|自)?\s*(?:上?周|星期)([一二三四五六日天])(?:开始|以来|起)?/
const dated = /(?:\bsince\s+|从|自)?\s*(\d{4})-(\d{1,2})-(\d{1,2})/i
const named: [RegExp, number][] = [
  [/\b(?:since\s+)?yesterday\b|昨天/i, 1],
  [/\btoday\b|今天/i, 0],
]

/**
 * The stretch that words name, up to now: “last 7 days”, “since monday”, “since 2026-11-01”, 最近七天, 从周一开始. Days begin
 * at midnight in the given zone. Undefined when the words name none.
 */
export function toRange(words: string, now: number, timeZone: string): Range | undefined {
  const from = toStart(words, now, timeZone)
  return from === undefined || from > now ? undefined : { from, to: now }
}

function toStart(words: string, now: number, timeZone: string): number | undefined {
  const some = lastSome.exec(words) ?? chineseSome.exec(words)
  if (some !== null) return now - toNumber(some[1] ?? '1') * (unitMs[(some[2] ?? '').toLowerCase()] ?? dayMs)
  const midnight = toMidnight(now, timeZone)
  const date = dated.exec(words)
  if (date !== null) return toMidnight(Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]), 12), timeZone)
  const weekday = sinceDay.exec(words)?.[1]?.toLowerCase()
  const chinese = chineseSince.exec(words)?.[1]?.replace('天', '日')
  const wanted = weekday !== undefined ? weekdays.indexOf(weekday) : chineseDays.indexOf(chinese ?? '')
  if (wanted >= 0) return midnight - ((toWeekday(now, timeZone) - wanted + 7) % 7) * dayMs
  const days = named.find(([pattern]) => pattern.test(words))?.[1]
  return days === undefined ? undefined : midnight - days * dayMs
}

/** `12`, 三, 十二, 三十. */
function toNumber(written: string): number {
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
