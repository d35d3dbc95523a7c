import { describeFailure, formatError, SlackError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model, Piece } from '../model/model.ts'
import { createFencedSender } from '../queue/fenced-sender.ts'
import type { Ended, Interruption, Job } from '../queue/job.ts'
import { fetchRecovered, type Recovered } from '../queue/recover.ts'
import { isEmpty, type Turn } from '../queue/turn.ts'
import type { Progress } from '../reply/checkpoint.ts'
import type { Ending } from '../reply/reply.ts'
import type { FileReader } from '../slack/files/read-file.ts'
import type { BotIdentity } from '../slack/message.ts'
import type { Person } from '../slack/users.ts'
import type { ThreadCache } from '../threads/cache.ts'
import { buildPrompt, type Prepared } from './chat/prompt.ts'
import { classifyCsv, type SheetDeps } from './classify/csv-handler.ts'
import { type LabelDeps, type LabelRequest, label, parseLabelRequest } from './classify/handler.ts'
import { buildAnswerControls, buildRegenerateControls } from './reply-buttons.ts'
import { openStage, type Stage } from './stage.ts'
import { parseSummaryTurn, type SummaryDeps, summarize } from './summarize/handler.ts'
import type { AskedSummary } from './summarize/request.ts'

/** What an answer needs of the rest. */
export interface AnswerDeps extends LabelDeps, SheetDeps, SummaryDeps {
  self: BotIdentity
  model: Model
  files: FileReader
  log: Log
  metrics: Metrics
}

/** How a turn ended, and why, for the log and the figures. */
interface Outcome {
  ended: Ended
  kind: string
}

/** One attempt on its stage. */
interface Scene {
  job: Job
  turn: Turn
  /** What of it stands in Slack already; undefined for a turn that is begun for the first time. */
  recovered: Recovered | undefined
  person: Person
  i18n: I18n
  stage: Stage
}

/**
 * THE SPINE: one attempt to answer a turn, from the question to the last edit in Slack. It never throws: what goes wrong
 * stands in the reply, below what was written, and in the log.
 */
export async function answer(all: AnswerDeps, job: Job): Promise<Ended> {
  const deps: AnswerDeps = { ...all, limiter: createFencedSender(all.limiter, job.lease) }
  if (!(await isForUs(deps, job))) return 'passed'
  await job.begin()
  const person = await deps.users.read(job.turn.user)
  const i18n = i18nFor(person.locale)
  const recovered = await readStandingOf(deps, job)
  if (recovered === 'unreadable') return leave(deps, job, i18n)
  const turn = { ...job.turn, question: recovered?.question ?? job.turn.question }
  const stage = openStage(deps, { ...job, turn }, goOn(job.progress, recovered), i18n)
  const scene = { job, turn, recovered, person, i18n, stage }
  const { ended, kind } = await play(deps, scene)
    .catch(error => fail(deps, scene, error))
    .catch(error => giveUp(deps, scene, error))
  stage.close()
  deps.metrics.turnEnded(ended, kind)
  deps.log.info({ turn: turn.id, ended, kind, ...stage.figures() }, 'turn ended')
  return ended
}

/**
 * Whoever asks the bot by name takes it into the thread; the thread's earlier messages have had their turn by then. When
 * nobody did, and Slack cannot say whether the thread is its business, it is not.
 */
async function isForUs(deps: AnswerDeps, { turn, progress }: Job): Promise<boolean> {
  if (turn.isAddressed) {
    deps.threads.join(turn, turn.question.ts)
    return true
  }
  // What it has answered already was its business.
  if (progress.messages.length > 0) return true
  try {
    return await deps.threads.takesPart(turn, turn.question.ts)
  } catch (error) {
    deps.log.warn(
      { turn: turn.id, reason: formatError(error) },
      'a thread could not be read; its message was passed over',
    )
    return false
  }
}

/**
 * A turn that was begun before is looked up in Slack; when that cannot be read, what was noted down has to do. Of a turn
 * that had ended nothing but its ids is noted down.
 */
async function readStandingOf(deps: AnswerDeps, job: Job): Promise<Recovered | 'unreadable' | undefined> {
  if (!job.isResumed) return undefined
  try {
    return await fetchRecovered(deps.threads, job.turn, job.revision)
  } catch (error) {
    deps.log.warn({ turn: job.turn.id, reason: formatError(error) }, 'a turn that was begun could not be looked up')
    return job.turn.question.text === '' && job.turn.question.files.length === 0 ? 'unreadable' : undefined
  }
}

/** What stands stays as it is; the person is told, quietly, to try once more. */
async function leave(deps: AnswerDeps, { turn }: Job, i18n: I18n): Promise<Ended> {
  const text = i18n.slack.historyBusy
  const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, text }
  await deps.limiter
    .send('chat.postEphemeral', () => args, 'error')
    .catch(error => deps.log.warn({ turn: turn.id, reason: formatError(error) }, 'a person could not be told'))
  return 'failed'
}

