// @ts-check
/** @import { PageMessage } from '../protocol.ts' */

/**
 * What tells two messages apart within a channel: an ephemeral copy is another message for each of its readers.
 * @param {{ ts: string, ephemeralTo?: string }} message
 * @returns {string}
 */
export const keyOf = message => (message.ephemeralTo ? `${message.ts}|${message.ephemeralTo}` : message.ts)

/**
 * Whether a message stands in a thread, below the message that began it.
 * @param {PageMessage} message
 * @returns {boolean}
 */
export const isReply = message => message.threadTs !== undefined && message.threadTs !== message.ts

/** @param {PageMessage} message */
const isInMain = message => !isReply(message) || message.subtype === 'thread_broadcast'

/** @typedef {{ main: PageMessage[], threads: Map<string, PageMessage[]>, byKey: Map<string, PageMessage> }} Log */

/**
 * The messages of one channel, oldest first, by themselves and by thread.
 * @returns {Log}
 */
export const createLog = () => ({ main: [], threads: new Map(), byKey: new Map() })

/**
 * Writes one message into the log, in its place or over its older self.
 * @param {Log} log
 * @param {PageMessage} message
 * @returns {boolean} whether it is new
 */
export const putMessage = (log, message) => {
  const key = keyOf(message)
  const isNew = !log.byKey.has(key)
  log.byKey.set(key, message)
  if (isInMain(message)) insert(log.main, message)
  if (isReply(message)) insert(threadOf(log, message.threadTs ?? ''), message)
  return isNew
}

/**
 * @param {Log} log
 * @param {string} threadTs
 */
const threadOf = (log, threadTs) => {
  const known = log.threads.get(threadTs)
  if (known) return known
  /** @type {PageMessage[]} */
  const replies = []
  log.threads.set(threadTs, replies)
  return replies
}

/**
 * Where a message stands in a list that is ordered by time, or where it would be put.
 * @param {PageMessage[]} messages
 * @param {PageMessage} message
 * @returns {number}
 */
export const positionOf = (messages, message) => {
  const key = keyOf(message)
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = messages[middle]
    if (other && keyOf(other) < key) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * @param {PageMessage[]} messages
 * @param {PageMessage} message
 */
const insert = (messages, message) => {
  const at = positionOf(messages, message)
  const there = messages[at]
  messages.splice(at, there && keyOf(there) === keyOf(message) ? 1 : 0, message)
}

/**
 * Takes a message out of the log.
 * @param {Log} log
 * @param {string} key
 * @returns {PageMessage | undefined} what it was
 */
export const removeMessage = (log, key) => {
  const message = log.byKey.get(key)
  if (!message) return undefined
  log.byKey.delete(key)
  for (const list of [log.main, log.threads.get(message.threadTs ?? '') ?? []]) {
    const at = positionOf(list, message)
    if (list[at]?.ts === message.ts) list.splice(at, 1)
  }
  return message
}
