import { setTimeout as delay } from 'node:timers/promises'
import { formatError, SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SlackAnswer } from '../slack/client.ts'
import type { BotIdentity, Message, RawMessage } from '../slack/message.ts'
import { messagesOf, type SlackReader } from '../slack/reader.ts'
import type { Store } from '../store/store.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { EventBody } from './parse-event.ts'
import { type Turn, turnIdOf } from './turn.ts'

interface BackfillDeps {
  reader: SlackReader
  self: BotIdentity
  store: Pick<Store, 'facts' | 'turns' | 'shared'>
  threads: Pick<ThreadCache, 'forget' | 'load'>
  /** Receives a message as if Slack had just delivered it. */
  take: (body: EventBody) => Promise<void>
  log: Log
}

/** Bounds of one backfill: how far back, how many calls, how long. */
const lookBackMs = 24 * 3_600_000
const maxCalls = 100
const maxMs = 300_000
const pageSize = 200

/** How often it is saved that everything was heard so far. */
const noteEveryMs = 5_000
/** Other replicas that are connected have saved it within this time. */
const othersMs = 3 * noteEveryMs
/** A connection may be dead for this long before anybody notices. */
const marginMs = 60_000
/** Follow-ups wait this long for what was missed before them. */
const readyMs = 10_000

/** Threads with recent turns that are read even if their beginning is old. */
const maxThreads = 40

/** Finds the messages that were missed while the bot was disconnected in Slack's history, and hands them on. */
export function createBackfill(deps: BackfillDeps) {
  const { store, log } = deps
  const closing = new AbortController()
  const connection = { isOpen: false, isFirst: true }
  let heardAt: number | undefined
  let search = openSearch()
  // The process may have died a moment ago.
  const atStart = delay(readyMs, undefined, { ref: false })

  const noteHeard = async () => {
    if (!connection.isOpen || !search.isOver) return
    heardAt = Date.now()
    await store.facts.write('heard_at', String(heardAt))
  }
  const timer = setInterval(() => void noteHeard(), noteEveryMs).unref()

  const run = async (own: typeof search): Promise<void> => {
    try {
      const noted = Number((await store.facts.read('heard_at')) ?? Number.NaN)
      const since = store.shared === undefined ? (heardAt ?? noted) : noted
      // Slack delivers to another replica what this one misses.
      const isHeardByOthers = store.shared !== undefined && Date.now() - since < othersMs
      const from =
        Number.isNaN(since) || isHeardByOthers ? undefined : Math.max(since - marginMs, Date.now() - lookBackMs)
      own.since.resolve(from)
      if (from !== undefined) await findMissed(deps, own, { since: from, signal: closing.signal })
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ reason: formatError(error) }, 'backfill failed')
    }
    own.end()
    await noteHeard()
  }

  return {
    /** The bot is connected: looks for what was missed. */
    connected(): void {
      connection.isOpen = true
      if (!connection.isFirst) {
        // Cached threads may lack what was missed.
        deps.threads.forget()
        search = openSearch()
      }
      connection.isFirst = false
      void run(search)
    },
    disconnected(): void {
      connection.isOpen = false
    },
    /**
     * Resolves when what was missed in a follow-up's thread has been found, or that takes too long to wait for. Its thread is read at
     * once: the search of all channels may take minutes under Slack's limits.
     */
    async ready(turn: Pick<Turn, 'channel' | 'threadTs'> & { ts: string }): Promise<void> {
      if (turn.threadTs === turn.ts) return
      const patience = connection.isOpen ? delay(readyMs, undefined, { ref: false }) : atStart
      if (search.isFound(turn.channel)) return
      const inThread = search.since.promise.then(async since => {
        if (since !== undefined) await findMissedBefore(deps, turn, { since, signal: closing.signal })
      })
      await Promise.race([search.until(turn.channel), inThread, patience])
    },
    stop(): void {
      clearInterval(timer)
      connection.isOpen = false
      closing.abort()
    },
  }
}

/** Keeps track of a search, channel by channel. */
function openSearch() {
  const done = new Set<string>()
  const over = Promise.withResolvers<void>()
  /** The moment since which messages are looked for; undefined if none can be missing. */
  const since = Promise.withResolvers<number | undefined>()
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  let isOver = false
  return {
    since,
    get isOver() {
      return isOver
    },
    isFound: (channel: string) => isOver || done.has(channel),
    /** Resolves when the channel has been searched, or the search is over. */
    until(channel: string): Promise<void> {
      if (isOver || done.has(channel)) return Promise.resolve()
      const one = waiting.get(channel) ?? Promise.withResolvers<void>()
      waiting.set(channel, one)
      return Promise.race([one.promise, over.promise])
    },
    found(channel: string): void {
      done.add(channel)
      waiting.get(channel)?.resolve()
    },
    end(): void {
      isOver = true
      since.resolve(undefined)
      over.resolve()
    },
  }
}

/**
 * Finds the messages of a follow-up's thread that were missed before it. The thread is read through the cache, which the answer needs
 * anyway. Never resolves if Slack cannot be read.
 */
