import { formatError, StartError } from '../errors.ts'

/** Slack's error codes for a rejected token. */
export const tokenErrors = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'not_allowed_token_type',
]

/** Turns a failed connection into a `StartError` that says the cure. */
export function parseStartError(error: unknown, port: number): StartError {
  const { code, data } = error as { code?: string; data?: { error?: string } }
  if (code === 'EADDRINUSE') return new StartError(`PORT: ${port} is taken by another program; set PORT to a free one`)
  if (code === 'EACCES') return new StartError(`PORT: this user may not open ${port}; set PORT to one above 1023`)
  if (data?.error !== undefined && tokenErrors.includes(data.error)) {
    return new StartError(
      `SLACK_APP_TOKEN: Slack does not take it (${data.error}); make a new app-level token with connections:write on your app’s page “Basic Information”`,
    )
  }
  return new StartError(`Slack could not be connected: ${formatError(error)}`)
}
