import { randomBytes } from 'node:crypto'
import type { Words } from './i18n/catalog.ts'
import { SlackError } from './slack/client.ts'

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
  const kind = error instanceof SlackError ? `slack_${error.code}` : 'unexpected'
  return { kind, sentence: words => words.unexpected(reference), reference }
}

/**
 * An error in one line for the log. What a server said of a failure is left out where it may quote what people wrote: the
 * causes of a {@link ShownError} are told by name and code only.
 */
export function toReason(error: unknown): string {
  if (error instanceof ShownError)
    return error.cause === undefined ? error.kind : `${error.kind} (${toName(error.cause)})`
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${toReason(error.cause)})`
}

function toName(cause: unknown): string {
  const { name, code, status } = cause as { name?: unknown; code?: unknown; status?: unknown }
  return [name, status, code].filter(part => typeof part === 'string' || typeof part === 'number').join(' ')
}
