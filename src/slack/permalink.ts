import type { BotIdentity } from './message.ts'

/**
 * Builds the permalink of a message in the form of Slack's “Copy link”, without a call: a summary has dozens of links.
 * Source: docs.slack.dev, chat.getPermalink.
 */
export function buildPermalink(
  self: Pick<BotIdentity, 'url' | 'teamId'>,
  channel: string,
  ts: string,
  threadTs?: string,
): string {
  // This address works from everywhere, with a redirect.
  if (self.url === undefined)
    return `https://slack.com/app_redirect?team=${self.teamId}&channel=${channel}&message_ts=${ts}`
  const inThread = threadTs === undefined || threadTs === ts ? '' : `?thread_ts=${threadTs}&cid=${channel}`
  return `${self.url.replace(/\/$/, '')}/archives/${channel}/p${ts.replace('.', '')}${inThread}`
}
