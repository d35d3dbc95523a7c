import { orAbort } from '../../abort.ts'
import { formatError, ShownError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Interruption } from '../../queue/job.ts'
import type { Turn } from '../../queue/turn.ts'
import { buildMessageBody } from '../../reply/body.ts'
import type { Ending } from '../../reply/reply.ts'
import { openTicker } from '../../reply/ticker.ts'
import type { FileReader } from '../../slack/files/read-file.ts'
import { isRecording } from '../../slack/files/slack-file.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import type { Person } from '../../slack/users.ts'
import type { Digests } from '../../store/digests.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatTime } from '../../text/from-slack.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatGone, noteModel } from '../chosen-model.ts'
import type { Services, TurnContext } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'
import { buildAnswerControls, buildPostControl, controlIds } from '../reply-buttons.ts'
import { noteSpent } from '../turn-spending.ts'
import { messageTs, type Said } from './chunks.ts'
import { checkWords } from './guess.ts'
import { buildMissed } from './missed.ts'
import { formatFacts, formatMoment, formatProgress, languageFor, localeFor, type Progress } from './progress.ts'
import { findRecording, hearRecordings, refuseUnheard } from './recordings.ts'
import { renderFormedMarkdown, renderSummaryMarkdown } from './render.ts'
import { type AskedSummary, parseAskedSummary } from './request.ts'
import { buildSaid, selectMessages, stripMentions } from './said.ts'
import { checkDelivery, checkRules, fetchSource, findSource, type Source, type SourceRead } from './source.ts'
import type { createSummarizer, Summary, SummaryProgress } from './summarizer.ts'
import { formatVotes } from './votes.ts'

type Summarizer = ReturnType<typeof createSummarizer>

type RequestedForm = AskedSummary['form']

type SummarizeDeps = Pick<
  Services,
  | 'self'
  | 'reader'
  | 'access'
  | 'rules'
  | 'policies'
  | 'users'
  | 'fetchNames'
  | 'models'
  | 'speech'
  | 'respond'
  | 'metrics'
  | 'questions'
  | 'limiter'
> & {
  files: FileReader
  summarizer: Summarizer
  digests: Digests
}
/** Its sentences are in the language of the request. */
type Ctx = TurnContext<SummarizeDeps> & { locale: string }

/** Progress is shown at least every three seconds. */
const progressEveryMs = 2_500

/** Words for what a recording is of. They mean it only if it comes with them. */
const recorded =
  /\b(?:meeting|call|interview|podcast|talk|lecture|video)(?: recording)?\b|(?:会议|电话|通话|访谈|播客|讲座|视频)(?:录音)?|(?:会議|電話|通話|講義|動画)(?:の?録音)?/i

/** Parses the request for a summary in a turn. One with files is about these: it is none unless they are recordings. */
export async function parseSummaryTurn(turn: Turn, { timeZone }: Person): Promise<AskedSummary | undefined> {
  const { ts, text, files } = turn.question
  if (!files.every(isRecording)) return undefined
  const words = stripMentions(text)
  const about =
    files.length === 0
      ? words
      : words.replace(
          recorded,
          /[\u3040-\u30ff]/.test(words) ? '録音' : /[\u4e00-\u9fff]/.test(words) ? '录音' : 'recording',
        )
  const asked = await parseAskedSummary(about, Number(ts) * 1000, timeZone)
  if (files.length > 0)
    return asked?.place.of === 'here' || asked?.place.of === 'recording'
      ? { ...asked, span: undefined, place: { of: 'recording' } }
      : undefined
  const isMissed = asked?.place.of === 'here' && asked.span?.kind === 'new' && turn.question.ts === turn.threadTs
  const isWide = isMissed && (turn.place === 'dm' || missedWords.test(turn.question.text))
  return isWide ? { ...asked, place: { of: 'everywhere' } } : asked
}

/** Words that ask for more than a channel. */
const missedWords = /\bi\s+miss|我错过了|見(?:逃|落と)した/i

/** Summarizes what a turn asks for. A command that fails says so where it was sent. */
export async function summarize(turnCtx: TurnContext<SummarizeDeps>, asked: AskedSummary): Promise<void> {
  const locale = localeFor(turnCtx.turn, turnCtx.person)
  const ctx: Ctx = { ...turnCtx, locale, i18n: i18nFor(locale) }
  const { turn, person, i18n, signal } = ctx
  try {
    await checkWords(asked, Number(turn.question.ts) * 1000, person.timeZone)
    if (asked.place.of === 'everywhere' && turn.place !== 'dm') await moveToDirect(ctx)
    else await showSummary(ctx, asked)
  } catch (error) {
    if (!(error instanceof ShownError)) throw error
    if (!signal.aborted && (await failPrivately(ctx, error))) return
    throw new ShownError(error.kind, () => error.sentence(i18n), error.cause)
  }
}

