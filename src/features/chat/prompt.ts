import { ShownError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { ChatMessage } from '../../model/model.ts'
import {
  buildGapNotice,
  buildInstructions,
  buildLanguageNotice,
  buildRegenerateNotice,
  buildSystemPrompt,
  buildTimeNotice,
  mergeSameRole,
  renderPromptMessage,
} from '../../model/prompts.ts'
import { loadTokenCounter, tokenUpperBound } from '../../model/tokens.ts'
import { withoutNote } from '../../reply/body.ts'
import type { FileContent, FileReader } from '../../slack/files/read-file.ts'
import { listQuotedChannels, type Message } from '../../slack/message.ts'
import { parseAloudWish } from '../../text/aloud-request.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatTime, slackToPlain } from '../../text/from-slack.ts'
import { detectLanguage, localeOf } from '../../text/language.ts'
import { truncate } from '../../threads/truncate.ts'
import type { Services, TurnContext } from '../context.ts'
import { formatFileProblem, readFiles } from '../read-files.ts'
import { viewPictures } from './describe-pictures.ts'
import { readEarlierLines } from './earlier-lines.ts'
import { fitLongFiles } from './long-files.ts'
import { findSpoken, formatHeard, refuseUnheard, withoutHeard } from './recordings.ts'

type Line = Parameters<typeof truncate>[0][number]

type PromptFile = Parameters<typeof renderPromptMessage>[0]['files'][number]

type Fitted = Awaited<ReturnType<typeof truncate>>

type PromptContext = TurnContext<
  Pick<Services, 'self' | 'speech' | 'store' | 'threads' | 'users' | 'fetchNames' | 'policies' | 'rules'> & {
    files: FileReader
  }
>

/** How messages are rendered for one model: for every asker in the same way, so that its prompt cache knows them again. */
interface View {
  nameOf: (id: string) => string
  timeZone: string
  pictures: ReturnType<typeof viewPictures>
}

/** The language of what the model is told about files. */
const promptI18n = i18nFor('en')

/** A request to the model. */
interface Prompt {
  messages: ChatMessage[]
  /** Pictures that the model is given for the first time. */
  undescribed: View['pictures']['undescribed']
  /** A sentence for the reader about each thing that did not fit. */
  leftOut: string[]
  /** A sentence for each reason why files could not be read. */
  notRead: string[]
  /** The question as it was understood, if it was spoken; else blank. */
  heard: string
  quotedFrom: string[]
}

/**
 * Builds the request to the model: the thread with names for ids and its files, cut to the model's input tokens. Throws a `ShownError` if Slack takes
 * no replies in the thread, or cannot be read, or if the question was spoken and cannot be understood.
 */
export async function buildPrompt(ctx: PromptContext): Promise<Prompt> {
  const { turn, person, i18n, deps } = ctx
  const { model } = ctx.chosen
  const [earlier, read] = await Promise.all([readEarlierLines(ctx), deps.threads.read(turn, turn.question)])
  if (read[0]?.isLocked === true) throw new ShownError('thread_locked', i18n => i18n.ask.threadLocked)
  const all = [...earlier, ...selectMessages(read, ctx)]
  const thread = deps.rules.selectOpen(turn.channel, all)
  const { messages, unread } = await readFiles(thread, ctx)
  const question = messages.at(-1)
  if (question !== undefined) refuseUnheard(question)
  const nameOf = await deps.fetchNames(messages.toReversed())
  const timeZone = await findTimeZone(messages, ctx)
  const view = {
    nameOf,
    timeZone,
    pictures: viewPictures(messages, model, ctx.job.revision > 1),
  }
  const wishes = await deps.policies.instructionsFor(turn)
  const system = buildSystemPrompt({ botName: deps.self.name, place: turn.place, timeZone }) + buildInstructions(wishes)
  const long = await fitLongFiles(messages, { inputTokens: model.inputTokens, i18n })
  const lines = long.messages
    .map((message, at) => buildLine(message, view, at === messages.length - 1 ? view.pictures.again : []))
    .filter(({ role, text }) => role === 'user' || text.trim() !== '')
  const fitted = await truncate(lines, model.inputTokens - tokenUpperBound(system) / 2, loadTokenCounter)
  noteFacts(ctx, { messages, fitted, view, wishes })
  // A team may wish for one language.
  const language = buildInstructions(wishes) === '' ? buildLanguage(messages, person.locale) : []
  const last = [...buildRegenerate(findRefusedAnswer(ctx)), ...buildNow(ctx, timeZone), ...language]
  return {
    messages: buildRequest(system, fitted, last),
    undescribed: view.pictures.undescribed,
    notRead: formatNotRead(messages, view, i18n),
    heard: question === undefined ? '' : formatHeard(question, person.locale, i18n),
    quotedFrom: listQuotedChannels(messages),
    leftOut: [
      ...(fitted.read < fitted.total ? [i18n.footerRead({ read: fitted.read, total: fitted.total })] : []),
      ...(fitted.isShortened ? [i18n.footerShortened] : []),
      ...messages.flatMap(({ contents = [] }) =>
        contents.flatMap(content => (long.cut.has(content) ? [] : formatPartlyRead(content, i18n))),
      ),
      ...long.leftOut,
      ...(unread > 0 ? [i18n.footerFilesMore({ count: unread })] : []),
      ...(thread.length < all.length ? [i18n.policy.left({ messages: all.length - thread.length })] : []),
    ],
  }
}

/** Returns the time zone in which the thread's times are given: that of the person who began it, whoever asks. */
async function findTimeZone(messages: readonly Message[], { person, deps }: PromptContext): Promise<string> {
  const first = messages.find(({ author }) => author.kind === 'person')?.author
  return first?.kind === 'person' ? (await deps.users.read(first.id)).timeZone : person.timeZone
}

/** A question that is older than this is answered with the present time. */
const presentMs = 600_000

/** Builds the present time of the asker where the question's own, in the thread's zone, does not tell it. */
function buildNow({ turn, person }: PromptContext, timeZone: string): ChatMessage[] {
  const asked = Number(turn.question.ts) * 1000
  const isPresent = Date.now() - asked < presentMs
  if (isPresent && formatTime(asked, timeZone) === formatTime(asked, person.timeZone)) return []
  return [{ role: 'user', content: buildTimeNotice(formatTime(Date.now(), person.timeZone), person.timeZone) }]
}

/** Characters of a file or message that tell its language. */
const languageCharacters = 2_000

/** Builds the language of a question in Chinese or Japanese where what stands before it is in another one. */
function buildLanguage(messages: readonly Message[], locale: string): ChatMessage[] {
  const question = messages.at(-1)
  const written = detectLanguage(question?.text ?? '')
  if (written === undefined || written === 'en') return []
  const language = localeOf(question?.text ?? '', locale).startsWith('ja') ? 'ja' : written
  const others = messages.flatMap(message => [
    message === question ? '' : message.text.slice(0, languageCharacters),
    ...(message.contents ?? []).map(content =>
      content.kind === 'text' ? content.text.slice(0, languageCharacters) : '',
    ),
  ])
  const before = detectLanguage(others.join('\n'))
  if (before === undefined || before === language) return []
  return [{ role: 'user', content: buildLanguageNotice(language) }]
}

/** Notes for those who ask why what the model is given. */
function noteFacts(
  { job, turn, deps }: PromptContext,
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
  const pictures = fitted.lines.flatMap(({ images }) => images)
  const instructions = Object.keys(wishes).filter(of => wishes[of]?.trim() !== '')
  Object.assign(job.facts, {
    read: fitted.read,
    total: fitted.total,
    files: files.slice(0, mostFilesNoted),
    instructions,
    ...deps.policies.factsFor([turn.channel, ...listQuotedChannels(messages)], turn.user),
    ...(pictures.length > 0 && {
      pictures: { count: pictures.length, tokens: pictures.reduce((sum, { tokens }) => sum + tokens, 0) },
    }),
  })
}

/** Finds why the model is not given a file. */
function findProblem(content: FileContent, view: View): keyof I18n['fileReasons'] | undefined {
  if (content.kind === 'skipped') return content.reason
  const problem = view.pictures.problemOf(content)
  return problem === 'none' ? undefined : problem
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
 * question last: another question that waits behind this one is not answered with it. Each reply stands behind its question, as it did
 * when the next question was asked.
 */
function selectMessages(thread: readonly Message[], { turn, reply, deps }: PromptContext): Message[] {
  const first = reply.messages[0]
  const isReplySince = ({ ts, author }: Message) =>
    author.kind === 'self' && ts !== turn.question.ts && (first === undefined || ts < first)
  const stamps = new Set(thread.map(({ ts }) => ts))
  const placeOf = ({ ts, mark }: Message) => {
    const question = mark?.turn.split(':').at(-1) ?? ts
    return stamps.has(question) ? question : ts
  }
  const before = thread
    .filter(message => message.ts < turn.question.ts || isReplySince(message))
    .sort((a, b) => compare(placeOf(a), placeOf(b)) || compare(a.ts, b.ts))
  const question = thread.find(({ ts }) => ts === turn.question.ts) ?? turn.question
  // A model that reads it says that it has no voice.
  const rest = deps.speech === undefined ? '' : parseAloudWish(question.text)?.rest
  return [...before, rest ? { ...question, text: rest } : question]
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))

/** Builds the line of a message; `again` are earlier pictures that it is about. */
function buildLine(message: Message, view: View, again: readonly FileContent[] = []): Line {
  const { nameOf, timeZone } = view
  const formatText = (written: string) => (message.form === 'slack' ? slackToPlain(written, nameOf) : written)
  if (message.author.kind === 'self')
    return { role: 'assistant', text: formatText(withoutHeard(withoutNote(message.text))), images: [] }
  const spoken = findSpoken(message)
  const text = spoken === undefined ? formatText(message.text) : `[voice clip] ${spoken.text}`
  const from = message.author.kind === 'person' ? nameOf(message.author.id) : message.author.name
  const quotes = (message.quotes ?? []).map(({ kind, by, channel, ts, text: said }) => ({
    kind,
    from: by === undefined ? undefined : nameOf(by),
    place: channel === undefined ? undefined : nameOf(channel),
    time: ts === undefined ? undefined : formatTime(Number(ts) * 1000, timeZone),
    text: formatText(said),
  }))
  const contents = message.contents ?? []
  const files = contents.filter(content => content !== spoken).map(content => buildPromptFile(content, view))
  const shownAgain = again.map(({ name }) => ({ name, text: '(image, shown again)' }))
  return {
    role: 'user',
    text: renderPromptMessage({
      from,
      time: formatTime(Number(message.ts) * 1000, timeZone),
      reactions: message.reactions,
      text,
      quotes,
      files: [...files, ...shownAgain],
    }),
    images: view.pictures.toImages([...contents.filter(view.pictures.isSent), ...again]),
  }
}

function buildPromptFile(content: FileContent, view: View): PromptFile {
  if (content.kind === 'text') {
    const { name, text, cutCharacters } = content
    return { name, text: cutCharacters === 0 ? text : `${text}\n[… ${cutCharacters} more characters left out …]` }
  }
  if (content.kind === 'image') return view.pictures.toFile(content)
  return { name: content.name, missing: promptI18n.fileReasons[content.reason] }
}

/** Formats a sentence for each reason why files could not be read. Files that an earlier answer named are not named again. */
function formatNotRead(messages: readonly Message[], view: View, i18n: I18n): string[] {
  const namesBy = new Map<keyof I18n['fileReasons'], string[]>()
  for (const { ts, contents = [] } of messages) {
    const said = messages.filter(({ author, ts: later }) => author.kind === 'self' && later > ts)
    for (const content of contents) {
      const problem = findProblem(content, view)
      const { name } = content
      const shown = escapeMarkdown(name)
      if (problem === undefined) continue
      if (said.some(({ text }) => text.includes(name) || text.includes(shown))) continue
      namesBy.set(problem, [...(namesBy.get(problem) ?? []), shown])
    }
  }
  return [...namesBy].map(([problem, names]) => formatFileProblem(problem, names, i18n))
}

function formatPartlyRead(content: FileContent, i18n: I18n): string[] {
  if (content.kind === 'skipped') return []
  const { pages, isFirstPage } = content
  const cutCharacters = content.kind === 'text' ? content.cutCharacters : 0
  const name = escapeMarkdown(content.name)
  return [
    ...(pages === undefined ? [] : [i18n.footerFilePages({ name, read: pages.read, total: pages.total })]),
    ...(isFirstPage === true ? [i18n.footerFirstPage({ name })] : []),
    ...(content.kind === 'text' && content.isRecognized === true ? [i18n.footerRecognized({ name })] : []),
    ...(cutCharacters > 0 ? [i18n.footerFileCut({ name })] : []),
  ]
}

/** Builds the request: what is stable first, then the thread as it was sent before, and `last` what holds for this turn alone. */
function buildRequest(system: string, fitted: Fitted, last: ChatMessage[]): ChatMessage[] {
  const messages: ChatMessage[] = [{ role: 'system', content: system }]
  fitted.lines.forEach((line, index) => {
    messages.push(buildChatMessage(line))
    if (index === fitted.gapAfter) messages.push({ role: 'user', content: buildGapNotice(fitted.total - fitted.read) })
  })
  return mergeSameRole([...messages, ...last])
}

/** Builds the refused answer and the request for another. */
function buildRegenerate(refused: string | undefined): ChatMessage[] {
  if (refused === undefined) return []
  const request: ChatMessage = { role: 'user', content: buildRegenerateNotice() }
  return refused.trim() === '' ? [request] : [{ role: 'assistant', content: refused }, request]
}

function buildChatMessage({ role, text, images }: Line): ChatMessage {
  if (images.length === 0) return { role, content: text }
  const pictures = images.map(picture => ({ kind: 'image' as const, ...picture }))
  return { role, content: [{ kind: 'text', text }, ...pictures] }
}
