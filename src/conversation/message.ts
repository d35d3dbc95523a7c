import type { FileContent, SlackFile } from './files.ts'
import { toSlackFile } from './files.ts'

/** One message of a thread, as the bot remembers it. */
export interface Message {
  ts: string
  author: { kind: 'person'; id: string } | { kind: 'app'; name: string } | { kind: 'self' }
  text: string
  /** Whose writing rules the text follows: Slack's (`<@U1>`, `&lt;`) or Markdown, as the model wrote it. */
  form: 'slack' | 'markdown'
  files: SlackFile[]
  /** What was in the files, once they have been read. */
  contents?: FileContent[]
}

/** Who the bot is in this workspace. */
export interface Self {
  userId: string
  botId: string
  teamId: string
  name: string
}

/** Slack's message JSON, as far as it is looked at. */
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
  metadata?: { event_type?: unknown; event_payload?: Record<string, unknown> }
}

/** Marks a question that the bot posted for a person who asked by a command or in a dialogue; its payload names the person. */
export const questionMetadataType = 'threadwise_question'

/** Things that happen in a channel and that nobody says. Source: docs.slack.dev, message subtypes. */
const silentSubtypes =
  /^(channel|group|mpim)_|^(bot_add|bot_remove|pinned_item|unpinned_item|tombstone|reminder_add|assistant_app_thread)$/

/** Converts a message of Slack's history or of an event; undefined for joins, topics and the like. */
export function toMessage(raw: RawMessage, self: Self): Message | undefined {
  if (typeof raw.ts !== 'string') return undefined
  if (typeof raw.subtype === 'string' && silentSubtypes.test(raw.subtype)) return undefined
  const asked = toAsked(raw)
  if (asked !== undefined)
    return { ts: raw.ts, author: { kind: 'person', id: asked.user }, text: asked.text, form: 'markdown', files: [] }
  return {
    ts: raw.ts,
    author: toAuthor(raw, self),
    text: toText(raw),
    form: 'slack',
    files: Array.isArray(raw.files) ? raw.files.map(toSlackFile).filter(file => file !== undefined) : [],
  }
}

function toAsked(raw: RawMessage): { user: string; text: string } | undefined {
  if (raw.metadata?.event_type !== questionMetadataType) return undefined
  const { user, question } = raw.metadata.event_payload ?? {}
  return typeof user === 'string' && typeof question === 'string' ? { user, text: question } : undefined
}

function toAuthor(raw: RawMessage, self: Self): Message['author'] {
  if (raw.user === self.userId || (raw.bot_id !== undefined && raw.bot_id === self.botId)) return { kind: 'self' }
  if (raw.bot_id === undefined && typeof raw.user === 'string') return { kind: 'person', id: raw.user }
  const name = raw.bot_profile?.name ?? raw.username
  return { kind: 'app', name: typeof name === 'string' && name !== '' ? name : 'app' }
}

/** Other apps often say everything in attachments and leave the text empty. */
function toText(raw: RawMessage): string {
  if (typeof raw.text === 'string' && raw.text !== '') return raw.text
  if (!Array.isArray(raw.attachments)) return ''
  return raw.attachments
    .map((attachment: { text?: unknown; fallback?: unknown }) => attachment.text ?? attachment.fallback)
    .filter(text => typeof text === 'string')
    .join('\n')
}
