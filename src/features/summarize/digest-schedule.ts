import { Cron } from 'croner'
import { parseNumber } from '../../text/date-range.ts'

/** The times of a digest, and the words that do not belong to them. */
interface Schedule {
  /** A cron pattern. */
  pattern: string
  rest: string
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const japaneseDays = '日月火水木金土'
const chineseDays = '日一二三四五六'
const dayWord = `(?:${days.map(day => `${day.slice(0, 3)}(?:${day.slice(3)})?s?`).join('|')}|tues|thurs)`
const english = new RegExp(
  String.raw`^(?:every\s+|each\s+|on\s+)?(?:(?<whole>day|weekday|workday|working\s+day|morning|evening|weekend)s?|(?<daily>daily(?=\s*(?:$|,|#|<#|at\b|\d|only\b|just\b)))|(?<list>${dayWord}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)${dayWord})*))(?:\s*,?\s*(?:at\s+)?(?:(?<noon>noon|midnight)|(?<hour>\d{1,2})(?:[:.](?<minute>\d{2}))?\s*(?<half>am|pm)?(?!\d)))?(?=\s|$|,)`,
  'i',
)
const chinese =
  /^每(?:个)?(?:(?<whole>天|日|工作日|早上?|晚上?|周末)|(?:周|星期|礼拜)(?<first>[一二三四五六日天])(?:到|至|-)(?:周|星期|礼拜)?(?<last>[一二三四五六日天])|(?:周|星期|礼拜)(?<list>[一二三四五六日天](?:(?:[、,，和]|\s)*(?:周|星期|礼拜)?[一二三四五六日天])*))\s*(?<part>早上|上午|中午|下午|傍晚|晚上)?\s*(?:(?<hour>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:[:：](?<minute>\d{2})|[点时](?:(?<half>半)|(?<past>\d{1,2})分?)?)?)?/
const japanese =
  /^(?:(?<whole>毎日|毎朝|毎晩|(?:毎週)?(?:平日|週末|土日))|毎週の?(?<first>[日月火水木金土])曜日?(?:から|〜|～|~|-)(?<last>[日月火水木金土])曜日?(?:まで)?|毎週の?(?<list>[日月火水木金土](?:曜日?)?(?:[、,，・と ]{0,3}[日月火水木金土](?:曜日?)?){0,6}))の?\s*(?<part>朝|午前|正午|昼|午後|夕方|夜)?の?\s*(?:(?<hour>\d{1,2}|[一二三四五六七八九十]{1,3})(?:[:：](?<minute>\d{2})|時(?:(?<half>半)|(?<past>\d{1,2})分)?))?に?(?=[\s、,，#<]|$)/
const partsInJapanese: Record<string, string> = {
  朝: '早上',
  午前: '上午',
  正午: '中午',
  昼: '中午',
  午後: '下午',
  夕方: '傍晚',
  夜: '晚上',
}
const isRegular =
  /^(?:(?:every|each)\s+(?!decisions?\b|questions?\b|tasks?\b|threads?\b|messages?\b|thing\b|one\b|body\b)|(?:every|each)$|daily(?=\s*(?:$|,|#|<#|at\b|\d|only\b|just\b))|每(?!个人|条|一)|毎(?:日|朝|晩|週|平日)|(?:平日|週末|土日)(?=[\s\d朝昼夕夜午の]|$))/i

/** Nobody names a schedule with more characters. */
const longestRequest = 300

/** Returns whether words ask for something regularly. */
export const isScheduleRequest = (words: string): boolean =>
  words.length <= longestRequest && isRegular.test(words.trim())

/** The hour of a digest that names none. */
const defaultHour = 9

/** Parses “every weekday 9:00”, “every monday and thursday at 2pm”, 每个工作日 9:00, 每周一早上九点, 平日9時. Returns undefined for other words. */
export function parseSchedule(words: string): Schedule | undefined {
  const text = words.trim()
  const found = english.exec(text) ?? chinese.exec(text) ?? japanese.exec(text)
  if (found?.groups === undefined) return undefined
  const { whole = '', list, first, last, daily, hour, minute, half, past, noon } = found.groups
  const part = partsInJapanese[found.groups.part ?? ''] ?? found.groups.part
  const on =
    first !== undefined
      ? parseDayRange(first, last ?? first)
      : list === undefined
        ? parseWholeDays(daily ?? whole)
        : parseDays(list)
  const at = parseHour(noon === undefined ? hour : noon === 'noon' ? '12' : '0', half, part, whole)
  const minutes = minute ?? past ?? (half === '半' ? '30' : '0')
  if (at === undefined || at > 23 || Number(minutes) > 59) return undefined
  const rest = text.slice(found[0].length).replace(/^[\s,，、:：]+/, '')
  return { pattern: `${Number(minutes)} ${at} * * ${on}`, rest }
}

/** Returns when a cron pattern is due next after a moment, in a time zone. */
export function nextRun(pattern: string, timeZone: string, after: number): number | undefined {
  return new Cron(pattern, { timezone: timeZone, paused: true }).nextRun(new Date(after))?.getTime()
}

/** Returns the number of a weekday in Chinese or Japanese, -1 for others. */
const toDay = (name: string) => Math.max(chineseDays.indexOf(name), japaneseDays.indexOf(name))

function parseWholeDays(word: string): string {
  if (/^(?:weekday|workday|working\s+day|工作日|(?:毎週)?平日)/i.test(word)) return '1-5'
  return /^(?:weekend|周末|(?:毎週)?(?:週末|土日))/i.test(word) ? '0,6' : '*'
}

function parseDays(list: string): string {
  const named = list
    .toLowerCase()
    .match(/[a-z]{3,}/g)
    ?.filter(word => word !== 'and')
  const numbers =
    named !== undefined
      ? named.map(word => days.findIndex(day => day.startsWith(word.slice(0, 3))))
      : [...list.replaceAll('天', '日').replace(/曜日?/g, '')].map(character => toDay(character)).filter(at => at >= 0)
  return [...new Set(numbers)].sort().join(',')
}

/** Parses “周一到周五”; a week begins on Monday. */
function parseDayRange(first: string, last: string): string {
  const order = [1, 2, 3, 4, 5, 6, 0]
  const [from, to] = [first, last].map(day => order.indexOf(toDay(day.replace('天', '日'))))
  const within = order.filter((_, at) => at >= (from ?? 0) && at <= (to ?? 0))
  return within.sort().join(',')
}

function parseHour(
  hour: string | undefined,
  half: string | undefined,
  part: string | undefined,
  whole: string,
): number | undefined {
  const isEvening = part === '晚上' || part === '傍晚' || /^(?:evening|晚|毎晩)/i.test(whole)
  if (hour === undefined) return isEvening ? 18 : part === '下午' ? 14 : part === '中午' ? 12 : defaultHour
  const number = parseNumber(hour)
  if (half?.toLowerCase() === 'am' || part === '早上' || part === '上午') return number === 12 ? 0 : number
  // Twelve in the evening is midnight; one at noon is the hour after it.
  if (isEvening) return number === 12 ? 0 : number < 12 ? number + 12 : number
  const isLate = half?.toLowerCase() === 'pm' || part === '下午' || part === '中午'
  return isLate && number < (part === '中午' ? 11 : 12) ? number + 12 : number
}
