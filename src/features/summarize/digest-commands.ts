import { randomUUID } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Digests } from '../../store/digests.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatTime } from '../../text/from-slack.ts'
import type { Services } from '../context.ts'
import { nextRun, parseSchedule } from './digest-schedule.ts'
import type { createDigestScheduler } from './digest-scheduler.ts'
import { formatQuestion, parseSummaryRequest } from './request.ts'
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
  if (schedule === undefined || nextAt === undefined) return i18n.summary.digest.unclear
  const known = await digests.of(user)
  if (known.length >= mostDigests) return i18n.summary.digest.tooMany(mostDigests)
  const question = formatQuestion([i18n.summary.newWord, schedule.rest].join(' ').trim(), here, i18n)
  const asked = parseSummaryRequest(question)?.place
  try {
    if (asked?.of === 'channel' || asked?.of === 'thread') await findReadable(access, user, asked)
  } catch (error) {
    if (error instanceof ShownError) return error.sentence(i18n)
    throw error
  }
  const place = schedule.rest.includes('#') ? '' : ` ${here}`
  const title = `${text}${place} (${timeZone})`.replace(
    /<#([A-Z0-9]+)(?:\|([^<>]+))?>/g,
    (_, id, name) => `#${name ?? id}`,
  )
  const digest = { id: randomUUID(), user, pattern: schedule.pattern, timeZone, question, title, nextAt }
  if (!(await digests.add(digest))) return `⚠️ ${i18n.notSaved}`
  scheduler.wake()
  return i18n.summary.digest.added(escapeMarkdown(title), formatTime(nextAt, timeZone), known.length + 1)
}

/** Formats a person's digests, with the numbers by which they are ended. */
export async function listDigests({ digests }: Pick<Deps, 'digests'>, user: string, i18n: I18n): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return i18n.summary.digest.none
  const lines = known.map(
    ({ title, nextAt, timeZone }, at) =>
      `${at + 1}. ${escapeMarkdown(title)} · ${i18n.summary.digest.next(formatTime(nextAt, timeZone))}`,
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
  const isAll = /^(?:all|全部|所有)$/i.test(which.trim())
  const ended = isAll ? known : known.filter((_, at) => String(at + 1) === which.trim())
  if (ended.length === 0) return i18n.summary.digest.unknown(which.trim() === '' ? '?' : which.trim())
  for (const { id } of ended) await digests.end(id)
  return i18n.summary.digest.ended(ended.map(({ title }) => escapeMarkdown(title)).join('; '))
}
