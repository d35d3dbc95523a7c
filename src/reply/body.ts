import { sanitize } from '../text/sanitize.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'

/** A note below the text of a message: facts about it, or an error. */
interface Note {
  kind: 'footer' | 'error'
  sentence: string
}

/** A block below a message: buttons, or a line beside them. It has a `block_id`. */
export type Control = Record<string, unknown>

/** The content of a Slack message. */
export interface MessageBody {
  /** The same as the blocks, for notifications, screen readers and copies. */
  text: string
  blocks: Record<string, unknown>[]
}

/** Separates the note from the model's text in a message's `text`, for readers of history: the invisible separator. */
const noteMark = '\u2063'

/** The longest `text` of `chat.update`, in bytes. Source: docs.slack.dev, chat.update, and a measurement of GitLab's. */
const maxTextBytes = 4_000
/** The longest text element of a context block. Same source, context block. */
const maxNoteCharacters = 1_900

/**
 * Builds a message from Markdown: Slack's Markdown block for the eye, mrkdwn for everything else, buttons below. Nothing in it can
 * ping.
 */
export function buildMessageBody(markdown: string, note?: Note, controls: Control[] = []): MessageBody {
  const written = markdown.trim() === '' ? [] : [{ type: 'markdown', text: sanitize(markdown) }]
  if (note === undefined) return { text: toMrkdwn(markdown), blocks: [...written, ...controls] }
  const sentence = toMrkdwn(shorten(note.kind === 'error' ? `⚠️ ${note.sentence}` : note.sentence))
  const element = { type: 'mrkdwn', text: sentence, verbatim: true }
  const block = note.kind === 'error' ? { type: 'section', text: element } : { type: 'context', elements: [element] }
  return { text: joinNote(toMrkdwn(markdown), sentence), blocks: [...written, block, ...controls] }
}

/** Returns whether a message has no content; Slack refuses an empty one, and controls alone, which have ids, say nothing. */
export function isNothing(body: MessageBody): boolean {
  return body.text.trim() === '' && body.blocks.every(({ block_id }) => block_id !== undefined)
}

/** Returns whether two bodies look the same to a reader. */
export function sameBody(a: MessageBody, b: MessageBody | undefined): boolean {
  return b !== undefined && a.text === b.text && JSON.stringify(a.blocks) === JSON.stringify(b.blocks)
}

/** Returns a message's text without the note below it. */
export function withoutNote(text: string): string {
  const at = text.indexOf(noteMark)
  return at < 0 ? text : text.slice(0, at).trimEnd()
}

/** Appends the note to `text`, unless both are too long; the blocks, which people see, have it all the same. */
function joinNote(text: string, sentence: string): string {
  const joined = text.trim() === '' ? `${noteMark}${sentence}` : `${text}\n\n${noteMark}${sentence}`
  return Buffer.byteLength(joined) <= maxTextBytes ? joined : text
}

function shorten(sentence: string): string {
  if (sentence.length <= maxNoteCharacters) return sentence
  return `${sentence.slice(0, maxNoteCharacters).toWellFormed()}…`
}
