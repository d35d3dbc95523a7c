import type { Conversations } from '../conversation/conversation.ts'
import type { FileReader } from '../conversation/files.ts'
import type { Self } from '../conversation/message.ts'
import type { People, Person } from '../conversation/people.ts'
import { toFailure, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Model, Piece } from '../model/model.ts'
import type { SendBudget } from '../reply/budget.ts'
import type { CallSlack } from '../slack.ts'
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

/**
 * THE SPINE: answers one turn, from the question to the last edit in Slack. It never throws: what goes wrong stands in
 * the reply, below what was written, and in the log.
 */
export async function answer(parts: AnswerParts, turn: Turn, signal: AbortSignal): Promise<void> {
  const person = await parts.people.read(turn.user)
  const words = toWords(person.locale)
  const stage = openStage(parts, turn, words)
  const ended = await (isEmpty(turn) ? help(stage, words) : converse(parts, turn, person, words, stage, signal)).catch(
    error => fail(parts, turn, stage, words, error),
  )
  stage.close()
  parts.metrics.turnEnded(ended.outcome, ended.kind)
  parts.log.info({ turn: turn.id, ...ended, ...stage.figures() }, 'turn ended')
}

/** Reads the thread, asks the model, shows its answer as it comes, completes the reply and remembers it. */
async function converse(
  parts: AnswerParts,
  turn: Turn,
  person: Person,
  words: Words,
  stage: Stage,
  signal: AbortSignal,
): Promise<Outcome> {
  const prepared = await prepare(parts, turn, person, words, signal)
  const ending: Ending = { isCut: false }
  await stage.reply.write(toText(parts.model.stream(prepared.request, signal), ending, parts.metrics))
  if (signal.aborted) return interrupt(stage, words)
  await stage.reply.finish(toFooter(prepared, ending, words))
  remember(parts.conversations, turn, stage)
  return { outcome: 'answered', kind: 'done' }
}

async function help(stage: Stage, words: Words): Promise<Outcome> {
  await stage.reply.write(one(words.help))
  await stage.reply.finish()
  return { outcome: 'helped', kind: 'help' }
}

async function interrupt(stage: Stage, words: Words): Promise<Outcome> {
  await stage.reply.finish({ kind: 'error', sentence: words.interrupted })
  return { outcome: 'interrupted', kind: 'stop' }
}

/** Says what went wrong below what was written; when not even that can be said, the log has it. */
async function fail(parts: AnswerParts, turn: Turn, stage: Stage, words: Words, error: unknown): Promise<Outcome> {
  const failure = toFailure(error)
  const facts = { turn: turn.id, kind: failure.kind, reference: failure.reference, reason: toReason(error) }
  parts.log.error(failure.kind === 'unexpected' ? { ...facts, stack: (error as Error).stack } : facts, 'turn failed')
  try {
    await stage.reply.finish({ kind: 'error', sentence: failure.sentence(words) })
  } catch (second) {
    parts.log.error({ ...facts, reason: toReason(second) }, 'the failure could not be told in Slack')
  }
  return { outcome: 'failed', kind: failure.kind }
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
function remember(conversations: Conversations, turn: Turn, stage: Stage): void {
  const ts = stage.reply.messages[0]
  if (ts === undefined) return
  const message = {
    ts,
    author: { kind: 'self' as const },
    text: stage.reply.text,
    form: 'markdown' as const,
    files: [],
  }
  conversations.note({ kind: 'said', thread: turn, message })
}
