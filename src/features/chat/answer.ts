import { isPromptRefused, type Piece } from '../../model/model.ts'
import { hasNumericTable } from '../../text/tables.ts'
import { formatGone, noteModel } from '../chosen-model.ts'
import type { Services, TurnContext } from '../context.ts'
import { buildAnswerControls } from '../reply-buttons.ts'
import { removeThoughts } from '../turn-endings.ts'
import { noteSpent } from '../turn-spending.ts'
import { createAnswerLength } from './answer-length.ts'
import { describePictures } from './describe-pictures.ts'
import { buildPrompt } from './prompt.ts'
import { readAloudIfWanted } from './read-aloud-if-wanted.ts'

type ChatDeps = Pick<Services, 'self' | 'models' | 'threads' | 'users' | 'rules' | 'metrics'> &
  Parameters<typeof buildPrompt>[0]['deps'] &
  Parameters<typeof readAloudIfWanted>[0]['deps']

type StopReason = Extract<Piece, { kind: 'stopped' }>['reason']

/** How often a prompt is built anew after the model refused it. */
const maxRebuilds = 4

/** Answers a question: builds the prompt from the thread, asks the model and shows its answer while it is written. */
export async function answer(ctx: TurnContext<ChatDeps>): Promise<void> {
  const { turn, i18n, reply, signal, deps, chosen } = ctx
  noteModel(ctx)
  const outcome: Outcome = { reason: 'done', heard: '', second: undefined, head: '', leftOut: [], sent: undefined }
  const enough = new AbortController()
  await reply.write(readText(streamAnswer(ctx, outcome, enough.signal), outcome, ctx)).finally(() => enough.abort())
  signal.throwIfAborted()
  takeSecond(ctx, outcome)
  removeThoughts(reply, outcome.head)
  if (!reply.text.startsWith(outcome.heard)) reply.replace(outcome.heard + reply.text)
  const facts = [...formatGone(ctx), ...outcome.leftOut, ...formatStop(outcome.reason, ctx)]
  const note = { kind: 'footer' as const, sentence: facts.join(' · ') }
  await reply.finish({
    ...(facts.length > 0 && { note }),
    controls: buildAnswerControls(turn.id, i18n, {
      model: ctx.figures.model ?? chosen.model.name,
      choices: chosen.choices,
      canListen: deps.speech !== undefined,
      canChart: hasNumericTable(reply.text),
    }),
  })
  // The next question does not wait for it.
  if (outcome.sent !== undefined && outcome.reason === 'done') void describePictures(ctx, outcome.sent)
  await readAloudIfWanted(ctx)
}

/** Facts about an answer beside its text. */
interface Outcome {
  reason: StopReason
  /** The question as it was understood, if it was spoken; it stands above the answer. */
  heard: string
  /** Another answer, in place of a first one that was cut off. */
  second: string | undefined
  /** Names the files that could not be read, above the text. */
  head: string
  /** The request that is answered. */
  sent: Awaited<ReturnType<typeof buildPrompt>> | undefined
  /** Omissions from the prompt, in sentences for the reader. */
  leftOut: string[]
}

/** Streams the answer. A prompt that the model refuses is built anew, by what was learned from that. */
async function* streamAnswer(ctx: TurnContext<ChatDeps>, outcome: Outcome, enough: AbortSignal): AsyncIterable<Piece> {
  const { model } = ctx.chosen
  const { channel, threadTs, user: person } = ctx.turn
  const cacheKey = `${channel} ${threadTs}`
  for (let rebuilds = 0; ; rebuilds += 1) {
    const sent = await buildPrompt(ctx)
    const { messages, leftOut, notRead, heard, quotedFrom } = sent
    const purpose = { feature: 'chat' as const, channel, person, quotedFrom, onSpent: noteSpent(ctx.job) }
    ctx.figures.model = model.name
    if (heard !== '' && outcome.heard === '') yield { kind: 'text', text: heard }
    const head = notRead.map(sentence => `${sentence}\n\n`).join('')
    Object.assign(outcome, { leftOut, heard, head, sent })
    try {
      return yield* model.stream(messages, AbortSignal.any([ctx.signal, enough]), { purpose, cacheKey })
    } catch (error) {
      if (!isPromptRefused(error) || rebuilds === maxRebuilds) throw error
    }
  }
}

/** Yields the text of a model's stream up to the longest answer, counts its tokens, and notes why it stopped. */
async function* readText(
  pieces: AsyncIterable<Piece>,
  outcome: Outcome,
  { turn, deps, figures, chosen }: TurnContext<ChatDeps>,
): AsyncIterable<string> {
  let length = createAnswerLength()
  let hasBegun = false
  for await (const piece of pieces) {
    // Rights may have changed while the model was thinking.
    if (piece.kind === 'text' && length.isEmpty) await deps.rules.check({ ...turn, feature: 'chat' })
    if (piece.kind === 'again') {
      outcome.second = outcome.heard + outcome.head
      length = createAnswerLength()
    } else if (piece.kind === 'stopped') outcome.reason = piece.reason
    else if (piece.kind === 'model') {
      figures.model = piece.name
      chosen.gone ??= piece.gone
    } else if (piece.kind === 'usage') {
      deps.metrics.tokensUsed('in', piece.usage.tokensIn ?? 0)
      deps.metrics.tokensUsed('out', piece.usage.tokensOut ?? 0)
      deps.metrics.tokensUsed('cached', piece.usage.tokensCached ?? 0)
      Object.assign(figures, piece.usage)
    } else if (piece.kind === 'text') {
      if (await length.isTooLong(piece.text)) {
        outcome.reason = 'overrun'
        return
      }
      if (outcome.second !== undefined) outcome.second += piece.text
      else if (hasBegun) yield piece.text
      else if (piece.text.trim() !== '') {
        hasBegun = true
        yield outcome.head + piece.text
      }
    }
  }
}

/** Puts the second answer in the place of the first, unless it was cut off still earlier. */
function takeSecond({ reply }: TurnContext<ChatDeps>, { second, reason }: Outcome): void {
  if (second === undefined) return
  if (reason !== 'cut' || second.length >= reply.text.length) reply.replace(second)
}

function formatStop(reason: StopReason, { i18n }: TurnContext<ChatDeps>): string[] {
  const notes = { done: [], length: [i18n.outputLimit], cut: [i18n.maybeCut], overrun: [i18n.overrun] }
  return notes[reason]
}
