import { createCache } from '../lru.ts'
import { estimateTokens, imageTokens } from '../model/tokens.ts'
import type { CallSlack } from '../slack/client.ts'
import type { FileContent } from '../slack/files/read-file.ts'
import type { BotIdentity, Message } from '../slack/message.ts'
import { labelMark } from '../slack/metadata.ts'
import { fetchThread, type ThreadId } from '../slack/thread-history.ts'
import { isMentioned } from '../text/from-slack.ts'

/** Something that happened to a message of a thread. */
export type Change =
  | { kind: 'said'; thread: ThreadId; message: Message }
  | { kind: 'edited'; thread: ThreadId; message: Message; isReworded: boolean }
  | { kind: 'deleted'; thread: ThreadId; ts: string }

/** The threads that the bot remembers. Slack is the memory; this only saves asking it. */
export interface ThreadCache {
  /**
   * Every message of the thread, oldest first, the question among them. A thread that is remembered needs no reading.
   * Throws when Slack cannot be read.
   */
  read(thread: ThreadId, question: Message): Promise<readonly Message[]>
  /** The thread as Slack has it now, whatever is remembered. Throws when Slack cannot be read. */
  reread(thread: ThreadId): Promise<readonly Message[]>
  /** Keeps remembered threads in step with what the bot sees; threads that are not remembered stay so. */
  note(change: Change): void
  /** Remembers what was in the files of a message. */
  keep(thread: ThreadId, ts: string, contents: FileContent[]): void
  /** Whether the bot had spoken, or was spoken to, in the thread before this ts. Throws when Slack has to be read and cannot be. */
  takesPart(thread: ThreadId, at: string): Promise<boolean>
  /** Whether it is known already that the bot takes part in the thread, or does not; Slack is not asked. */
  knows(thread: ThreadId): 'ours' | 'foreign' | undefined
  /** A thread that begins with this question is known whole from here on, and need not be read. */
  begin(thread: ThreadId, question: Message): void
  /** From this ts on the bot takes part in the thread. */
  join(thread: ThreadId, at: string): void
  /**
   * Another process has answered in the thread: what was said from this ts on is not known, or older than what Slack has. It is
   * read when the thread is asked for, and nothing else of it.
   */
  behind(thread: ThreadId, from: string): void
  /** What is remembered of this thread is not true any more. */
  drop(thread: ThreadId): void
  /** Forgets what was said: the bot did not hear everything, and Slack has to be asked again. */
  forget(): void
  readonly threads: number
  readonly tokens: number
}

/** Since which message the bot takes part in a thread; undefined when it does not. */
interface Membership {
  from: string | undefined
}

interface Thread {
  messages: readonly Message[]
  /** From this ts on they have to be read again. */
  behindFrom?: string
}

/** How many threads are remembered as ones that the bot takes part in, or does not: some 100 bytes each. */
const membershipThreads = 20_000
/** Names, times and marks around a message. */
const frameTokens = 30