/** What Slack shows counts for more than what was noted down, except where its history lags behind. */
function goOn(progress: Progress, recovered: Recovered | undefined): Progress {
  if (recovered === undefined || recovered.messages.length < progress.messages.length) return progress
  const shown = recovered.isRefused ? 0 : Math.max(progress.shown, recovered.text.length)
  return { ...progress, messages: recovered.messages, shown }
}

/** What there is to do of a turn: often all of it, sometimes only its end. */
async function play(deps: AnswerDeps, scene: Scene): Promise<Outcome> {
  const { job, recovered } = scene
  if (job.signal.aborted) return interrupt(deps, scene)
  if (recovered !== undefined && recovered.question === undefined) return withdraw(scene)
  if (recovered?.wholeParts !== undefined) return endWhole(scene, recovered.wholeParts)
  if (job.isQuarantined) return setAside(deps, scene)
  if (isEmpty(scene.turn)) return help(scene)
  const label = parseLabelRequest(scene.turn)
  if (label !== undefined) return labelFor(deps, scene, label)
  const summary = await parseSummaryTurn(scene.turn, scene.person)
  return summary === undefined ? converse(deps, scene) : summarizeFor(deps, scene, summary)
}

/** Reads the thread, asks the model, shows its answer as it comes, completes the reply and remembers it. */
async function converse(deps: AnswerDeps, scene: Scene): Promise<Outcome> {
  const { job, turn, person, i18n, stage } = scene
  const asked = { turn, own: stage.reply.messages, refused: findRefusedAnswer(scene) }
  const prepared = await buildPrompt(deps, asked, person, i18n, job.signal)
  const heard: Heard = { isCut: false }
  const enough = new AbortController()
  const pieces = deps.model.stream(prepared.request, AbortSignal.any([job.signal, enough.signal]))
  await stage.reply.write(streamText(pieces, heard, deps.metrics)).finally(() => enough.abort())
  if (job.signal.aborted) return interrupt(deps, scene)
  await stage.reply.finish({ ...buildFooter(prepared, heard, i18n), controls: buildAnswerControls(turn.id, i18n) })
  remember(deps.threads, scene)
  return { ended: 'done', kind: 'done' }
}

/** The answer that was not wanted, when this is another one; blank when it is gone already. */
function findRefusedAnswer({ job, recovered }: Scene): string | undefined {
  if (job.revision === 1) return undefined
  return recovered?.isRefused === true ? recovered.text : ''
}

/** Says what kind of feedback it is, on a card for whoever asked. */
async function labelFor(deps: AnswerDeps, { turn, i18n, job, stage }: Scene, wish: LabelRequest): Promise<Outcome> {
  if (wish.of === 'file') {
    await classifyCsv(deps, turn, wish.column, i18n, stage.reply, job.signal)
    await stage.reply.finish()
  } else await label(deps, turn, wish, i18n, job.signal)
  return { ended: 'done', kind: 'labelled' }
}

/** Says what was decided and what is open, in a thread or a channel. */
async function summarizeFor(deps: AnswerDeps, scene: Scene, asked: AskedSummary): Promise<Outcome> {
  const { job, turn, person, i18n, stage } = scene
  await summarize(deps, job, turn, asked, person, i18n, stage.reply)
  remember(deps.threads, scene)
  return { ended: 'done', kind: 'summarized' }
}

async function help({ stage, i18n }: Scene): Promise<Outcome> {
  stage.reply.say(i18n.help)
  await stage.reply.finish()
  return { ended: 'done', kind: 'help' }
}

async function setAside(deps: AnswerDeps, scene: Scene): Promise<Outcome> {
  deps.log.error({ turn: scene.turn.id }, 'the process died over this turn several times; it is set aside')
  await tell(deps, scene, scene.i18n.setAside)
  return { ended: 'quarantined', kind: 'deaths' }
}

/** The reply stands as it should; what an older one has left behind it goes. */
async function endWhole({ stage }: Scene, parts: number): Promise<Outcome> {
  await stage.reply.keepFirst(parts)
  return { ended: 'done', kind: 'stood' }
}

/** The question is gone, and the reply goes with it. */
async function withdraw({ stage }: Scene): Promise<Outcome> {
  await stage.reply.keepFirst(0)
  return { ended: 'withdrawn', kind: 'question_deleted' }
}

/** Somebody broke the attempt off, or the bot has to stop. */
async function interrupt(deps: AnswerDeps, scene: Scene): Promise<Outcome> {
  const { kind, by } = scene.job.signal.reason as Interruption
  if (kind === 'edited') return { ended: 'again', kind }
  // Another replica goes on with it.
  if (kind === 'lost') return { ended: 'handed_over', kind }
  if (kind === 'withdrawn') return withdraw(scene)
  if (kind === 'stopped') return stopAt(deps, scene, by)
  return handOver(deps, scene)
}