/** Tells why a command failed where it was sent and leaves no trace in the direct messages. Returns false if it came from elsewhere. */
async function failPrivately({ job, turn, i18n, reply, deps, log }: Ctx, error: ShownError): Promise<boolean> {
  if (turn.echo === undefined || job.revision > 1) return false
  const text = toMrkdwn(`⚠️ ${error.sentence(i18n)}`)
  try {
    await deps.respond(turn.echo, { response_type: 'ephemeral', replace_original: false, text })
  } catch (reason) {
    log.warn({ turn: turn.id, reason: formatError(reason) }, 'command not answered where it was sent')
    return false
  }
  log.error({ turn: turn.id, kind: error.kind, reason: formatError(error) }, 'turn failed')
  reply.replace('')
  await reply.keepFirst(0)
  const question = { channel: turn.channel, ts: turn.question.ts }
  await deps.limiter
    .send('chat.delete', () => question, 'final')
    .catch(reason => log.warn({ turn: turn.id, reason: formatError(reason) }, 'question not removed'))
  return true
}

/**
 * Reads what was said, summarizes it and shows the summary in the reply, below which its progress stood; also in place of the
 * command that asked for it.
 */
async function showSummary(ctx: Ctx, asked: AskedSummary): Promise<void> {
  const { reply, i18n, signal } = ctx
  const progress: Progress = { begunAt: Date.now(), read: 0, total: 0, summing: undefined }
  const ticker = openTicker(() => reply.show(formatProgress(progress, i18n)), progressEveryMs)
  try {
    const { ending, saveReadMarker } = await orAbort(buildSummary(ctx, asked, progress), signal)
    await ticker.close()
    await reply.finish(ending)
    await saveReadMarker()
    await echo(ctx, renderEcho(ctx, ending))
  } catch (error) {
    await ticker.close()
    // One that is resumed later keeps its progress line.
    if (!signal.aborted || (signal.reason as Interruption).kind === 'stopped') reply.replace('')
    throw error
  }
}

/** Asks the question again in the person's direct messages: what they missed is theirs alone. */
async function moveToDirect({ turn, reply, i18n, deps }: Ctx): Promise<void> {
  const question = { user: turn.user, question: stripMentions(turn.question.text).trim() }
  const command = await deps.questions.save(question, `missed:${turn.id}`)
  reply.replace(i18n.summary.missed.inDirect)
  await reply.finish()
  if (command !== undefined) await deps.questions.run(command)
}

/** Fetches, summarizes and writes the reply's text. The read marker is saved once the summary stands in Slack. */
async function buildSummary(
  ctx: Ctx,
  { place, span, form }: AskedSummary,
  progress: Progress,
): Promise<{ ending: Ending; saveReadMarker: () => Promise<void> }> {
  if (place.of === 'everywhere') return buildMissed(ctx, { span, form }, progress)
  const { turn, i18n, reply, signal, deps } = ctx
  const now = Number(turn.question.ts) * 1000
  const readAt = Date.now()
  const isRecorded = place.of === 'recording'
  const source = await findSource(ctx, place)
  await checkRules(ctx, source)
  const key = source.threadTs === undefined ? source.channel : `${source.channel}:${source.threadTs}`
  const before = await deps.digests.readTold(turn.user, key, turn.id)
  const readMarker = before === undefined ? undefined : Number(before) * 1000
  const onProgress = (read: number, total: number) => void Object.assign(progress, { read, total })
  const read = await fetchSource(ctx, source, { span, now, readMarker, onProgress })
  const saveReadMarker = async () => {
    if (read.isAllNew && !isRecorded) await deps.digests.writeTold(turn.user, key, turn.id, (now / 1000).toFixed(6))
  }
  const open = deps.rules.selectOpen(source.channel, read.messages)
  const selected = await selectMessages(ctx, isRecorded ? findRecording(open, turn) : open)
  const { messages, notRead } = await hearRecordings(ctx, selected, progress)
  if (isRecorded) refuseUnheard(messages)
  if (messages.length > 0) {
    const ending = await summarizeMessages(ctx, {
      source,
      read: { ...read, messages },
      notRead,
      form,
      progress,
      readAt,
    })
    return { ending, saveReadMarker }
  }
  await checkDelivery(ctx, source)
  signal.throwIfAborted()
  const { nothing, nothingNew } = i18n.summary
  reply.replace(span?.kind === 'new' ? nothingNew({ since: formatMoment(read.range?.from ?? now, i18n) }) : nothing)
  return { ending: {}, saveReadMarker }
}

interface SummaryWork {
  source: Source
  read: SourceRead
  /** Sentences about recordings that could not be heard. */
  notRead: string[]
  form: RequestedForm
  progress: Progress
  /** When its messages were read, in milliseconds since 1970. */
  readAt: number
}

