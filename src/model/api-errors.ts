import OpenAI from 'openai'
import { ShownError } from '../errors.ts'

/** Returns whether a server has answered with an error. */
export const isApiError = (error: unknown): error is ApiError =>
  error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError)

type ApiError = InstanceType<typeof OpenAI.APIError>

/** Creates the error of an event inside a stream; `status` is the one that it names, if any. */
export const createEventError = (status: number | undefined, body: object): Error =>
  new OpenAI.APIError(status, body, undefined, new Headers())

/** Returns what a server says in an error: its parameter, its code and its sentence, without the SDK's own words. */
export function readComplaint(error: InstanceType<typeof OpenAI.APIError>): string {
  const body = error.error as { message?: unknown } | undefined
  const figures = Object.entries(body ?? {}).filter(([, value]) => typeof value === 'number')
  const message = typeof body?.message === 'string' ? body.message : error.message.replace(/^\d{3} /, '')
  return [error.param, error.code, message, ...figures.map(([name, value]) => `${name}: ${value}`)]
    .filter(part => part != null && part !== '')
    .join(' ')
}

/** Returns the backoff before a retry: the server's Retry-After, else `usualMs`; infinite if a retry does not help. */
export function parseRetryWaitMs(error: unknown, usualMs: number): number {
  if (error instanceof OpenAI.APIUserAbortError || !(error instanceof OpenAI.APIError)) return Number.POSITIVE_INFINITY
  if (error instanceof OpenAI.APIConnectionError) return usualMs
  const isPassing = [408, 409, 429].includes(error.status ?? 0) || (error.status ?? 0) >= 500
  if (!isPassing || /insufficient_quota/.test(String(error.code))) return Number.POSITIVE_INFINITY
  return (parseRetryAfterSeconds(error) ?? usualMs / 1000) * 1000
}

function parseRetryAfterSeconds(error: InstanceType<typeof OpenAI.APIError>): number | undefined {
  const seconds = Number.parseFloat(error.headers?.get('retry-after') ?? '')
  return Number.isFinite(seconds) ? seconds : undefined
}

/** Turns everything that a server or the network can do wrong into an error with its own sentence and next step. */
export function parseModelError(error: unknown, model: string): ShownError {
  if (error instanceof ShownError) return error
  if (error instanceof OpenAI.APIConnectionError) return shown('model_unreachable', w => w.model.unreachable, error)
  if (error instanceof OpenAI.APIError) return parseStatusError(error, model)
  if (error instanceof SyntaxError) return shown('model_garbled', w => w.model.garbled, error)
  // The response's body broke off: a reset connection, a premature close.
  return shown('model_ended_early', w => w.model.endedEarly, error)
}

function parseStatusError(error: InstanceType<typeof OpenAI.APIError>, model: string): ShownError {
  const says = `${error.code ?? ''} ${error.type ?? ''} ${error.message}`.toLowerCase()
  if (isTooLong(says)) return shown('model_too_long', w => w.model.tooLong, error)
  if (says.includes('insufficient_quota')) return shown('model_no_quota', w => w.model.noQuota, error)
  switch (error.status) {
    case undefined:
      return parseMidStreamError(says, error)
    case 401:
      return shown('model_unauthorized', w => w.model.unauthorized, error)
    case 402:
      return shown('model_no_quota', w => w.model.noQuota, error)
    case 403:
      return shown('model_forbidden', w => w.model.forbidden, error)
    case 404:
      return isUnknownModel(says)
        ? unknownModel(model, error)
        : shown('model_wrong_address', w => w.model.wrongAddress, error)
    case 413:
      return shown('model_too_long', w => w.model.tooLong, error)
    case 429:
      return busy(error)
  }
  if (error.status >= 500)
    return shown('model_server_error', w => w.model.serverError({ status: error.status ?? 500 }), error)
  if (isUnknownModel(says)) return unknownModel(model, error)
  if (says.includes('content_filter') || says.includes('content_policy')) {
    return shown('model_filtered', w => w.model.filtered, error)
  }
  return shown('model_refused_request', w => w.model.refusedRequest, error)
}

/** Parses an error inside a stream, which has no status: some gateways say there what others say with one. */
function parseMidStreamError(says: string, error: unknown): ShownError {
  if (/rate.?limit|overloaded|too many requests/.test(says)) return shown('model_busy', w => w.model.busy, error)
  return shown('model_stream_error', w => w.model.streamError, error)
}

function busy(error: InstanceType<typeof OpenAI.APIError>): ShownError {
  const seconds = parseRetryAfterSeconds(error)
  return shown(
    'model_busy',
    w => (seconds === undefined ? w.model.busy : w.model.busyFor({ seconds: Math.ceil(seconds) })),
    error,
  )
}

function unknownModel(model: string, error: unknown): ShownError {
  return shown('model_unknown', w => w.model.unknownModel({ name: model }), error)
}

/** Returns whether a complaint, in lower case, is about the length of the prompt. */
export function isTooLong(says: string): boolean {
  return [
    /context_length_exceeded|maximum context|context (?:length|window|size)|exceed.{0,20}context|reduce the length/,
    /(?:prompt|input|string|sequence|request)(?: length)?[ _](?:is |was )?too[ _]long|sequence length.{0,20}longer/,
    /input token count.{0,40}exceed|token limit|(?:input|content) length.{0,30}(?:exceed|limit|be in|be \[)/,
    /too large for model|too many input tokens|上下文长度|(?:输入|提示).{0,8}(?:过长|太长|超)/,
  ].some(pattern => pattern.test(says))
}

function isUnknownModel(says: string): boolean {
  return /model_not_found|model.{0,60}(not found|does not exist|not exist|unknown|invalid)|(unknown|invalid|no such) model/.test(
    says,
  )
}

const shown = (kind: string, sentence: ShownError['sentence'], cause: unknown) => new ShownError(kind, sentence, cause)
