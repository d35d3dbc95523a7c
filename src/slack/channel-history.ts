import { SlackError } from '../errors.ts'
import { createSemaphore } from '../semaphore.ts'
import type { Range } from '../text/date-range.ts'
import { type BotIdentity, type Message, parseMessage, type RawMessage } from './message.ts'
import type { ReadSlack } from './paced-reader.ts'
import { parseReadError } from './thread-history.ts'

/** What of a channel is read: all of a stretch of time, or its newest messages. */
export type Stretch = { range: Range } | { last: number }

/** What was said in a channel, replies in threads among it. */
export interface ChannelRead {
  /** By time, oldest first. */
  messages: Message[]
  /** Threads with replies that were read. */
  threads: number
  /** Threads that could not be read, and why. */
  lost: { count: number; code: string } | undefined
  /** Slack hides what is older: the workspace's plan keeps only so much. */
  isHidden: boolean
  /** Threads that began before this moment were not looked for, though something may have been said in them. */
  lookedBackTo: number | undefined
  /** More was said than is read at once; what is older is left out. */
  isCut: boolean
}

/** Slack advises at most this many messages a page. Source: docs.slack.dev, conversations.history. */
const pageSize = 200
/** So much of a channel is read at once; more takes an hour under Slack's limits. */
export const mostMessages = 20_000
/** Threads that began earlier are looked for among so many messages before the range, */
const pagesBefore = 5
/** and so far back. */
const beforeMs = 30 * 86_400_000
/** Threads that are read side by side. */
const threadsAtOnce = 4

/**
 * Reads what was said in a channel, with the replies in its threads, those of threads that began before the range among them.
 * `onProgress` is told how many messages are read, of how many as far as is known. Throws a `ShownError` when the channel
 * cannot be read; a thread that cannot is counted.
 */
export async function fetchChannelHistory(
  read: ReadSlack,
  self: BotIdentity,
  channel: string,
  stretch: Stretch,
  onProgress: (read: number, total: number) => void,
  signal: AbortSignal,
): Promise<ChannelRead> {
  const found = new Map<string, Message>()
  const add = (raws: RawMessage[], range: Range) => {
    for (const raw of raws) {
      const message = parseMessage(raw, self)
      if (message !== undefined && isWithin(message.ts, range)) found.set(message.ts, message)
    }
  }
  const isTime = 'range' in stretch
  const asked = isTime ? stretch.range : { from: 0, to: Date.now() }
  let announced = 0
  const tell = () => onProgress(found.size, Math.max(announced, found.size))

  const most = isTime ? mostMessages : Math.min(stretch.last, mostMessages)
  const roots: RawMessage[] = []
  const pages = await readHistory(read, channel, asked, signal, page => {
    roots.push(...page)
    add(page, asked)
    announced += page.reduce((sum, raw) => sum + 1 + repliesOf(raw), 0)
    tell()
    return isTime ? announced < most : roots.length < most
  })
  const oldest = roots.reduce((least, { ts }) => Math.min(least, Number(ts) * 1000), asked.to)
  const range = pages.isStopped ? { from: oldest, to: asked.to } : asked

  const before = { from: range.from - beforeMs, to: range.from }
  const earlier: RawMessage[] = []
  let pagesLeft = range.from <= 0 ? 0 : pagesBefore
  const isAllSeen =
    pagesLeft === 0 ||
    !(
      await readHistory(read, channel, before, signal, page => {
        earlier.push(...page)
        pagesLeft -= 1
        return pagesLeft > 0
      })
    ).isStopped
  const threads = listThreads([...roots, ...earlier.filter(raw => Number(raw.latest_reply) * 1000 >= range.from)])

  const slots = createSemaphore(threadsAtOnce)
  let lost: ChannelRead['lost']
  await Promise.all(
    threads.map(async threadTs => {
      const leave = await slots.enter()
      try {
        signal.throwIfAborted()
        await readReplies(read, channel, threadTs, range, signal, page => {
          add(page, range)
          tell()
        })
      } catch (error) {
        if (!(error instanceof SlackError)) throw error
        lost = { count: (lost?.count ?? 0) + 1, code: error.code }
      } finally {
        leave()
      }
    }),
  )
  const messages = [...found.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1))
  const kept = isTime ? messages : messages.slice(-most)
  const isHidden = pages.isHidden
  const withReplies = new Set(kept.flatMap(({ inThread }) => inThread ?? [])).size
  const lookedBackTo = isAllSeen ? undefined : Math.min(...earlier.map(({ ts }) => Number(ts) * 1000))
  return { messages: kept, threads: withReplies, lost, isHidden, lookedBackTo, isCut: isTime && pages.isStopped }
}

/** Pages of a channel's own messages, the newest first, until `onPage` wants no more. */
async function readHistory(
  read: ReadSlack,
  channel: string,
  range: Range,
  signal: AbortSignal,
  onPage: (page: RawMessage[]) => boolean,
): Promise<{ isStopped: boolean; isHidden: boolean }> {
  const args = { channel, limit: pageSize, ...buildBounds(range), include_all_metadata: true }
  let isHidden = false
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const paged = cursor === '' ? args : { ...args, cursor }
    const answer = await read('conversations.history', paged, signal).catch(error => {
      throw error instanceof SlackError ? parseReadError(error) : error
    })
    isHidden ||= answer.is_limited === true
    const next = parseCursor(answer)
    if (!onPage(parseRaws(answer)) && next !== undefined) return { isStopped: true, isHidden }
    cursor = next === cursor ? undefined : next
  }
  return { isStopped: false, isHidden }
}

/** Pages of a thread. */
async function readReplies(
  read: ReadSlack,
  channel: string,
  threadTs: string,
  range: Range,
  signal: AbortSignal,
  onPage: (page: RawMessage[]) => void,
): Promise<void> {
  const args = { channel, ts: threadTs, limit: pageSize, ...buildBounds(range), include_all_metadata: true }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const answer = await read('conversations.replies', cursor === '' ? args : { ...args, cursor }, signal)
    onPage(parseRaws(answer))
    const next = parseCursor(answer)
    cursor = next === cursor ? undefined : next
  }
}

/** The threads among messages of a channel, by the ts of their first messages, oldest first. */
function listThreads(raws: RawMessage[]): string[] {
  const threads = raws.flatMap(raw => {
    const isReply = typeof raw.thread_ts === 'string' && raw.thread_ts !== raw.ts
    if (isReply) return [String(raw.thread_ts)]
    // A thread's first message bears its own ts as that of the thread.
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

const parseRaws = (answer: Record<string, unknown>) => (answer.messages ?? []) as RawMessage[]

function parseCursor(answer: Record<string, unknown>): string | undefined {
  const { has_more, response_metadata } = answer as {
    has_more?: boolean
    response_metadata?: { next_cursor?: string }
  }
  return has_more === false ? undefined : response_metadata?.next_cursor || undefined
}
