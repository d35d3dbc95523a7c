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
   * after the text that came before it; ends early without an error when the signal aborts.
   */
  stream(messages: ChatMessage[], signal: AbortSignal): AsyncIterable<Piece>
}
