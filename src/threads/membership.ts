import { type Cache, createCache } from '../lru.ts'
import type { BotIdentity, Message } from '../slack/message.ts'
import { labelMark, unaskedMark } from '../slack/metadata.ts'
import { isMentioned } from '../text/from-slack.ts'
import type { Change } from './cache.ts'

/** The first message by which the bot takes part in a thread; undefined if it does not. */
interface Membership {
  from: string | undefined
}

/** Threads of which it is known whether the bot takes part: some 100 bytes each. */
const membershipThreads = 20_000
/** Creates the cache of the threads in which the bot takes part: where it has spoken or was mentioned. */
export function createMembership(
  threads: Cache<{ messages: readonly Message[] }>,
  load: (key: string) => Promise<readonly Message[]>,
  self: BotIdentity,
) {
  const findFirst = (messages: readonly Message[]) => messages.find(message => concerns(message, self))?.ts
  const known = createCache<Membership>({
    maxSize: membershipThreads,
    sizeOf: () => 1,
    async read(key) {
      const messages = threads.get(key)?.messages ?? (await load(key))
      const from = findFirst(messages)
      // A thread of other people is not cached.
      if (from === undefined) threads.delete(key)
      else if (threads.get(key) === undefined) threads.set(key, { messages })
      return { from }
    },
  })
  /** Checks that wait for Slack, by thread. */
  const checks = new Map<string, PromiseWithResolvers<Membership>>()

  return {
    knows(key: string): 'ours' | 'foreign' | undefined {
      const membership = known.get(key)
      return membership === undefined ? undefined : membership.from === undefined ? 'foreign' : 'ours'
    },
    async takesPart(key: string, at: string): Promise<boolean> {
      const check = checks.get(key) ?? Promise.withResolvers<Membership>()
      checks.set(key, check)
      const { from } = await Promise.race([known.read(key), check.promise]).finally(() => checks.delete(key))
      return from !== undefined && from < at
    },
    /** Reads the thread of a waiting check at once. */
    hurry(key: string): void {
      const check = checks.get(key)
      if (check === undefined) return
      const read = threads.read(key).then(({ messages }) => check.resolve({ from: findFirst(messages) }))
      // The check goes on, and says what is wrong.
      read.catch(() => {})
    },
    join(key: string, at: string): void {
      const from = known.get(key)?.from
      known.set(key, { from: from !== undefined && from < at ? from : at })
    },
    /** A thread whose first message was seen need not be read to know whether the bot takes part. */
    note(key: string, change: Change): void {
      const isFirst = change.kind === 'said' && change.message.ts === change.thread.threadTs
      if (isFirst && known.get(key) === undefined)
        known.set(key, { from: concerns(change.message, self) ? change.message.ts : undefined })
    },
    /** Another process may have taken part since. */
    recheck(key: string): void {
      if (known.get(key)?.from === undefined) known.delete(key)
    },
  }
}

function concerns(message: Message, self: BotIdentity): boolean {
  if (message.author.kind === 'self')
    return ![labelMark, unaskedMark].some(prefix => message.mark?.turn.startsWith(prefix) === true)
  return isMentioned(message.text, self.userId)
}
