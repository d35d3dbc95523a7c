import type { Conversations } from '../conversation/conversation.ts'
import type { FileReader } from '../conversation/files.ts'
import type { Self } from '../conversation/message.ts'
import type { Person } from '../conversation/people.ts'
import { toFailure, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model, Piece } from '../model/model.ts'
import { withoutUnopenedThoughts } from '../model/thinking.ts'
import type { Progress } from '../reply/progress.ts'
import type { Ending } from '../reply/reply.ts'
import { SlackError } from '../slack.ts'
import type { AskedSummary } from '../summaries/wish.ts'
import { toWords, type Words } from '../words/words.ts'
import { toAgainControls, toAnswerControls } from './controls.ts'
import type { Ended, Interruption, Job } from './job.ts'
import { type LabelParts, type LabelWish, label, toLabelWish } from './label.ts'
import { labelSheet, type SheetParts } from './label-sheet.ts'
import { toOwnBudget } from './own-budget.ts'
import { type Prepared, prepare } from './prepare.ts'
import { openStage, type Stage } from './stage.ts'
import { readStanding, type Standing } from './standing.ts'
import { type SummaryParts, summarize, toWishedSummary } from './summary.ts'
import { isEmpty, type Turn } from './turn.ts'

/** What an answer needs of the rest. */
export interface AnswerParts extends LabelParts, SheetParts, SummaryParts {
  self: Self
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
  standing: Standing | undefined
  person: Person
  words: Words
  stage: Stage
}

/**
 * THE SPINE: one attempt to answer a turn, from the question to the last edit in Slack. It never throws: what goes wrong
 * stands in the reply, below what was written, and in the log.
 */
export async function answer(all: AnswerParts, job: Job): Promise<Ended> {
  const parts = job.claim === undefined ? all : { ...all, budget: toOwnBudget(all.budget, job.claim) }
  if (!(await isForUs(parts, job))) return 'passed'
  await job.begin()
  const person = await parts.people.read(job.turn.user)
  const words = toWords(person.locale)
  const standing = await readStandingOf(parts, job)
  if (standing === 'unreadable') return leave(parts, job, words)
  const turn = { ...job.turn, question: standing?.question ?? job.turn.question }
  const stage = openStage(parts, { ...job, turn }, goOn(job.progress, standing), words)
  const scene = { job, turn, standing, person, words, stage }
  const { ended, kind } = await play(parts, scene)
    .catch(error => fail(parts, scene, error))
    .catch(error => giveUp(parts, scene, error))
  stage.close()
  parts.metrics.turnEnded(ended, kind)
  parts.log.info({ turn: turn.id, ended, kind, ...stage.figures() }, 'turn ended')
  return ended
}

/**
 * Whoever asks the bot by name takes it into the thread; the thread's earlier messages have had their turn by then. When
 * nobody did, and Slack cannot say whether the thread is its business, it is not.
 */
async function isForUs(parts: AnswerParts, { turn, progress }: Job): Promise<boolean> {
  if (turn.isAddressed) {
    parts.conversations.join(turn, turn.question.ts)
    return true
  }
  // What it has answered already was its business.
  if (progress.messages.length > 0) return true
  try {
    return await parts.conversations.takesPart(turn, turn.question.ts)
  } catch (error) {
    parts.log.warn(
      { turn: turn.id, reason: toReason(error) },
      'a thread could not be read; its message was passed over',
    )
    return false
  }
}

/**
 * A turn that was begun before is looked up in Slack; when that cannot be read, what was noted down has to do. Of a turn
 * that had ended nothing but its ids is noted down.
 */
async function readStandingOf(parts: AnswerParts, job: Job): Promise<Standing | 'unreadable' | undefined> {
  if (!job.isResumed) return undefined
  try {
    return await readStanding(parts.conversations, job.turn, job.edition)
  } catch (error) {
    parts.log.warn({ turn: job.turn.id, reason: toReason(error) }, 'a turn that was begun could not be looked up')
    return job.turn.question.text === '' && job.turn.question.files.length === 0 ? 'unreadable' : undefined
  }
}

/** What stands stays as it is; the person is told, quietly, to try once more. */
async function leave(parts: AnswerParts, { turn }: Job, words: Words): Promise<Ended> {
  const text = words.slack.historyBusy
  const args = { channel: turn.channel, user: turn.user, thread_ts: turn.threadTs, text }
  await parts.budget
    .send('chat.postEphemeral', () => args, 'error')
    .catch(error => parts.log.warn({ turn: turn.id, reason: toReason(error) }, 'a person could not be told'))
  return 'failed'
}

