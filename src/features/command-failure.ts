import { describeFailure, type SlackError } from '../errors.ts'
import type { I18n } from '../i18n/catalog.ts'

/** Formats a failure for the person who sent a command. */
export function formatFailure(error: unknown, i18n: I18n): string {
  return `⚠️ ${describeFailure(error).sentence(i18n)}`
}

/** Formats why Slack refused a post, with what the person can do. */
export function formatPostFailure({ code }: SlackError, i18n: I18n): string {
  const isOutside = code === 'not_in_channel' || code === 'channel_not_found'
  if (code === 'restricted_action_thread_locked') return i18n.ask.threadLocked
  return isOutside ? i18n.ask.notInChannel : i18n.ask.cannotPost({ code })
}

/** Waits until a command is saved, or rights are read. If that fails, tells the person why and resolves with undefined. */
export async function savedOrTold<C>(
  saving: Promise<C>,
  tell: (error: unknown) => Promise<unknown>,
): Promise<C | undefined> {
  try {
    return await saving
  } catch (error) {
    await tell(error)
    return undefined
  }
}
