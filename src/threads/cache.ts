import { createCache } from '../lru.ts'
import { estimateTokens } from '../model/tokens.ts'
import type { FileContent } from '../slack/files/read-file.ts'
import type { BotIdentity, Message } from '../slack/message.ts'
import type { SlackReader } from '../slack/reader.ts'
import { fetchThread, type ThreadId } from '../slack/thread-history.ts'
import { createMembership } from './membership.ts'

/** An event about a message of a thread. */
export type Change =
  | { kind: 'said'; thread: ThreadId; message: Message }
  | { kind: 'edited'; thread: ThreadId; message: Message; isReworded: boolean }
  | { kind: 'deleted'; thread: ThreadId; ts: string }

/** A cache of threads. Slack is the memory; this only saves reading it. */
export type ThreadCache = ReturnType<typeof createThreadCache>

interface CachedThread {
  messages: readonly Message[]
  /** Messages since this ts have to be read again. */
  staleFrom?: string
}

type Picture = FileContent & { kind: 'image' }

/** Tokens of the names, times and marks around a message. */
const frameTokens = 30

/** Creates the cache, bounded by `maxTokens` over all threads. */
export function createThreadCache(reader: SlackReader, self: BotIdentity, maxTokens: number) {
  const load = createLoader(reader, self)
  const threads = createCache<CachedThread>({
    maxSize: maxTokens,
    sizeOf: ({ messages }) => messages.reduce((sum, message) => sum + sizeOf(message), 0),
    read: async key => ({ messages: await load.whole(key, 'question') }),
  })
  const edit = (thread: ThreadId, change: (known: CachedThread) => Message[] | undefined) =>
    editCached(threads, keyOf(thread), change)
  const membership = createMembership(threads, key => load.whole(key, 'check'), self)

  return {
    /**
     * Returns every message of the thread, oldest first, the question among them; reads Slack on a miss. Throws a `ShownError` if
     * Slack cannot be read.
     */
    async read(thread: ThreadId, question: Message): Promise<readonly Message[]> {
      const key = keyOf(thread)
      const known = await threads.read(key)
      const messages = await refresh(reader, self, { thread, known })
      // Slack's history may lag behind its events.
      const whole = apply(messages, { kind: 'said', thread, message: question })
      if (known.staleFrom !== undefined || whole.length > messages.length) threads.set(key, { messages: whole })
      return whole
    },
    /** Returns every message of the thread, oldest first; reads Slack on a miss. Throws a `ShownError` if Slack cannot be read. */
    load: async (thread: ThreadId): Promise<readonly Message[]> =>
      refresh(reader, self, { thread, known: await threads.read(keyOf(thread)) }),
    /** Reads the thread as Slack has it now. Throws a `ShownError` if Slack cannot be read. */
    async reread(thread: ThreadId): Promise<readonly Message[]> {
      const key = keyOf(thread)
      threads.delete(key)
      return (await threads.read(key)).messages
    },
    /** Applies an event to its thread, if that is cached or being read. */
    note(change: Change): void {
      const key = keyOf(change.thread)
      load.note(key, change)
      const known = threads.get(key)
      if (known !== undefined) threads.set(key, { ...known, messages: apply(known.messages, change) })
      membership.note(key, change)
    },
    /** Caches the contents of a message's files. */
    keep: (thread: ThreadId, ts: string, contents: FileContent[]): boolean =>
      edit(thread, ({ messages }) => messages.map(message => (message.ts === ts ? { ...message, contents } : message))),
    /** Caches a description of a picture. Returns false if its thread is not cached, or the picture is gone from it. */
    describe: (thread: ThreadId, picture: Picture, description: string): boolean =>
      edit(thread, ({ messages }) => describePicture(messages, picture, description)),
    /** Returns whether the bot takes part in the thread, if that is known without asking Slack. */
    knows: (thread: ThreadId): 'ours' | 'foreign' | undefined => membership.knows(keyOf(thread)),
    /** Returns whether the bot took part in the thread before a ts. Throws if Slack has to be read and cannot be. */
    takesPart: (thread: ThreadId, at: string): Promise<boolean> => membership.takesPart(keyOf(thread), at),
    /** Reads a thread at once whose check waits: a question in it must not wait behind a follow-up. */
    hurry: (thread: ThreadId): void => membership.hurry(keyOf(thread)),
    /** Caches a thread that begins with this question: it need not be read. */
    begin(thread: ThreadId, question: Message): void {
      const key = keyOf(thread)
      if (question.ts === thread.threadTs && threads.get(key) === undefined) threads.set(key, { messages: [question] })
    },
    /** Notes that the bot takes part in the thread from a ts on. */
    join: (thread: ThreadId, at: string): void => membership.join(keyOf(thread), at),
    /** Marks messages since a ts as outdated: another process has answered in the thread. They are read when it is asked for. */
    behind(thread: ThreadId, from: string): void {
      const known = threads.get(keyOf(thread))
      if (known !== undefined) threads.set(keyOf(thread), markStale(known, from))
      membership.recheck(keyOf(thread))
    },
    /** Forgets a thread. */
    drop: (thread: ThreadId): void => threads.delete(keyOf(thread)),
    /** Forgets all messages: events were missed, and Slack has to be read again. */
    forget: (): void => threads.clear(),
    get threads() {
      return threads.count
    },
    get tokens() {
      return threads.size
    },
  }
}

