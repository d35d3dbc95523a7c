import { SlackError } from '../errors.ts'
import { callTimeoutMs } from './client.ts'

/** Answers a command or a button press at its `response_url`, which is valid for 30 minutes. */
type Responder = (url: string, message: object) => Promise<void>

/**
 * Creates it. Answers only URLs on Slack's own hosts or the host of `SLACK_API_URL`: a stored command may be answered by a
 * later process.
 */
export function createResponder(slackApiUrl: string): Responder {
  const own = new URL(slackApiUrl).host
  return async (url, message) => {
    const { host } = new URL(url)
    if (host !== own && !host.endsWith('.slack.com')) throw new SlackError('response_url', 'host_not_allowed')
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(callTimeoutMs),
    }).catch(error => {
      throw new SlackError('response_url', 'network', { cause: error })
    })
    if (!response.ok) throw new SlackError('response_url', parseCode(response.status))
  }
}

function parseCode(status: number): string {
  if (status === 429) return 'ratelimited'
  return status >= 500 ? 'server' : `http_${status}`
}
