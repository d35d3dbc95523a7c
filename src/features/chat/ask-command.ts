import { randomUUID } from 'node:crypto'
import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Asker, Where } from '../../queue/outbox.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import { buildMessageBody } from '../../reply/body.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { Users } from '../../slack/users.ts'
import { formatCommandFailure, tellDirectly } from '../command-failure.ts'
import { buildAskView, parseQuestion } from './ask-view.ts'

/** What asking needs of the rest. */
export interface AskDeps {
  call: CallSlack
  limiter: Limiter
  users: Users
  asker: Asker
  log: Log
}

/**
 * People ask without a mention: the command `/ask`, the shortcut “Ask about this message” and the button in the app's
 * home. The question is written down before Slack hears that it came, posted in the person's name, and answered in its
 * thread.
 */
export function listenToAsking(app: App, deps: AskDeps): void {
  app.command('/ask', args => onCommand(deps, args))
  app.shortcut({ callback_id: 'ask_about_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    await ack()
    if (shortcut.type !== 'message_action') return
    const threadTs = shortcut.message.thread_ts ?? shortcut.message_ts
    await openView(deps, shortcut.user.id, shortcut.trigger_id, { channel: shortcut.channel.id, threadTs })
  })
  app.action('open_ask', async ({ ack, body }) => {
    await ack()
    if (body.type === 'block_actions') await openView(deps, body.user.id, body.trigger_id, undefined)
  })
  app.view('ask', async ({ ack, body, view }) => {
    const where = view.private_metadata === '' ? {} : { where: JSON.parse(view.private_metadata) as Where }
    const ask = { id: randomUUID(), user: body.user.id, question: parseQuestion(view.state.values), ...where }
    await deps.asker.keep(ask)
    await ack()
    await deps.asker.put(ask, (_, error) => tellDirectly(deps, ask, error))
  })
}

async function onCommand(
  deps: AskDeps,
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const where = { channel: command.channel_id }
  const ask = { id: randomUUID(), user: command.user_id, question: command.text.trim(), where }
  const tell = async (markdown: string) =>
    void (await respond({ response_type: 'ephemeral', text: buildMessageBody(markdown).text }))
  if (ask.question !== '') await deps.asker.keep(ask)
  await ack()
  if (ask.question === '') return tell(i18nFor((await deps.users.read(ask.user)).locale).ask.empty)
  await deps.asker.put(ask, async (_, error) => tell(await formatCommandFailure(deps, ask, error)))
}

async function openView(deps: AskDeps, user: string, trigger: string, where: Where | undefined): Promise<void> {
  const i18n = i18nFor((await deps.users.read(user)).locale)
  const view = buildAskView(i18n, where === undefined ? '' : JSON.stringify(where))
  await deps.call('views.open', { trigger_id: trigger, view })
}
