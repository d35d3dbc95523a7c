import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { withoutNote } from '../../reply/body.ts'
import { parseMessage, type RawMessage } from '../../slack/message.ts'
import { rejectAfter } from '../../slack/users.ts'
import { slackToPlain } from '../../text/from-slack.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { openDialog } from '../open-dialog.ts'
import { buildAskView, parseAskView } from './ask-view.ts'

type AskDeps = Pick<Services, 'self' | 'call' | 'respond' | 'users' | 'fetchNames' | 'questions' | 'log'>

/**
 * Listens to people who ask without a mention: by the command `/ask`, the shortcut “Ask about this message” and the button in
 * the app's home. The question is saved before Slack gets its ack, posted in the person's name and answered in its thread.
 */
export function listenToAsking(app: App, deps: AskDeps): void {
  app.command('/ask', args => onCommand(deps, args))
  app.shortcut({ callback_id: 'ask_about_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    await ack()
    if (shortcut.type !== 'message_action') return
    const { channel, message, message_ts, response_url: responseUrl } = shortcut
    const about = { channel: channel.id, threadTs: message.thread_ts ?? message_ts, responseUrl }
    await openView(deps, shortcut, { ...about, quote: await renderMessage(deps, message) })
  })
  app.action('open_ask', async ({ ack, body }) => {
    await ack()
    if (body.type === 'block_actions') await openView(deps, body)
  })
  app.view('ask', async ({ ack, body, view }) => {
    const saving = deps.questions.save({ user: body.user.id, ...parseAskView(view) })
    const command = await savedOrTold(saving, async error => {
      // The dialogue stays open, so that the question is not lost.
      const question = formatFailure(error, await fetchI18n(deps, body.user.id))
      await ack({ response_action: 'errors', errors: { question } })
    })
    if (command === undefined) return
    await ack()
    await deps.questions.run(command)
  })
}

async function onCommand(
  deps: AskDeps,
  { ack, command }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  const { user_id: user, channel_id: channel, response_url: responseUrl } = command
  const question = command.text.trim()
  const say = async (format: (i18n: I18n) => string) =>
    ack({ response_type: 'ephemeral', text: format(await fetchI18n(deps, user)) })
  if (question === '') return say(i18n => i18n.ask.empty)
  const saving = deps.questions.save({ user, question, where: { channel }, responseUrl })
  const saved = await savedOrTold(saving, error => say(i18n => formatFailure(error, i18n)))
  if (saved === undefined) return
  await ack()
  await deps.questions.run(saved)
}

const fetchI18n = async ({ users }: AskDeps, user: string) => i18nFor((await users.read(user)).locale)

async function openView(
  deps: AskDeps,
  request: { user: { id: string }; trigger_id: string; response_url?: string },
  about?: Parameters<typeof buildAskView>[1],
): Promise<void> {
  const i18n = await fetchI18n(deps, request.user.id)
  await openDialog(deps, request, { view: buildAskView(i18n, about), i18n })
}

/** Names that are looked up for a quote, and for how long: Slack waits three seconds for the dialogue. */
const mostNames = 5
const namesMs = 1_000

/** Renders a message as people read it; one without words by the names of its files. */
async function renderMessage({ self, fetchNames }: AskDeps, raw: RawMessage): Promise<string> {
  const message = parseMessage(raw, self)
  if (message === undefined) return ''
  const { text, form, quotes = [], files } = message
  const words = [withoutNote(text), ...quotes.map(quote => quote.text)].find(one => one.trim() !== '')
  if (words === undefined) return files.map(({ name }) => name).join(', ')
  if (form !== 'slack') return words
  const naming = Promise.race([fetchNames([message], mostNames), rejectAfter(namesMs)])
  return slackToPlain(words, await naming.catch(() => (id: string) => id))
}
