import type { Piece } from '../../model/model.ts'
import type { Services, TurnContext } from '../context.ts'
import { buildAnswerControls } from '../reply-buttons.ts'
import { removeThoughts } from '../turn-endings.ts'
import { buildPrompt } from './prompt.ts'

type ChatDeps = Pick<Services, 'self' | 'model' | 'threads' | 'users' | 'metrics'> &
  Parameters<typeof buildPrompt>[0]['deps']

/** Answers a question: builds the prompt from the thread, asks the model and shows its answer while it is written. */
export async function answer(ctx: TurnContext<ChatDeps>): Promise<void> {
  const { turn, i18n, reply, signal, deps } = ctx
  const prompt = await buildPrompt(ctx)
  const finished = { isCut: false }
  const enough = new AbortController()
  const pieces = deps.model.stream(prompt.messages, AbortSignal.any([signal, enough.signal]))
  await reply.write(readText(pieces, finished, deps.metrics)).finally(() => enough.abort())
  signal.throwIfAborted()
  removeThoughts(reply)
  const facts = [...prompt.leftOut, ...(finished.isCut ? [i18n.outputLimit] : [])]
  const note = { kind: 'footer' as const, sentence: facts.join(' · ') }
  await reply.finish({ ...(facts.length > 0 && { note }), controls: buildAnswerControls(turn.id, i18n) })
}

/** Yields the text of a model's stream, counts its tokens, and notes whether the model stopped at its output limit. */
async function* readText(
  pieces: AsyncIterable<Piece>,
  finished: { isCut: boolean },
  metrics: ChatDeps['metrics'],
): AsyncIterable<string> {
  for await (const piece of pieces) {
    if (piece.kind === 'text') yield piece.text
    else if (piece.kind === 'stopped') finished.isCut = piece.reason === 'length'
    else {
      metrics.tokensUsed('in', piece.usage.tokensIn)
      metrics.tokensUsed('out', piece.usage.tokensOut)
    }
  }
}