/** What Slack shows counts for more than what was noted down, except where its history lags behind. */
function goOn(progress: Progress, standing: Standing | undefined): Progress {
  if (standing === undefined || standing.messages.length < progress.messages.length) return progress
  const shown = standing.isRefused ? 0 : Math.max(progress.shown, standing.text.length)
  return { ...progress, messages: standing.messages, shown }
}

/** What there is to do of a turn: often all of it, sometimes only its end. */
async function play(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  const { job, standing } = scene
  if (job.signal.aborted) return interrupt(parts, scene)
  if (standing !== undefined && standing.question === undefined) return withdraw(scene)
  if (standing?.wholeParts !== undefined) return endWhole(scene, standing.wholeParts)
  if (job.isSetAside) return setAside(parts, scene)
  if (isEmpty(scene.turn)) return help(scene)
  const label = toLabelWish(scene.turn)
  if (label !== undefined) return labelFor(parts, scene, label)
  const summary = await toWishedSummary(scene.turn, scene.person)
  return summary === undefined ? converse(parts, scene) : summarizeFor(parts, scene, summary)
}

/** Reads the thread, asks the model, shows its answer as it comes, completes the reply and remembers it. */
async function converse(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  const { job, turn, person, words, stage } = scene
  const asked = { turn, own: stage.reply.messages, refused: toRefused(scene) }
  const prepared = await prepare(parts, asked, person, words, job.signal)
  const heard: Heard = { isCut: false }
  const enough = new AbortController()
  const pieces = parts.model.stream(prepared.request, AbortSignal.any([job.signal, enough.signal]))
  await stage.reply.write(toText(pieces, heard, parts.metrics)).finally(() => enough.abort())
  if (job.signal.aborted) return interrupt(parts, scene)
  removeThoughts(scene)
  await stage.reply.finish({ ...toFooter(prepared, heard, words), controls: toAnswerControls(turn.id, words) })
  remember(parts.conversations, scene)
  return { ended: 'done', kind: 'done' }
}

/** The answer that was not wanted, when this is another one; blank when it is gone already. */
function toRefused({ job, standing }: Scene): string | undefined {
  if (job.edition === 1) return undefined
  return standing?.isRefused === true ? standing.text : ''
}

/** Says what kind of feedback it is, on a card for whoever asked. */
async function labelFor(parts: AnswerParts, { turn, words, job, stage }: Scene, wish: LabelWish): Promise<Outcome> {
  if (wish.of === 'file') {
    await labelSheet(parts, turn, wish.column, words, stage.reply, job.signal)
    await stage.reply.finish()
  } else await label(parts, turn, wish, words, job.signal)
  return { ended: 'done', kind: 'labelled' }
}

/** Says what was decided and what is open, in a thread or a channel. */
async function summarizeFor(parts: AnswerParts, scene: Scene, asked: AskedSummary): Promise<Outcome> {
  const { job, turn, person, words, stage } = scene
  await summarize(parts, job, turn, asked, person, words, stage.reply)
  remember(parts.conversations, scene)
  return { ended: 'done', kind: 'summarized' }
}

async function help({ stage, words }: Scene): Promise<Outcome> {
  stage.reply.say(words.help)
  await stage.reply.finish()
  return { ended: 'done', kind: 'help' }
}

