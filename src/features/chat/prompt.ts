import { ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { ChatMessage } from '../../model/model.ts'
import {
  buildGapNotice,
  buildInstructions,
  buildRegenerateNotice,
  buildSystemPrompt,
  mergeSameRole,
  renderPromptMessage,
} from '../../model/prompts.ts'
import { loadTokenCounter, tokenUpperBound } from '../../model/tokens.ts'
import { withoutNote } from '../../reply/body.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import type { Message } from '../../slack/message.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatTime, slackToPlain } from '../../text/from-slack.ts'
import { loadAttachments } from '../../threads/load-files.ts'
import { truncate } from '../../threads/truncate.ts'
import type { Services, TurnContext } from '../context.ts'
import { readEarlierLines } from './earlier-lines.ts'

type Line = Parameters<typeof truncate>[0][number]

type PromptFile = Parameters<typeof renderPromptMessage>[0]['files'][number]

type Fitted = Awaited<ReturnType<typeof truncate>>

type PromptContext = TurnContext<
  Pick<Services, 'self' | 'model' | 'store' | 'threads' | 'fetchNames' | 'policies' | 'rules'> & { files: FileReader }
>

/** How messages are rendered for one reader and one model. */
interface View {
  nameOf: (id: string) => string
  timeZone: string
  seesImages: boolean
  refusesImage: (dataUrl: string) => boolean
  i18n: I18n
}

/**
 * Builds the request to the model: the thread with names for ids and its files, cut to the model's input tokens. `leftOut` has a
 * sentence for the reader about each thing that did not fit or could not be read. Throws a `ShownError` if Slack takes no replies in the
 * thread, or cannot be read.
 */
export async function buildPrompt(ctx: PromptContext): Promise<{ messages: ChatMessage[]; leftOut: string[] }> {
  const { turn, person, i18n, signal, deps } = ctx
  const [earlier, read] = await Promise.all([readEarlierLines(ctx), deps.threads.read(turn, turn.question)])
  if (read[0]?.isLocked === true) throw new ShownError('thread_locked', i18n => i18n.ask.threadLocked)
  const all = [...earlier, ...selectMessages(read, ctx)]
  const thread = deps.rules.selectOpen(turn.channel, all)
  const { messages, fresh, unread } = await loadAttachments(thread, deps.files, signal)
  for (const [ts, contents] of fresh) deps.threads.keep(turn, ts, contents)
  const nameOf = await deps.fetchNames(messages.toReversed())
  const view = {
    nameOf,
    timeZone: person.timeZone,
    seesImages: deps.model.images,
    refusesImage: deps.model.refusesImage,
    i18n,
  }
  const now = formatTime(Date.now(), person.timeZone)
  const wishes = await deps.policies.instructionsFor(turn)
  const system = buildSystemPrompt({ botName: deps.self.name, now, place: turn.place }) + buildInstructions(wishes)
  const lines = messages
    .map(message => buildLine(message, view))
    .filter(({ role, text }) => role === 'user' || text.trim() !== '')
  const fitted = await truncate(lines, deps.model.inputTokens - tokenUpperBound(system) / 2, loadTokenCounter)
  noteFacts(ctx, { messages, fitted, view, wishes })
  return {
    messages: buildRequest(system, fitted, findRefusedAnswer(ctx)),
    leftOut: [
      ...(fitted.read < fitted.total ? [i18n.footerRead(fitted.read, fitted.total)] : []),
      ...(fitted.isShortened ? [i18n.footerShortened] : []),
      ...messages.flatMap(message => formatSkipped(message, view)),
      ...(unread > 0 ? [i18n.footerFilesMore(unread)] : []),
      ...(thread.length < all.length ? [i18n.policy.left(all.length - thread.length)] : []),
    ],
  }
}

/** Notes for those who ask why what the model is given. */
function noteFacts(
  { job }: PromptContext,
  {
    messages,
    fitted,
    view,
    wishes,
  }: { messages: Message[]; fitted: Fitted; view: View; wishes: Record<string, string> },
): void {
  const files = messages.flatMap(({ ts, author, contents = [] }) => {
    const by = author.kind === 'person' ? author.id : undefined
    return contents.map(content => ({ name: content.name, ts, by, missing: findProblem(content, view) }))
  })
  const instructions = Object.keys(wishes).filter(of => wishes[of]?.trim() !== '')
  Object.assign(job.facts, {
    read: fitted.read,
    total: fitted.total,
    files: files.slice(0, mostFilesNoted),
    instructions,
  })
}

function findProblem(content: FileContent, view: View): string | undefined {
  const problem = content.kind === 'image' ? findImageProblem(content, view) : undefined
  return content.kind === 'skipped' ? content.reason : problem === 'none' ? undefined : problem
}

