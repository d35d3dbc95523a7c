import { randomUUID } from 'node:crypto'
import type { App, BlockAction, MessageShortcut } from '@slack/bolt'
import { ShownError, toReason } from '../../errors.ts'
import { toWords, type Words } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { type Asker, openDirect } from '../../queue/outbox.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import { controlIds, type PostValue } from '../reply-buttons.ts'
import { type CallSlack, SlackError } from '../../slack/client.ts'
import type { Self } from '../../slack/message.ts'
import { toPermalink } from '../../slack/permalink.ts'
import type { Respond } from '../../slack/response-url.ts'
import type { People } from '../../slack/users.ts'
import type { Conversations } from '../../threads/cache.ts'
import { type AskParts, tellDirectly } from '../chat/ask-command.ts'
import { type DigestParts, endDigest, keepDigest, listDigests } from './digest-commands.ts'
import { isScheduleWish } from './digest-schedule.ts'
import { toQuestion } from './request.ts'
import { findReadable } from './source.ts'

/** What summing up needs of the rest. */
export interface SummarizeParts extends DigestParts, AskParts {
  self: Self
  call: CallSlack
  people: People
  conversations: Conversations
  budget: SendBudget
  asker: Asker
  respond: Respond
  log: Log
}

/** A longer wish is a question of its own. */
const longestWish = 250

/**
 * People have a channel or a thread summed up for themselves, by the command `/summarize` or the shortcut “Summarize this
 * thread”: the question is put into their direct messages, and answered there like any other. The button below posts the
 * summary to the place that it is of.
 */
export function listenToSummarizing(app: App, parts: SummarizeParts): void {
  app.command('/summarize', async ({ ack, command }) => {
    const text = command.text.replace(/\s+/g, ' ').trim()
    const { user_id: user, channel_id: channel } = command
    const words = await readWords(parts, user, text)
    const say = (sentence: string) => ack({ response_type: 'ephemeral', text: sentence })
    if (/^(?:help|\?|帮助|用法)$/i.test(text)) return say(words.summary.usage)
    if (text.length > longestWish) return say(words.summary.tooLong)
    if (/^(?:list|digests|schedules?|列表|定期)$/i.test(text)) return say(await listDigests(parts, user, words))
    const ended = /^(?:stop|end|cancel|停止|结束|取消)\s*(\d{0,4}|all|全部|所有)$/i.exec(text)
    if (ended !== null) return say(await endDigest(parts, user, ended[1] ?? '', words))
    const here = toChannelToken(channel, command.channel_name)
    if (isScheduleWish(text)) return say(await keepDigest(parts, user, text, here, words))
    await ask(parts, user, toQuestion(text, here, words), command.response_url, () => say(words.summary.inDirect))
  })
  app.shortcut({ callback_id: 'summarize_thread', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const words = await readWords(parts, user.id, '')
    const link = toPermalink(parts.self, channel.id, message.thread_ts ?? message.ts)
    await ask(parts, user.id, toQuestion(link, '', words), response_url, async () => {
      await ack()
      const notice = { response_type: 'ephemeral', replace_original: false, text: words.summary.inDirect }
      await parts.respond(response_url, notice).catch(error => parts.log.warn({ reason: toReason(error) }, 'no notice'))
    })
  })
  // Summaries that are being posted; a second press of the button changes nothing.
  const posting = new Set<string>()
  app.action<BlockAction>(controlIds.post, async ({ ack, body, action }) => {
    await ack()
    const value = JSON.parse(action.type === 'button' ? (action.value ?? '{}') : '{}') as PostValue
    if (posting.has(value.turn)) return
    posting.add(value.turn)
    const text = await tryToPost(parts, value, body).finally(() => posting.delete(value.turn))
    await tell(parts, body, text)
  })
}

/** Writes the question down, says so, and puts it into the person's direct messages. */
async function ask(
  parts: SummarizeParts,
  user: string,
  question: string,
  echo: string,
  say: () => Promise<void>,
): Promise<void> {
  const kept = { id: randomUUID(), user, question, echo }
  await parts.asker.keep(kept)
  await say()
  await parts.asker.put(kept, (_, error) => tellDirectly(parts, kept, error))
}

const toChannelToken = (id: string, name: string) =>
  /^(?:privategroup|directmessage|mpdm-.*)?$/.test(name) ? `<#${id}>` : `<#${id}|${name}>`

