import { setTimeout as delay } from 'node:timers/promises'
import { formatError, SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { CallSlack } from '../slack/client.ts'
import type { BotIdentity, RawMessage } from '../slack/message.ts'
import type { Store } from '../store/store.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { EventBody, Turn } from './turn.ts'

/** What was said while the bot did not hear: found in Slack's history and handed on as if it came now. */
export interface Backfill {
  /** The bot hears from now on. Looks for what was said since it last did. */
  connected(): void
  /** It hears no more. */
  disconnected(): void
  /** Resolves when what was missed in the turn's thread has been found, or that takes too long to wait for. */
  ready(turn: Pick<Turn, 'channel' | 'threadTs'> & { ts: string }): Promise<void>
  stop(): void
}

interface MissedDeps {
  call: CallSlack
  self: BotIdentity
  store: Pick<Store, 'facts' | 'turns' | 'shared'>
  threads: Pick<ThreadCache, 'forget'>
  /** Takes a message in as if Slack had just delivered it. */
  take: (body: EventBody) => Promise<void>
  log: Log
}

/** What the search may cost: no further back, no more calls, no longer. */
const lookBackMs = 24 * 3_600_000
const mostCalls = 100
const patienceMs = 300_000

/** Reading history is limited to 50 calls a minute; these many are made at once, the others at this distance. */
const quickCalls = 15
const callEveryMs = 1_400
const pageSize = 200

/** How often it is noted that everything was heard so far. */
const noteEveryMs = 5_000
/** Other replicas that hear have noted it within this time. */
const othersMs = 3 * noteEveryMs
/** A connection may be dead for this long before anybody notices. */
const marginMs = 60_000
/** Follow-ups wait so long for what was missed before them. */
const readyMs = 5_000

/** So many of the threads with remembered turns are looked into even when their beginning is old. */
const mostThreads = 40

/** Makes the search. Until `connected` is called for the first time, follow-ups wait a moment. */
export function createBackfill(deps: MissedDeps): Backfill {
  const { store, log } = deps
  const closing = new AbortController()
  let isHearing = false
  let isFirst = true
  let heardAt: number | undefined
  let search: Search = openSearch()
  // The process may have died a moment ago.
  const atStart = delay(readyMs, undefined, { ref: false })

  const noteHeard = async () => {
    if (!isHearing || !search.isOver) return
    heardAt = Date.now()
    await store.facts.write('heard_at', String(heardAt))
  }
  const timer = setInterval(() => void noteHeard(), noteEveryMs).unref()

  const run = async (own: Search): Promise<void> => {
    try {
      const noted = Number((await store.facts.read('heard_at')) ?? Number.NaN)
      const since = store.shared === undefined ? (heardAt ?? noted) : noted
      // What one replica does not hear, Slack tells another.
      const isHeardByOthers = store.shared !== undefined && Date.now() - since < othersMs
      if (!Number.isNaN(since) && !isHeardByOthers)
        await look(deps, Math.max(since - marginMs, Date.now() - lookBackMs), own, closing.signal)
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ reason: formatError(error) }, 'what was missed could not be looked for')
    }
    own.end()
    await noteHeard()
  }

  return {
    connected() {
      isHearing = true
      if (!isFirst) {
        // What is remembered of threads may lack what was said meanwhile.
        deps.threads.forget()
        search = openSearch()
      }
      isFirst = false
      void run(search)
    },
    disconnected() {
      isHearing = false
    },
    async ready(turn) {
      if (turn.threadTs === turn.ts) return
      await Promise.race([search.until(turn.channel), isHearing ? delay(readyMs, undefined, { ref: false }) : atStart])
    },
    stop() {
      clearInterval(timer)
      isHearing = false
      closing.abort()
    },
  }
}

/** One search, channel by channel. */
interface Search {
  readonly isOver: boolean
  /** Resolves when the channel has been looked at, or the search is over. */
  until(channel: string): Promise<void>
  found(channel: string): void
  end(): void
}

function openSearch(): Search {
  const done = new Set<string>()
  const over = Promise.withResolvers<void>()
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  let isOver = false
  return {
    get isOver() {
      return isOver
    },
    until(channel) {
      if (isOver || done.has(channel)) return Promise.resolve()
      const one = waiting.get(channel) ?? Promise.withResolvers<void>()
      waiting.set(channel, one)
      return Promise.race([one.promise, over.promise])
    },
    found(channel) {
      done.add(channel)
      waiting.get(channel)?.resolve()
    },
    end() {
      isOver = true
      over.resolve()
    },
  }
}

/** Looks through the channels that the bot is in, those with turns of late first. */
async function look(deps: MissedDeps, since: number, search: Search, signal: AbortSignal): Promise<void> {
  const read = createReader(deps.call, signal)
  const threads = await deps.store.turns.threadsSince(0, mostThreads)
  const known = [...new Set(threads.map(({ channel }) => channel))]
  const joined = await readChannels(read)
  const channels = [...new Set([...known, ...joined])]
  let found = 0
  for (const channel of channels) {
    if (read.isSpent()) {
      deps.log.warn(
        { channels: channels.length },
        'what was missed was not looked for everywhere: it would take too long',
      )
      return
    }
    const own = threads.filter(thread => thread.channel === channel).map(({ threadTs }) => threadTs)
    found += await lookIn(deps, read, channel, own, since)
    search.found(channel)
  }
  if (found > 0) deps.log.info({ messages: found }, 'looked at what was said while the bot did not hear')
}

