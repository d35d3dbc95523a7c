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
export function parseStartError(error: unknown, { port, host }: { port: number; host?: string }): StartError {
  const { code, data, hostname } = error as { code?: string; data?: { error?: string }; hostname?: string }
  if (code === 'EADDRINUSE') return new StartError(`PORT: another program uses port ${port}; set PORT to a free one`)
  if (host !== undefined && (code === 'EADDRNOTAVAIL' || hostname === host))
    return new StartError(
      `HOST: ${host} is no address of this machine; leave it out, or set 0.0.0.0 to be reached from elsewhere`,
    )
  if (code === 'EACCES')
    return new StartError(`PORT: this user isn’t allowed to open port ${port}; set PORT to one above 1023`)
  if (data?.error !== undefined && tokenErrors.includes(data.error)) {
    return new StartError(
      `SLACK_APP_TOKEN: Slack rejected it (${data.error}); make a new app-level token with connections:write on your app’s “Basic Information” page`,
    )
  }
  return new StartError(`Could not connect to Slack: ${formatError(error)}`)
}