async function setAside(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  parts.log.error({ turn: scene.turn.id }, 'the process died over this turn several times; it is set aside')
  await tell(parts, scene, scene.words.setAside)
  return { ended: 'set_aside', kind: 'deaths' }
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
async function interrupt(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  const { kind, by } = scene.job.signal.reason as Interruption
  if (kind === 'edited') return { ended: 'again', kind }
  // Another replica goes on with it.
  if (kind === 'lost') return { ended: 'handed_over', kind }
  if (kind === 'withdrawn') return withdraw(scene)
  if (kind === 'stopped') return stopAt(parts, scene, by)
  return handOver(parts, scene)
}

/** What was written stays, marked. */
async function stopAt(parts: AnswerParts, scene: Scene, by: string | undefined): Promise<Outcome> {
  const { words, turn } = scene
  keepOldText(scene)
  const name = by === undefined || by === turn.user ? undefined : (await parts.people.read(by)).name
  const sentence = name === undefined ? words.controls.stopped : words.controls.stoppedBy(name)
  await conclude(parts, scene, { note: { kind: 'footer', sentence }, controls: toAnswerControls(turn.id, words) })
  return { ended: 'stopped', kind: 'stopped' }
}

/** The next process goes on; where nothing outlives this one, the person has to ask again. */
async function handOver(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  const { stage, words, job } = scene
  if (!job.isKept) {
    await tell(parts, scene, words.interrupted)
    return { ended: 'failed', kind: 'closing' }
  }
  const note = { kind: 'footer' as const, sentence: words.handedOver }
  if (stage.reply.text.trim() !== '' && !isBehind(scene)) await conclude(parts, scene, { note, isUnfinished: true })
  return { ended: 'handed_over', kind: 'closing' }
}

async function fail(parts: AnswerParts, scene: Scene, error: unknown): Promise<Outcome> {
  // Somebody deleted the reply while it grew: they want no more of it.
  if (error instanceof SlackError && error.code === 'message_not_found')
    return { ended: 'withdrawn', kind: 'reply_deleted' }
  if (scene.job.signal.aborted) return interrupt(parts, scene)
  const { turn, words } = scene
  const failure = toFailure(error)
  const facts = { turn: turn.id, kind: failure.kind, reference: failure.reference, reason: toReason(error) }
  parts.log.error(failure.kind === 'unexpected' ? { ...facts, stack: (error as Error).stack } : facts, 'turn failed')
  await tell(parts, scene, failure.sentence(words))
  return { ended: 'failed', kind: failure.kind }
}

/** Not even what there was to do after a failure could be done: the log has it. */
function giveUp(parts: AnswerParts, { turn }: Scene, error: unknown): Outcome {
  parts.log.error({ turn: turn.id, reason: toReason(error) }, 'the end of a reply could not be told in Slack')
  return { ended: 'failed', kind: 'unfinished' }
}

/** Says what went wrong below what was written. */
async function tell(parts: AnswerParts, scene: Scene, sentence: string): Promise<void> {
  keepOldText(scene)
  const controls = toAgainControls(scene.turn.id, scene.words.controls.retry)
  await conclude(parts, scene, { note: { kind: 'error', sentence }, controls })
}

/** Removes thoughts that were streamed before their closer showed what they are. */
function removeThoughts({ stage: { reply } }: Scene): void {
  const answer = withoutUnopenedThoughts(reply.text)
  if (answer !== reply.text) reply.replace(answer)
}

/** The end of a reply that is not whole; when not even that can be shown, the log has it. */
async function conclude(parts: AnswerParts, scene: Scene, ending: Ending): Promise<void> {
  removeThoughts(scene)
  try {
    await scene.stage.reply.finish(ending)
    remember(parts.conversations, scene)
  } catch (error) {
    // It is another replica's to tell.
    if (scene.job.claim?.lost.aborted === true) return
    parts.log.error({ turn: scene.turn.id, reason: toReason(error) }, 'the end of a reply could not be told in Slack')
  }
}

/** A reply that was taken over and has not come as far again keeps what stood there. */
function keepOldText(scene: Scene): void {
  if (isBehind(scene) && scene.standing !== undefined) scene.stage.reply.replace(scene.standing.text)
}

/** Readers have seen more of it than was written anew. */
function isBehind({ stage, standing }: Scene): boolean {
  return standing !== undefined && stage.reply.text.length < standing.text.length && !stage.reply.hasShown
}

/** What is learned of an answer when it ends. */
interface Heard {
  /** The model stopped at its own limit. */
  isCut: boolean
}

async function* toText(pieces: AsyncIterable<Piece>, heard: Heard, metrics: Metrics): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') yield piece.text
    else if (piece.kind === 'stopped') heard.isCut = piece.reason === 'length'
    else {
      metrics.tokensUsed('in', piece.usage.tokensIn)
      metrics.tokensUsed('out', piece.usage.tokensOut)
    }
  }
}

function toFooter(prepared: Prepared, heard: Heard, words: Words): { note?: { kind: 'footer'; sentence: string } } {
  const facts = [...prepared.leftOut, ...(heard.isCut ? [words.outputLimit] : [])]
  return facts.length === 0 ? {} : { note: { kind: 'footer', sentence: facts.join(' · ') } }
}

/** The reply as the model wrote it, so that the next turn of a warm thread asks Slack nothing. */
function remember(conversations: Conversations, { turn, stage }: Scene): void {
  const { messages, text } = stage.reply
  if (messages[0] === undefined || text.trim() === '') return
  const message = { ts: messages[0], author: { kind: 'self' as const }, text, form: 'markdown' as const, files: [] }
  conversations.note({ kind: 'said', thread: turn, message })
}
