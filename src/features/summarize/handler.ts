import { orAbort } from '../../abort.ts'
import { formatError, ShownError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import type { Model } from '../../model/model.ts'
import type { Interruption, Job } from '../../queue/job.ts'
import type { Turn } from '../../queue/turn.ts'
import { buildMessageBody, withoutNote } from '../../reply/body.ts'
import type { Ending, Reply } from '../../reply/reply.ts'
import { openTicker } from '../../reply/ticker.ts'
import { fetchDisplayNames } from '../../slack/display-names.ts'
import type { Message } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import type { Responder } from '../../slack/response-url.ts'
import type { Person, Users } from '../../slack/users.ts'
import type { Digests } from '../../store/digests.ts'
import type { SummaryChunks } from '../../store/summary-chunks.ts'
import { formatTime, isMentioned, slackToPlain } from '../../text/from-slack.ts'
import { buildAnswerControls, buildPostControl, controlIds } from '../reply-buttons.ts'
import type { Said } from './chunks.ts'
import { formatFacts, formatProgress, languageFor, type Stand } from './progress.ts'
import { type LinkOf, renderFormedMarkdown, renderSummaryMarkdown, type Shown } from './render.ts'
import { type AskedSummary, parseAskedSummary, type RequestedForm } from './request.ts'
import { fetchSource, findSource, type Source, type SourceDeps, type SourceRead } from './source.ts'
import type { Summarizer, Summary, SummaryProgress } from './summarizer.ts'

/** What a summary needs of the rest. */
export interface SummaryDeps extends SourceDeps {
  users: Users
  model: Pick<Model, 'title'>
  summarizer: Summarizer
  digests: Digests
  summaryChunks: SummaryChunks
  respond: Responder
  metrics: Metrics
  log: Log
}

/** One summary on its way. */
interface Desk {
  deps: SummaryDeps
  job: Job
  turn: Turn
  person: Person
  i18n: I18n
  reply: Reply
  stand: Stand
}

/** What a question wants summed up, if that is what it asks for; what comes with files is no such question. */
export async function parseSummaryTurn(turn: Turn, { timeZone }: Person): Promise<AskedSummary | undefined> {
  if (turn.question.files.length > 0) return undefined
  return parseAskedSummary(withoutMentions(turn.question.text), Number(turn.question.ts) * 1000, timeZone)
}

const withoutMentions = (text: string) => text.replace(/<@[UW][^<>]*>/g, ' ')

/** People see how far it has come at least every three seconds. */
const progressEveryMs = 2_500
/** Names that are looked up for one summary: Slack allows a hundred a minute. */
const mostNames = 90
/** What was found in a part and is of no use for so long goes. */
const partsKeptMs = 30 * 86_400_000

/**
 * Reads what was said, has it summed up and shows it in the reply, under whose progress it stood; a command that asked sees it
 * in its place, too. Throws what kept it from that.
 */
export async function summarize(
  deps: SummaryDeps,
  job: Job,
  turn: Turn,
  asked: AskedSummary,
  person: Person,
  i18n: I18n,
  reply: Reply,
): Promise<void> {
  const stand: Stand = { begunAt: Date.now(), read: 0, total: 0, summing: undefined }
  const desk: Desk = { deps, job, turn, person, i18n, reply, stand }
  const ticker = openTicker(() => reply.show(formatProgress(stand, i18n)), progressEveryMs)
  try {
    const { ending, told } = await orAbort(make(desk, asked), job.signal)
    await ticker.close()
    await reply.finish(ending)
    await told()
    await echo(deps, turn, renderEcho(desk, ending))
  } catch (error) {
    await ticker.close()
    await leave(desk, error)
    throw error
  }
}

/** What stands below the summary, and what is to be noted down once it stands. */
interface Made {
  ending: Ending
  told: () => Promise<void>
}

async function make(desk: Desk, { place, span, form }: AskedSummary): Promise<Made> {
  const { deps, job, turn, person, i18n, reply, stand } = desk
  const now = Number(turn.question.ts) * 1000
  const source = await findSource(deps, turn, person, place, job.signal)
  const key = source.threadTs === undefined ? source.channel : `${source.channel}:${source.threadTs}`
  const before = await deps.digests.readTold(turn.user, key, turn.id)
  const toldAt = before === undefined ? undefined : Number(before) * 1000
  const onProgress = (read: number, total: number) => Object.assign(stand, { read, total })
  const read = await fetchSource(deps, source, { span, now, told: toldAt }, onProgress, job.signal)
  const told = async () => {
    if (read.isAllNew) await deps.digests.writeTold(turn.user, key, turn.id, (now / 1000).toFixed(6))
  }
  const messages = await selectMessages(desk, read.messages)
  if (messages.length > 0) return { ending: await sumUp(desk, source, { ...read, messages }, form), told }
  job.signal.throwIfAborted()
  const { nothing, nothingNew } = i18n.summary
  reply.replace(span?.kind === 'new' ? nothingNew(formatTime(read.range?.from ?? now, person.timeZone)) : nothing)
  return { ending: {}, told }
}

/** What somebody said; not what asks the bot for a summary, and of the bot’s own words its answers only. */
async function selectMessages({ deps, turn, person }: Desk, all: Message[]): Promise<Message[]> {
  const isAsking = async ({ ts, text }: Message) =>
    ts === turn.question.ts ||
    (await parseAskedSummary(withoutMentions(text), Number(ts) * 1000, person.timeZone)) !== undefined
  const toBot = all.filter(message => message.ts === turn.question.ts || isMentioned(message.text, deps.self.userId))
  const asking = new Set<string>()
  for (const message of toBot) if (await isAsking(message)) asking.add(message.ts)
  const questions = new Set(all.map(({ ts }) => ts))
  return all.filter(({ ts, text, files, author, mark }) => {
    if (asking.has(ts) || (withoutNote(text).trim() === '' && files.length === 0)) return false
    if (author.kind !== 'self') return true
    const question = mark?.turn.split(':').at(-1) ?? ''
    return mark?.turn.startsWith(labelMark) === false && questions.has(question) && !asking.has(question)
  })
}

async function sumUp(desk: Desk, source: Source, read: SourceRead, form: RequestedForm): Promise<Ending> {
  const { deps, job, turn, person, i18n, reply, stand } = desk
  const said = await buildSaid(deps, read.messages, person.timeZone)
  await deps.summaryChunks.prune(Date.now() - partsKeptMs)
  const reader = { language: languageFor(turn, person), now: formatTime(Date.now(), person.timeZone), wish: form.words }
  const request = { channel: source.channel, said, reader, isAgain: job.revision > 1 }
  const onProgress = (progress: SummaryProgress) => {
    stand.summing = progress
  }
  const summary = await deps.summarizer.summarize(request, onProgress, job.signal)
  const { calls, known, parts: all, tokensIn, tokensOut } = summary.usage
  deps.metrics.tokensUsed('in', tokensIn)
  deps.metrics.tokensUsed('out', tokensOut)
  deps.log.info({ turn: turn.id, messages: said.length, calls, known, parts: all }, 'summed up')
  const shown = renderSummary(desk, source, summary, said, form)
  job.signal.throwIfAborted()
  reply.replace(shown.markdown)
  const sentence = formatFacts(read, summary, shown.dropped, deps.model.title, person, i18n).join(' · ')
  const isElsewhere = turn.place === 'dm' && source.channel !== turn.channel
  const post = isElsewhere ? [buildPostControl(turn, source, i18n)] : []
  return { note: { kind: 'footer', sentence }, controls: [...post, ...buildAnswerControls(turn.id, i18n)] }
}

/** Messages as they are summed up. */
async function buildSaid({ users, self }: SummaryDeps, messages: Message[], timeZone: string): Promise<Said[]> {
  const counts = new Map<string, number>()
  for (const { author } of messages)
    if (author.kind === 'person') counts.set(author.id, (counts.get(author.id) ?? 0) + 1)
  const often = (message: Message) => (message.author.kind === 'person' ? (counts.get(message.author.id) ?? 0) : 0)
  // Whoever wrote most is called by their name first.
  const nameOf = await fetchDisplayNames(
    users,
    self,
    messages.toSorted((a, b) => often(b) - often(a)),
    mostNames,
  )
  return messages.map(({ ts, author, text, form, files, inThread }) => ({
    ts,
    threadTs: inThread ?? ts,
    from: author.kind === 'person' ? nameOf(author.id) : author.kind === 'app' ? author.name : self.name,
    time: formatTime(Number(ts) * 1000, timeZone),
    text: form === 'slack' ? slackToPlain(withoutNote(text), nameOf) : text,
    files: files.map(({ name }) => name),
  }))
}

/** In the form that was wished for, if something of that stands; else in the usual one. */
function renderSummary(
  { deps, i18n }: Desk,
  source: Source,
  { found, formed }: Summary,
  said: Said[],
  form: RequestedForm,
): Shown {
  const byTs = new Map(said.map(message => [message.ts, message]))
  const today = said.at(-1)?.time.slice(0, 10)
  const linkOf: LinkOf = ts => {
    const message = byTs.get(ts)
    const [day = '', clock = ''] = (message?.time ?? '').split(' ')
    const when = day === today ? clock : `${day.slice(5)} ${clock}`
    const label = `${message?.from ?? ''}, ${when}`.replace(/[[\]\\|`*_~<>@]/g, '')
    return { address: buildPermalink(deps.self, source.channel, ts, message?.threadTs), label }
  }
  const usual = renderSummaryMarkdown(found, form.sections, linkOf, i18n)
  if (formed === undefined) return usual
  const shown = renderFormedMarkdown(formed, found, linkOf, { said: ts => byTs.get(ts) })
  return shown === undefined ? usual : { ...shown, dropped: shown.dropped + found.dropped }
}

/** The progress goes; what is told instead of it is told by whoever catches the error. */
async function leave({ deps, job, turn, reply, i18n }: Desk, error: unknown): Promise<void> {
  // What a later process goes on with keeps its progress.
  if (!job.signal.aborted || (job.signal.reason as Interruption).kind === 'stopped') reply.replace('')
  if (error instanceof ShownError && !job.signal.aborted) await echo(deps, turn, { text: `⚠️ ${error.sentence(i18n)}` })
}

/** Of the buttons below the summary, under the command only the one that posts it; of a long one, only where it is. */
function renderEcho({ deps, turn, reply, i18n }: Desk, { note, controls = [] }: Ending): object {
  const [first = ''] = reply.messages
  if (reply.messages.length > 1)
    return { text: i18n.summary.direct(buildPermalink(deps.self, turn.channel, first, turn.threadTs)) }
  const post = controls.filter(({ block_id }) => block_id === controlIds.post)
  return buildMessageBody(reply.text, note, post)
}

/** Shows it under the command that asked, which one person sees. The summary stands in their direct messages anyway. */
async function echo({ respond, log }: SummaryDeps, turn: Turn, body: object): Promise<void> {
  if (turn.echo === undefined) return
  const message = { response_type: 'ephemeral', replace_original: true, ...body }
  await respond(turn.echo, message).catch(error =>
    log.warn({ turn: turn.id, reason: formatError(error) }, 'a command could not be answered in its place'),
  )
}
