import { ShownError } from '../../errors.ts'
import type { Turn } from '../../queue/turn.ts'
import { type ChannelRead, fetchChannelHistory, maxMessages } from '../../slack/channel-history.ts'
import { type Channel, fetchChannel } from '../../slack/channels.ts'
import type { Message } from '../../slack/message.ts'
import type { SlackReader } from '../../slack/reader.ts'
import { fetchThread, type ThreadId } from '../../slack/thread-history.ts'
import type { Range, Span } from '../../text/date-range.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import type { Services, TurnContext } from '../context.ts'
import type { AskedSummary } from './request.ts'

type RequestedPlace = AskedSummary['place']

type SourceContext = Pick<
  TurnContext<Pick<Services, 'self' | 'reader' | 'access' | 'rules'>>,
  'turn' | 'signal' | 'deps'
>

/** The channel or thread that is summarized. */
export interface Source {
  channel: string
  threadTs: string | undefined
  /** Blank where it does not matter or there is none. */
  name: string
}

/** The messages of a source, and what could not be read of it. */
export interface SourceRead extends ChannelRead {
  /** The time that was read; undefined if it had no beginning. */
  range: Range | undefined
  /** Everything said since the person's read marker is in it. */
  isAllNew: boolean
}

/** Which messages are asked for. */
interface Request {
  span: Span | undefined
  /** When it was asked, in milliseconds since 1970. */
  now: number
  /** Up to when the person has been told what is new here, in milliseconds since 1970. */
  readMarker: number | undefined
  /** Messages that are read at most. */
  most?: number
  onProgress: (read: number, total: number) => void
}

/** A channel is summarized this far back if no time is named; a thread in full. */
const usualMs = 24 * 3_600_000

/**
 * Finds the requested place. Throws a `ShownError` if none is named, if the bot or the person may not read it, or if people would
 * see the summary who may not.
 */
export async function findSource(
  ctx: SourceContext,
  place: Exclude<RequestedPlace, { of: 'everywhere' }>,
): Promise<Source> {
  const { turn, deps } = ctx
  const isInThread = turn.question.ts !== turn.threadTs
  if (place.of === 'recording') return { channel: turn.channel, threadTs: turn.threadTs, name: '' }
  if (place.of === 'here' && isInThread) return { channel: turn.channel, threadTs: turn.threadTs, name: '' }
  if (place.of === 'here' || place.of === 'this channel') {
    if (turn.place === 'dm') throw new ShownError('summary_where', i18n => i18n.summary.where)
    return { channel: turn.channel, threadTs: undefined, name: '' }
  }
  const found = await findReadable(deps.access, turn.user, place)
  await checkListeners(ctx, found)
  if (place.of === 'channel') return { channel: found.id, threadTs: undefined, name: found.name }
  return { channel: found.id, threadTs: await findRoot(ctx, found.id, place.ts), name: found.name }
}

/** Returns the place if both the bot and the person may read it. Throws a `ShownError` otherwise, the same for every reason. */
export async function findReadable(
  access: Services['access'],
  user: string,
  place: Extract<RequestedPlace, { of: 'channel' | 'thread' }>,
): Promise<Channel> {
  const { id, name = '' } = place.of === 'thread' ? { id: place.channel } : place
  const found = await access.find(user, id === undefined ? { name } : { id })
  if (found === undefined)
    throw new ShownError('summary_no_channel', i18n =>
      id === undefined ? i18n.summary.noChannel({ name: escapeMarkdown(name) }) : i18n.summary.noChannelById,
    )
  return found
}

/** Throws a `ShownError` if the source may not be summarized for the person where they asked. */
export async function checkRules({ turn, deps }: SourceContext, { channel }: Source): Promise<void> {
  for (const place of new Set([turn.channel, channel]))
    await deps.rules.check({ user: turn.user, channel: place, feature: 'summarize' })
}