async function summarizeMessages(
  ctx: Ctx,
  { source, read, notRead, form, progress, readAt }: SummaryWork,
): Promise<Ending> {
  const { job, turn, person, i18n, chosen, reply, signal, deps } = ctx
  const said = await buildSaid(ctx, read.messages)
  const reader = {
    language: languageFor(ctx.locale),
    now: formatTime(Date.now(), person.timeZone),
    request: form.words,
  }
  const request = {
    model: chosen.model,
    channel: source.channel,
    person: turn.user,
    said,
    reader,
    readAt,
    isAgain: job.revision > 1,
    onSpent: noteSpent(job),
  }
  const onProgress = (summing: SummaryProgress) => void Object.assign(progress, { summing })
  const summary = await deps.summarizer.summarize(request, onProgress, signal)
  const { calls, known, chunks, tokensIn, tokensOut, tokensCached } = summary.usage
  deps.metrics.tokensUsed('in', tokensIn)
  deps.metrics.tokensUsed('out', tokensOut)
  deps.metrics.tokensUsed('cached', tokensCached)
  noteModel(ctx)
  const limits = deps.policies.factsFor(
    [source.channel, ...said.flatMap(({ quotedFrom = [] }) => quotedFrom)],
    turn.user,
  )
  Object.assign(job.facts, { read: said.length, ...limits })
  ctx.log.info(
    { turn: turn.id, messages: said.length, calls, known, chunks, tokensIn, tokensOut, tokensCached },
    'summarized',
  )
  await checkDelivery(ctx, source)
  const shown = renderSummary(ctx, { source, summary, said, form })
  signal.throwIfAborted()
  reply.replace([...notRead, shown.markdown].join('\n\n'))
  const facts = formatFacts({
    read,
    summary,
    dropped: shown.dropped,
    model: formatModelTitle(chosen.model.title, i18n),
    i18n,
  })
  const isElsewhere = turn.place === 'dm' && source.channel !== turn.channel
  const buttons = i18nFor(person.locale)
  const post = isElsewhere ? [buildPostControl(turn, source, buttons)] : []
  const note = { kind: 'footer' as const, sentence: [...facts, ...formatGone(ctx)].join(' · ') }
  const canListen = deps.speech !== undefined
  return {
    note,
    controls: [...post, ...buildAnswerControls(turn.id, buttons, { canListen, choices: chosen.choices })],
  }
}

/** Renders the requested form if any of it is supported by its sources, else the usual one. */
function renderSummary(
  { deps, i18n }: Ctx,
  { source, summary, said, form }: { source: Source; summary: Summary; said: Said[]; form: RequestedForm },
): ReturnType<typeof renderSummaryMarkdown> {
  const { found, formed } = summary
  const byTs = new Map(said.map(message => [message.ts, message]))
  const linkOf = (ts: string) => {
    const message = byTs.get(ts)
    const at = message?.recording?.at
    const from = escapeMarkdown((message?.from ?? '').replace(/[[\]<>@]/g, ''))
    const address = buildPermalink(deps.self, source.channel, messageTs(ts), message?.threadTs)
    return {
      address,
      label: at === undefined ? from : `${from} ${at}`,
      // All that is said in a recording was sent at one moment.
      time: at === undefined ? formatMoment(Number(ts) * 1000, i18n) : '',
      votes: formatVotes(message?.reactions),
    }
  }
  const usual = renderSummaryMarkdown(found, form.sections, linkOf, i18n)
  if (formed === undefined) return usual
  const shown = renderFormedMarkdown(formed, found, linkOf, { said: ts => byTs.get(ts) })
  return shown === undefined ? usual : { ...shown, dropped: shown.dropped + found.dropped }
}

/** Renders the summary for the place of the command, with its post button only; of a long one the link. */
function renderEcho({ deps, turn, reply, i18n }: Ctx, { note, controls = [] }: Ending): object {
  const [first = ''] = reply.messages
  if (reply.messages.length > 1)
    return {
      text: toMrkdwn(i18n.summary.direct({ link: buildPermalink(deps.self, turn.channel, first, turn.threadTs) })),
    }
  const post = controls.filter(({ block_id }) => block_id === controlIds.post)
  return buildMessageBody(reply.text, note, post)
}

/** Shows the summary where the command was sent, privately. It stands in the direct messages anyway. */
async function echo({ deps, turn, log }: Ctx, body: object): Promise<void> {
  if (turn.echo === undefined) return
  const message = { response_type: 'ephemeral', replace_original: false, ...body }
  await deps
    .respond(turn.echo, message)
    .catch(error => log.warn({ turn: turn.id, reason: formatError(error) }, 'response to the command failed'))
}
