import type { KnownBlock } from '@slack/types'
import { formatError } from '../../errors.ts'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Services } from '../context.ts'

/** Erases all that is kept of a person. Resolves with what the person is told, in the language that they had chosen. */
export async function forget(
  { store, log }: Pick<Services, 'store' | 'log'>,
  user: string,
  i18nOf: (user: string) => Promise<I18n>,
): Promise<string> {
  const { home } = await i18nOf(user)
  try {
    const counts = await store.forgetting.person(user)
    return home.forgotten({ count: Object.values(counts).reduce((sum, count) => sum + count, 0) })
  } catch (error) {
    log.error({ reason: formatError(error) }, 'person not forgotten')
    return `⚠️ ${home.notForgotten}`
  }
}

/** Builds the button that erases a person's data, which asks first. */
export function buildForget({ home }: I18n): KnownBlock {
  return {
    type: 'actions',
    block_id: 'forget',
    elements: [
      {
        type: 'button',
        action_id: 'forget_me',
        style: 'danger',
        text: plain(home.forget),
        confirm: {
          title: plain(home.forgetTitle),
          text: plain(home.forgetText),
          confirm: plain(home.forgetConfirm),
          deny: plain(home.forgetDeny),
          style: 'danger',
        },
      },
    ],
  }
}
