import { ShownError, SlackError } from '../errors.ts'
import { type CallSlack, callWithRetry } from './client.ts'
import { type BotIdentity, type Message, parseMessage, type RawMessage } from './message.ts'

/** Where a thread is: its channel and the ts of its first message. */
export interface ThreadId {
  channel: string
  threadTs: string
}

/** Slack advises at most this many messages a page. */
const pageSize = 200
/** A history that cannot be read for this long fails its turn; the person is waiting. */
const patienceMs = 60_000

/**
 * Reads every message of a thread, all pages, or its first one and those from a ts on. Fails loudly: an answer without its context is worse than none. The error
 * says what to do about it.
 */
export async function fetchThread(
  call: CallSlack,
  self: BotIdentity,
  thread: ThreadId,
  from?: string,
): Promise<Message[]> {
  // By ts: Slack may repeat the thread's first message on every page.
  const messages = new Map<string, Message>()
  const cursors = new Set<string>()
  for (let cursor = ''; !cursors.has(cursor); ) {
    cursors.add(cursor)
    const page = await readPage(call, thread, cursor, from)
    const read = page.messages.map(raw => parseMessage(raw, self)).filter(message => message !== undefined)
    for (const message of read) messages.set(message.ts, message)
    cursor = page.cursor
  }
  return [...messages.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

async function readPage(call: CallSlack, thread: ThreadId, cursor: string, from?: string): Promise<Page> {
  const since = from === undefined ? {} : { oldest: from, inclusive: true }
  const args = { channel: thread.channel, ts: thread.threadTs, limit: pageSize, include_all_metadata: true, ...since }
  try {
    const paged = cursor === '' ? args : { ...args, cursor }
    return parsePage(await callWithRetry(() => call('conversations.replies', paged), patienceMs))
  } catch (error) {
    throw parseReadError(error)
  }
}

interface Page {
  messages: RawMessage[]
  cursor: string
}

function parsePage(answer: Record<string, unknown>): Page {
  const { messages, has_more, response_metadata } = answer as {
    messages?: RawMessage[]
    has_more?: boolean
    response_metadata?: { next_cursor?: string }
  }
  return { messages: messages ?? [], cursor: has_more === false ? '' : (response_metadata?.next_cursor ?? '') }
}

/** What keeps a history from being read, as a sentence with its cure. */
export function parseReadError(error: unknown): ShownError {
  const code = error instanceof SlackError ? error.code : 'unknown'
  const kind = `history_${code}`
  switch (code) {
    case 'missing_scope':
      return new ShownError(kind, i18n => i18n.slack.historyScope, error)
    case 'not_in_channel':
    case 'channel_not_found':
      return new ShownError(kind, i18n => i18n.slack.historyNotInChannel, error)
    case 'ratelimited':
      return new ShownError(kind, i18n => i18n.slack.historyBusy, error)
    case 'thread_not_found':
      return new ShownError(kind, i18n => i18n.slack.threadGone, error)
  }
  return new ShownError(kind, i18n => i18n.slack.historyFailed(code), error)
}
