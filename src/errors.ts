import { randomBytes } from 'node:crypto'
import type { Words } from './words/words.ts'

/**
 * A failure that a person may read about: it carries a sentence that says what happened and what to do next. Every
 * other error is shown as a reference only, and told in full in the log.
 */
export class ShownError extends Error {
  /** The sentence in the reader's language; it names the next step. */
  readonly sentence: (words: Words) => string
  /** A short name for logs and figures, such as `model_unauthorized`. */
  readonly kind: string

  constructor(kind: string, sentence: (words: Words) => string, cause?: unknown) {
    super(kind, { cause })
    this.name = 'ShownError'
    this.kind = kind
    this.sentence = sentence
  }
}

/** What one failure means for the two who hear of it: the person in Slack and the reader of the log. */
export interface Failure {
  kind: string
  sentence: (words: Words) => string
  /** Stands in the log, and in Slack when the failure has no sentence of its own. */
  reference: string
}

/** Makes a failure out of anything thrown; what is not a {@link ShownError} becomes a reference that the log explains. */
export function toFailure(error: unknown): Failure {
  const reference = randomBytes(4).toString('hex')
  if (error instanceof ShownError) return { kind: error.kind, sentence: error.sentence, reference }
  return { kind: 'unexpected', sentence: words => words.unexpected(reference), reference }
}

/** The error's message and those of its causes in one line, without any text that people wrote. */
export function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (${toReason(error.cause)})`
  return `${error.message}${cause}`
}
