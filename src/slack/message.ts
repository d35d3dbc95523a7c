import { extractBlockText } from './block-text.ts'
import type { FileContent, SlackFile } from './files/read-file.ts'
import { toSlackFile } from './files/read-file.ts'
import { parseReplyMark, questionMetadataType } from './metadata.ts'

type ReplyMark = NonNullable<ReturnType<typeof parseReplyMark>>

/** A message of a thread. */
export interface Message {
  ts: string
  author: { kind: 'person'; id: string } | { kind: 'app'; name: string } | { kind: 'self' }
  text: string
  /** Syntax of the text: Slack's mrkdwn (`<@U1>`, `&lt;`), or Markdown as the model wrote it. */
  form: 'slack' | 'markdown'
  files: SlackFile[]
  /** Contents of the files, once they have been read. */
  contents?: FileContent[]
  /** On the bot's own messages: the reply that they belong to. */
  mark?: ReplyMark
  /** In a thread: the ts of the thread's first message. */
  inThread?: string
}

/** The bot's identity in this workspace. */
export interface BotIdentity {
  userId: string
  botId: string
  teamId: string
  /** The Enterprise Grid that the team belongs to. */
  enterpriseId?: string
  name: string
  /** The workspace's address, `https://acme.slack.com/`; undefined where Slack does not say. */
  url?: string
}

/** Slack's message JSON, as far as it is read. */
export interface RawMessage {
  ts?: unknown
  thread_ts?: unknown
  subtype?: unknown
  user?: unknown
  bot_id?: unknown
  bot_profile?: { name?: unknown }
  username?: unknown
  text?: unknown
  files?: unknown
  blocks?: unknown
  attachments?: unknown
  reply_count?: unknown
  latest_reply?: unknown
  streaming_state?: unknown
  metadata?: { event_type?: unknown; event_payload?: Record<string, unknown> }
}

/** Subtypes of channel events that nobody wrote. Source: docs.slack.dev, message subtypes. */
const silentSubtypes =
  /^(channel|group|mpim)_|^(bot_add|bot_remove|pinned_item|unpinned_item|tombstone|reminder_add|assistant_app_thread)$/

/** Slack leaves out an absent field, or sends null or an empty text; here it is always left out. */
export function dropNulls<T extends object>(raw: T): T {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null && value !== '')) as T
}

/** Returns true if the bot itself wrote the message. */
export function isSelf(raw: RawMessage, self: BotIdentity): boolean {
  return raw.user === self.userId || (raw.bot_id !== undefined && raw.bot_id === self.botId)
}

/** Parses a message of Slack's history or of an event. Returns undefined for joins, topics and the like. */
export function parseMessage(given: RawMessage, self: BotIdentity): Message | undefined {
  const raw = dropNulls(given)
  if (typeof raw.ts !== 'string') return undefined
  if (typeof raw.subtype === 'string' && silentSubtypes.test(raw.subtype)) return undefined
  // Anybody can put metadata on a message; only the bot's own is believed.
  const asked = isSelf(raw, self) ? parseAsked(raw) : undefined
  const place = typeof raw.thread_ts === 'string' && raw.thread_ts !== raw.ts ? { inThread: raw.thread_ts } : {}
  if (asked !== undefined) {
    const author = { kind: 'person' as const, id: asked.user }
    return { ts: raw.ts, author, text: asked.text, form: 'markdown', files: [], ...place }
  }
  const mark = isSelf(raw, self) ? parseReplyMark(raw.metadata) : undefined
  return {
    ts: raw.ts,
    author: parseAuthor(raw, self),
    ...(mark !== undefined && { mark }),
    text: parseText(raw, isSelf(raw, self)),
    form: 'slack',
    files: Array.isArray(raw.files) ? raw.files.map(toSlackFile).filter(file => file !== undefined) : [],
    ...place,
  }
}

function parseAsked(raw: RawMessage): { user: string; text: string } | undefined {
  if (raw.metadata?.event_type !== questionMetadataType) return undefined
  const { user, question } = raw.metadata.event_payload ?? {}
  return typeof user === 'string' && typeof question === 'string' ? { user, text: question } : undefined
}

function parseAuthor(raw: RawMessage, self: BotIdentity): Message['author'] {
  if (isSelf(raw, self)) return { kind: 'self' }
  if (raw.bot_id === undefined && typeof raw.user === 'string') return { kind: 'person', id: raw.user }
  const name = raw.bot_profile?.name ?? raw.username
  return { kind: 'app', name: typeof name === 'string' && name !== '' ? name : 'app' }
}

/**
 * Apps often say everything in blocks or attachments; their text is then empty, or a short form of it. What a person's
 * message has attached is the preview of a link, which they did not write; what the bot itself wrote stands in its text whole.
 */
function parseText(raw: RawMessage, isOwn: boolean): string {
  const written = typeof raw.text === 'string' ? raw.text : ''
  if (written !== '' && (isOwn || raw.bot_id === undefined)) return written
  const attachments = Array.isArray(raw.attachments) ? raw.attachments : []
  const more = [extractBlockText(raw.blocks), ...attachments.map(parseAttachmentText)].flatMap(text => text.split('\n'))
  const lines = [...new Set(more)].filter(line => line.trim() !== '' && !written.includes(line.trim()))
  return [...(written === '' ? [] : [written]), ...lines].join('\n')
}

function parseAttachmentText(given: unknown): string {
  const attachment = (given ?? {}) as Record<string, unknown>
  const fields = Array.isArray(attachment.fields) ? attachment.fields : []
  const lines = [
    attachment.pretext,
    attachment.title,
    attachment.text,
    ...fields.map((field: { title?: unknown; value?: unknown } | null) =>
      [field?.title, field?.value].filter(part => typeof part === 'string' && part !== '').join(': '),
    ),
    extractBlockText(attachment.blocks),
  ].filter((line): line is string => typeof line === 'string' && line !== '')
  return lines.length > 0 ? lines.join('\n') : typeof attachment.fallback === 'string' ? attachment.fallback : ''
}
