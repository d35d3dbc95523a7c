import { randomUUID } from 'node:crypto'
import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import { toFailure, toReason } from '../../errors.ts'
import { toWords, type Words } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { type Ask, type Asker, openDirect, type Where } from '../../queue/outbox.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import { toMessageBody } from '../../reply/body.ts'
import { type CallSlack, SlackError } from '../../slack/client.ts'
import type { People } from '../../slack/users.ts'
import { toAskView, toQuestion } from './ask-view.ts'

/** What asking needs of the rest. */
export interface AskParts {
  call: CallSlack
  budget: SendBudget
  people: People
  asker: Asker
  log: Log
}

/**
 * People ask without a mention: the command `/ask`, the shortcut “Ask about this message” and the button in the app's
 * home. The question is written down before Slack hears that it came, posted in the person's name, and answered in its
 * thread.
 */
export function listenToAsking(app: App, parts: AskParts): void {
  app.command('/ask', args => onCommand(parts, args))
  app.shortcut({ callback_id: 'ask_about_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    await ack()
    if (shortcut.type !== 'message_action') return
    const threadTs = shortcut.message.thread_ts ?? shortcut.message_ts
    await openView(parts, shortcut.user.id, shortcut.trigger_id, { channel: shortcut.channel.id, threadTs })
  })
  app.action('open_ask', async ({ ack, body }) => {
    await ack()
    if (body.type === 'block_actions') await openView(parts, body.user.id, body.trigger_id, undefined)
  })
  app.view('ask', async ({ ack, body, view }) => {
    const where = view.private_metadata === '' ? {} : { where: JSON.parse(view.private_metadata) as Where }
    const ask = { id: randomUUID(), user: body.user.id, question: toQuestion(view.state.values), ...where }
    await parts.asker.keep(ask)
    await ack()
    await parts.asker.put(ask, (_, error) => tellDirectly(parts, ask, error))
  })
}

async function onCommand(
  parts: AskParts,
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const where = { channel: command.channel_id }
  const ask = { id: randomUUID(), user: command.user_id, question: command.text.trim(), where }
  const tell = async (markdown: string) =>
    void (await respond({ response_type: 'ephemeral', text: toMessageBody(markdown).text }))
  if (ask.question !== '') await parts.asker.keep(ask)
  await ack()
  if (ask.question === '') return tell((await readWords(parts, ask.user)).ask.empty)
  await parts.asker.put(ask, async (_, error) => tell(await toCure(parts, ask, error)))
}

async function openView(parts: AskParts, user: string, trigger: string, where: Where | undefined): Promise<void> {
  const words = await readWords(parts, user)
  const view = toAskView(words, where === undefined ? '' : JSON.stringify(where))
  await parts.call('views.open', { trigger_id: trigger, view })
}

/** A dialogue is gone once it is sent off; what came of it, and the question, go to the person directly. */
export async function tellDirectly(parts: AskParts, ask: Ask, error: unknown): Promise<void> {
  const cure = await toCure(parts, ask, error)
  const channel = await openDirect(parts.call, ask.user)
  await parts.budget.send('chat.postMessage', () => ({ channel, ...toMessageBody(cure) }), 'error')
}

/** What kept the question from being posted, with the next step; the question itself stands below, so that it is not lost. */
async function toCure(parts: AskParts, { user, question }: Ask, error: unknown): Promise<string> {
  const words = await readWords(parts, user)
  const failure = toFailure(error)
  parts.log.warn({ reference: failure.reference, reason: toReason(error) }, 'a question could not be posted')
  return `${toSentence(error, words) ?? failure.sentence(words)}\n\n${words.ask.yourQuestion(question)}`
}

function toSentence(error: unknown, words: Words): string | undefined {
  if (!(error instanceof SlackError)) return undefined
  const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
  return isOutside ? words.ask.notInChannel : words.ask.cannotPost(error.code)
}

async function readWords(parts: AskParts, user: string): Promise<Words> {
  return toWords((await parts.people.read(user)).locale)
}
