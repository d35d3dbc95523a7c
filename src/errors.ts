import { randomBytes } from 'node:crypto'
import type { I18n } from './i18n/catalog.ts'

/**
 * An error with a cure: it carries a sentence for the person, which says what happened and what to do next. Every other error is
 * shown as a reference to the log.
 */
export class ShownError extends Error {
  /** Returns the sentence in the reader's language. */
  readonly sentence: (i18n: I18n) => string
  /** A short name for logs and metrics, such as `model_unauthorized`. */
  readonly kind: string

  constructor(kind: string, sentence: (i18n: I18n) => string, cause?: unknown) {
    super(kind, { cause })
    this.name = 'ShownError'
    this.kind = kind
    this.sentence = sentence
  }
}

/** An error as the person and the reader of the log are told of it. */
interface Failure {
  kind: string
  sentence: (i18n: I18n) => string
  /** Stands in the log, and in Slack if the error has no sentence of its own. */
  reference: string
}

/** Describes anything thrown. An error that is no {@link ShownError} is shown as a reference that the log explains. */
export function describeFailure(error: unknown): Failure {
  const reference = randomBytes(4).toString('hex')
  if (error instanceof ShownError) return { kind: error.kind, sentence: error.sentence, reference }
  const kind = error instanceof SlackError ? `slack_${error.code}` : 'unexpected'
  if (error instanceof SlackError && error.code === 'missing_scope')
    return { kind, sentence: i18n => i18n.missingScope({ scope: error.needed ?? '…' }), reference }
  return { kind, sentence: i18n => i18n.unexpected({ reference }), reference }
}

/**
 * Formats an error as one line for the log. Causes of a {@link ShownError} appear by name and code only: a server's message may quote
 * what people wrote.
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

interface SlackErrorFacts {
  retryAfterMs?: number
  needed?: string | undefined
  cause?: unknown
}

/** A failed Web API call. */
export class SlackError extends Error {
  /** Slack's own name (`channel_not_found`), or `ratelimited`, `network`, `timeout`, `server`, `garbled`. */
  readonly code: string
  /** With `ratelimited`: how long Slack wants no call of this method in this workspace. */
  readonly retryAfterMs: number
  /** The same call may succeed later. */
  readonly isPassing: boolean
  /** Slack may have carried out the call all the same. */
  readonly isUnknown: boolean
  /** With `missing_scope`: the scope that Slack asks for. */
  readonly needed: string | undefined

  constructor(method: string, code: string, { retryAfterMs = 0, needed, cause }: SlackErrorFacts = {}) {
    super(needed === undefined ? `${method}: ${code}` : `${method}: ${code} (needs ${needed})`, { cause })
    this.needed = needed
    this.name = 'SlackError'
    this.code = code
    this.retryAfterMs = code === 'ratelimited' ? Math.min(Math.max(retryAfterMs, shortestRestMs), longestRestMs) : 0
    this.isUnknown = unknownOutcomes.has(code)
    this.isPassing = this.isUnknown || passing.has(code)
  }
}

/** Bounds of Retry-After: one without a readable time means a moment, one of days is a mistake. */
const shortestRestMs = 1_000
const longestRestMs = 600_000

const unknownOutcomes = new Set(['network', 'timeout', 'server', 'garbled'])
const passing = new Set(['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])

/** A reason why the program cannot start: a sentence that names the cure. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
