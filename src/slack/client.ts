import { ErrorCode, WebClient } from '@slack/web-api'
import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** A successful answer of a Web API method. */
export type SlackAnswer = Record<string, unknown> & { ok: true }

/** Calls a Web API method once, without a queue or retries, so that one method's limit never holds up another. */
export type CallSlack = (method: string, args: Record<string, unknown>) => Promise<SlackAnswer>

/** Slack answers within seconds or not at all; without a timeout a hanging call would block its reply for ever. */
export const callTimeoutMs = 15_000

/**
 * Creates the client of Slack's Web API. The SDK's own retries (ten over half an hour) and its wait after a 429 (which stops
 * every method) are switched off: callers decide what a failure means.
 */
export function createCallSlack(
  token: string,
  slackApiUrl: string,
  metrics: Pick<Metrics, 'slackCalled'>,
  log: Log,
): CallSlack {
  const client = new WebClient(token, {
    slackApiUrl,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: quiet,
  })
  return async (method, args) => {
    try {
      const answer = await client.apiCall(method, args)
      metrics.slackCalled(method, 'ok')
      return answer as SlackAnswer
    } catch (error) {
      const failure = parseSlackError(method, error)
      const isRefused = failure.code === 'ratelimited'
      metrics.slackCalled(method, isRefused ? 'refused' : 'failed')
      if (isRefused) log.warn({ method, restMs: failure.retryAfterMs }, 'rate limited by Slack')
      throw failure
    }
  }
}

const firstRetryMs = 500
const longestRetryMs = 8_000

/** Retries an idempotent call with backoff while its failures are transient, for at most this long. */
export async function callWithRetry<T>(make: () => Promise<T>, patienceMs: number): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    try {
      return await make()
    } catch (error) {
      const restMs = error instanceof SlackError ? Math.max(waitMs, error.retryAfterMs) : 0
      if (!(error instanceof SlackError) || !error.isPassing || Date.now() + restMs > deadline) throw error
      await pause(restMs)
    }
  }
}

function parseSlackError(method: string, error: unknown): SlackError {
  const { code, retryAfter, statusCode, data } = error as SdkError
  if (code === ErrorCode.RateLimitedError)
    return new SlackError(method, 'ratelimited', { retryAfterMs: (retryAfter ?? 1) * 1000 })
  if (code === ErrorCode.HTTPError) return parseStatusError(method, statusCode ?? 500)
  // A body that is not JSON arrives as the "error" of a platform error.
  const name = data?.error
  if (typeof name === 'string' && /^[a-z0-9_]{1,80}$/.test(name)) {
    return new SlackError(method, name === 'rate_limited' ? 'ratelimited' : name, {
      retryAfterMs: 1000,
      needed: parseScope(data?.needed),
    })
  }
  return new SlackError(method, name === undefined ? parseLostCode(error) : 'garbled')
}

/** Parses the scopes that a refused call needs, `files:write` or `files:write,files:read`. */
const parseScope = (needed: unknown): string | undefined =>
  typeof needed === 'string' && /^[a-z:.,_]{1,200}$/.test(needed) ? needed : undefined

/** Slack's own refusals have status 200; another 4xx comes from a proxy and is permanent. */
function parseStatusError(method: string, status: number): SlackError {
  if (status === 429) return new SlackError(method, 'ratelimited', { retryAfterMs: 1000 })
  return new SlackError(method, status >= 500 ? 'server' : `http_${status}`)
}

/** A 429 without a readable `Retry-After` reaches us as a plain error; everything else is the network. */
function parseLostCode(error: unknown): string {
  if (!(error instanceof Error)) return 'network'
  if (error.message.startsWith('Retry header')) return 'ratelimited'
  const cause = error.cause instanceof Error ? error.cause : error
  return cause.name === 'TimeoutError' ? 'timeout' : 'network'
}

interface SdkError {
  code?: string
  retryAfter?: number
  statusCode?: number
  data?: { error?: unknown; needed?: unknown }
}

/** Callers log failures; the SDK's own log lines would contain arguments. */
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}