/** Throws a `ShownError` if the person may no longer see the source, or others would see it who may not. */
export async function checkDelivery(ctx: SourceContext, source: Source): Promise<void> {
  const { channel } = source
  await checkRules(ctx, source)
  await checkListeners(ctx, await ctx.deps.access.check(ctx.turn.user, channel))
}

async function checkListeners({ turn, deps }: SourceContext, found: Channel): Promise<void> {
  if (await isOverheard(deps.reader, turn, found)) throw new ShownError('summary_private', i18n => i18n.summary.private)
}

/** Returns whether people who may not read the channel would see its summary in the turn's place. */
async function isOverheard(reader: SlackReader, turn: Turn, { id, isPrivate }: Channel): Promise<boolean> {
  if (turn.place === 'dm' || turn.channel === id) return false
  return isPrivate || (await fetchChannel(reader, turn.channel))?.isShared === true
}

/** Finds the first message of the thread that a link to one of its replies names. */
async function findRoot(ctx: SourceContext, channel: string, ts: string): Promise<string> {
  const messages = await fetchWholeThread(ctx, { channel, threadTs: ts })
  return messages.find(message => message.ts === ts)?.inThread ?? ts
}

/** Fetches the requested messages of a source. */
export async function fetchSource(ctx: SourceContext, source: Source, request: Request): Promise<SourceRead> {
  const { span, now, readMarker } = request
  const range = rangeOf(source, request)
  const count = span?.kind === 'last' ? span.count : undefined
  const read = await fetchMessages(ctx, source, { ...request, range, count })
  // Fewer messages than were asked for are all that there are.
  const isWhole = count !== undefined && read.messages.length < count
  const from = count === undefined ? range.from : isWhole ? 0 : Number(read.messages[0]?.ts ?? 0) * 1000
  const due = readMarker ?? (source.threadTs === undefined && count === undefined ? now - usualMs : 0)
  const isAllNew = range.to >= now && from <= due + tsResolutionMs && read.lost === undefined && !read.isCut
  return { ...read, range: range.from > 0 ? range : undefined, isAllNew }
}

async function fetchMessages(
  ctx: SourceContext,
  { channel, threadTs }: Source,
  {
    range,
    count,
    most = maxMessages,
    onProgress,
  }: { range: Range; count: number | undefined } & Pick<Request, 'most' | 'onProgress'>,
): Promise<ChannelRead> {
  const { deps, signal } = ctx
  if (threadTs !== undefined) return selectFromThread(await fetchWholeThread(ctx, { channel, threadTs }), range, count)
  const stretch = count === undefined ? { range } : { last: count }
  return fetchChannelHistory(deps.reader, deps.self, { channel, stretch, most, onProgress, signal })
}

function selectFromThread(all: Message[], range: Range, count: number | undefined): ChannelRead {
  const within = all.filter(({ ts }) => Number(ts) * 1000 >= range.from && Number(ts) * 1000 <= range.to)
  const most = Math.min(count ?? maxMessages, maxMessages)
  const messages = within.slice(-most)
  const isCut = count === undefined && within.length > most
  const threads = messages.length > 0 ? 1 : 0
  return { messages, threads, lost: undefined, isHidden: false, lookedBackTo: undefined, isCut }
}

/** Slack's timestamps have six decimals, in seconds; ours are in milliseconds. */
const tsResolutionMs = 0.001

function rangeOf(source: Source, { span, now, readMarker }: Request): Range {
  if (span?.kind === 'time') return span.range
  const isWhole = span?.kind === 'last' || (span === undefined && source.threadTs !== undefined)
  if (isWhole) return { from: 0, to: now }
  // The message at the read marker itself has been told.
  if (span?.kind === 'new' && readMarker !== undefined) return { from: readMarker + tsResolutionMs, to: now }
  return { from: span?.kind === 'new' && source.threadTs !== undefined ? 0 : now - usualMs, to: now }
}

function fetchWholeThread({ deps, signal }: SourceContext, thread: ThreadId): Promise<Message[]> {
  return fetchThread(deps.reader, deps.self, { ...thread, for: 'report', signal })
}
