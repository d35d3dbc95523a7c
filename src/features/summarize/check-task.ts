import { findDays } from '../../text/days.ts'
import { normalizeWords } from '../../text/find-quote.ts'
import type { Said } from './chunks.ts'

/** Words for several owners. */
const several = /\s*(?:,|，|、|;|；|&|\/|\band\b|和|与|及)\s*/i

/** Words for a day that mean another day to a later reader. */
const relative =
  /\b(?:today|tonight|tomorrow|tmr|tmrw|the day after tomorrow)\b|\bthis (?:morning|afternoon|evening)\b|今天|今晚|今日|明天|明早|明晚|明日|后天|大后天/i
const isoDay = /^\d{4}-\d{2}-\d{2}$/

/** Returns the owner of a task if each person in it wrote one of the sources or is named in one; blank otherwise. */
export function checkOwner(who: string, sources: readonly Said[]): string {
  const isSupported = (name: string) => {
    const wanted = normalizeWords(name.replace(/^@/, ''))
    const isNamed = ({ from, text }: Said) =>
      normalizeWords(text).includes(wanted) || isSamePerson(wanted, normalizeWords(from))
    return wanted !== '' && sources.some(isNamed)
  }
  return who.split(several).filter(Boolean).every(isSupported) ? who : ''
}

/** A first name stands for the whole name, and the whole for the first. */
const isSamePerson = (a: string, b: string) => b !== '' && (a === b || a.startsWith(b) || b.startsWith(a))

/**
 * Returns the due date of a task if a source supports it; blank otherwise. A day that is named relative to its message ("tomorrow") is
 * given as the date, `2026-11-28`, by the message's own day.
 */
export async function checkDue(due: string, sources: readonly Said[]): Promise<string> {
  for (const { time, text } of sources) {
    const [named, wanted] = await Promise.all([findDays(text, time), findDays(due, time)])
    const day = wanted.find(one => named.includes(one))
    if (day !== undefined) return relative.test(due) || isoDay.test(due) ? day : due
  }
  const isLiteral = sources.some(({ text }) => normalizeWords(text).includes(normalizeWords(due)))
  return isLiteral && !relative.test(due) ? due : ''
}
