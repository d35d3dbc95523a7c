import { randomUUID } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Digest, Digests } from '../../store/digests.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { Services } from '../context.ts'
import { nextRun, parseSchedule } from './digest-schedule.ts'
import type { createDigestScheduler } from './digest-scheduler.ts'
import { checkWords, guess } from './guess.ts'
import { formatQuestion, parseAskedSummary, parseSummaryRequest } from './request.ts'
import { findReadable } from './source.ts'

type DigestScheduler = ReturnType<typeof createDigestScheduler>

type Deps = Pick<Services, 'access' | 'users'> & { digests: Digests; scheduler: Pick<DigestScheduler, 'wake'> }

/** The most digests of one person. */
const mostDigests = 20

/** Saves a summary that comes again and again. Resolves with what the person is told. */
export async function addDigest(
  { access, users, digests, scheduler }: Deps,
  { user, text, here }: { user: string; text: string; here: string },
  i18n: I18n,
): Promise<string> {
  const schedule = parseSchedule(text)
  const { timeZone, isGuest } = await users.refresh(user)
  if (isGuest) return i18n.access.guests
  const nextAt = schedule === undefined ? undefined : nextRun(schedule.pattern, timeZone, Date.now())
  if (schedule === undefined || nextAt === undefined) {
    const found = await guess(text, candidate => parseSchedule(candidate) !== undefined)
    return found === undefined
      ? i18n.summary.digest.unclear
      : i18n.summary.didYouMean({ words: escapeMarkdown(text), guess: escapeMarkdown(found) })
  }
  const known = await digests.of(user)
  if (known.length >= mostDigests) return i18n.summary.digest.tooMany({ most: mostDigests })
  const question = formatQuestion([i18n.summary.newWord, schedule.rest].join(' ').trim(), here, i18n)
  const asked = parseSummaryRequest(question)?.place
  let name = ''
  try {
    const request = await parseAskedSummary(question, Date.now(), timeZone)
    if (request !== undefined) await checkWords(request, Date.now(), timeZone)
    if (asked?.of === 'channel' || asked?.of === 'thread') name = (await findReadable(access, user, asked)).name
  } catch (error) {
    if (error instanceof ShownError) return error.sentence(i18n)
    throw error
  }
  const place = schedule.rest.includes('#') || asked?.of === 'everywhere' ? '' : ` ${here}`
  const title = `${text}${place} (${timeZone})`.replace(
    /<#([A-Z0-9]+)(?:\|([^<>]+))?>/g,
    (_, id, label) => `#${label ?? (name || id)}`,
  )
  const digest = { id: randomUUID(), user, pattern: schedule.pattern, timeZone, question, title, nextAt }
  if (!(await digests.add(digest))) return `⚠️ ${i18n.notSaved}`
  scheduler.wake()
  const { formats, summary } = i18n
  const of = summary.digest
  const when = `${of.when({ ...describeDays(digest.pattern, i18n), time: formatClock(digest.pattern) })} (${timeZone})`
  return of.added({
    when,
    place: formatPlace(digest, i18n),
    start: formats.weekday(nextAt, timeZone),
    index: known.length + 1,
  })
}

/** Describes the days of a digest's pattern, in which 0 is Sunday, for the messages about it. */
function describeDays(cron: string, { formats, summary }: I18n): { pattern: string; days: string } {
  const days = cron.split(' ')[4] ?? '*'
  const pattern = new Map([
    ['*', 'daily'],
    ['0,1,2,3,4,5,6', 'daily'],
    ['1-5', 'weekdays'],
    ['1,2,3,4,5', 'weekdays'],
    ['0,6', 'weekends'],
  ]).get(days)
  if (pattern !== undefined) return { pattern, days: '' }
  // 1 January 2023 was a Sunday.
  const names = days.split(',').map(day => summary.digest.weekday({ day: new Date(2023, 0, 1 + Number(day), 12) }))
  return { pattern: 'other', days: formats.and(names) }
}

function formatClock(pattern: string): string {
  const [minute = '0', hour = '0'] = pattern.split(' ')
  return `${hour}:${minute.padStart(2, '0')}`
}

/** Formats the channel that a digest is of, which its title names. */
function formatPlace({ title, question }: Pick<Digest, 'title' | 'question'>, i18n: I18n): string {
  if (parseSummaryRequest(question)?.place.of === 'everywhere') return i18n.summary.digest.everywhere
  return escapeMarkdown(/#[^\s,，]+/.exec(title)?.[0] ?? i18n.summary.digest.thread)
}

/** Formats a person's digests, with the numbers by which they are ended. */
export async function listDigests({ digests }: Pick<Deps, 'digests'>, user: string, i18n: I18n): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return i18n.summary.digest.none
  const lines = known.map(
    ({ title, nextAt, timeZone }, at) =>
      `${at + 1}. ${escapeMarkdown(title)} · ${i18n.summary.digest.next({ time: i18n.formats.near(nextAt, timeZone) })}`,
  )
  return [i18n.summary.digest.list, ...lines].join('\n')
}

/** Ends the digest with this number, or all. Resolves with what the person is told. */
export async function endDigest(
  { digests }: Pick<Deps, 'digests'>,
  user: string,
  which: string,
  i18n: I18n,
): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return i18n.summary.digest.none
  const isAll = /^(?:all|全部|所有|すべて|全て)$/i.test(which.trim())
  const ended = isAll ? known : known.filter((_, at) => String(at + 1) === which.trim())
  if (ended.length === 0) return i18n.summary.digest.unknown({ word: which.trim() === '' ? '?' : which.trim() })
  for (const { id } of ended) await digests.end(id)
  const toSentence = (digest: Digest) =>
    i18n.summary.digest.ended({ ...describeDays(digest.pattern, i18n), place: formatPlace(digest, i18n) })
  return ended.map(toSentence).join('\n')
}
