import { ShownError } from '../../errors.ts'
import type { Turn } from '../../queue/turn.ts'
import { type ChannelRead, fetchChannelHistory, mostMessages } from '../../slack/channel-history.ts'
import { type Channel, fetchChannel, findChannel, mayRead } from '../../slack/channels.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { BotIdentity, Message } from '../../slack/message.ts'
import type { ReadSlack } from '../../slack/paced-reader.ts'
import { fetchThread } from '../../slack/thread-history.ts'
import type { Person } from '../../slack/users.ts'
import type { Range, Span } from '../../text/date-range.ts'
import type { RequestedPlace } from './request.ts'

/** What reading for a summary needs of the rest. */
export interface SourceDeps {
  self: BotIdentity
  call: CallSlack
  reader: ReadSlack
}

/** Where it was said: a channel, or one thread of it. */
export interface Source {
  channel: string
  threadTs: string | undefined
  /** Blank where it does not matter or has none. */
  name: string
}

/** What was asked for of it, and when. */
export interface Asked {
  span: Span | undefined
  /** When it was asked. */
  now: number
  /** Until when the person had been told of the place. */
  told: number | undefined
}

/** What was read, and what was not. */
export interface SourceRead extends Omit<ChannelRead, 'messages'> {
  messages: Message[]
  /** The time that was read; undefined when it had no beginning. */
  range: Range | undefined
  /** Everything that was said since the person had been told of the place is in it. */
  isAllNew: boolean
}

/** Without a time, of a channel this much is summed up; of a thread everything. */
const usualMs = 24 * 3_600_000

/**
 * The place that is wished for. Throws a `ShownError` when it is not named, when not both the bot and the person may read
 * it, or when the summary would be seen by people who may not.
 */
export async function findSource(
  { call, self, reader }: SourceDeps,
  turn: Turn,
  person: Person,
  place: RequestedPlace,
  signal: AbortSignal,
): Promise<Source> {
  const isInThread = turn.question.ts !== turn.threadTs
  if (place.of === 'here' && isInThread) return { channel: turn.channel, threadTs: turn.threadTs, name: '' }
  if (place.of === 'here' || place.of === 'this channel') {
    if (turn.place === 'dm') throw new ShownError('summary_where', i18n => i18n.summary.where)
    return { channel: turn.channel, threadTs: undefined, name: '' }
  }
  const found = await findReadable(call, person, place)
  if (await isOverheard(call, turn, found)) throw new ShownError('summary_private', i18n => i18n.summary.private)
  if (place.of === 'channel') return { channel: found.id, threadTs: undefined, name: found.name }
  return { channel: found.id, threadTs: await findRoot(self, reader, found.id, place.ts, signal), name: found.name }
}

/** The place, if both the bot and the person may read it. Throws a `ShownError` otherwise. */
export async function findReadable(
  call: CallSlack,
  person: Pick<Person, 'id' | 'isGuest'>,
  place: Extract<RequestedPlace, { of: 'channel' | 'thread' }>,
): Promise<Channel> {
  const asked = place.of === 'thread' ? place.channel : (place.id ?? place.name ?? '')
  const isName = place.of === 'channel' && place.id === undefined
  const found = isName ? await findChannel(call, asked) : await fetchChannel(call, asked)
  if (found === undefined || !(await mayRead(call, found, person)))
    throw new ShownError('summary_no_channel', i18n => i18n.summary.noChannel(found?.name || asked))
  return found
}

/** What is said in a private place, or among colleagues, is not told where others read. */
async function isOverheard(call: CallSlack, turn: Turn, { id, isPrivate }: Channel): Promise<boolean> {
  if (turn.place === 'dm' || turn.channel === id) return false
  return isPrivate || (await fetchChannel(call, turn.channel))?.isShared === true
}

/** A link may name a reply; its thread begins elsewhere. */
async function findRoot(
  self: BotIdentity,
  reader: ReadSlack,
  channel: string,
  ts: string,
  signal: AbortSignal,
): Promise<string> {
  const messages = await fetchWholeThread(self, reader, channel, ts, signal)
  return messages.find(message => message.ts === ts)?.inThread ?? ts
}

/** Reads what was said there, in the time that is wished for. */
export async function fetchSource(
  { self, reader }: SourceDeps,
  source: Source,
  asked: Asked,
  onProgress: (read: number, total: number) => void,
  signal: AbortSignal,
): Promise<SourceRead> {
  const range = rangeOf(source, asked)
  const count = asked.span?.kind === 'last' ? asked.span.count : undefined
  const read =
    source.threadTs === undefined
      ? await fetchChannelHistory(
          reader,
          self,
          source.channel,
          count === undefined ? { range } : { last: count },
          onProgress,
          signal,
        )
      : await fetchWithin(self, reader, { channel: source.channel, threadTs: source.threadTs }, range, count, signal)
  const from = count === undefined ? range.from : Number(read.messages[0]?.ts ?? 0) * 1000
  const due = asked.told ?? (source.threadTs === undefined && count === undefined ? asked.now - usualMs : 0)
  const isAllNew = range.to >= asked.now && from <= due + onePlaceMs && read.lost === undefined && !read.isCut
  return { ...read, range: range.from > 0 ? range : undefined, isAllNew }
}

async function fetchWithin(
  self: BotIdentity,
  reader: ReadSlack,
  { channel, threadTs }: { channel: string; threadTs: string },
  range: Range,
  count: number | undefined,
  signal: AbortSignal,
): Promise<ChannelRead> {
  const all = await fetchWholeThread(self, reader, channel, threadTs, signal)
  const within = all.filter(({ ts }) => Number(ts) * 1000 >= range.from && Number(ts) * 1000 <= range.to)
  const most = Math.min(count ?? mostMessages, mostMessages)
  const messages = within.slice(-most)
  const isCut = count === undefined && within.length > most
  const threads = messages.length > 0 ? 1 : 0
  return { messages, threads, lost: undefined, isHidden: false, lookedBackTo: undefined, isCut }
}

/** The first moment after another: Slack’s times have six places behind the second. */
const onePlaceMs = 0.001

function rangeOf(source: Source, { span, now, told }: Asked): Range {
  if (span?.kind === 'time') return span.range
  const isWhole = span?.kind === 'last' || (span === undefined && source.threadTs !== undefined)
  if (isWhole) return { from: 0, to: now }
  // A message at that very moment has been told of.
  if (span?.kind === 'new' && told !== undefined) return { from: told + onePlaceMs, to: now }
  return { from: span?.kind === 'new' && source.threadTs !== undefined ? 0 : now - usualMs, to: now }
}

async function fetchWholeThread(
  self: BotIdentity,
  reader: ReadSlack,
  channel: string,
  threadTs: string,
  signal: AbortSignal,
): Promise<Message[]> {
  return fetchThread((method, args) => reader(method, args, signal), self, { channel, threadTs })
}
