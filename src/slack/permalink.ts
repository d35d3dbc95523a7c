import type { BotIdentity } from './message.ts'

/**
 * The address of a message, in the form in which Slack's own “Copy link” gives it; made here, since a summary has dozens and
 * each would be a call. Source: docs.slack.dev, chat.getPermalink.
 */
export function buildPermalink(
  self: Pick<BotIdentity, 'url' | 'teamId'>,
  channel: string,
  ts: string,
  threadTs?: string,
): string {
  // Slack leads there from anywhere, if by a detour.
  if (self.url === undefined)
    return `https://slack.com/app_redirect?team=${self.teamId}&channel=${channel}&message_ts=${ts}`
  const inThread = threadTs === undefined || threadTs === ts ? '' : `?thread_ts=${threadTs}&cid=${channel}`
  return `${self.url.replace(/\/$/, '')}/archives/${channel}/p${ts.replace('.', '')}${inThread}`
}
