import { ShownError } from '../errors.ts'
import type { findSight } from './image-limits.ts'

/** One message of a request to a model. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string | ContentPart[]
}

/** A piece of a message: text, or an image as a `data:` URL, with an estimate of its tokens. */
type ContentPart = { kind: 'text'; text: string } | { kind: 'image'; dataUrl: string; tokens: number }

/** The tokens of an answer as the server counted them; undefined where it did not tell. */
export interface Usage {
  tokensIn: number | undefined
  tokensOut: number | undefined
  /** The part of `tokensIn` that the provider took from its cache; absent if that was none or not told. */
  tokensCached?: number
  /** The part of `tokensOut` that nobody sees; absent if that was none or not told. */
  tokensReasoning?: number
  /** Values that a stand-in replaced in the prompt; absent if there was none. */
  redacted?: number
  /** Seconds of sound that were listened to, and the part of `tokensIn` that they took; absent if there was none. */
  audioSeconds?: number
  tokensAudio?: number
}

/** Adds the tokens of another request. A sum with a part that was not told is not told. */
export function addUsage(sum: Usage, usage: Usage | undefined): Usage {
  const add = (a: number | undefined, b: number | undefined) => (a === undefined || b === undefined ? undefined : a + b)
  const cached = (sum.tokensCached ?? 0) + (usage?.tokensCached ?? 0)
  const reasoning = (sum.tokensReasoning ?? 0) + (usage?.tokensReasoning ?? 0)
  const seconds = (sum.audioSeconds ?? 0) + (usage?.audioSeconds ?? 0)
  const audio = (sum.tokensAudio ?? 0) + (usage?.tokensAudio ?? 0)
  return {
    tokensIn: add(sum.tokensIn, usage?.tokensIn),
    tokensOut: add(sum.tokensOut, usage?.tokensOut),
    ...(cached > 0 && { tokensCached: cached }),
    ...(reasoning > 0 && { tokensReasoning: reasoning }),
    ...(seconds > 0 && { audioSeconds: seconds }),
    ...(audio > 0 && { tokensAudio: audio }),
  }
}

/**
 * A piece of a model's stream: text, and at the end the usage, if the server says so, and why the answer stopped. `again` means that the
 * text so far was cut off, and that another answer follows in its place; `model` that another model than the first one answers, and
 * which one is `gone` from its server. A model of pictures gives one image.
 */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'image'; base64: string }
  | { kind: 'again' }
  | { kind: 'model'; name: string; gone?: string }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'stopped'; reason: StopReason }

/**
 * Why an answer stopped: it is whole, it reached the output limit, it may have been cut off, or it ran on far beyond the output limit
 * and was ended.
 */
type StopReason = 'done' | 'length' | 'cut' | 'overrun'

/** A JSON schema that the answer has to follow strictly. */
export interface AnswerFormat {
  name: string
  schema: Record<string, unknown>
}

/** The server accepts no schemas: the form has to be asked for in words. */
export class FormatRefused extends Error {
  override readonly name = 'FormatRefused'
}

/** For what a request is made, and for whom; `person` is '' if nobody asked for it. */
export interface Purpose {
  feature: 'chat' | 'classify' | 'summarize' | 'ambient' | 'pictures' | 'transcribe'
  channel: string
  person: string
  /** Other channels, words of which stand in the prompt. */
  quotedFrom?: readonly string[] | undefined
  /** Called at the end with what the request took, its cost in millionths of a dollar; undefined without a known price. */
  onSpent?: (spent: Usage & { cost: number | undefined; isEstimate: boolean }) => void
}

/** How an answer is asked for. */
interface StreamOptions {
  purpose?: Purpose
  /** The longest answer, in tokens, if that is less than the model's own bound. */
  maxTokens?: number
  format?: AnswerFormat
  /** Requests that begin in the same way share a key, by which the vendor finds its cache; the name of the format unless told. */
  cacheKey?: string
  /** Called with a model's name when a request that it had taken failed or was stopped before its end; no usage is told for it. */
  onLost?: (name: string) => void
  /** Requests of a batch wait until no question does, and keep the marks of the prompt, which a quote may hold. */
  isBatch?: boolean
}

/** Kinds of a `ShownError` after which a prompt that is built anew may pass: it was too long, or had pictures that were refused. */
const rebuildKinds = new Set(['model_too_long', 'model_refused_images'])

/** Returns whether a prompt that is built anew, by what the model has learned, may be accepted. */
export const isPromptRefused = (error: unknown): boolean => error instanceof ShownError && rebuildKinds.has(error.kind)

/** A language model. */
export interface Model {
  /** The name that the server knows. */
  readonly name: string
  /** The name and host for people: `gpt-6-luna at api.openai.com`. */
  readonly title: string
  /** Tokens that a prompt may have, without those reserved for the answer. Fewer after a prompt was refused as too long. */
  readonly inputTokens: number
  /** Tokens of the longest answer. */
  readonly outputTokens: number
  /** The model can see images. False once it has refused them all. */
  readonly images: boolean
  /** Tells how large a picture is sent, and how many tokens one of that size takes. */
  readonly sight: ReturnType<typeof findSight>
  /** Titles of the models that are left out for a while because they failed; undefined without others that answer instead. */
  readonly resting?: readonly string[]
  /** Returns whether the model has refused this picture, a `data:` URL. */
  refusesImage(dataUrl: string): boolean
  /**
   * Streams the answer to a request. Throws a `ShownError` for everything that a server can do wrong, after the text that came
   * before it, and `FormatRefused` if the server accepts no schemas. Ends early without an error when the signal aborts.
   */
  stream(messages: ChatMessage[], signal: AbortSignal, options?: StreamOptions): AsyncIterable<Piece>
  /** Prices a request in millionths of a dollar; resolves with undefined without a known price. `name` is that of the model that answered. */
  price(usage: Usage, name?: string): Promise<number | undefined>
  /** False once the server has refused every form of a schema with {@link FormatRefused}. */
  readonly takesFormats: boolean
}
