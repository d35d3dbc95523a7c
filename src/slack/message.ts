import { mergeText, parseAttachments } from './attachments.ts'
import { extractBlockText, isObject, joinLines, listOf, textOf } from './block-text.ts'
import { parseFiles } from './files/file-text.ts'
import type { FileContent, SlackFile } from './files/read-file.ts'
import { parseReplyMark, questionMetadataType } from './metadata.ts'

type ReplyMark = NonNullable<ReturnType<typeof parseReplyMark>>

interface Person {
  kind: 'person'
  id: string
  /** The name that came with the message, for people who cannot be looked up. */
  name?: string
  /** True if it was posted by a token: the person's own, or that of a bot user. */
  isPosted?: boolean
}

/** A message of a thread. */
export interface Message {
  ts: string
  author: Person | { kind: 'app'; name: string } | { kind: 'self' }
  /** The author's own words. */
  text: string
  /** Syntax of the text: Slack's mrkdwn (`<@U1>`, `&lt;`), or Markdown as the model wrote it. */
  form: 'slack' | 'markdown'
  /** Words of others that the message holds. */
  quotes?: ReturnType<typeof parseAttachments>['quotes']
  files: SlackFile[]
  /** Counts of the reactions, `:+1: 3, :eyes: 1`. */
  reactions?: string
  /** Contents of the files, once they have been read. */
  contents?: FileContent[]
  /** On the bot's own messages: the reply that they belong to. */
  mark?: ReplyMark
  /** In a thread: the ts of the thread's first message. */
  inThread?: string
  /** On a thread's first message: true if admins let nobody reply. */
  isLocked?: boolean
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
  user_profile?: { display_name?: unknown; real_name?: unknown; name?: unknown }
  username?: unknown
  text?: unknown
  files?: unknown
  blocks?: unknown
  attachments?: unknown
  reactions?: unknown
  reply_count?: unknown
  latest_reply?: unknown
  is_locked?: unknown
  streaming_state?: unknown
  metadata?: { event_type?: unknown; event_payload?: Record<string, unknown> }
}

/** Slack's own user, who speaks of reminders and e-mails. */
const slackbot = 'USLACKBOT'

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
  const author = parseAuthor(raw, self)
  const attached = author.kind === 'self' ? undefined : parseAttachments(raw.attachments)
  const { files, text } = parseFiles(raw.files)
  const reactions = formatReactions(raw.reactions)
  return {
    ts: raw.ts,
    author,
    ...(mark !== undefined && { mark }),
    text: joinLines([renderOwnText(raw, author), attached?.own ?? '', text]),
    form: 'slack',
    ...(attached !== undefined && attached.quotes.length > 0 && { quotes: attached.quotes }),
    files: [...files, ...(attached?.files ?? [])],
    ...(reactions !== '' && { reactions }),
    ...(raw.is_locked === true && { isLocked: true }),
    ...place,
  }
}

/** Returns true if a message holds nothing to read: no words, no words of others, no files. */
export function isBlank({ text, quotes = [], files }: Pick<Message, 'text' | 'quotes' | 'files'>): boolean {
  return text.replace(/<@[UW][^<>]*>/g, '').trim() === '' && quotes.length === 0 && files.length === 0
}

/** Lists the channels out of which messages hold words or files, by their ids. */
export const listQuotedChannels = (messages: readonly Pick<Message, 'quotes' | 'files'>[]): string[] => [
  ...new Set(
    messages.flatMap(({ quotes = [], files }) => [
      ...quotes.flatMap(({ channel }) => channel ?? []),
      ...files.flatMap(({ from }) => from ?? []),
    ]),
  ),
]

function parseAsked(raw: RawMessage): { user: string; text: string } | undefined {
  if (raw.metadata?.event_type !== questionMetadataType) return undefined
  const { user, question } = raw.metadata.event_payload ?? {}
  return typeof user === 'string' && typeof question === 'string' ? { user, text: question } : undefined
}

function parseAuthor(raw: RawMessage, self: BotIdentity): Message['author'] {
  if (isSelf(raw, self)) return { kind: 'self' }
  const profile = raw.user_profile ?? {}
  const name = [profile.display_name, profile.real_name, profile.name].map(textOf).find(text => text.trim() !== '')
  if (raw.user === slackbot || raw.subtype === 'huddle_thread') return { kind: 'app', name: name ?? 'Slack' }
  if (typeof raw.user === 'string' && raw.subtype !== 'bot_message')
    return {
      kind: 'person',
      id: raw.user,
      ...(name !== undefined && { name }),
      ...(raw.bot_id !== undefined && { isPosted: true }),
    }
  return { kind: 'app', name: textOf(raw.bot_profile?.name) || textOf(raw.username) || 'app' }
}

/**
 * Renders what the author said. Slack shows blocks instead of an app's text; what a person writes stands in `text`, and beside it
 * only what they pasted. The bot's own text is whole.
 */
function renderOwnText(raw: RawMessage, author: Message['author']): string {
  const written = textOf(raw.text)
  if (author.kind === 'self') return written
  const isPosted = author.kind === 'app' || author.isPosted === true
  return isPosted ? extractBlockText(raw.blocks) || written : mergeText(written, raw.blocks)
}

/** Formats the counts of reactions: `:+1: 3, :eyes: 1`. */
function formatReactions(given: unknown): string {
  return listOf(given)
    .filter(isObject)
    .map(({ name, count }) => `:${textOf(name)}: ${typeof count === 'number' ? count : 1}`)
    .join(', ')
}
