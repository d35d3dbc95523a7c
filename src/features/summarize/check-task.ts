import { isOnWordBorders } from '../../text/clause.ts'
import { findDays } from '../../text/days.ts'
import { normalizeWords } from '../../text/find-quote.ts'
import type { Said } from './chunks.ts'

/** Words for several owners. */
const several = /[,，、;；&/和与及]|\band\b/i

/** Words for a day that mean another day to a later reader. */
const relative =
  /\b(?:today|tonight|tomorrow|tmr|tmrw|the day after tomorrow)\b|\bthis (?:morning|afternoon|evening)\b|\bin (?:an?|one|two|three|\d{1,2}) (?:days?|weeks?)\b|\bnext (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|今天|今晚|今日|明天|明早|明晚|明日|后天|大后天|下(?:个)?(?:周|星期|礼拜)[一二三四五六日天]|[一二两三\d](?:天|周)(?:后|之后|内)/i
const isoDay = /^\d{4}-\d{2}-\d{2}$/

/** Behind a name in Japanese. */
const honorific = /(?:さん|様|さま|氏|くん|ちゃん)$/
/** In place of a name, where nobody was named. */
const nobody = /^(?:tbd|unknown|unassigned|nobody|no one|none|n\/?a|未定|待定|无|なし)$/i
/** Months that are words as well. */
const monthWord = /^(?:may|march)$/i

/** Returns the owner of a task if each person in it wrote one of the sources or is named in one; blank otherwise. */
export function checkOwner(who: string, sources: readonly Said[]): string {
  const isSupported = (name: string) => {
    const wanted = name.replace(/^@/, '').trim().replace(honorific, '').toLowerCase()
    const isNamed = ({ from, text }: Said) => isInWords(text.toLowerCase(), wanted) || isSamePerson(wanted, from)
    return wanted !== '' && !nobody.test(wanted) && sources.some(isNamed)
  }
  return who
    .split(several)
    .filter(name => name.trim() !== '')
    .every(isSupported)
    ? who
    : ''
}

/** Returns true if a name stands in a text as whole words: Ann is not in "planning". */
function isInWords(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length))
    if (isOnWordBorders(text, at, name.length)) return true
  return false
}

/** Returns true if a due date stands in a text: as whole words where it has Latin letters, so that "Sat" is not in "satisfied". */
function isNamedIn(text: string, due: string): boolean {
  if (!/[a-z]/i.test(due)) return normalizeWords(text).includes(normalizeWords(due))
  const plain = (words: string) => words.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  return isInWords(plain(text), plain(due))
}

const wordsOf = (name: string): string[] => name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** A part of a name stands for the whole, and the whole for a part. */
export function isSamePerson(a: string, b: string): boolean {
  const [one, other] = [new Set(wordsOf(a)), new Set(wordsOf(b))]
  return one.size > 0 && other.size > 0 && (one.isSubsetOf(other) || other.isSubsetOf(one))
}

/**
 * Returns the due date of a task if a source supports it; blank otherwise. A day that is named relative to its message ("tomorrow") is
 * given as the date, `2026-11-28`, by the message's own day.
 */
export async function checkDue(due: string, sources: readonly Said[]): Promise<string> {
  if (monthWord.test(due.trim()) && !sources.some(({ text }) => text.includes(due.trim()))) return ''
  for (const { time, text } of sources) {
    const [named, wanted] = await Promise.all([findDays(text, time), findDays(due, time)])
    const day = wanted.find(one => named.includes(one))
    if (day !== undefined) return relative.test(due) || isoDay.test(due) ? day : due
  }
  const isLiteral = sources.some(({ text }) => isNamedIn(text, due))
  return isLiteral && !relative.test(due) ? due : ''
}