/** Names of files that are kept with a turn. */
const mostFilesNoted = 50

/** Returns the answer that the person did not want when they ask for another; blank if it is gone from Slack. */
function findRefusedAnswer({ job, recovered }: PromptContext): string | undefined {
  if (job.revision === 1) return undefined
  return recovered?.isRefused === true ? recovered.text : ''
}

/**
 * Selects the thread as it was when the question was asked, with the bot's replies since then that precede its own, and the
 * question last: another question that waits behind this one is not answered with it.
 */
function selectMessages(thread: readonly Message[], { turn, reply }: PromptContext): Message[] {
  const first = reply.messages[0]
  const isReplySince = ({ ts, author }: Message) =>
    author.kind === 'self' && ts !== turn.question.ts && (first === undefined || ts < first)
  const before = thread.filter(message => message.ts < turn.question.ts || isReplySince(message))
  return [...before, thread.find(({ ts }) => ts === turn.question.ts) ?? turn.question]
}

function buildLine(message: Message, view: View): Line {
  const { nameOf, timeZone } = view
  const formatText = (written: string) => (message.form === 'slack' ? slackToPlain(written, nameOf) : written)
  if (message.author.kind === 'self')
    return { role: 'assistant', text: formatText(withoutNote(message.text)), images: [] }
  const text = formatText(message.text)
  const from = message.author.kind === 'person' ? nameOf(message.author.id) : message.author.name
  const quotes = (message.quotes ?? []).map(({ kind, by, channel, ts, text: said }) => ({
    kind,
    from: by === undefined ? undefined : nameOf(by),
    place: channel === undefined ? undefined : nameOf(channel),
    time: ts === undefined ? undefined : formatTime(Number(ts) * 1000, timeZone),
    text: formatText(said),
  }))
  const contents = message.contents ?? []
  const files = contents.map(content => buildPromptFile(content, view))
  return {
    role: 'user',
    text: renderPromptMessage({
      from,
      time: formatTime(Number(message.ts) * 1000, timeZone),
      reactions: message.reactions,
      text,
      quotes,
      files,
    }),
    images: contents.filter(content => findImageProblem(content, view) === 'none').map(buildDataUrl),
  }
}

function buildDataUrl(content: FileContent): string {
  return content.kind === 'image' ? `data:${content.mimetype};base64,${content.base64}` : ''
}

/** Finds why the model is not given an image; undefined for what is none. */
function findImageProblem(content: FileContent, view: View): 'no_vision' | 'image_refused' | 'none' | undefined {
  if (content.kind !== 'image') return undefined
  if (!view.seesImages) return 'no_vision'
  return view.refusesImage(buildDataUrl(content)) ? 'image_refused' : 'none'
}

function buildPromptFile(content: FileContent, view: View): PromptFile {
  const { i18n } = view
  if (content.kind === 'text') {
    const { name, text, cutCharacters } = content
    return { name, text: cutCharacters === 0 ? text : `${text}\n[… ${cutCharacters} more characters left out …]` }
  }
  if (content.kind === 'image') {
    const problem = findImageProblem(content, view)
    if (problem === 'none' || problem === undefined) return { name: content.name, text: '(image)' }
    return { name: content.name, missing: i18n.fileReasons[problem] }
  }
  return { name: content.name, missing: i18n.fileReasons[content.reason] }
}

/** Returns a sentence for each file that the model is not given, or not in full. */
function formatSkipped(message: Message, view: View): string[] {
  const { i18n } = view
  return (message.contents ?? []).flatMap(content => {
    if (content.kind === 'text') return formatPartlyRead(content, i18n)
    const { missing } = buildPromptFile(content, view)
    return missing === undefined ? [] : [i18n.footerFileSkipped(escapeMarkdown(content.name), missing)]
  })
}

function formatPartlyRead({ name, cutCharacters, pages }: FileContent & { kind: 'text' }, i18n: I18n): string[] {
  return [
    ...(pages === undefined ? [] : [i18n.footerFilePages(escapeMarkdown(name), pages.read, pages.total)]),
    ...(cutCharacters > 0 ? [i18n.footerFileCut(escapeMarkdown(name))] : []),
  ]
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

/** Builds the refused answer and the request for another. */
function buildRegenerate(refused: string): ChatMessage[] {
  const request: ChatMessage = { role: 'user', content: buildRegenerateNotice() }
  return refused.trim() === '' ? [request] : [{ role: 'assistant', content: refused }, request]
}

function buildChatMessage({ role, text, images }: Line): ChatMessage {
  if (images.length === 0) return { role, content: text }
  const pictures = images.map(dataUrl => ({ kind: 'image' as const, dataUrl }))
  return { role, content: [{ kind: 'text', text }, ...pictures] }
}
