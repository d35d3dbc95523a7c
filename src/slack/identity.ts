import { SlackError, StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type CallSlack, callWithRetry } from './client.ts'
import type { BotIdentity } from './message.ts'
import { tokenErrors } from './start-error.ts'

/** Scopes that the promises of the README need; manifest.yml requests all of them. */
export const neededScopes = [
  'app_mentions:read',
  'assistant:write',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'reactions:read',
  'reactions:write',
  'usergroups:read',
  'users:read',
]

/** How long Slack may be away at start, in milliseconds. */
const patienceMs = 9_000

/** Fetches the bot's identity. Rejects with a `StartError` if Slack refuses the bot token or cannot be reached. */
export async function fetchIdentity(call: CallSlack, log: Log, slackApiUrl: string): Promise<BotIdentity> {
  const answer = (await testToken(call, slackApiUrl)) as unknown as AuthTest
  const scopes = answer.response_metadata?.scopes
  const missing = scopes === undefined ? [] : neededScopes.filter(scope => !scopes.includes(scope))
  if (missing.length > 0) {
    log.warn(
      { missing },
      'the app lacks scopes: paste manifest.yml into your app’s page “App Manifest” and reinstall it',
    )
  }
  return {
    userId: answer.user_id,
    botId: answer.bot_id ?? '',
    teamId: answer.team_id,
    name: answer.user ?? 'Threadwise',
    ...(answer.enterprise_id != null && answer.enterprise_id !== '' && { enterpriseId: answer.enterprise_id }),
    ...(answer.url !== undefined && { url: answer.url }),
  }
}

async function testToken(call: CallSlack, slackApiUrl: string) {
  try {
    return await callWithRetry(() => call('auth.test', {}), patienceMs)
  } catch (error) {
    // A proxy, or another server than Slack, answers with a page.
    const isAway = error instanceof SlackError && (error.isPassing || error.code.startsWith('http_'))
    if (!isAway) throw parseTokenError(error)
    const { host } = new URL(slackApiUrl)
    throw new StartError(`Slack cannot be reached at ${host} (${error.code}); check the network and SLACK_API_URL`)
  }
}

function parseTokenError(error: unknown): unknown {
  if (!(error instanceof SlackError)) return error
  const cure = 'copy the “Bot User OAuth Token” again from your app’s “OAuth & Permissions” page'
  if (tokenErrors.includes(error.code))
    return new StartError(`SLACK_BOT_TOKEN: Slack rejected it (${error.code}); ${cure}`)
  return new StartError(`SLACK_BOT_TOKEN: Slack answered ${error.code}; ${cure}`)
}

interface AuthTest {
  user_id: string
  user?: string
  bot_id?: string
  team_id: string
  enterprise_id?: string | null
  url?: string
  response_metadata?: { scopes?: string[] }
}
