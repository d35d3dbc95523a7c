import { FileSkipped } from './skipped.ts'
import type { SlackFile } from './slack-file.ts'

/** Where Slack keeps files. To be widened only when another host has been seen: each one gets the bot's token. */
const slackFileOrigin = 'https://files.slack.com'

/** The origins that may be sent the token: Slack's own, and another Slack when the bot is pointed at one. */
export function buildAllowedOrigins(slackApiUrl: string): ReadonlySet<string> {
  const { hostname, origin } = new URL(slackApiUrl)
  const isSlackItself = hostname === 'slack.com' || hostname.endsWith('.slack.com')
  return new Set(isSlackItself ? [slackFileOrigin] : [slackFileOrigin, origin])
}

/** The address to download a file from, or a `FileSkipped` when the bot must not or cannot ask for it. */
export function parseFileUrl(file: SlackFile, allowedOrigins: ReadonlySet<string>): URL {
  refuseUnavailable(file)
  if (file.url === undefined) throw new FileSkipped('needs_file_info')
  const url = URL.parse(file.url)
  const hasCredentials = url !== null && (url.username !== '' || url.password !== '')
  if (url === null || hasCredentials || !allowedOrigins.has(url.origin)) throw new FileSkipped('host_not_allowed')
  return url
}

function refuseUnavailable(file: SlackFile): void {
  if (file.mode === 'tombstone') throw new FileSkipped('deleted')
  if (file.mode === 'hidden_by_limit') throw new FileSkipped('hidden_by_limit')
  if (file.isExternal || file.mode === 'external') throw new FileSkipped('external')
  if (file.access === 'file_not_found') throw new FileSkipped('not_found')
  if (file.access === 'check_file_info' || file.access === 'access_denied') throw new FileSkipped('needs_file_info')
}
