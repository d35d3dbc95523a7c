import { computed } from '@preact/signals'
import { lang, words } from './state.js'

const dayMs = 86_400_000

/** Making a format is slow, and a channel of a thousand messages needs it often. */
const formats = computed(() => ({
  clock: new Intl.DateTimeFormat(lang.value, { hour: '2-digit', minute: '2-digit', hour12: false }),
  moment: new Intl.DateTimeFormat(lang.value, { dateStyle: 'full', timeStyle: 'medium' }),
  day: new Intl.DateTimeFormat(lang.value, { weekday: 'long', month: 'long', day: 'numeric' }),
  short: new Intl.DateTimeFormat(lang.value, { month: 'short', day: 'numeric' }),
  date: new Intl.DateTimeFormat(lang.value, { dateStyle: 'long' }),
}))

/** @param {string} ts */
const toDate = ts => new Date(Number.parseFloat(ts) * 1000)

/** The time of day of a message. @param {string} ts */
export const toClock = ts => formats.value.clock.format(toDate(ts))

/** The moment of a message in full, for a tooltip. @param {string} ts */
export const toMoment = ts => formats.value.moment.format(toDate(ts))

/** The day of a message, as a heading between days. @param {string} ts */
export const toDay = ts => toNear(ts) ?? formats.value.day.format(toDate(ts))

/** Today or yesterday, in words. @param {string} ts */
const toNear = ts => {
  const day = dayKey(ts)
  if (day === toKey(new Date())) return words.value.today
  return day === toKey(new Date(Date.now() - dayMs)) ? words.value.yesterday : undefined
}

/**
 * Slack's date token by the reader's own clock, such as `1795828771^{date_short_pretty} {time}`.
 * @param {string} token
 */
export const toMomentOf = token => {
  const [ts = '', form = ''] = token.split('^')
  return form.replace(/\{(\w+)\}/g, (all, name) => {
    if (/^time/.test(name)) return toClock(ts)
    if (!/^date/.test(name)) return all
    const near = name.endsWith('_pretty') ? toNear(ts) : undefined
    return near ?? formats.value[/^date_short/.test(name) ? 'short' : 'date'].format(toDate(ts))
  })
}

/** What tells the day of one message from that of another. @param {string} ts */
export const dayKey = ts => toKey(toDate(ts))

/** @param {Date} date */
const toKey = date => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
