import { formatError } from '../../errors.ts'
import { removeMessage } from '../../reply/remove-message.ts'
import { isSelf } from '../../slack/message.ts'
import { messagesOf } from '../../slack/reader.ts'
import type { Hooks } from '../context.ts'
import { parseLabelId } from './card.ts'
import type { ClassifyServices } from './services.ts'

type ForgottenLabels = Parameters<Hooks['labelsForgotten'][number]>[0]

/** Deletes the cards of forgotten labels that stand in threads. Private cards cannot be found again; their controls do nothing. */
export async function removeCards(
  deps: Pick<ClassifyServices, 'reader' | 'self' | 'limiter' | 'log'>,
  labels: ForgottenLabels,
): Promise<void> {
  const ids = new Set(labels.map(({ id }) => id))
  const threads = new Map(labels.map(({ channel, threadTs }) => [`${channel} ${threadTs}`, { channel, threadTs }]))
  for (const { channel, threadTs } of threads.values()) {
    if (threadTs === null) continue
    try {
      const args = { channel, ts: threadTs, limit: 200 }
      for await (const page of deps.reader.pages('conversations.replies', args, { for: 'question' }))
        for (const message of messagesOf(page)) {
          const blocks = (message.blocks ?? []) as { block_id?: unknown }[]
          const isCard = blocks.some(({ block_id }) => ids.has(parseLabelId(String(block_id)) ?? ''))
          if (isCard && isSelf(message, deps.self))
            await removeMessage(deps, { channel, threadTs, turnId: '', edition: 1 }, String(message.ts))
        }
    } catch (error) {
      // A thread without replies is gone with its first message.
      deps.log.debug({ channel, reason: formatError(error) }, 'cards not looked for')
    }
  }
}
