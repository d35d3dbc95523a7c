import type { Words } from '../../i18n/catalog.ts'
import type { ChatMessage, Model } from '../../model/model.ts'
import {
  type PromptFile,
  toAgainNotice,
  toAlternating,
  toGapNotice,
  toPromptText,
  toSystemPrompt,
} from '../../model/prompts.ts'
import { loadTokenCounter, mostTokens } from '../../model/tokens.ts'
import type { Turn } from '../../queue/turn.ts'
import { withoutNote } from '../../reply/body.ts'
import { readNames } from '../../slack/display-names.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import type { Message, Self } from '../../slack/message.ts'
import type { People, Person } from '../../slack/users.ts'
import { toPlain, toTime } from '../../text/from-slack.ts'
import { readContents } from '../../threads/attachments.ts'
import type { Conversations } from '../../threads/cache.ts'
import { type Fitted, type Line, toFitted } from '../../threads/truncate.ts'

/** A turn's request to the model, and what had to be left out of it. */
export interface Prepared {
  request: ChatMessage[]
  /** One fact each, in the reader's language, for the reply's footer. */
  leftOut: string[]
}

/** What is to be answered. */
export interface Asked {
  turn: Turn
  /** The ts of messages that are the answer itself, from an earlier attempt: they are not part of the question. */
  own: readonly string[]
  /** The person wants another answer than this one; blank when nobody knows any more what it was. */
  refused: string | undefined
}

interface PrepareParts {
  self: Self
  model: Model
  conversations: Conversations
  people: People
  files: FileReader
}

/** From a turn to a request: the thread, its files, names for ids, cut to the model's budget. */
export async function prepare(
  parts: PrepareParts,
  { turn, own, refused }: Asked,
  asker: Person,
  words: Words,
  signal: AbortSignal,
): Promise<Prepared> {
  const thread = toAsked(await parts.conversations.read(turn, turn.question), turn, own)
  const { messages, fresh, unread } = await readContents(thread, parts.files, signal)
  for (const [ts, contents] of fresh) parts.conversations.keep(turn, ts, contents)
  const nameOf = await readNames(parts.people, parts.self, messages.toReversed())
  const system = toSystemPrompt({
    botName: parts.self.name,
    now: toTime(Date.now(), asker.timeZone),
    place: turn.place,
  })
  const lines = messages
    .map(message => toLine(message, nameOf, asker.timeZone, parts.model.images, words))
    .filter(({ role, text }) => role === 'user' || text.trim() !== '')
  const fitted = await toFitted(lines, parts.model.inputTokens - mostTokens(system) / 2, loadTokenCounter)
  const skipped = messages.flatMap(message => toSkipped(message, parts.model.images, words))
  return {
    request: toRequest(system, fitted, refused),
    leftOut: [
      ...(fitted.read < fitted.total ? [words.footerRead(fitted.read, fitted.total)] : []),
      ...(fitted.isShortened ? [words.footerShortened] : []),
      ...skipped,
      ...(unread > 0 ? [words.footerFilesMore(unread)] : []),
    ],
  }
}

/**
 * The thread as it was when the question was asked, with the bot's replies since that came before its own to this one, and
 * the question at its end: another question that waits behind this one is not to be answered with it.
 */
function toAsked(thread: readonly Message[], turn: Turn, own: readonly string[]): Message[] {
  const first = own[0]
  const isReplySince = ({ ts, author }: Message) =>
    author.kind === 'self' && ts !== turn.question.ts && (first === undefined || ts < first)
  const before = thread.filter(message => message.ts < turn.question.ts || isReplySince(message))
  return [...before, thread.find(({ ts }) => ts === turn.question.ts) ?? turn.question]
}

function toLine(
  message: Message,
  nameOf: (id: string) => string,
  timeZone: string,
  seesImages: boolean,
  words: Words,
): Line {
  const toText = (written: string) => (message.form === 'slack' ? toPlain(written, nameOf) : written)
  if (message.author.kind === 'self') return { role: 'assistant', text: toText(withoutNote(message.text)), images: [] }
  const text = toText(message.text)
  const from = message.author.kind === 'person' ? nameOf(message.author.id) : message.author.name
  const contents = message.contents ?? []
  const files = contents.map(content => toPromptFile(content, seesImages, words))
  const images = seesImages ? contents.filter(content => content.kind === 'image') : []
  return {
    role: 'user',
    text: toPromptText({ from, time: toTime(Number(message.ts) * 1000, timeZone), text, files }),
    images: images.map(({ mimetype, base64 }) => `data:${mimetype};base64,${base64}`),
  }
}

function toPromptFile(content: FileContent, seesImages: boolean, words: Words): PromptFile {
  if (content.kind === 'text') {
    const { name, text, cutCharacters } = content
    return { name, text: cutCharacters === 0 ? text : `${text}\n[… ${cutCharacters} more characters left out …]` }
  }
  if (content.kind === 'image') {
    return seesImages
      ? { name: content.name, text: '(image)' }
      : { name: content.name, missing: words.fileReasons.no_vision }
  }
  return { name: content.name, missing: words.fileReasons[content.reason] }
}

/** A sentence for each file that the model could not be given, or not whole. */
function toSkipped(message: Message, seesImages: boolean, words: Words): string[] {
  return (message.contents ?? []).flatMap(content => {
    if (content.kind === 'text' && content.cutCharacters > 0) return [words.footerFileCut(content.name)]
    const { missing } = toPromptFile(content, seesImages, words)
    return missing === undefined ? [] : [words.footerFileSkipped(content.name, missing)]
  })
}

function toRequest(system: string, fitted: Fitted, refused: string | undefined): ChatMessage[] {
  const messages: ChatMessage[] = [{ role: 'system', content: system }]
  fitted.lines.forEach((line, index) => {
    messages.push(toChatMessage(line))
    if (index === fitted.gapAfter) messages.push({ role: 'user', content: toGapNotice(fitted.total - fitted.read) })
  })
  if (refused !== undefined) messages.push(...toAgain(refused))
  return toAlternating(messages)
}

/** The answer that was not wanted, and the wish for another. */
function toAgain(refused: string): ChatMessage[] {
  const wish: ChatMessage = { role: 'user', content: toAgainNotice() }
  return refused.trim() === '' ? [wish] : [{ role: 'assistant', content: refused }, wish]
}

function toChatMessage({ role, text, images }: Line): ChatMessage {
  if (images.length === 0) return { role, content: text }
  const pictures = images.map(dataUrl => ({ kind: 'image' as const, dataUrl }))
  return { role, content: [{ kind: 'text', text }, ...pictures] }
}
