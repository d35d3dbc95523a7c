import type { Message, Self } from '../conversation/message.ts'
import type { ReadSlack } from '../conversation/paced.ts'
import { findChannel, mayRead, type Place, readPlace } from '../conversation/places.ts'
import { readThread } from '../conversation/read.ts'
import { type ChannelRead, mostMessages, readChannel } from '../conversation/read-range.ts'
import { ShownError } from '../errors.ts'
import type { Span } from '../range.ts'
import type { CallSlack } from '../slack.ts'
import type { SummaryWish } from '../summaries/wish.ts'
import type { Turn } from './turn.ts'

/** What reading for a summary needs of the rest. */
export interface SourceParts {
  self: Self
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

/** What was read, and what was not. */
export interface SourceRead extends Omit<ChannelRead, 'messages'> {
  messages: Message[]
  /** It was asked up to now, so that next time it may go on from here. */
  isUpToNow: boolean
}

/** Without a time, of a channel this much is summed up; of a thread everything. */
const usualMs = 24 * 3_600_000

/**
 * The place that is wished for. Throws a `ShownError` when it is not named, when not both the bot and the person may read
 * it, or when the summary would be seen by people who may not.
 */
export async function findSource({ call }: SourceParts, turn: Turn, { place }: SummaryWish): Promise<Source> {
  const isInThread = turn.question.ts !== turn.threadTs
  if (place.of === 'here' && isInThread) return { channel: turn.channel, threadTs: turn.threadTs, name: '' }
  if (place.of === 'here' || place.of === 'this channel') {
    if (turn.place === 'dm') throw new ShownError('summary_where', words => words.summary.where)
    return { channel: turn.channel, threadTs: undefined, name: '' }
  }
  const asked = place.of === 'thread' ? place.channel : (place.id ?? place.name ?? '')
  const found =
    place.of === 'channel' && place.id === undefined ? await findChannel(call, asked) : await readPlace(call, asked)
  if (found === undefined || !(await mayRead(call, found, turn.user)))
    throw new ShownError('summary_no_channel', words => words.summary.noChannel(found?.name || asked))
  if (isOverheard(turn, found)) throw new ShownError('summary_private', words => words.summary.private)
  return { channel: found.id, threadTs: place.of === 'thread' ? place.ts : undefined, name: found.name }
}

/** What is said in a private place is not told where others read. */
function isOverheard(turn: Turn, { id, isPrivate }: Place): boolean {
  return isPrivate && turn.place === 'channel' && turn.channel !== id
}

/** Reads what was said there, in the time that is wished for. `told` is until when the person has been told of the place. */
export async function readSource(
  { self, reader }: SourceParts,
  source: Source,
  span: Span | undefined,
  now: number,
  told: number | undefined,
  onProgress: (read: number, total: number) => void,
  signal: AbortSignal,
): Promise<SourceRead> {
  const range = toAskedRange(source, span, now, told)
  const count = span?.kind === 'last' ? span.count : undefined
  const isUpToNow = range.to >= now
  if (source.threadTs !== undefined) {
    const all = await readOneThread(self, reader, source.channel, source.threadTs, signal)
    const within = all.filter(({ ts }) => Number(ts) * 1000 >= range.from && Number(ts) * 1000 <= range.to)
    const newest = count === undefined ? within : within.slice(-count)
    const whole = { lost: undefined, isHidden: false, lookedBackTo: undefined }
    const isCut = newest.length > mostMessages
    return { messages: newest.slice(-mostMessages), threads: newest.length > 0 ? 1 : 0, ...whole, isCut, isUpToNow }
  }
  const stretch = count === undefined ? { range } : { last: count }
  return { ...(await readChannel(reader, self, source.channel, stretch, onProgress, signal)), isUpToNow }
}

function toAskedRange(source: Source, span: Span | undefined, now: number, told: number | undefined) {
  if (span?.kind === 'time') return span.range
  const isWhole = span?.kind === 'last' || (span === undefined && source.threadTs !== undefined)
  if (isWhole) return { from: 0, to: now }
  // A message at that very moment has been told of.
  if (span?.kind === 'new' && told !== undefined) return { from: told + 0.001, to: now }
  return { from: span?.kind === 'new' && source.threadTs !== undefined ? 0 : now - usualMs, to: now }
}

/** A link may name a reply, whose thread has to be found first. */
async function readOneThread(
  self: Self,
  reader: ReadSlack,
  channel: string,
  ts: string,
  signal: AbortSignal,
): Promise<Message[]> {
  const call: CallSlack = (method, args) => reader(method, args, signal)
  const messages = await readThread(call, self, { channel, threadTs: ts })
  const root = messages.find(message => message.ts === ts)?.inThread
  return root === undefined ? messages : readThread(call, self, { channel, threadTs: root })
}
