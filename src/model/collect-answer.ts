import {
  type AnswerFormat,
  type ChatMessage,
  FormatRefused,
  type Model,
  type Piece,
  type Purpose,
  type Usage,
} from './model.ts'
import { withoutUnopenedThoughts } from './thinking.ts'

/** A whole answer. */
interface CollectedAnswer {
  text: string
  /** Undefined if the server did not tell. */
  usage: Usage | undefined
  /** Undefined if it was aborted. */
  reason: Extract<Piece, { kind: 'stopped' }>['reason'] | undefined
}

interface CollectOptions {
  purpose?: Purpose | undefined
  cacheKey?: string
  signal: AbortSignal
  format: AnswerFormat | undefined
  /** No proper answer is longer; the rest is not waited for. */
  maxCharacters: number
}

/** Asks in a format if the server takes one, and without it once the server has refused it. */
export async function inFormat<R>(
  model: Model,
  format: AnswerFormat | undefined,
  ask: (format: AnswerFormat | undefined) => Promise<R>,
): Promise<R> {
  if (format === undefined || !model.takesFormats) return ask(undefined)
  return ask(format).catch(error => {
    if (!(error instanceof FormatRefused)) throw error
    return ask(undefined)
  })
}

/** Asks for an answer that nobody reads while it is written, after the questions of people. Throws what `Model.stream` throws. */
export async function collectAnswer(
  model: Model,
  messages: ChatMessage[],
  { signal, format, maxCharacters, purpose, cacheKey }: CollectOptions,
): Promise<CollectedAnswer> {
  const enough = new AbortController()
  const options = {
    isBatch: true,
    ...(format !== undefined && { format }),
    ...(purpose !== undefined && { purpose }),
    ...(cacheKey !== undefined && { cacheKey }),
  }
  const answer: CollectedAnswer = { text: '', usage: undefined, reason: undefined }
  for await (const piece of model.stream(messages, AbortSignal.any([signal, enough.signal]), options)) {
    if (piece.kind === 'text') answer.text += piece.text
    else if (piece.kind === 'again') answer.text = ''
    else if (piece.kind === 'usage') answer.usage = piece.usage
    else if (piece.kind === 'stopped') answer.reason = piece.reason
    // A model that has lost its way writes until its limit.
    if (answer.text.length > maxCharacters) enough.abort()
  }
  return { ...answer, text: withoutUnopenedThoughts(answer.text.slice(0, maxCharacters)) }
}
