import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { LabelRecords } from '../../src/store/labels.ts'
import type { Workspace } from '../slack-emulator/workspace.ts'

const dayMs = 86_400_000
const unitMs: Record<string, number> = { d: dayMs, h: 3_600_000, m: 60_000 }

const person = z.enum(['dana', 'lee', 'mei', 'admin'])
const said = z.object({
  as: person,
  text: z.string(),
  reactions: z.record(z.string(), z.array(person)).default({}),
})
const talk = z.array(
  said.extend({
    channel: z.enum(['general', 'feedback', 'random', 'leads', 'launch']),
    ago: z.string(),
    replies: z.array(said.extend({ after: z.string() })).default([]),
  }),
)
const feedback = z.array(z.tuple([z.coerce.number(), person, z.string(), z.string()]))

/** The words with which a label of the demo gives its reason. */
const reasons: Record<string, string> = {
  bug: 'Something fails',
  usability: 'It works, but is hard to use',
  complaint: 'Discontent without a fault',
}

type Line = z.infer<typeof said> & {
  at: number
  channel: string
  thread: number
  kind?: string
}
type LabelRecord = Parameters<LabelRecords['save']>[0]

/** Where the workspace's clock stands while the past is told. */
interface Past {
  now(): number
  turnTo(at: number | undefined): void
}

/** A clock that can be turned back, to tell the past, and otherwise runs with the machine's. */
export function createPast(): Past {
  let told: number | undefined
  return {
    now: () => told ?? Date.now(),
    turnTo(at) {
      told = at
    },
  }
}

/** Tells four days of talk and three weeks of feedback, up to now. Returns the feedback with its labels. */
export async function seed(slack: Pick<Workspace, 'do' | 'people' | 'channels' | 'botUserId'>, past: Past) {
  const now = Date.now()
  const lines = await loadLines(now)
  past.turnTo((lines[0]?.at ?? now) - dayMs)
  const channels: Record<string, string> = { ...slack.channels, launch: await openLaunch(slack) }
  const threads = new Map<number, string>()
  const records: LabelRecord[] = []
  for (const { as, text, at, channel: name, thread, reactions, kind } of lines) {
    past.turnTo(at)
    const channel = channels[name] ?? ''
    const threadTs = threads.get(thread)
    const { ts } = await done(
      slack.do({ do: 'say', as: slack.people[as], channel, text, ...(threadTs && { threadTs }) }),
    )
    if (threadTs === undefined) threads.set(thread, String(ts))
    for (const [emoji, by] of Object.entries(reactions))
      for (const who of by) await slack.do({ do: 'react', as: slack.people[who], channel, ts: String(ts), name: emoji })
    if (kind === undefined) continue
    const labels = [{ kind, quote: text, reason: reasons[kind] ?? '' }]
    const place = { channel, ts: String(ts), author: slack.people[as], isShared: true, saidAt: at }
    records.push({ id: `demo:${records.length}`, state: 'done', text, labels, version: '1', model: 'demo', ...place })
  }
  past.turnTo(undefined)
  return records
}

/** Returns true if the demo has saved its feedback before. */
export const hasLabels = async (labels: LabelRecords) => (await labels.read('demo:0')) !== undefined

/** Saves the feedback with its labels; those that somebody has corrected since stay as they are. */
export async function saveLabels(labels: LabelRecords, records: LabelRecord[]): Promise<void> {
  for (const record of records) {
    const known = await labels.read(record.id)
    if (known?.correctedBy === undefined) await labels.save(record)
  }
}

/** Opens the channel about the launch, with everyone and the bot in it. */
async function openLaunch(slack: Parameters<typeof seed>[0]): Promise<string> {
  const { dana, ...others } = slack.people
  const { channel } = await done(slack.do({ do: 'create_channel', as: dana, name: 'launch' }))
  for (const user of [...Object.values(others), slack.botUserId])
    await done(slack.do({ do: 'invite', as: dana, channel: String(channel), user }))
  return String(channel)
}

async function done(doing: ReturnType<Workspace['do']>) {
  const result = await doing
  if (!result.ok) throw new Error(result.error)
  return result
}

/** Loads all that is said, the oldest first. */
async function loadLines(now: number): Promise<Line[]> {
  const [talkText, feedbackText] = await Promise.all(['talk.yml', 'feedback.tsv'].map(readData))
  const date = (text: string) =>
    text.replace(/\{(day|日)\+(\d)\}/g, (_, kind, days) => formatWeekday(now + days * dayMs, kind))
  const talked = talk.parse(parse(talkText ?? '')).flatMap(({ replies, ago, ...root }, thread) => {
    let at = now - parseMs(ago)
    const lines: Line[] = [{ ...root, text: date(root.text), at, thread }]
    for (const { after, ...reply } of replies) {
      at += parseMs(after)
      lines.push({ ...reply, text: date(reply.text), at, channel: root.channel, thread })
    }
    return lines
  })
  const rows = (feedbackText ?? '').split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const heard = feedback.parse(rows.map(row => row.split('\t'))).map(([days, as, kind, text], index): Line => {
    // Half an hour apart, so that no two are said at once.
    const at = now - days * dayMs - 3_600_000 - ((rows.length - index) % 4) * 1_800_000
    return { as, text, at, channel: 'feedback', thread: -1 - index, reactions: {}, kind }
  })
  return [...talked, ...heard].sort((a, b) => a.at - b.at)
}

const readData = (name: string) => readFile(new URL(name, import.meta.url), 'utf8')

/** Parses "1d 2h 30m" into milliseconds. */
const parseMs = (text: string) =>
  [...text.matchAll(/(\d+)([dhm])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  )

const formatWeekday = (at: number, kind: string) =>
  new Intl.DateTimeFormat(
    kind === 'day' ? 'en' : 'zh-CN',
    kind === 'day' ? { weekday: 'long' } : { weekday: 'short' },
  ).format(at)
