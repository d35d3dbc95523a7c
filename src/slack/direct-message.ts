import { type CallSlack, callWithRetry } from './client.ts'

/** How long Slack may be away before the call fails. */
const patienceMs = 60_000

/** Opens the direct messages with a person. Resolves with their channel id. */
export async function openDirectMessage(call: CallSlack, user: string): Promise<string> {
  const answer = await callWithRetry(() => call('conversations.open', { users: user }), patienceMs)
  return (answer.channel as { id: string }).id
}
