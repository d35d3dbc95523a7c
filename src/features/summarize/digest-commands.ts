import { randomUUID } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { Users } from '../../slack/users.ts'
import type { Digests } from '../../store/digests.ts'
import { formatTime } from '../../text/from-slack.ts'
import { nextRun, parseSchedule } from './digest-schedule.ts'
import type { DigestClock } from './digest-scheduler.ts'
import { formatQuestion, parseSummaryRequest } from './request.ts'
import { findReadable } from './source.ts'

/** What keeping digests needs of the rest. */
export interface DigestDeps {
  call: CallSlack
  users: Users
  digests: Digests
  clock: Pick<DigestClock, 'wake'>
}

/** More than anybody reads. */
const mostDigests = 20

/** Writes down a summary that comes again and again; answers what the person is told. */
export async function keepDigest(
  { call, users, digests, clock }: DigestDeps,
  user: string,
  text: string,
  here: string,
  i18n: I18n,
): Promise<string> {
  const schedule = parseSchedule(text)
  const person = await users.read(user)
  const { timeZone } = person
  const nextAt = schedule === undefined ? undefined : nextRun(schedule.pattern, timeZone, Date.now())
  if (schedule === undefined || nextAt === undefined) return i18n.summary.digest.unclear
  const known = await digests.of(user)
  if (known.length >= mostDigests) return i18n.summary.digest.tooMany(mostDigests)
  const question = formatQuestion([i18n.summary.newWord, schedule.rest].join(' ').trim(), here, i18n)
  const asked = parseSummaryRequest(question)?.place
  try {
    if (asked?.of === 'channel' || asked?.of === 'thread') await findReadable(call, person, asked)
  } catch (error) {
    if (error instanceof ShownError) return error.sentence(i18n)
    throw error
  }
  const place = schedule.rest.includes('#') ? '' : ` ${here}`
  const title = `${text}${place} (${timeZone})`.replace(
    /<#([A-Z0-9]+)(?:\|([^>]+))?>/g,
    (_, id, name) => `#${name ?? id}`,
  )
  await digests.add({ id: randomUUID(), user, pattern: schedule.pattern, timeZone, question, title, nextAt })
  clock.wake()
  return i18n.summary.digest.added(title, formatTime(nextAt, timeZone), known.length + 1)
}

/** A person's digests, with the numbers by which they are ended. */
export async function listDigests({ digests }: DigestDeps, user: string, i18n: I18n): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return i18n.summary.digest.none
  const lines = known.map(
    ({ title, nextAt, timeZone }, at) =>
      `${at + 1}. ${title} · ${i18n.summary.digest.next(formatTime(nextAt, timeZone))}`,
  )
  return [i18n.summary.digest.list, ...lines].join('\n')
}

/** Ends the one with this number, or all; answers what the person is told. */
export async function endDigest({ digests }: DigestDeps, user: string, which: string, i18n: I18n): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return i18n.summary.digest.none
  const isAll = /^(?:all|全部|所有)$/i.test(which.trim())
  const ended = isAll ? known : known.filter((_, at) => String(at + 1) === which.trim())
  if (ended.length === 0) return i18n.summary.digest.unknown(which.trim() === '' ? '?' : which.trim())
  for (const { id } of ended) await digests.end(id)
  return i18n.summary.digest.ended(ended.map(({ title }) => title).join('; '))
}
