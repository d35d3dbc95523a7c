import { randomBytes } from 'node:crypto'
import type { I18n } from './i18n/catalog.ts'

/**
 * A failure that a person may read about: it carries a sentence that says what happened and what to do next. Every
 * other error is shown as a reference only, and told in full in the log.
 */
export class ShownError extends Error {
  /** The sentence in the reader's language; it names the next step. */
  readonly sentence: (i18n: I18n) => string
  /** A short name for logs and figures, such as `model_unauthorized`. */
  readonly kind: string

  constructor(kind: string, sentence: (i18n: I18n) => string, cause?: unknown) {
    super(kind, { cause })
    this.name = 'ShownError'
    this.kind = kind
    this.sentence = sentence
  }
}

/** What one failure means for the two who hear of it: the person in Slack and the reader of the log. */
export interface Failure {
  kind: string
  sentence: (i18n: I18n) => string
  /** Stands in the log, and in Slack when the failure has no sentence of its own. */
  reference: string
}

/** Makes a failure out of anything thrown; what is not a {@link ShownError} becomes a reference that the log explains. */
export function describeFailure(error: unknown): Failure {
  const reference = randomBytes(4).toString('hex')
  if (error instanceof ShownError) return { kind: error.kind, sentence: error.sentence, reference }
  const kind = error instanceof SlackError ? `slack_${error.code}` : 'unexpected'
  return { kind, sentence: i18n => i18n.unexpected(reference), reference }
}

/**
 * An error in one line for the log. What a server said of a failure is left out where it may quote what people wrote: the
 * causes of a {@link ShownError} are told by name and code only.
 */
export function formatError(error: unknown): string {
  if (error instanceof ShownError)
    return error.cause === undefined ? error.kind : `${error.kind} (${formatCause(error.cause)})`
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} (${formatError(error.cause)})`
}

function formatCause(cause: unknown): string {
  const { name, code, status } = cause as { name?: unknown; code?: unknown; status?: unknown }
  return [name, status, code].filter(part => typeof part === 'string' || typeof part === 'number').join(' ')
}

/** A Web API call that did not work. */
export class SlackError extends Error {
  /** Slack's own name (`channel_not_found`), or `ratelimited`, `network`, `timeout`, `server`, `garbled`. */
  readonly code: string
  /** With `ratelimited`: how long this method must rest in this workspace. */
  readonly retryAfterMs: number
  /** Whether the same call may work a little later. */
  readonly isPassing: boolean
  /** Whether Slack may have carried the call out all the same. */
  readonly isUnknown: boolean

  constructor(method: string, code: string, retryAfterMs = 0, cause?: unknown) {
    super(`${method}: ${code}`, { cause })
    this.name = 'SlackError'
    this.code = code
    this.retryAfterMs = code === 'ratelimited' ? Math.min(Math.max(retryAfterMs, shortestRestMs), longestRestMs) : 0
    this.isUnknown = unknownOutcomes.has(code)
    this.isPassing = this.isUnknown || passing.has(code)
  }
}

/** A refusal without a readable time means a moment; one of days is a mistake, and is looked at again in between. */
const shortestRestMs = 1_000
const longestRestMs = 600_000

const unknownOutcomes = new Set(['network', 'timeout', 'server', 'garbled'])
const passing = new Set(['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])

/** A reason why the program cannot start: a sentence that names the cure. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
