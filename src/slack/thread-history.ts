import { ShownError, SlackError } from '../errors.ts'
import { type BotIdentity, type Message, parseMessage } from './message.ts'
import { messagesOf, type SlackReader } from './reader.ts'

/** A thread, by its channel and the ts of its first message. */
export interface ThreadId {
  channel: string
  threadTs: string
}

/** Slack advises at most this many messages a page. */
const pageSize = 200

type Purpose = Parameters<SlackReader['fetch']>[2]

/**
 * Fetches every message of a thread, or its first one and those since `from`, oldest first. Throws a `ShownError` if a page cannot be
 * read: an answer without its context is worse than none.
 */
export async function fetchThread(
  reader: SlackReader,
  self: BotIdentity,
  { channel, threadTs, from, ...options }: ThreadId & { from?: string | undefined } & Purpose,
): Promise<Message[]> {
  const since = from === undefined ? {} : { oldest: from, inclusive: true }
  const args = { channel, ts: threadTs, limit: pageSize, include_all_metadata: true, ...since }
  // By ts: Slack may repeat the thread's first message on every page.
  const messages = new Map<string, Message>()
  try {
    for await (const page of reader.pages('conversations.replies', args, options)) {
      const parsed = messagesOf(page).map(raw => parseMessage(raw, self))
      for (const message of parsed) if (message !== undefined) messages.set(message.ts, message)
    }
  } catch (error) {
    if (options.signal?.aborted === true) throw error
    throw parseReadError(error)
  }
  return [...messages.values()].sort((a, b) => (a.ts < b.ts ? -1 : 1))
}

/** Turns an error of reading a history into one with a cure. */
export function parseReadError(error: unknown): ShownError {
  const { code, needed } = error instanceof SlackError ? error : { code: 'unknown', needed: undefined }
  const kind = `history_${code}`
  switch (code) {
    case 'missing_scope':
      return new ShownError(
        kind,
        i18n => (needed === undefined ? i18n.slack.historyScope : i18n.missingScope({ scope: needed })),
        error,
      )
    case 'not_in_channel':
    case 'channel_not_found':
      return new ShownError(kind, i18n => i18n.slack.historyNotInChannel, error)
    case 'ratelimited':
      return new ShownError(kind, i18n => i18n.slack.historyBusy, error)
    case 'thread_not_found':
      return new ShownError(kind, i18n => i18n.slack.threadGone, error)
  }
  return new ShownError(kind, i18n => i18n.slack.historyFailed({ code }), error)
}
