// @ts-check
/** @import { Words } from './words.js' */

const dayMs = 86_400_000

/** @type {Map<string, Intl.DateTimeFormat>} making one is slow, and a channel of a thousand messages needs it often */
const formats = new Map()

/** @param {string} lang @param {Intl.DateTimeFormatOptions} options */
const formatIn = (lang, options) => {
  const key = lang + JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(lang, options)
  formats.set(key, known)
  return known
}

/** @param {string} ts */
const toDate = ts => new Date(Number.parseFloat(ts) * 1000)

/** The time of day of a message. @param {string} ts @param {string} lang @returns {string} */
export const toClock = (ts, lang) =>
  formatIn(lang, { hour: '2-digit', minute: '2-digit', hour12: false }).format(toDate(ts))

/** The moment of a message in full, for a tooltip. @param {string} ts @param {string} lang @returns {string} */
export const toMoment = (ts, lang) => formatIn(lang, { dateStyle: 'full', timeStyle: 'medium' }).format(toDate(ts))

/**
 * The day of a message, as a heading between days.
 * @param {string} ts
 * @param {string} lang
 * @param {Words} words
 * @returns {string}
 */
export const toDay = (ts, lang, words) => {
  const day = dayKey(ts)
  if (day === toKey(new Date())) return words.today
  if (day === toKey(new Date(Date.now() - dayMs))) return words.yesterday
  return formatIn(lang, { weekday: 'long', month: 'long', day: 'numeric' }).format(toDate(ts))
}

/** What tells the day of one message from that of another. @param {string} ts @returns {string} */
export const dayKey = ts => toKey(toDate(ts))

/** @param {Date} date */
const toKey = date => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
