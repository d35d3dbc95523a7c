import type { Conversations } from '../conversation/conversation.ts'
import type { FileReader } from '../conversation/files.ts'
import type { Self } from '../conversation/message.ts'
import type { People, Person } from '../conversation/people.ts'
import { toFailure, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model, Piece } from '../model/model.ts'
import type { SendBudget } from '../reply/budget.ts'
import { type CallSlack, SlackError } from '../slack.ts'
import { toWords, type Words } from '../words/words.ts'
import { type Prepared, prepare } from './prepare.ts'
import { openStage, type Stage } from './stage.ts'
import { isEmpty, type Turn } from './turn.ts'

/** What an answer needs of the rest. */
export interface AnswerParts {
  self: Self
  model: Model
  conversations: Conversations
  people: People
  files: FileReader
  budget: SendBudget
  call: CallSlack
  log: Log
  metrics: Metrics
}

/** How a turn ended, for the log and the figures. */
interface Outcome {
  outcome: 'answered' | 'helped' | 'failed' | 'interrupted'
  kind: string
}

/** One turn on its stage. */
interface Scene {
  turn: Turn
  person: Person
  words: Words
  stage: Stage
  /** Aborts when the bot has to stop before the answer is whole. */
  signal: AbortSignal
}

/**
 * THE SPINE: answers one turn, from the question to the last edit in Slack. It never throws: what goes wrong stands in
 * the reply, below what was written, and in the log. `heardAt` is a moment of `performance.now()`.
 */
export async function answer(parts: AnswerParts, turn: Turn, signal: AbortSignal, heardAt: number): Promise<void> {
  if (!(await isForUs(parts, turn))) return
  const person = await parts.people.read(turn.user)
  const words = toWords(person.locale)
  const scene = { turn, person, words, stage: openStage(parts, turn, words, heardAt), signal }
  const ended = await (isEmpty(turn) ? help(scene) : converse(parts, scene)).catch(error => fail(parts, scene, error))
  scene.stage.close()
  parts.metrics.turnEnded(ended.outcome, ended.kind)
  parts.log.info({ turn: turn.id, ...ended, ...scene.stage.figures() }, 'turn ended')
}

/**
 * Whoever asks the bot by name takes it into the thread; the thread's earlier messages have had their turn by then. When
 * nobody did, and Slack cannot say whether the thread is its business, it is not.
 */
async function isForUs(parts: AnswerParts, turn: Turn): Promise<boolean> {
  if (turn.isAddressed) {
    parts.conversations.join(turn)
    return true
  }
  try {
    return await parts.conversations.takesPart(turn)
  } catch (error) {
    parts.log.warn(
      { turn: turn.id, reason: toReason(error) },
      'a thread could not be read; its message was passed over',
    )
    return false
  }
}

/** Reads the thread, asks the model, shows its answer as it comes, completes the reply and remembers it. */
async function converse(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  const { turn, person, words, stage, signal } = scene
  const prepared = await prepare(parts, turn, person, words, signal)
  const ending: Ending = { isCut: false }
  const enough = new AbortController()
  const pieces = parts.model.stream(prepared.request, AbortSignal.any([signal, enough.signal]))
  await stage.reply.write(toText(pieces, ending, parts.metrics)).finally(() => enough.abort())
  if (signal.aborted) return interrupt(parts, scene)
  await stage.reply.finish(toFooter(prepared, ending, words))
  remember(parts.conversations, scene)
  return { outcome: 'answered', kind: 'done' }
}

async function help({ stage, words }: Scene): Promise<Outcome> {
  await stage.reply.write(one(words.help))
  await stage.reply.finish()
  return { outcome: 'helped', kind: 'help' }
}

async function interrupt(parts: AnswerParts, scene: Scene): Promise<Outcome> {
  await tell(parts, scene, scene.words.interrupted)
  return { outcome: 'interrupted', kind: 'stop' }
}

async function fail(parts: AnswerParts, scene: Scene, error: unknown): Promise<Outcome> {
  if (scene.signal.aborted) return interrupt(parts, scene)
  // Somebody deleted the reply while it grew: they want no more of it.
  if (error instanceof SlackError && error.code === 'message_not_found')
    return { outcome: 'interrupted', kind: 'deleted' }
  const failure = toFailure(error)
  const facts = { turn: scene.turn.id, kind: failure.kind, reference: failure.reference, reason: toReason(error) }
  parts.log.error(failure.kind === 'unexpected' ? { ...facts, stack: (error as Error).stack } : facts, 'turn failed')
  await tell(parts, scene, failure.sentence(scene.words))
  return { outcome: 'failed', kind: failure.kind }
}

/** Says what went wrong below what was written; when not even that can be said, the log has it. */
async function tell(parts: AnswerParts, scene: Scene, sentence: string): Promise<void> {
  try {
    await scene.stage.reply.finish({ kind: 'error', sentence })
    remember(parts.conversations, scene)
  } catch (error) {
    parts.log.error({ turn: scene.turn.id, reason: toReason(error) }, 'a failure could not be told in Slack')
  }
}

/** What is learned of an answer when it ends. */
interface Ending {
  /** The model stopped at its own limit. */
  isCut: boolean
}

async function* toText(pieces: AsyncIterable<Piece>, ending: Ending, metrics: Metrics): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') yield piece.text
    else if (piece.kind === 'stopped') ending.isCut = piece.reason === 'length'
    else {
      metrics.tokensUsed('in', piece.usage.tokensIn)
      metrics.tokensUsed('out', piece.usage.tokensOut)
    }
  }
}

async function* one(text: string): AsyncIterable<string> {
  yield text
}

function toFooter(prepared: Prepared, ending: Ending, words: Words): { kind: 'footer'; sentence: string } | undefined {
  const facts = [...prepared.leftOut, ...(ending.isCut ? [words.outputLimit] : [])]
  return facts.length === 0 ? undefined : { kind: 'footer', sentence: facts.join(' · ') }
}

/** The reply as the model wrote it, so that the next turn of a warm thread asks Slack nothing. */
function remember(conversations: Conversations, { turn, stage }: Scene): void {
  const { messages, text } = stage.reply
  if (messages[0] === undefined || text.trim() === '') return
  const message = { ts: messages[0], author: { kind: 'self' as const }, text, form: 'markdown' as const, files: [] }
  conversations.note({ kind: 'said', thread: turn, message })
}
