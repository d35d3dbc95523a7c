// @ts-check
/** @import { PageMessage } from '../protocol.ts' */

/**
 * What tells two messages apart within a channel: an ephemeral copy is another message for each of its readers.
 * @param {{ ts: string, ephemeralTo?: string }} message
 */
export const keyOf = message => (message.ephemeralTo ? `${message.ts}|${message.ephemeralTo}` : message.ts)

/** Whether a message stands in a thread, below the message that began it. @param {PageMessage} message */
export const isReply = message => message.threadTs !== undefined && message.threadTs !== message.ts

/**
 * The messages of one channel, oldest first: all of them, those in the channel itself, and the replies by thread.
 * @param {Map<string, PageMessage>} byKey
 */
export const toLog = byKey => {
  const all = [...byKey.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const main = all.filter(message => !isReply(message) || message.subtype === 'thread_broadcast')
  return { byKey, all, main, threads: Map.groupBy(all.filter(isReply), message => message.threadTs ?? '') }
}
