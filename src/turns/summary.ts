import { orAbort } from '../abort.ts'
import type { Message, Self } from '../conversation/message.ts'
import { readNames } from '../conversation/names.ts'
import type { People, Person } from '../conversation/people.ts'
import { toPermalink } from '../conversation/permalink.ts'
import { isMentioned, toPlain, toTime } from '../conversation/plain.ts'
import { ShownError, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model } from '../model/model.ts'
import { takeSpan } from '../range.ts'
import { toMessageBody } from '../reply/message.ts'
import type { Ending, Reply } from '../reply/reply.ts'
import { openTicker } from '../reply/ticker.ts'
import type { Respond } from '../respond.ts'
import type { Digests } from '../store/digests.ts'
import type { KeptParts } from '../store/parts.ts'
import type { Said } from '../summaries/parts.ts'
import { type LinkOf, type Shown, toFormedMarkdown, toSummaryMarkdown } from '../summaries/show.ts'
import type { Summarizer, Summary, SummaryProgress } from '../summaries/summarize.ts'
import { type SummaryWish, toSummaryWish, toWishedForm, type WishedForm } from '../summaries/wish.ts'
import type { Words } from '../words/words.ts'
import { controlIds, toAnswerControls, toPostControl } from './controls.ts'
import type { Interruption, Job } from './job.ts'
import { findSource, readSource, type Source, type SourceParts, type SourceRead } from './summary-source.ts'
import type { Turn } from './turn.ts'

/** What a summary needs of the rest. */
export interface SummaryParts extends SourceParts {
  people: People
  model: Pick<Model, 'title'>
  summarizer: Summarizer
  digests: Digests
  keptParts: KeptParts
  respond: Respond
  metrics: Metrics
  log: Log
}

/** What a question wants summed up, if that is what it asks for; files and texts of its own are no such question. */
export function toWishedSummary(turn: Turn): SummaryWish | undefined {
  if (turn.question.files.length > 0) return undefined
  return toSummaryWish(withoutMentions(turn.question.text))
}

const withoutMentions = (text: string) => text.replace(/<@[UW][^<>]*>/g, ' ')

/** People see how far it has come at least every three seconds. */
const progressEveryMs = 2_500
/** Names that are looked up for one summary: Slack allows a hundred a minute. */
const mostNames = 90
/** What was found in a part and is of no use for so long goes. */
const partsKeptMs = 30 * 86_400_000

/** How far it has come. */
interface Stand {
  read: number
  total: number
  summing: SummaryProgress | undefined
}

/**
 * Reads what was said, has it summed up and shows it in the reply, under whose progress it stood; a command that asked sees it
 * in its place, too. Throws what kept it from that.
 */
export async function summarize(
  parts: SummaryParts,
  job: Job,
  turn: Turn,
  wish: SummaryWish,
  person: Person,
  words: Words,
  reply: Reply,
): Promise<void> {
  const begunAt = Date.now()
  const stand: Stand = { read: 0, total: 0, summing: undefined }
  const ticker = openTicker(() => reply.show(toProgress(stand, begunAt, words)), progressEveryMs)
  try {
    const now = job.edition === 1 ? Number(turn.question.ts) * 1000 : Date.now()
    const { span, rest } = await takeSpan(wish.words, now, person.timeZone)
    const source = await findSource(parts, turn, wish)
    const place = source.threadTs === undefined ? source.channel : `${source.channel}:${source.threadTs}`
    const told = await parts.digests.readTold(turn.user, place)
    const toldAt = told === undefined ? undefined : Number(told) * 1000
    const onProgress = (read: number, total: number) => Object.assign(stand, { read, total })
    const reading = readSource(parts, source, span, now, toldAt, onProgress, job.signal)
    const read = await orAbort(reading, job.signal)
    const messages = read.messages.filter(message => isSaid(message, turn, parts.self))
    const ending: Ending =
      messages.length === 0
        ? await showNothing(reply, span?.kind === 'new' ? toTime(toldAt ?? now, person.timeZone) : undefined, words)
        : await showSummary({ parts, job, turn, person, words, reply, stand, source }, { ...read, messages }, rest)
    await ticker.close()
    await reply.finish(ending)
    if (read.isUpToNow) await parts.digests.writeTold(turn.user, place, (now / 1000).toFixed(6))
    await echo(parts, turn, toEchoed(parts, turn, reply, ending, words))
  } catch (error) {
    await ticker.close()
    await leave(parts, job, turn, reply, words, error)
    throw error
  }
}

