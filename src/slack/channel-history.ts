import { SlackError } from '../errors.ts'
import { createSemaphore } from '../semaphore.ts'
import type { Range } from '../text/date-range.ts'
import { type BotIdentity, type Message, parseMessage, type RawMessage } from './message.ts'
import { messagesOf, nextCursor, type SlackReader } from './reader.ts'
import { parseReadError } from './thread-history.ts'

/** The messages of a channel, with the replies in its threads. */
export interface ChannelRead {
  /** Oldest first. */
  messages: Message[]
  /** Threads with replies that were read. */
  threads: number
  /** Threads that could not be read, and why. */
  lost: { count: number; code: string } | undefined
  /** Slack hides older messages: the workspace's plan keeps only so much. */
  isHidden: boolean
  /** Threads that began before this moment were not searched for, though they may have newer replies. */
  lookedBackTo: number | undefined
  /** There are more messages than are read at once; the oldest are left out. */
  isCut: boolean
}

interface Request {
  channel: string
  /** Everything in a stretch of time, or the newest messages. */
  stretch: { range: Range } | { last: number }
  /** Messages of a stretch of time that are read at most. */
  most?: number
  /** Called with the number of messages read so far, and of all as far as it is known. */
  onProgress: (read: number, total: number) => void
  signal: AbortSignal
}

/** Slack advises at most this many messages a page. Source: docs.slack.dev, conversations.history. */
const pageSize = 200
/** Messages of a channel that are read at once; more take an hour under Slack's limits. */
export const maxMessages = 20_000
/** Threads that began before the range are looked for in this many pages, */
const pagesBefore = 5
/** and this far back. */
const beforeMs = 30 * 86_400_000
/** Threads that are read at once. */
const concurrency = 4

/**
 * Fetches what was said in a channel, with the replies in its threads, also in threads that began before the range. Throws a
 * `ShownError` if the channel cannot be read; a thread that cannot is counted.
 */
export async function fetchChannelHistory(
  reader: SlackReader,
  self: BotIdentity,
  request: Request,
): Promise<ChannelRead> {
  const { stretch, onProgress } = request
  const found = new Map<string, Message>()
  const add = (raws: RawMessage[], range: Range) => {
    for (const raw of raws) {
      const message = parseMessage(raw, self)
      if (message !== undefined && isWithin(message.ts, range)) found.set(message.ts, message)
    }
  }
  const isTime = 'range' in stretch
  const asked = isTime ? stretch.range : { from: 0, to: Date.now() }
  const most = isTime ? (request.most ?? maxMessages) : Math.min(stretch.last, maxMessages)
  let announced = 0
  const tell = () => onProgress(found.size, Math.max(announced, found.size))

  const roots: RawMessage[] = []
  const { isStopped, isHidden } = await readHistory(reader, request, asked, page => {
    roots.push(...page)
    add(page, asked)
    announced += page.reduce((sum, raw) => sum + 1 + repliesOf(raw), 0)
    tell()
    return isTime ? announced < most : roots.length < most
  })
  const oldest = roots.reduce((least, { ts }) => Math.min(least, Number(ts) * 1000), asked.to)
  const range = isStopped ? { from: oldest, to: asked.to } : asked
  const earlier = await fetchEarlier(reader, request, range)
  const active = earlier.messages.filter(raw => Number(raw.latest_reply) * 1000 >= range.from)
  const lost = await readThreads(reader, request, {
    threads: listThreads([...roots, ...active]),
    range,
    onPage(page) {
      add(page, range)
      tell()
    },
  })

  const all = [...found.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1))
  const messages = isTime ? all : all.slice(-most)
  const threads = new Set(messages.flatMap(({ inThread }) => inThread ?? [])).size
  return { messages, threads, lost, isHidden, lookedBackTo: earlier.lookedBackTo, isCut: isTime && isStopped }
}

