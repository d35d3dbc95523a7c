import { toInert } from './inert.ts'
import { toMrkdwn } from './markdown.ts'

/** What stands below the text of a message: quiet facts about it, or what went wrong. */
export interface Note {
  kind: 'footer' | 'error'
  sentence: string
}

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

/** A Slack message for a Markdown text: Slack's own Markdown block for the eye, mrkdwn for everything else. Nothing in it can ping. */
export function toMessageBody(markdown: string, note?: Note): MessageBody {
  const written = markdown.trim() === '' ? [] : [{ type: 'markdown', text: toInert(markdown) }]
  if (note === undefined) return { text: toMrkdwn(markdown), blocks: written }
  const sentence = toMrkdwn(note.kind === 'error' ? `⚠️ ${note.sentence}` : note.sentence)
  const element = { type: 'mrkdwn', text: sentence, verbatim: true }
  const block = note.kind === 'error' ? { type: 'section', text: element } : { type: 'context', elements: [element] }
  return { text: joinNote(toMrkdwn(markdown), sentence), blocks: [...written, block] }
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

function joinNote(text: string, sentence: string): string {
  return text.trim() === '' ? sentence : `${text}\n\n${noteMark}${sentence}`
}