async function findMissedBefore(
  { reader, self, store, threads, take }: BackfillDeps,
  { channel, threadTs, ts }: { channel: string; threadTs: string; ts: string },
  { since, signal }: { since: number; signal: AbortSignal },
): Promise<void> {
  const oldest = formatTs(since)
  const isBefore = (message: { ts?: unknown }) => String(message.ts) > oldest && String(message.ts) < ts
  const isMissed = async (one: Message) =>
    one.author.kind === 'person' && (await store.turns.load(turnIdOf(self.teamId, channel, one.ts))) === undefined
  try {
    const before = (await threads.load({ channel, threadTs })).filter(isBefore)
    if (!(await Promise.all(before.map(isMissed))).includes(true)) return
    const args = { channel, ts: threadTs, oldest, latest: ts, limit: pageSize }
    const page = await reader.fetch('conversations.replies', args, { for: 'question', patienceMs: readyMs, signal })
    for (const message of messagesOf(page).filter(isBefore)) await take(buildEventBody(self, channel, message))
  } catch {
    // The search of its channel, or the patience, ends the wait.
    await new Promise(() => {})
  }
}

/** Searches the channels that the bot is in, those with recent turns first. */
async function findMissed(
  deps: BackfillDeps,
  search: ReturnType<typeof openSearch>,
  { since, signal }: { since: number; signal: AbortSignal },
): Promise<void> {
  const history = createBoundedReader(deps.reader, signal)
  const threads = await deps.store.turns.threadsSince(0, maxThreads)
  const joined = await fetchJoinedChannels(history)
  const channels = [...new Set([...threads.map(({ channel }) => channel), ...joined])]
  let found = 0
  for (const channel of channels) {
    if (history.isSpent()) {
      deps.log.warn({ channels: channels.length }, 'backfill stopped early: its bound on calls or time is reached')
      return
    }
    const known = threads.filter(thread => thread.channel === channel).map(({ threadTs }) => threadTs)
    const messages = await fetchMissed(history, { channel, known, since })
    for (const message of messages) await deps.take(buildEventBody(deps.self, channel, message))
    found += messages.length
    search.found(channel)
  }
  deps.log.info({ messages: found, channels: channels.length }, 'backfill finished')
}

type BoundedReader = ReturnType<typeof createBoundedReader>

/** Fetches a channel's messages since a moment, and the replies in threads that have any since then, oldest first. */
async function fetchMissed(
  history: BoundedReader,
  { channel, known, since }: { channel: string; known: string[]; since: number },
): Promise<RawMessage[]> {
  const oldest = formatTs(since)
  // Threads that began earlier still show in it when the channel is quiet.
  const args = { channel, oldest: formatTs(since - lookBackMs), limit: pageSize }
  const recent = await history.messages('conversations.history', args, ({ ts }) => String(ts) <= oldest)
  const roots = new Set(recent.map(({ ts }) => String(ts)))
  const active = recent.filter(({ latest_reply }) => typeof latest_reply === 'string' && latest_reply > oldest)
  const threads = new Set([...active.map(({ ts }) => String(ts)), ...known.filter(ts => !roots.has(ts))])
  const found = new Map<string, RawMessage>()
  const add = (message: RawMessage) => {
    if (String(message.ts) > oldest) found.set(String(message.ts), message)
  }
  recent.forEach(add)
  for (const ts of threads) {
    const replies = await history.messages('conversations.replies', { channel, ts, oldest, limit: pageSize })
    replies.filter(reply => reply.ts !== ts).forEach(add)
  }
  return [...found.values()].sort((a, b) => (String(a.ts) < String(b.ts) ? -1 : 1))
}

/** Builds the event that Slack would have delivered. An edit made before the bot saw the message is none to it. */
function buildEventBody(
  self: BotIdentity,
  channel: string,
  { edited: _, ...message }: RawMessage & { edited?: unknown },
) {
  return { team_id: self.teamId, event: { ...message, type: 'message', channel } }
}

async function fetchJoinedChannels(history: BoundedReader): Promise<string[]> {
  const args = { types: 'public_channel,private_channel,mpim,im', exclude_archived: true, limit: 200 }
  const own = await history.channels('users.conversations', args)
  // Not every Slack that the bot may be pointed at has that method.
  return own.length > 0 ? own : history.channels('conversations.list', args)
}

/** Reads pages within the bounds of one backfill. A channel that cannot be read has no messages. */
function createBoundedReader(reader: SlackReader, signal: AbortSignal) {
  const deadline = Date.now() + maxMs
  let calls = 0
  const isSpent = () => calls >= maxCalls || Date.now() > deadline

  async function* readPages(method: string, args: Record<string, unknown>): AsyncIterable<SlackAnswer> {
    if (isSpent()) return
    try {
      for await (const page of reader.pages(method, args, { for: 'backfill', signal })) {
        calls += 1
        yield page
        if (isSpent()) return
      }
    } catch (error) {
      calls += 1
      if (!(error instanceof SlackError)) throw error
    }
  }

  return {
    isSpent,
    /** Reads until one of the messages is enough. */
    async messages(method: string, args: Record<string, unknown>, isEnough = (_: RawMessage) => false) {
      const messages: RawMessage[] = []
      for await (const page of readPages(method, args)) {
        messages.push(...messagesOf(page))
        if (messagesOf(page).some(isEnough)) break
      }
      return messages
    },
    /** Reads the ids of the channels that the bot is in. */
    async channels(method: string, args: Record<string, unknown>) {
      const ids: string[] = []
      for await (const page of readPages(method, args))
        for (const { id, is_member } of (page.channels ?? []) as { id: string; is_member?: boolean }[])
          if (is_member !== false) ids.push(id)
      return ids
    },
  }
}

/** Formats a moment as Slack writes it: seconds with six decimals. */
function formatTs(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(6)
}