/** Fetches the newest messages that people and apps wrote to the channel itself in a range, at most `most`, newest first. */
export async function fetchRoots(
  reader: SlackReader,
  channel: string,
  { from, most, isWanted }: { from: number; most: number; isWanted: (raw: RawMessage) => boolean },
): Promise<RawMessage[]> {
  const args = { channel, oldest: (from / 1000).toFixed(6), limit: pageSize }
  const roots: RawMessage[] = []
  for await (const page of reader.pages('conversations.history', args, { for: 'report' })) {
    roots.push(...messagesOf(page).filter(isWanted))
    if (roots.length >= most) break
  }
  return roots.slice(0, most)
}

/** Fetches messages before the range, in which threads may have begun that went on in it. */
async function fetchEarlier(
  reader: SlackReader,
  request: Request,
  { from }: Range,
): Promise<{ messages: RawMessage[]; lookedBackTo: number | undefined }> {
  const messages: RawMessage[] = []
  if (from <= 0) return { messages, lookedBackTo: undefined }
  let pagesLeft = pagesBefore
  const { isStopped } = await readHistory(reader, request, { from: from - beforeMs, to: from }, page => {
    messages.push(...page)
    pagesLeft -= 1
    return pagesLeft > 0
  })
  return { messages, lookedBackTo: isStopped ? Math.min(...messages.map(({ ts }) => Number(ts) * 1000)) : undefined }
}

/** Reads pages of a channel's own messages, the newest first, until `onPage` wants no more. */
async function readHistory(
  reader: SlackReader,
  { channel, signal }: Request,
  range: Range,
  onPage: (page: RawMessage[]) => boolean,
): Promise<{ isStopped: boolean; isHidden: boolean }> {
  const args = { channel, limit: pageSize, ...buildBounds(range), include_all_metadata: true }
  let isHidden = false
  try {
    for await (const page of reader.pages('conversations.history', args, { for: 'report', signal })) {
      isHidden ||= page.is_limited === true
      if (!onPage(messagesOf(page)) && nextCursor(page) !== '') return { isStopped: true, isHidden }
    }
  } catch (error) {
    throw error instanceof SlackError ? parseReadError(error) : error
  }
  return { isStopped: false, isHidden }
}

/** Reads the replies of threads. Returns the threads that could not be read. */
async function readThreads(
  reader: SlackReader,
  { channel, signal }: Request,
  { threads, range, onPage }: { threads: string[]; range: Range; onPage: (page: RawMessage[]) => void },
): Promise<ChannelRead['lost']> {
  const semaphore = createSemaphore(concurrency)
  let lost: ChannelRead['lost']
  const readOne = async (ts: string) => {
    const args = { channel, ts, limit: pageSize, ...buildBounds(range), include_all_metadata: true }
    try {
      signal.throwIfAborted()
      for await (const page of reader.pages('conversations.replies', args, { for: 'report', signal }))
        onPage(messagesOf(page))
    } catch (error) {
      if (!(error instanceof SlackError)) throw error
      lost = { count: (lost?.count ?? 0) + 1, code: error.code }
    }
  }
  await Promise.all(threads.map(ts => semaphore.run(() => readOne(ts))))
  return lost
}

/** Lists the threads among messages of a channel by the ts of their first messages, oldest first. */
function listThreads(raws: RawMessage[]): string[] {
  const threads = raws.flatMap(raw => {
    const isReply = typeof raw.thread_ts === 'string' && raw.thread_ts !== raw.ts
    if (isReply) return [String(raw.thread_ts)]
    // A thread's first message carries its own ts as that of the thread.
    return repliesOf(raw) > 0 || raw.thread_ts === raw.ts ? [String(raw.ts)] : []
  })
  return [...new Set(threads)].sort()
}

const repliesOf = (raw: RawMessage) => (typeof raw.reply_count === 'number' ? raw.reply_count : 0)

const isWithin = (ts: string, { from, to }: Range) => Number(ts) * 1000 >= from && Number(ts) * 1000 <= to

const buildBounds = ({ from, to }: Range) => ({
  ...(from > 0 && { oldest: (from / 1000).toFixed(6) }),
  latest: (to / 1000).toFixed(6),
  inclusive: true,
})