/** What was written stays, marked. */
async function stopAt(deps: AnswerDeps, scene: Scene, by: string | undefined): Promise<Outcome> {
  const { i18n, turn } = scene
  keepOldText(scene)
  const name = by === undefined || by === turn.user ? undefined : (await deps.users.read(by)).name
  const sentence = name === undefined ? i18n.controls.stopped : i18n.controls.stoppedBy(name)
  await conclude(deps, scene, { note: { kind: 'footer', sentence }, controls: buildAnswerControls(turn.id, i18n) })
  return { ended: 'stopped', kind: 'stopped' }
}

/** The next process goes on; where nothing outlives this one, the person has to ask again. */
async function handOver(deps: AnswerDeps, scene: Scene): Promise<Outcome> {
  const { stage, i18n, job } = scene
  if (!job.isPersistent) {
    await tell(deps, scene, i18n.interrupted)
    return { ended: 'failed', kind: 'closing' }
  }
  const note = { kind: 'footer' as const, sentence: i18n.handedOver }
  if (stage.reply.text.trim() !== '' && !isBehind(scene)) await conclude(deps, scene, { note, isUnfinished: true })
  return { ended: 'handed_over', kind: 'closing' }
}

async function fail(deps: AnswerDeps, scene: Scene, error: unknown): Promise<Outcome> {
  // Somebody deleted the reply while it grew: they want no more of it.
  if (error instanceof SlackError && error.code === 'message_not_found')
    return { ended: 'withdrawn', kind: 'reply_deleted' }
  if (scene.job.signal.aborted) return interrupt(deps, scene)
  const { turn, i18n } = scene
  const failure = describeFailure(error)
  const facts = { turn: turn.id, kind: failure.kind, reference: failure.reference, reason: formatError(error) }
  deps.log.error(failure.kind === 'unexpected' ? { ...facts, stack: (error as Error).stack } : facts, 'turn failed')
  await tell(deps, scene, failure.sentence(i18n))
  return { ended: 'failed', kind: failure.kind }
}

/** Not even what there was to do after a failure could be done: the log has it. */
function giveUp(deps: AnswerDeps, { turn }: Scene, error: unknown): Outcome {
  deps.log.error({ turn: turn.id, reason: formatError(error) }, 'the end of a reply could not be told in Slack')
  return { ended: 'failed', kind: 'unfinished' }
}

/** Says what went wrong below what was written. */
async function tell(deps: AnswerDeps, scene: Scene, sentence: string): Promise<void> {
  keepOldText(scene)
  const controls = buildRegenerateControls(scene.turn.id, scene.i18n.controls.retry)
  await conclude(deps, scene, { note: { kind: 'error', sentence }, controls })
}

/** The end of a reply that is not whole; when not even that can be shown, the log has it. */
async function conclude(deps: AnswerDeps, scene: Scene, ending: Ending): Promise<void> {
  try {
    await scene.stage.reply.finish(ending)
    remember(deps.threads, scene)
  } catch (error) {
    // It is another replica's to tell.
    if (scene.job.lease.lost.aborted === true) return
    deps.log.error({ turn: scene.turn.id, reason: formatError(error) }, 'the end of a reply could not be told in Slack')
  }
}

/** A reply that was taken over and has not come as far again keeps what stood there. */
function keepOldText(scene: Scene): void {
  if (isBehind(scene) && scene.recovered !== undefined) scene.stage.reply.replace(scene.recovered.text)
}

/** Readers have seen more of it than was written anew. */
function isBehind({ stage, recovered }: Scene): boolean {
  return recovered !== undefined && stage.reply.text.length < recovered.text.length && !stage.reply.hasShown
}

/** What is learned of an answer when it ends. */
interface Heard {
  /** The model stopped at its own limit. */
  isCut: boolean
}

async function* streamText(pieces: AsyncIterable<Piece>, heard: Heard, metrics: Metrics): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') yield piece.text
    else if (piece.kind === 'stopped') heard.isCut = piece.reason === 'length'
    else {
      metrics.tokensUsed('in', piece.usage.tokensIn)
      metrics.tokensUsed('out', piece.usage.tokensOut)
    }
  }
}

function buildFooter(prepared: Prepared, heard: Heard, i18n: I18n): { note?: { kind: 'footer'; sentence: string } } {
  const facts = [...prepared.leftOut, ...(heard.isCut ? [i18n.outputLimit] : [])]
  return facts.length === 0 ? {} : { note: { kind: 'footer', sentence: facts.join(' · ') } }
}

/** The reply as the model wrote it, so that the next turn of a warm thread asks Slack nothing. */
function remember(threads: ThreadCache, { turn, stage }: Scene): void {
  const { messages, text } = stage.reply
  if (messages[0] === undefined || text.trim() === '') return
  const message = { ts: messages[0], author: { kind: 'self' as const }, text, form: 'markdown' as const, files: [] }
  threads.note({ kind: 'said', thread: turn, message })
}
