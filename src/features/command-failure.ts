import { describeFailure, formatError, SlackError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import { type Ask, openDirectMessage } from '../queue/outbox.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import { buildMessageBody } from '../reply/body.ts'
import type { CallSlack } from '../slack/client.ts'
import type { Users } from '../slack/users.ts'

interface FailureDeps {
  call: CallSlack
  limiter: Limiter
  users: Users
  log: Log
}

/** Sends the failure, with the question, to the person's direct messages: a dialogue is closed once it is submitted. */
export async function tellDirectly(deps: FailureDeps, ask: Ask, error: unknown): Promise<void> {
  const cure = await formatCommandFailure(deps, ask, error)
  const channel = await openDirectMessage(deps.call, ask.user)
  await deps.limiter.send('chat.postMessage', () => ({ channel, ...buildMessageBody(cure) }), 'error')
}

/** Renders why a question could not be posted, with the next step, and the question below so that it is not lost. */
export async function formatCommandFailure(
  deps: FailureDeps,
  { user, question }: Ask,
  error: unknown,
): Promise<string> {
  const i18n = await fetchI18n(deps, user)
  const failure = describeFailure(error)
  deps.log.warn({ reference: failure.reference, reason: formatError(error) }, 'a question could not be posted')
  return `${formatSlackError(error, i18n) ?? failure.sentence(i18n)}\n\n${i18n.ask.yourQuestion(question)}`
}

function formatSlackError(error: unknown, i18n: I18n): string | undefined {
  if (!(error instanceof SlackError)) return undefined
  const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
  return isOutside ? i18n.ask.notInChannel : i18n.ask.cannotPost(error.code)
}

async function fetchI18n(deps: FailureDeps, user: string): Promise<I18n> {
  return i18nFor((await deps.users.read(user)).locale)
}
