import { randomUUID } from 'node:crypto'
import type { App, BlockAction, MessageShortcut } from '@slack/bolt'
import { formatError, ShownError, SlackError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { type Asker, openDirectMessage } from '../../queue/outbox.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import type { CallSlack } from '../../slack/client.ts'
import type { BotIdentity } from '../../slack/message.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import type { Responder } from '../../slack/response-url.ts'
import type { Users } from '../../slack/users.ts'
import type { ThreadCache } from '../../threads/cache.ts'
import { tellDirectly } from '../command-failure.ts'
import { controlIds, type PostValue } from '../reply-buttons.ts'
import { type DigestDeps, endDigest, keepDigest, listDigests } from './digest-commands.ts'
import { isScheduleRequest } from './digest-schedule.ts'
import { formatQuestion } from './request.ts'
import { findReadable } from './source.ts'

/** What summing up needs of the rest. */
export interface SummarizeDeps extends DigestDeps {
  self: BotIdentity
  call: CallSlack
  users: Users
  threads: ThreadCache
  limiter: Limiter
  asker: Asker
  respond: Responder
  log: Log
}

/** A longer wish is a question of its own. */
const longestWish = 250

/**
 * People have a channel or a thread summed up for themselves, by the command `/summarize` or the shortcut “Summarize this
 * thread”: the question is put into their direct messages, and answered there like any other. The button below posts the
 * summary to the place that it is of.
 */
export function listenToSummarizing(app: App, deps: SummarizeDeps): void {
  app.command('/summarize', async ({ ack, command }) => {
    const text = command.text.replace(/\s+/g, ' ').trim()
    const { user_id: user, channel_id: channel } = command
    const i18n = await fetchI18n(deps, user, text)
    const say = (sentence: string) => ack({ response_type: 'ephemeral', text: sentence })
    if (/^(?:help|\?|帮助|用法)$/i.test(text)) return say(i18n.summary.usage)
    if (text.length > longestWish) return say(i18n.summary.tooLong)
    if (/^(?:list|digests|schedules?|列表|定期)$/i.test(text)) return say(await listDigests(deps, user, i18n))
    const ended = /^(?:stop|end|cancel|停止|结束|取消)\s*(\d{0,4}|all|全部|所有)$/i.exec(text)
    if (ended !== null) return say(await endDigest(deps, user, ended[1] ?? '', i18n))
    const here = formatChannelToken(channel, command.channel_name)
    if (isScheduleRequest(text)) return say(await keepDigest(deps, user, text, here, i18n))
    await ask(deps, user, formatQuestion(text, here, i18n), command.response_url, () => say(i18n.summary.inDirect))
  })
  app.shortcut({ callback_id: 'summarize_thread', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const i18n = await fetchI18n(deps, user.id, '')
    const link = buildPermalink(deps.self, channel.id, message.thread_ts ?? message.ts)
    await ask(deps, user.id, formatQuestion(link, '', i18n), response_url, async () => {
      await ack()
      const notice = { response_type: 'ephemeral', replace_original: false, text: i18n.summary.inDirect }
      await deps
        .respond(response_url, notice)
        .catch(error => deps.log.warn({ reason: formatError(error) }, 'no notice'))
    })
  })
  // Summaries that are being posted; a second press of the button changes nothing.
  const posting = new Set<string>()
  app.action<BlockAction>(controlIds.post, async ({ ack, body, action }) => {
    await ack()
    const value = JSON.parse(action.type === 'button' ? (action.value ?? '{}') : '{}') as PostValue
    if (posting.has(value.turn)) return
    posting.add(value.turn)
    const text = await tryToPost(deps, value, body).finally(() => posting.delete(value.turn))
    await tell(deps, body, text)
  })
}

/** Writes the question down, says so, and puts it into the person's direct messages. */
async function ask(
  deps: SummarizeDeps,
  user: string,
  question: string,
  echo: string,
  say: () => Promise<void>,
): Promise<void> {
  const kept = { id: randomUUID(), user, question, echo }
  await deps.asker.keep(kept)
  await say()
  await deps.asker.put(kept, (_, error) => tellDirectly(deps, kept, error))
}

const formatChannelToken = (id: string, name: string) =>
  /^(?:privategroup|directmessage|mpdm-.*)?$/.test(name) ? `<#${id}>` : `<#${id}|${name}>`

/** Chinese words are answered in Chinese; without any, Slack’s language decides. */
async function fetchI18n({ users }: Pick<SummarizeDeps, 'users'>, user: string, text: string): Promise<I18n> {
  if (/\p{Script=Han}/u.test(text.replace(/<[^>]*>|#\S+/g, ''))) return i18nFor('zh')
  return i18nFor((await users.read(user)).locale)
}

/** Posts the summary, once; answers what the person is told. */
async function tryToPost(deps: SummarizeDeps, value: PostValue, body: BlockAction): Promise<string> {
  const { digests, self } = deps
  const person = await deps.users.read(body.user.id)
  const i18n = i18nFor(person.locale)
  try {
    const before = await digests.readPosted(value.turn)
    if (before !== undefined) {
      await withdrawButton(deps, body)
      return i18n.summary.posted(buildPermalink(self, before.channel, before.ts, value.threadTs))
    }
    // Whoever has left a private channel writes nothing there any more.
    await findReadable(deps.call, person, { of: 'channel', id: value.channel })
    const texts = await readSummary(deps, value, await openDirectMessage(deps.call, person.id))
    if (texts.length === 0) return i18n.summary.gone
    const ts = await post(deps, value, texts, person.name, i18n)
    await withdrawButton(deps, body)
    return i18n.summary.posted(buildPermalink(self, value.channel, ts, value.threadTs))
  } catch (error) {
    deps.log.warn({ turn: value.turn, reason: formatError(error) }, 'a summary could not be posted')
    if (error instanceof ShownError) return error.sentence(i18n)
    if (!(error instanceof SlackError)) return i18n.summary.gone
    const isOutside = error.code === 'not_in_channel' || error.code === 'channel_not_found'
    return isOutside ? i18n.ask.notInChannel : i18n.ask.cannotPost(error.code)
  }
}

/** The messages of the summary as they stand in the direct messages; Slack is the memory. */
async function readSummary({ threads }: SummarizeDeps, value: PostValue, direct: string): Promise<string[]> {
  const thread = await threads.reread({ channel: direct, threadTs: value.from })
  return thread
    .filter(({ mark }) => mark?.turn === value.turn)
    .sort((a, b) => (a.mark?.part ?? 0) - (b.mark?.part ?? 0))
    .map(({ text }) => text)
}

/** In as many messages as it has; answers the ts of the first. */
async function post(
  { limiter, digests }: SummarizeDeps,
  { turn, channel, threadTs }: PostValue,
  texts: string[],
  name: string,
  i18n: I18n,
): Promise<string> {
  const by = { type: 'context', elements: [{ type: 'plain_text', text: i18n.summary.postedBy(name), emoji: false }] }
  let first = ''
  for (const [at, text] of texts.entries()) {
    const thread = threadTs ?? (at > 0 ? first : undefined)
    const blocks = [...(at === 0 ? [by] : []), ...buildSections(text)]
    const place = { channel, ...(thread !== undefined && { thread_ts: thread }) }
    const args = { ...place, text, blocks, unfurl_links: false, unfurl_media: false }
    const { ts } = await limiter.send('chat.postMessage', () => args, 'first')
    if (at === 0) await digests.writePosted(turn, channel, String(ts))
    first ||= String(ts)
  }
  return first
}

/** What a section holds, with room to spare. Source: docs.slack.dev, section block. */
const mostSection = 2_900

/** Sections of whole lines. */
function buildSections(text: string): Record<string, unknown>[] {
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
async function withdrawButton({ limiter, log }: SummarizeDeps, body: BlockAction): Promise<void> {
  const { message, channel, container } = body
  if (message === undefined || channel === undefined || container.is_ephemeral === true) return
  const shown = (message.blocks ?? []) as { block_id?: string }[]
  const blocks = shown.filter(({ block_id }) => block_id !== controlIds.post)
  const args = { channel: channel.id, ts: message.ts, text: message.text ?? '', blocks }
  await limiter
    .send('chat.update', () => args, 'final')
    .catch(error => log.warn({ reason: formatError(error) }, 'a button could not be taken away'))
}

/** In the place of what only one person saw, else beside the summary. */
async function tell({ respond, log }: SummarizeDeps, body: BlockAction, text: string): Promise<void> {
  const isPrivate = body.container.is_ephemeral === true
  const { thread_ts } = body.container as { thread_ts?: string }
  const place = isPrivate || thread_ts === undefined ? {} : { thread_ts }
  await respond(body.response_url, { response_type: 'ephemeral', replace_original: isPrivate, text, ...place }).catch(
    error => log.warn({ reason: formatError(error) }, 'a person could not be told'),
  )
}
