import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import type { Conversations } from '../conversation/conversation.ts'
import { type Message, questionMetadataType, type Self } from '../conversation/message.ts'
import type { People } from '../conversation/people.ts'
import { toFailure, toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SendBudget } from '../reply/budget.ts'
import { toMessageBody } from '../reply/message.ts'
import { type CallSlack, SlackError } from '../slack.ts'
import type { Inbox } from '../turns/inbox.ts'
import { toWords, type Words } from '../words/words.ts'
import { toAskView, toQuestion } from './ask-view.ts'

/** What asking needs of the rest. */
export interface AskParts {
  self: Self
  call: CallSlack
  budget: SendBudget
  people: People
  conversations: Conversations
  inbox: Inbox
  log: Log
}

/** Where a question is put: into a channel, or into a thread that is there already. */
interface Where {
  channel: string
  threadTs?: string
}

/** A question, and who asks it. */
interface Asked {
  user: string
  question: string
}

/**
 * People ask without a mention: the command `/ask`, the shortcut “Ask about this message” and the button in the app's
 * home. The question is posted in the person's name, and answered in its thread.
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
    await ack()
    const asked = { user: body.user.id, question: toQuestion(view.state.values) }
    const where = view.private_metadata === '' ? undefined : (JSON.parse(view.private_metadata) as Where)
    await put(parts, asked, where ?? { channel: await openDirect(parts, asked.user) }).catch(error =>
      tellDirectly(parts, asked, error),
    )
  })
}

async function onCommand(
  parts: AskParts,
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  await ack()
  const asked = { user: command.user_id, question: command.text.trim() }
  const tell = async (markdown: string) =>
    void (await respond({ response_type: 'ephemeral', text: toMessageBody(markdown).text }))
  if (asked.question === '') return tell((await readWords(parts, asked.user)).ask.empty)
  await put(parts, asked, { channel: command.channel_id }).catch(async error => tell(await toCure(parts, asked, error)))
}

/** Posts the question in the person's name and takes it in as a turn. */
async function put(parts: AskParts, { user, question }: Asked, where: Where): Promise<void> {
  const { name, locale } = await parts.people.read(user)
  const quoted = question.replace(/^/gm, '> ')
  const args = {
    channel: where.channel,
    ...toMessageBody(`**${toWords(locale).ask.asked(name)}**\n\n${quoted}`),
    ...(where.threadTs !== undefined && { thread_ts: where.threadTs }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: questionMetadataType, event_payload: { user, question } },
  }
  const ts = String((await parts.budget.send('chat.postMessage', () => args, 'first')).ts)
  const thread = { channel: where.channel, threadTs: where.threadTs ?? ts }
  const message: Message = { ts, author: { kind: 'person', id: user }, text: question, form: 'markdown', files: [] }
  const place = where.channel.startsWith('D') ? 'dm' : 'channel'
  const id = `${parts.self.teamId}:${where.channel}:${ts}`
  parts.conversations.begin(thread, message)
  parts.conversations.note({ kind: 'said', thread, message })
  parts.inbox.accept({ id, ...thread, user, place, isAddressed: true, question: message })
}

async function openView(parts: AskParts, user: string, trigger: string, where: Where | undefined): Promise<void> {
  const words = await readWords(parts, user)
  const view = toAskView(words, where === undefined ? '' : JSON.stringify(where))
  await parts.call('views.open', { trigger_id: trigger, view })
}

async function openDirect(parts: AskParts, user: string): Promise<string> {
  const { channel } = (await parts.call('conversations.open', { users: user })) as unknown as {
    channel: { id: string }
  }
  return channel.id
}

/** A dialogue is gone once it is sent off; what came of it, and the question, go to the person directly. */
async function tellDirectly(parts: AskParts, asked: Asked, error: unknown): Promise<void> {
  const cure = await toCure(parts, asked, error)
  const channel = await openDirect(parts, asked.user)
  await parts.budget.send('chat.postMessage', () => ({ channel, ...toMessageBody(cure) }), 'error')
}

/** What kept the question from being posted, with the next step; the question itself stands below, so that it is not lost. */
async function toCure(parts: AskParts, { user, question }: Asked, error: unknown): Promise<string> {
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
