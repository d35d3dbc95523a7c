/** One message of a conversation as a model is given it. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string | ContentPart[]
}

/** A piece of a message: text, or an image as a `data:` URL. */
type ContentPart = { kind: 'text'; text: string } | { kind: 'image'; dataUrl: string }

/** How many tokens an answer took, as the server counted them. */
interface Usage {
  tokensIn: number
  tokensOut: number
}

/** What comes out of a model while it speaks: text, and at the end why it stopped and what it cost, when the server says so. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'stopped'; reason: 'done' | 'length' }

/** The form in which an answer is wanted: JSON that follows a schema, strictly. */
export interface AnswerFormat {
  name: string
  schema: Record<string, unknown>
}

/** The server takes no schemas; the same question has to be asked in words. It is not asked by schema again. */
export class FormatRefused extends Error {
  override readonly name = 'FormatRefused'
}

/** What the bot needs from a language model. */
export interface Model {
  /** As the server knows it. */
  readonly name: string
  /** Where it runs, for people: `gpt-5.6-luna at api.openai.com`. */
  readonly title: string
  /** Tokens that a question may have, the answer's share already taken off. */
  readonly inputTokens: number
  /** It can look at images. */
  readonly images: boolean
  /**
   * Asks the model and yields its answer as it comes. Throws a `ShownError` for everything that a server can do wrong,
   * after the text that came before it, and `FormatRefused` for a format that the server does not take; ends early without an error when the signal aborts.
   */
  stream(messages: ChatMessage[], signal: AbortSignal, format?: AnswerFormat): AsyncIterable<Piece>
  /** Whether the server may take a schema for the answer; false once it has refused one with {@link FormatRefused}. */
  readonly takesFormats: boolean
}
