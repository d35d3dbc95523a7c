import { sanitize } from '../text/sanitize.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'

/** What stands below the text of a message: quiet facts about it, or what went wrong. */
export interface Note {
  kind: 'footer' | 'error'
  sentence: string
}

/** A block of buttons below a message. */
export type Control = Record<string, unknown>

/** The part of a Slack message that says something; the rest (channel, thread) is the place. */
export interface MessageBody {
  /** For notifications, screen readers and copies; it says the same as the blocks. */
  text: string
  blocks: Record<string, unknown>[]
}

/**
 * Divides our note from the model's text in a message's `text`, so that a reader of history can tell them apart. It is
 * the invisible separator: people never see it and never type it.
 */
const noteMark = '\u2063'

/** `chat.update` takes no longer `text`, in bytes. Source: docs.slack.dev, chat.update, and a measurement of GitLab's. */
const mostTextBytes = 4_000
/** What a text element of a context block holds. Same source, context block. */
const mostNoteCharacters = 1_900

/**
 * A Slack message for a Markdown text: Slack's own Markdown block for the eye, mrkdwn for everything else, buttons below.
 * Nothing in it can ping.
 */
export function buildMessageBody(markdown: string, note?: Note, controls: Control[] = []): MessageBody {
  const written = markdown.trim() === '' ? [] : [{ type: 'markdown', text: sanitize(markdown) }]
  if (note === undefined) return { text: toMrkdwn(markdown), blocks: [...written, ...controls] }
  const sentence = toMrkdwn(shorten(note.kind === 'error' ? `⚠️ ${note.sentence}` : note.sentence))
  const element = { type: 'mrkdwn', text: sentence, verbatim: true }
  const block = note.kind === 'error' ? { type: 'section', text: element } : { type: 'context', elements: [element] }
  return { text: joinNote(toMrkdwn(markdown), sentence), blocks: [...written, block, ...controls] }
}

const controlTypes = new Set(['actions', 'context_actions'])

/** Whether there is nothing to see; Slack refuses such a message, and buttons alone say nothing. */
export function isNothing(body: MessageBody): boolean {
  return body.text.trim() === '' && body.blocks.every(({ type }) => controlTypes.has(String(type)))
}

/** Whether a reader would see no difference. */
export function sameBody(a: MessageBody, b: MessageBody | undefined): boolean {
  return b !== undefined && a.text === b.text && JSON.stringify(a.blocks) === JSON.stringify(b.blocks)
}

/** A message's text without the note that stands below it. */
export function withoutNote(text: string): string {
  const at = text.indexOf(noteMark)
  return at < 0 ? text : text.slice(0, at).trimEnd()
}

/** The note is left out of `text` where both have no room; the blocks, which people see, have it all the same. */
function joinNote(text: string, sentence: string): string {
  const joined = text.trim() === '' ? `${noteMark}${sentence}` : `${text}\n\n${noteMark}${sentence}`
  return Buffer.byteLength(joined) <= mostTextBytes ? joined : text
}

function shorten(sentence: string): string {
  if (sentence.length <= mostNoteCharacters) return sentence
  return `${sentence.slice(0, mostNoteCharacters).toWellFormed()}…`
}
