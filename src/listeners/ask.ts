import type { AllMiddlewareArgs, App, SlackCommandMiddlewareArgs } from '@slack/bolt'
import type { Conversations } from '../conversation/conversation.ts'
import { type Message, questionMetadataType, type Self } from '../conversation/message.ts'
import type { People } from '../conversation/people.ts'
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
}

/** Where a question is put: into a channel, or into a thread that is there already. */
interface Where {
  channel: string
  threadTs?: string
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
    const words = await readWords(parts, body.user.id)
    const where = view.private_metadata === '' ? undefined : (JSON.parse(view.private_metadata) as Where)
    const question = toQuestion(view.state.values)
    const problem = where && (await findProblem(parts, where.channel, words))
    if (problem !== undefined) return ack({ response_action: 'errors', errors: { question: problem } })
    await ack()
    await put(parts, body.user.id, question, where ?? { channel: await openDirect(parts, body.user.id) }, words)
  })
}

async function onCommand(
  parts: AskParts,
  { ack, command, respond }: SlackCommandMiddlewareArgs & AllMiddlewareArgs,
): Promise<void> {
  await ack()
  const words = await readWords(parts, command.user_id)
  const question = command.text.trim()
  if (question === '') {
    await respond({ response_type: 'ephemeral', text: words.ask.empty })
    return
  }
  try {
    await put(parts, command.user_id, question, { channel: command.channel_id }, words)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    await respond({ response_type: 'ephemeral', text: toCure(error, words) })
  }
}

/** Posts the question in the person's name and takes it in as a turn. */
async function put(parts: AskParts, user: string, question: string, where: Where, words: Words): Promise<void> {
  const { name } = await parts.people.read(user)
  const quoted = question.replace(/^/gm, '> ')
  const posted = await parts.budget.send(
    'chat.postMessage',
    () => ({
      channel: where.channel,
      ...toMessageBody(`**${words.ask.asked(name)}**\n\n${quoted}`),
      ...(where.threadTs !== undefined && { thread_ts: where.threadTs }),
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: questionMetadataType, event_payload: { user, question } },
    }),
    'first',
  )
  const ts = String(posted.ts)
  const thread = { channel: where.channel, threadTs: where.threadTs ?? ts }
  const message: Message = { ts, author: { kind: 'person', id: user }, text: question, form: 'markdown', files: [] }
  parts.conversations.join(thread)
  parts.conversations.note({ kind: 'said', thread, message })
  const place = where.channel.startsWith('D') ? 'dm' : 'channel'
  parts.inbox.accept({
    id: `${parts.self.teamId}:${where.channel}:${ts}`,
    ...thread,
    user,
    place,
    isAddressed: true,
    question: message,
  })
}

async function openView(parts: AskParts, user: string, trigger: string, where: Where | undefined): Promise<void> {
  const words = await readWords(parts, user)
  await parts.call('views.open', {
    trigger_id: trigger,
    view: toAskView(words, where === undefined ? '' : JSON.stringify(where)),
  })
}

async function openDirect(parts: AskParts, user: string): Promise<string> {
  const { channel } = (await parts.call('conversations.open', { users: user })) as unknown as {
    channel: { id: string }
  }
  return channel.id
}

/** A dialogue cannot say anything once it is closed, so what would stop the question is found out before. */
async function findProblem(parts: AskParts, channel: string, words: Words): Promise<string | undefined> {
  if (channel.startsWith('D')) return undefined
  try {
    const answer = (await parts.call('conversations.info', { channel })) as unknown as {
      channel: { is_member?: boolean }
    }
    return answer.channel.is_member === false ? words.ask.notInChannel : undefined
  } catch (error) {
    if (error instanceof SlackError && !error.isPassing) return toCure(error, words)
    return undefined
  }
}

function toCure(error: SlackError, words: Words): string {
  const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
  return isOutside ? words.ask.notInChannel : words.ask.cannotPost(error.code)
}

async function readWords(parts: AskParts, user: string): Promise<Words> {
  return toWords((await parts.people.read(user)).locale)
}
