import OpenAI from 'openai'
import { ShownError } from '../errors.ts'

/** Parameters that some servers refuse; the request means the same without them. */
type RefusedParameter = 'stream_options' | 'max_tokens' | 'max_completion_tokens' | 'response_format'

const droppable: RefusedParameter[] = ['stream_options', 'max_completion_tokens', 'max_tokens', 'response_format']

/** Finds the parameter that a server refused by name, in a 400 or 422, or in the 500 of llama.cpp's Python server. */
export function parseRefusedParameter(error: unknown): RefusedParameter | undefined {
  if (!(error instanceof OpenAI.APIError) || ![400, 422, 500, 501].includes(error.status ?? 0)) return undefined
  // The vendor says "Unsupported parameter: 'max_tokens' ... Use 'max_completion_tokens' instead": the first named is meant.
  const complaint = `${error.param ?? ''} ${error.message}`.replace(
    /json_schema|structured output/gi,
    'response_format',
  )
  const named = droppable.filter(name => new RegExp(`\\b${name}\\b`).test(complaint))
  return named.sort((a, b) => complaint.indexOf(a) - complaint.indexOf(b))[0]
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
  if (error.status >= 500) return shown('model_server_error', w => w.model.serverError(error.status ?? 500), error)
  if (isUnknownModel(says)) return unknownModel(model, error)
  if (says.includes('content_filter') || says.includes('content_policy')) {
    return shown('model_filtered', w => w.model.filtered, error)
  }
  return shown('model_refused_request', w => w.model.refusedRequest, error)
}

/** Parses an error inside a stream, which has no status: some gateways say there what others say with one. */
function parseMidStreamError(says: string, error: unknown): ShownError {
  if (/rate.?limit|overloaded|too many requests/.test(says))
    return shown('model_busy', w => w.model.busy(undefined), error)
  return shown('model_stream_error', w => w.model.streamError, error)
}

function busy(error: InstanceType<typeof OpenAI.APIError>): ShownError {
  const seconds = parseRetryAfterSeconds(error)
  return shown('model_busy', w => w.model.busy(seconds === undefined ? undefined : Math.ceil(seconds)), error)
}

function unknownModel(model: string, error: unknown): ShownError {
  return shown('model_unknown', w => w.model.unknownModel(model), error)
}

function isTooLong(says: string): boolean {
  return /context_length_exceeded|maximum context length|context window|exceed.{0,20}context|prompt is too long/.test(
    says,
  )
}

function isUnknownModel(says: string): boolean {
  return /model_not_found|model.{0,60}(not found|does not exist|not exist|unknown|invalid)|(unknown|invalid|no such) model/.test(
    says,
  )
}

const shown = (kind: string, sentence: ShownError['sentence'], cause: unknown) => new ShownError(kind, sentence, cause)
