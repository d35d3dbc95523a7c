import type { I18n } from '../../i18n/catalog.ts'
import type { ChatMessage, Model } from '../../model/model.ts'
import {
  buildGapNotice,
  buildRegenerateNotice,
  buildSystemPrompt,
  mergeSameRole,
  type PromptFile,
  renderPromptMessage,
} from '../../model/prompts.ts'
import { loadTokenCounter, tokenUpperBound } from '../../model/tokens.ts'
import type { Turn } from '../../queue/turn.ts'
import { withoutNote } from '../../reply/body.ts'
import { fetchDisplayNames } from '../../slack/display-names.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import type { BotIdentity, Message } from '../../slack/message.ts'
import type { Person, Users } from '../../slack/users.ts'
import { formatTime, slackToPlain } from '../../text/from-slack.ts'
import { loadAttachments } from '../../threads/attachments.ts'
import type { ThreadCache } from '../../threads/cache.ts'
import { type Fitted, type Line, truncate } from '../../threads/truncate.ts'

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

interface PrepareDeps {
  self: BotIdentity
  model: Model
  threads: ThreadCache
  users: Users
  files: FileReader
}

/** From a turn to a request: the thread, its files, names for ids, cut to the model's budget. */
export async function buildPrompt(
  deps: PrepareDeps,
  { turn, own, refused }: Asked,
  asker: Person,
  i18n: I18n,
  signal: AbortSignal,
): Promise<Prepared> {
  const thread = selectMessages(await deps.threads.read(turn, turn.question), turn, own)
  const { messages, fresh, unread } = await loadAttachments(thread, deps.files, signal)
  for (const [ts, contents] of fresh) deps.threads.keep(turn, ts, contents)
  const nameOf = await fetchDisplayNames(deps.users, deps.self, messages.toReversed())
  const system = buildSystemPrompt({
    botName: deps.self.name,
    now: formatTime(Date.now(), asker.timeZone),
    place: turn.place,
  })
  const lines = messages
    .map(message => buildLine(message, nameOf, asker.timeZone, deps.model.images, i18n))
    .filter(({ role, text }) => role === 'user' || text.trim() !== '')
  const fitted = await truncate(lines, deps.model.inputTokens - tokenUpperBound(system) / 2, loadTokenCounter)
  const skipped = messages.flatMap(message => formatSkipped(message, deps.model.images, i18n))
  return {
    request: buildRequest(system, fitted, refused),
    leftOut: [
      ...(fitted.read < fitted.total ? [i18n.footerRead(fitted.read, fitted.total)] : []),
      ...(fitted.isShortened ? [i18n.footerShortened] : []),
      ...skipped,
      ...(unread > 0 ? [i18n.footerFilesMore(unread)] : []),
    ],
  }
}

/**
 * The thread as it was when the question was asked, with the bot's replies since that came before its own to this one, and
 * the question at its end: another question that waits behind this one is not to be answered with it.
 */
function selectMessages(thread: readonly Message[], turn: Turn, own: readonly string[]): Message[] {
  const first = own[0]
  const isReplySince = ({ ts, author }: Message) =>
    author.kind === 'self' && ts !== turn.question.ts && (first === undefined || ts < first)
  const before = thread.filter(message => message.ts < turn.question.ts || isReplySince(message))
  return [...before, thread.find(({ ts }) => ts === turn.question.ts) ?? turn.question]
}

function buildLine(
  message: Message,
  nameOf: (id: string) => string,
  timeZone: string,
  seesImages: boolean,
  i18n: I18n,
): Line {
  const formatText = (written: string) => (message.form === 'slack' ? slackToPlain(written, nameOf) : written)
  if (message.author.kind === 'self')
    return { role: 'assistant', text: formatText(withoutNote(message.text)), images: [] }
  const text = formatText(message.text)
  const from = message.author.kind === 'person' ? nameOf(message.author.id) : message.author.name
  const contents = message.contents ?? []
  const files = contents.map(content => buildPromptFile(content, seesImages, i18n))
  const images = seesImages ? contents.filter(content => content.kind === 'image') : []
  return {
    role: 'user',
    text: renderPromptMessage({ from, time: formatTime(Number(message.ts) * 1000, timeZone), text, files }),
    images: images.map(({ mimetype, base64 }) => `data:${mimetype};base64,${base64}`),
  }
}

function buildPromptFile(content: FileContent, seesImages: boolean, i18n: I18n): PromptFile {
  if (content.kind === 'text') {
    const { name, text, cutCharacters } = content
    return { name, text: cutCharacters === 0 ? text : `${text}\n[… ${cutCharacters} more characters left out …]` }
  }
  if (content.kind === 'image') {
    return seesImages
      ? { name: content.name, text: '(image)' }
      : { name: content.name, missing: i18n.fileReasons.no_vision }
  }
  return { name: content.name, missing: i18n.fileReasons[content.reason] }
}

/** A sentence for each file that the model could not be given, or not whole. */
function formatSkipped(message: Message, seesImages: boolean, i18n: I18n): string[] {
  return (message.contents ?? []).flatMap(content => {
    if (content.kind === 'text' && content.cutCharacters > 0) return [i18n.footerFileCut(content.name)]
    const { missing } = buildPromptFile(content, seesImages, i18n)
    return missing === undefined ? [] : [i18n.footerFileSkipped(content.name, missing)]
  })
}

function buildRequest(system: string, fitted: Fitted, refused: string | undefined): ChatMessage[] {
  const messages: ChatMessage[] = [{ role: 'system', content: system }]
  fitted.lines.forEach((line, index) => {
    messages.push(buildChatMessage(line))
    if (index === fitted.gapAfter) messages.push({ role: 'user', content: buildGapNotice(fitted.total - fitted.read) })
  })
  if (refused !== undefined) messages.push(...buildRegenerate(refused))
  return mergeSameRole(messages)
}

/** The answer that was not wanted, and the wish for another. */
function buildRegenerate(refused: string): ChatMessage[] {
  const wish: ChatMessage = { role: 'user', content: buildRegenerateNotice() }
  return refused.trim() === '' ? [wish] : [{ role: 'assistant', content: refused }, wish]
}

function buildChatMessage({ role, text, images }: Line): ChatMessage {
  if (images.length === 0) return { role, content: text }
  const pictures = images.map(dataUrl => ({ kind: 'image' as const, dataUrl }))
  return { role, content: [{ kind: 'text', text }, ...pictures] }
}