/** What somebody said; not the bot's own words, and not what asks it for a summary. */
function isSaid(message: Message, turn: Turn, self: Self): boolean {
  if (message.author.kind === 'self' || message.ts === turn.question.ts) return false
  if (isMentioned(message.text, self.userId) && toSummaryWish(withoutMentions(message.text)) !== undefined) return false
  return message.text.trim() !== '' || message.files.length > 0
}

/** The progress goes; what is told instead of it is told by whoever catches the error. */
async function leave(
  parts: SummaryParts,
  job: Job,
  turn: Turn,
  reply: Reply,
  words: Words,
  error: unknown,
): Promise<void> {
  // What a later process goes on with keeps its progress.
  if (!job.signal.aborted || (job.signal.reason as Interruption).kind === 'stopped') reply.replace('')
  if (error instanceof ShownError && !job.signal.aborted)
    await echo(parts, turn, { text: `⚠️ ${error.sentence(words)}` })
}

async function showNothing(reply: Reply, since: string | undefined, words: Words): Promise<Ending> {
  reply.replace(since === undefined ? words.summary.nothing : words.summary.nothingNew(since))
  return {}
}

/** What one summary works with. */
interface Desk {
  parts: SummaryParts
  job: Job
  turn: Turn
  person: Person
  words: Words
  reply: Reply
  stand: Stand
  source: Source
}

async function showSummary(desk: Desk, read: SourceRead, rest: string): Promise<Ending> {
  const { parts, job, turn, person, words, reply, stand, source } = desk
  const form = toWishedForm(rest)
  const said = await toSaid(parts, read.messages, person.timeZone)
  await parts.keptParts.prune(Date.now() - partsKeptMs)
  const request = {
    channel: source.channel,
    said,
    reader: { language: toLanguage(turn, person), now: toTime(Date.now(), person.timeZone), wish: form.words },
    isAgain: job.edition > 1,
  }
  const onProgress = (progress: SummaryProgress) => {
    stand.summing = progress
  }
  const summary = await orAbort(parts.summarizer.summarize(request, onProgress, job.signal), job.signal)
  parts.metrics.tokensUsed('in', summary.usage.tokensIn)
  parts.metrics.tokensUsed('out', summary.usage.tokensOut)
  const { calls, known, parts: all } = summary.usage
  parts.log.info({ turn: turn.id, messages: said.length, calls, known, parts: all }, 'summed up')
  const shown = toShown(desk, summary, said, form)
  reply.replace(shown.markdown)
  const sentence = toFacts(desk, read, summary, shown.dropped).join(' · ')
  const post = turn.place === 'dm' && source.channel !== turn.channel ? [toPostControl(turn.id, source, words)] : []
  return { note: { kind: 'footer', sentence }, controls: [...post, ...toAnswerControls(turn.id, words)] }
}

/** Messages as they are summed up. */
async function toSaid({ people, self }: SummaryParts, messages: Message[], timeZone: string): Promise<Said[]> {
  const counts = new Map<string, number>()
  for (const { author } of messages)
    if (author.kind === 'person') counts.set(author.id, (counts.get(author.id) ?? 0) + 1)
  const often = (message: Message) => (message.author.kind === 'person' ? (counts.get(message.author.id) ?? 0) : 0)
  // Whoever wrote most is called by their name first.
  const nameOf = await readNames(
    people,
    self,
    messages.toSorted((a, b) => often(b) - often(a)),
    mostNames,
  )
  return messages.map(({ ts, author, text, form, files, inThread }) => ({
    ts,
    threadTs: inThread ?? ts,
    from: author.kind === 'person' ? nameOf(author.id) : author.kind === 'app' ? author.name : self.name,
    time: toTime(Number(ts) * 1000, timeZone),
    text: form === 'slack' ? toPlain(text, nameOf) : text,
    files: files.map(({ name }) => name),
  }))
}