/** Makes the memory of threads, bounded by `maxTokens` over all of them. */
export function createThreadCache(call: CallSlack, self: BotIdentity, maxTokens: number): ThreadCache {
  // What happens to a thread while it is being read is applied when the reading is done.
  const missed = new Map<string, Change[]>()
  const threads = createCache<Thread>({
    maxSize: maxTokens,
    sizeOf: ({ messages }) => messages.reduce((sum, message) => sum + sizeOf(message), 0),
    async read(key) {
      const changes: Change[] = []
      missed.set(key, changes)
      try {
        const messages = await fetchThread(call, self, parseThreadId(key))
        return { messages: changes.reduce<readonly Message[]>(apply, messages) }
      } finally {
        missed.delete(key)
      }
    },
  })
  const membership = createCache<Membership>({
    maxSize: membershipThreads,
    sizeOf: () => 1,
    async read(key) {
      const { messages } = await threads.read(key)
      const from = messages.find(message => concerns(message, self))?.ts
      // A thread of other people is none of ours to keep.
      if (from === undefined) threads.delete(key)
      return { from }
    },
  })

  const note = (change: Change): void => {
    const key = keyOf(change.thread)
    missed.get(key)?.push(change)
    const known = threads.get(key)
    if (known !== undefined) threads.set(key, { ...known, messages: apply(known.messages, change) })
    // Whoever saw a thread begin need not ask Slack later whether it concerns the bot.
    const isFirst = change.kind === 'said' && change.message.ts === change.thread.threadTs
    if (isFirst && membership.get(key) === undefined)
      membership.set(key, { from: concerns(change.message, self) ? change.message.ts : undefined })
  }

  /** What is remembered of a thread, with what another process has added to it. */
  const catchUp = async (thread: ThreadId, known: Thread): Promise<Thread> => {
    const { behindFrom } = known
    if (behindFrom === undefined) return known
    const newest = await fetchThread(call, self, thread, behindFrom)
    const before = known.messages.filter(({ ts }) => ts < behindFrom)
    const messages = newest.reduce<readonly Message[]>(
      (all, message) => apply(all, { kind: 'said', thread, message }),
      before,
    )
    threads.set(keyOf(thread), { messages })
    return { messages }
  }

  return {
    async read(thread, question) {
      const key = keyOf(thread)
      const { messages } = await catchUp(thread, await threads.read(key))
      // Slack's history may lag behind its events.
      const whole = apply(messages, { kind: 'said', thread, message: question })
      if (whole.length > messages.length) threads.set(key, { messages: whole })
      return whole
    },
    async reread(thread) {
      const key = keyOf(thread)
      threads.delete(key)
      return (await threads.read(key)).messages
    },
    note,
    keep(thread, ts, contents) {
      const key = keyOf(thread)
      const messages = threads
        .get(key)
        ?.messages.map(message => (message.ts === ts ? { ...message, contents } : message))
      if (messages !== undefined) threads.set(key, { ...threads.get(key), messages })
    },
    knows(thread) {
      const known = membership.get(keyOf(thread))
      return known === undefined ? undefined : known.from === undefined ? 'foreign' : 'ours'
    },
    async takesPart(thread, at) {
      const { from } = await membership.read(keyOf(thread))
      return from !== undefined && from < at
    },
    begin(thread, question) {
      const key = keyOf(thread)
      if (question.ts === thread.threadTs && threads.get(key) === undefined) threads.set(key, { messages: [question] })
    },
    join(thread, at) {
      const known = membership.get(keyOf(thread))?.from
      membership.set(keyOf(thread), { from: known !== undefined && known < at ? known : at })
    },
    behind(thread, from) {
      const key = keyOf(thread)
      const known = threads.get(key)
      const behindFrom = known?.behindFrom !== undefined && known.behindFrom < from ? known.behindFrom : from
      if (known !== undefined) threads.set(key, { ...known, behindFrom })
      const isOther = membership.get(key)?.from === undefined
      if (isOther) membership.delete(key)
    },
    drop: thread => threads.delete(keyOf(thread)),
    forget: () => threads.clear(),
    get threads() {
      return threads.count
    },
    get tokens() {
      return threads.size
    },
  }
}

/** The thread after the change. The same message said twice stands once, and keeps what was read of its files. */
function apply(messages: readonly Message[], change: Change): readonly Message[] {
  if (change.kind === 'deleted') return messages.filter(({ ts }) => ts !== change.ts)
  const { message } = change
  const known = messages.find(({ ts }) => ts === message.ts)
  if (known === undefined && change.kind === 'edited') return messages
  if (known !== undefined) return messages.map(other => (other === known ? merge(known, message) : other))
  return [...messages, message].sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

/** What was read of the files stays as long as the files do. */
function merge(known: Message, message: Message): Message {
  const same = JSON.stringify(known.files) === JSON.stringify(message.files)
  return same && known.contents !== undefined ? { ...message, contents: known.contents } : message
}

function concerns(message: Message, self: BotIdentity): boolean {
  if (message.author.kind === 'self') return message.mark?.turn.startsWith(labelMark) !== true
  return isMentioned(message.text, self.userId)
}

function sizeOf(message: Message): number {
  const files = (message.contents ?? []).reduce((sum, content) => {
    if (content.kind === 'image') return sum + imageTokens + content.bytes / 4
    return sum + (content.kind === 'text' ? estimateTokens(content.text) : 0)
  }, 0)
  return frameTokens + estimateTokens(message.text) + files
}

const keyOf = ({ channel, threadTs }: ThreadId): string => `${channel}:${threadTs}`

function parseThreadId(key: string): ThreadId {
  const at = key.indexOf(':')
  return { channel: key.slice(0, at), threadTs: key.slice(at + 1) }
}