/** Changes the messages of a thread, if it is cached. Returns whether they changed. */
function editCached(
  threads: ReturnType<typeof createCache<CachedThread>>,
  key: string,
  change: (known: CachedThread) => Message[] | undefined,
): boolean {
  const known = threads.get(key)
  const messages = known && change(known)
  if (messages !== undefined) threads.set(key, { ...known, messages })
  return messages !== undefined
}

const markStale = (known: CachedThread, from: string): CachedThread => ({
  ...known,
  staleFrom: known.staleFrom !== undefined && known.staleFrom < from ? known.staleFrom : from,
})

/** Reads the stale messages of a cached thread again: another process has added to it. */
async function refresh(
  reader: SlackReader,
  self: BotIdentity,
  { thread, known: { messages, staleFrom } }: { thread: ThreadId; known: CachedThread },
): Promise<readonly Message[]> {
  if (staleFrom === undefined) return messages
  const newest = await fetchThread(reader, self, { ...thread, from: staleFrom, for: 'question' })
  const before: readonly Message[] = messages.filter(({ ts }) => ts < staleFrom)
  return newest.reduce((all, message) => apply(all, { kind: 'said', thread, message }), before)
}

/** Loads threads from Slack, with the events that arrive meanwhile applied. */
function createLoader(reader: SlackReader, self: BotIdentity) {
  const loading = new Map<string, Set<Change[]>>()
  return {
    async whole(key: string, purpose: 'question' | 'check'): Promise<readonly Message[]> {
      const changes: Change[] = []
      const all = loading.get(key) ?? new Set()
      loading.set(key, all.add(changes))
      try {
        const messages = await fetchThread(reader, self, { ...parseThreadId(key), for: purpose })
        return changes.reduce<readonly Message[]>(apply, messages)
      } finally {
        all.delete(changes)
        if (all.size === 0) loading.delete(key)
      }
    },
    note(key: string, change: Change): void {
      for (const changes of loading.get(key) ?? []) changes.push(change)
    },
  }
}

/** Returns the thread after a change. A message that is said twice stands once, and keeps the contents of its files. */
function apply(messages: readonly Message[], change: Change): readonly Message[] {
  if (change.kind === 'deleted') return messages.filter(({ ts }) => ts !== change.ts)
  const { message } = change
  const known = messages.find(({ ts }) => ts === message.ts)
  if (known === undefined && change.kind === 'edited') return messages
  if (known !== undefined) return messages.map(other => (other === known ? merge(known, message) : other))
  return [...messages, message].sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

/** Keeps the contents of files as long as the files are the same. */
function merge(known: Message, message: Message): Message {
  const same = JSON.stringify(known.files) === JSON.stringify(message.files)
  return same && known.contents !== undefined ? { ...message, contents: known.contents } : message
}

function sizeOf(message: Message): number {
  const files = (message.contents ?? []).reduce((sum, content) => {
    // A picture is kept in base64; a token of text takes about four bytes.
    if (content.kind === 'image') return sum + content.bytes / 3
    return sum + (content.kind === 'text' ? estimateTokens(content.text) : 0)
  }, 0)
  return frameTokens + estimateTokens(message.text) + files
}

const keyOf = ({ channel, threadTs }: ThreadId): string => `${channel}:${threadTs}`

function parseThreadId(key: string): ThreadId {
  const at = key.indexOf(':')
  return { channel: key.slice(0, at), threadTs: key.slice(at + 1) }
}

/** Returns the messages with a description of a picture; undefined if none of them has it. */
function describePicture(messages: readonly Message[], { base64 }: Picture, description: string) {
  const isIt = (content: FileContent) => content.kind === 'image' && content.base64 === base64
  if (!messages.some(({ contents }) => contents?.some(isIt))) return undefined
  return messages.map(message => {
    const { contents } = message
    if (contents === undefined) return message
    return { ...message, contents: contents.map(content => (isIt(content) ? { ...content, description } : content)) }
  })
}