/** In the form that was wished for, if something of that stands; else in the usual one. */
function toShown({ parts, source, words }: Desk, { found, formed }: Summary, said: Said[], form: WishedForm): Shown {
  const byTs = new Map(said.map(message => [message.ts, message]))
  const today = said.at(-1)?.time.slice(0, 10)
  const linkOf: LinkOf = ts => {
    const message = byTs.get(ts)
    const [day = '', clock = ''] = (message?.time ?? '').split(' ')
    const when = day === today ? clock : `${day.slice(5)} ${clock}`
    const label = `${message?.from ?? ''}, ${when}`.replace(/[[\]\\|`*_~<>@]/g, '')
    return { address: toPermalink(parts.self, source.channel, ts, message?.threadTs), label }
  }
  const usual = () => toSummaryMarkdown(found, form.sections, linkOf, words)
  if (formed === undefined) return usual()
  const shown = toFormedMarkdown(formed, found, linkOf, { said: ts => byTs.get(ts) })
  return shown === undefined ? usual() : { ...shown, dropped: shown.dropped + found.dropped }
}

/** What was read, at what cost; what was not, and the cure. */
function toFacts({ parts, person, words }: Desk, read: SourceRead, summary: Summary, dropped: number): string[] {
  const { lost, isHidden, lookedBackTo, isCut, messages, threads } = read
  const files = messages.reduce((sum, message) => sum + message.files.length, 0)
  const { tokensIn, tokensOut, isGuessed, known, parts: all } = summary.usage
  const of = words.summary
  const cost = [
    of.read(messages.length, threads),
    ...(files > 0 ? [of.files(files)] : []),
    parts.model.title.split(' at ')[0] ?? parts.model.title,
    of.tokens(tokensIn + tokensOut, isGuessed),
  ]
  return [
    cost.join(of.comma),
    ...(known > 0 ? [of.known(known, all)] : []),
    ...(dropped > 0 ? [of.dropped(dropped)] : []),
    ...(lost === undefined ? [] : [of.lost(lost.count, lost.code)]),
    ...(isHidden ? [of.hidden] : []),
    ...(lookedBackTo === undefined ? [] : [of.lookedBackTo(toTime(lookedBackTo, person.timeZone))]),
    ...(isCut ? [of.cut(messages.length)] : []),
    ...(summary.isShortened ? [of.shortened] : []),
  ]
}

/** Of the words that ask, if they are Chinese; else of the person's Slack, its regions not told apart. */
function toLanguage({ question }: Turn, { locale }: Person): string {
  const isChinese = /\p{Script=Han}/u.test(question.text.replace(/<[^>]*>|#\S+/g, ''))
  try {
    const { language, script } = new Intl.Locale(locale).maximize()
    if (language === 'zh' || isChinese) return script === 'Hant' ? 'Traditional Chinese' : 'Chinese'
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? 'English'
  } catch {
    return isChinese ? 'Chinese' : 'English'
  }
}

function toProgress({ read, total, summing }: Stand, begunAt: number, words: Words): string {
  const of = words.summary
  const seconds = Math.floor((Date.now() - begunAt) / 1000)
  const line =
    summing === undefined
      ? of.reading(read, total)
      : summing === 'writing'
        ? of.writing
        : of.summing(Math.min(summing.done, summing.parts - 1), summing.parts)
  return seconds < 2 ? line : `${line} ${of.elapsed(seconds)}`
}

/** Of the buttons below the summary, under the command only the one that posts it; of a long one, only where it is. */
function toEchoed(
  { self }: SummaryParts,
  turn: Turn,
  reply: Reply,
  { note, controls = [] }: Ending,
  words: Words,
): object {
  const [first = ''] = reply.messages
  if (reply.messages.length > 1)
    return { text: words.summary.direct(toPermalink(self, turn.channel, first, turn.threadTs)) }
  const post = controls.filter(({ block_id }) => block_id === controlIds.post)
  return toMessageBody(reply.text, note, post)
}

/** Shows it under the command that asked, which one person sees. The summary stands in their direct messages anyway. */
async function echo({ respond, log }: SummaryParts, turn: Turn, body: object): Promise<void> {
  if (turn.echo === undefined) return
  const message = { response_type: 'ephemeral', replace_original: true, ...body }
  await respond(turn.echo, message).catch(error =>
    log.warn({ turn: turn.id, reason: toReason(error) }, 'a command could not be answered in its place'),
  )
}