/** One channel: its messages since then, and the replies in threads that have any since then. */
async function lookIn(
  deps: MissedDeps,
  read: Reader,
  channel: string,
  knownThreads: string[],
  since: number,
): Promise<number> {
  const oldest = formatTs(since)
  // Threads that began earlier still show in it when the channel is quiet.
  const args = { channel, oldest: formatTs(since - lookBackMs), limit: pageSize }
  const page = await read.messages('conversations.history', args, ({ ts }) => String(ts) <= oldest)
  const roots = new Map(page.map(message => [String(message.ts), message]))
  const active = page.filter(({ latest_reply }) => typeof latest_reply === 'string' && latest_reply > oldest)
  const unseen = knownThreads.filter(ts => !roots.has(ts))
  const messages = page.filter(({ ts }) => String(ts) > oldest)
  for (const ts of new Set([...active.map(({ ts }) => String(ts)), ...unseen])) {
    const replies = await read.messages('conversations.replies', { channel, ts, oldest, limit: pageSize })
    messages.push(...replies.filter(reply => String(reply.ts) > oldest && reply.ts !== ts))
  }
  const inOrder = [...new Map(messages.map(message => [String(message.ts), message])).values()].sort((a, b) =>
    String(a.ts) < String(b.ts) ? -1 : 1,
  )
  for (const message of inOrder) await deps.take(buildEventBody(deps.self, channel, message))
  return inOrder.length
}

/** What Slack would have delivered. An edit made before the bot heard of the message is none to it. */
function buildEventBody(self: BotIdentity, channel: string, { edited: _, ...message }: HistoryMessage): EventBody {
  return { team_id: self.teamId, event: { ...message, type: 'message', channel } }
}

async function readChannels(read: Reader): Promise<string[]> {
  const args = { types: 'public_channel,private_channel,mpim,im', exclude_archived: true, limit: 200 }
  const own = await read.channels('users.conversations', args)
  // Not every Slack that the bot may be pointed at has that method.
  return own.length > 0 ? own : read.channels('conversations.list', args)
}

interface Reader {
  /** Reads on until the budget is spent, or a message is enough. */
  messages(
    method: string,
    args: Record<string, unknown>,
    isEnough?: (message: HistoryMessage) => boolean,
  ): Promise<HistoryMessage[]>
  channels(method: string, args: Record<string, unknown>): Promise<string[]>
  isSpent(): boolean
}

/** Reads page after page as long as the budget lasts. A channel that cannot be read has nothing to say. */
function createReader(call: CallSlack, signal: AbortSignal): Reader {
  const deadline = Date.now() + patienceMs
  let calls = 0
  const isSpent = () => calls >= mostCalls || Date.now() > deadline

  const readPage = async (method: string, args: Record<string, unknown>): Promise<Page> => {
    for (;;) {
      signal.throwIfAborted()
      if (calls >= quickCalls) await delay(callEveryMs, undefined, { signal })
      calls += 1
      try {
        return (await call(method, args)) as unknown as Page
      } catch (error) {
        if (!(error instanceof SlackError) || !error.isPassing) return {}
        if (isSpent()) return {}
        await delay(Math.max(callEveryMs, error.retryAfterMs), undefined, { signal })
      }
    }
  }

  const readPages = async (
    method: string,
    args: Record<string, unknown>,
    isEnough: (page: Page) => boolean,
  ): Promise<Page[]> => {
    const pages: Page[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined && !isSpent(); ) {
      const page: Page = await readPage(method, cursor === '' ? args : { ...args, cursor })
      pages.push(page)
      cursor = isEnough(page) ? undefined : page.response_metadata?.next_cursor || undefined
    }
    return pages
  }

  return {
    async messages(method, args, isEnough = () => false) {
      const pages = await readPages(method, args, ({ messages }) => messages?.some(isEnough) ?? true)
      return pages.flatMap(({ messages }) => messages ?? [])
    },
    async channels(method, args) {
      const pages = await readPages(method, args, () => false)
      return pages
        .flatMap(({ channels }) => channels ?? [])
        .filter(isJoined)
        .map(({ id }) => id)
    },
    isSpent,
  }
}

interface Page {
  messages?: HistoryMessage[]
  channels?: Channel[]
  response_metadata?: { next_cursor?: string }
}

interface Channel {
  id: string
  is_member?: boolean
}

const isJoined = ({ is_member }: Channel) => is_member !== false

interface HistoryMessage extends RawMessage {
  latest_reply?: unknown
  edited?: unknown
}

/** A moment as Slack writes it: seconds with six decimals. */
function formatTs(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(6)
}