/** Chinese words are answered in Chinese; without any, Slack’s language decides. */
async function readWords({ people }: Pick<SummarizeParts, 'people'>, user: string, text: string): Promise<Words> {
  if (/\p{Script=Han}/u.test(text.replace(/<[^>]*>|#\S+/g, ''))) return toWords('zh')
  return toWords((await people.read(user)).locale)
}

/** Posts the summary, once; answers what the person is told. */
async function tryToPost(parts: SummarizeParts, value: PostValue, body: BlockAction): Promise<string> {
  const { digests, self } = parts
  const person = await parts.people.read(body.user.id)
  const words = toWords(person.locale)
  try {
    const before = await digests.readPosted(value.turn)
    if (before !== undefined) {
      await withdrawButton(parts, body)
      return words.summary.posted(toPermalink(self, before.channel, before.ts, value.threadTs))
    }
    // Whoever has left a private channel writes nothing there any more.
    await findReadable(parts.call, person, { of: 'channel', id: value.channel })
    const texts = await readSummary(parts, value, await openDirect(parts.call, person.id))
    if (texts.length === 0) return words.summary.gone
    const ts = await post(parts, value, texts, person.name, words)
    await withdrawButton(parts, body)
    return words.summary.posted(toPermalink(self, value.channel, ts, value.threadTs))
  } catch (error) {
    parts.log.warn({ turn: value.turn, reason: toReason(error) }, 'a summary could not be posted')
    if (error instanceof ShownError) return error.sentence(words)
    if (!(error instanceof SlackError)) return words.summary.gone
    const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
    return isOutside ? words.ask.notInChannel : words.ask.cannotPost(error.code)
  }
}

/** The messages of the summary as they stand in the direct messages; Slack is the memory. */
async function readSummary({ conversations }: SummarizeParts, value: PostValue, direct: string): Promise<string[]> {
  const thread = await conversations.reread({ channel: direct, threadTs: value.from })
  return thread
    .filter(({ mark }) => mark?.turn === value.turn)
    .sort((a, b) => (a.mark?.part ?? 0) - (b.mark?.part ?? 0))
    .map(({ text }) => text)
}

/** In as many messages as it has; answers the ts of the first. */
async function post(
  { budget, digests }: SummarizeParts,
  { turn, channel, threadTs }: PostValue,
  texts: string[],
  name: string,
  words: Words,
): Promise<string> {
  const by = { type: 'context', elements: [{ type: 'plain_text', text: words.summary.postedBy(name), emoji: false }] }
  let first = ''
  for (const [at, text] of texts.entries()) {
    const thread = threadTs ?? (at > 0 ? first : undefined)
    const blocks = [...(at === 0 ? [by] : []), ...toSections(text)]
    const place = { channel, ...(thread !== undefined && { thread_ts: thread }) }
    const args = { ...place, text, blocks, unfurl_links: false, unfurl_media: false }
    const { ts } = await budget.send('chat.postMessage', () => args, 'first')
    if (at === 0) await digests.writePosted(turn, channel, String(ts))
    first ||= String(ts)
  }
  return first
}

/** What a section holds, with room to spare. Source: docs.slack.dev, section block. */
const mostSection = 2_900

/** Sections of whole lines. */
function toSections(text: string): Record<string, unknown>[] {
  const sections: string[] = []
  for (const line of text.split('\n')) {
    const open = sections.at(-1)
    if (open !== undefined && open.length + line.length < mostSection)
      sections[sections.length - 1] = `${open}\n${line}`
    else sections.push(line.slice(0, mostSection).toWellFormed())
  }
  const filled = sections.filter(section => section.trim() !== '')
  return filled.map(section => ({
    type: 'section',
    expand: true,
    text: { type: 'mrkdwn', text: section, verbatim: true },
  }))
}

/** Below a summary that is posted the button has nothing to do any more. */
async function withdrawButton({ budget, log }: SummarizeParts, body: BlockAction): Promise<void> {
  const { message, channel, container } = body
  if (message === undefined || channel === undefined || container.is_ephemeral === true) return
  const shown = (message.blocks ?? []) as { block_id?: string }[]
  const blocks = shown.filter(({ block_id }) => block_id !== controlIds.post)
  const args = { channel: channel.id, ts: message.ts, text: message.text ?? '', blocks }
  await budget
    .send('chat.update', () => args, 'final')
    .catch(error => log.warn({ reason: toReason(error) }, 'a button could not be taken away'))
}

/** In the place of what only one person saw, else beside the summary. */
async function tell({ respond, log }: SummarizeParts, body: BlockAction, text: string): Promise<void> {
  const isPrivate = body.container.is_ephemeral === true
  const { thread_ts } = body.container as { thread_ts?: string }
  const place = isPrivate || thread_ts === undefined ? {} : { thread_ts }
  await respond(body.response_url, { response_type: 'ephemeral', replace_original: isPrivate, text, ...place }).catch(
    error => log.warn({ reason: toReason(error) }, 'a person could not be told'),
  )
}
