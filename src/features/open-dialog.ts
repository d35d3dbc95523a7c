import type { ModalView } from '@slack/types'
import { formatError, SlackError } from '../errors.ts'
import type { I18n } from '../i18n/catalog.ts'
import type { Services } from './context.ts'

/**
 * Opens a dialogue. Slack lets an app do so for three seconds after the person asked; later the person is told to try again, where
 * there is a place for that.
 */
export async function openDialog(
  { call, respond, log }: Pick<Services, 'call' | 'respond' | 'log'>,
  { trigger_id, response_url }: { trigger_id: string; response_url?: string },
  { view, i18n, method = 'views.open' }: { view: ModalView; i18n: I18n; method?: 'views.open' | 'views.push' },
): Promise<void> {
  try {
    await call(method, { trigger_id, view })
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    log.warn({ dialog: view.callback_id, reason: formatError(error) }, 'dialogue not opened: try again')
    if (response_url === undefined) return
    await respond(response_url, { response_type: 'ephemeral', replace_original: false, text: i18n.dialogLate }).catch(
      reason => log.warn({ reason: formatError(reason) }, 'response to the command failed'),
    )
  }
}
