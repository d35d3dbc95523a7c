import { randomUUID } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import type { Words } from '../../i18n/catalog.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { People } from '../../slack/users.ts'
import type { Digests } from '../../store/digests.ts'
import { toTime } from '../../text/from-slack.ts'
import { toNext, toSchedule } from './digest-schedule.ts'
import type { DigestClock } from './digest-scheduler.ts'
import { toQuestion, toSummaryWish } from './request.ts'
import { findReadable } from './source.ts'

/** What keeping digests needs of the rest. */
export interface DigestParts {
  call: CallSlack
  people: People
  digests: Digests
  clock: Pick<DigestClock, 'wake'>
}

/** More than anybody reads. */
const mostDigests = 20

/** Writes down a summary that comes again and again; answers what the person is told. */
export async function keepDigest(
  { call, people, digests, clock }: DigestParts,
  user: string,
  text: string,
  here: string,
  words: Words,
): Promise<string> {
  const schedule = toSchedule(text)
  const person = await people.read(user)
  const { timeZone } = person
  const nextAt = schedule === undefined ? undefined : toNext(schedule.pattern, timeZone, Date.now())
  if (schedule === undefined || nextAt === undefined) return words.summary.digest.unclear
  const known = await digests.of(user)
  if (known.length >= mostDigests) return words.summary.digest.tooMany(mostDigests)
  const question = toQuestion([words.summary.newWord, schedule.rest].join(' ').trim(), here, words)
  const asked = toSummaryWish(question)?.place
  try {
    if (asked?.of === 'channel' || asked?.of === 'thread') await findReadable(call, person, asked)
  } catch (error) {
    if (error instanceof ShownError) return error.sentence(words)
    throw error
  }
  const place = schedule.rest.includes('#') ? '' : ` ${here}`
  const title = `${text}${place} (${timeZone})`.replace(
    /<#([A-Z0-9]+)(?:\|([^>]+))?>/g,
    (_, id, name) => `#${name ?? id}`,
  )
  await digests.add({ id: randomUUID(), user, pattern: schedule.pattern, timeZone, question, title, nextAt })
  clock.wake()
  return words.summary.digest.added(title, toTime(nextAt, timeZone), known.length + 1)
}

/** A person's digests, with the numbers by which they are ended. */
export async function listDigests({ digests }: DigestParts, user: string, words: Words): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return words.summary.digest.none
  const lines = known.map(
    ({ title, nextAt, timeZone }, at) => `${at + 1}. ${title} · ${words.summary.digest.next(toTime(nextAt, timeZone))}`,
  )
  return [words.summary.digest.list, ...lines].join('\n')
}

/** Ends the one with this number, or all; answers what the person is told. */
export async function endDigest({ digests }: DigestParts, user: string, which: string, words: Words): Promise<string> {
  const known = await digests.of(user)
  if (known.length === 0) return words.summary.digest.none
  const isAll = /^(?:all|全部|所有)$/i.test(which.trim())
  const ended = isAll ? known : known.filter((_, at) => String(at + 1) === which.trim())
  if (ended.length === 0) return words.summary.digest.unknown(which.trim() === '' ? '?' : which.trim())
  for (const { id } of ended) await digests.end(id)
  return words.summary.digest.ended(ended.map(({ title }) => title).join('; '))
}
