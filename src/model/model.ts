/** One message of a request to a model. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string | ContentPart[]
}

/** A piece of a message: text, or an image as a `data:` URL. */
type ContentPart = { kind: 'text'; text: string } | { kind: 'image'; dataUrl: string }

/** The tokens of an answer as the server counted them. */
interface Usage {
  tokensIn: number
  tokensOut: number
}

/** A piece of a model's stream: text, and at the end the reason why it stopped and its usage, if the server says so. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'usage'; usage: Usage }
  | { kind: 'stopped'; reason: 'done' | 'length' }

/** A JSON schema that the answer has to follow strictly. */
export interface AnswerFormat {
  name: string
  schema: Record<string, unknown>
}

/** The server accepts no schemas: the form has to be asked for in words. */
export class FormatRefused extends Error {
  override readonly name = 'FormatRefused'
}

/** A language model. */
export interface Model {
  /** The name that the server knows. */
  readonly name: string
  /** The name and host for people: `gpt-5.6-luna at api.openai.com`. */
  readonly title: string
  /** Tokens that a prompt may have, without those reserved for the answer. */
  readonly inputTokens: number
  /** The model can see images. */
  readonly images: boolean
  /**
   * Streams the answer to a request. Throws a `ShownError` for everything that a server can do wrong, after the text that came
   * before it, and `FormatRefused` if the server accepts no schemas. Ends early without an error when the signal aborts.
   */
  stream(messages: ChatMessage[], signal: AbortSignal, format?: AnswerFormat): AsyncIterable<Piece>
  /** False once the server has refused a schema with {@link FormatRefused}. */
  readonly takesFormats: boolean
}
