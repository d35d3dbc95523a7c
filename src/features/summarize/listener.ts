import type { App, BlockAction, MessageShortcut } from '@slack/bolt'
import { z } from 'zod'
import { formatError, ShownError, SlackError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { isObject, listOf } from '../../slack/block-text.ts'
import { openDirectMessage } from '../../slack/direct-message.ts'
import { isSelf, parseMessage, type RawMessage } from '../../slack/message.ts'
import { buildPermalink } from '../../slack/permalink.ts'
import { messagesOf } from '../../slack/reader.ts'
import { parseReadError } from '../../slack/thread-history.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { localeOf } from '../../text/language.ts'
import { parseJson } from '../../text/parse-json.ts'
import { toMrkdwn } from '../../text/to-mrkdwn.ts'
import { formatFailure, formatPostFailure, savedOrTold } from '../command-failure.ts'
import type { Services } from '../context.ts'
import { controlIds, type PostValue } from '../reply-buttons.ts'
import { addDigest, endDigest, listDigests } from './digest-commands.ts'
import { isScheduleRequest, parseSchedule } from './digest-schedule.ts'
import { checkWords, guess } from './guess.ts'
import { formatQuestion, parseAskedSummary } from './request.ts'

type Deps = Parameters<typeof addDigest>[0] &
  Pick<Services, 'self' | 'call' | 'reader' | 'access' | 'users' | 'limiter' | 'questions' | 'respond' | 'log'>

/** A longer request is a question of its own. */
const longestRequest = 250

const postValueSchema = z.object({
  turn: z.string(),
  from: z.string(),
  channel: z.string(),
  threadTs: z.string().exactOptional(),
})

/**
 * Listens to people who want a channel or a thread summed up for themselves, by the command `/summarize` or the shortcut
 * “Summarize this thread”: the question is posted into their direct messages, and answered there like any other. The button
 * below posts the summary to the place that it is of.
 */
export function listenToSummarizing(app: App, deps: Deps): void {
  app.command('/summarize', async ({ ack, command }) => {
    const text = command.text.replace(/\s+/g, ' ').trim()
    const { user_id: user, channel_id: channel } = command
    const i18n = await fetchI18n(deps, user, text)
    const say = (sentence: string) => ack({ response_type: 'ephemeral', text: sentence })
    if (/^(?:help|\?|帮助|用法|ヘルプ|使い方)$/i.test(text)) return say(i18n.summary.usage)
    if (text.length > longestRequest) return say(i18n.summary.tooLong)
    if (/^(?:list|digests|schedules?|列表|定期|一覧)$/i.test(text))
      return say(toMrkdwn(await listDigests(deps, user, i18n)))
    const ended = /^(?:stop|end|cancel|停止|结束|取消|終了)\s*(\d{0,4}|all|全部|所有|すべて|全て)$/i.exec(text)
    if (ended !== null) return say(toMrkdwn(await endDigest(deps, user, ended[1] ?? '', i18n)))
    const here = formatChannelToken(channel, command.channel_name)
    if (isScheduleRequest(text)) {
      const answer = addDigest(deps, { user, text, here }, i18n).catch(error => formatFailure(error, i18n))
      return say(toMrkdwn(await answer))
    }
    const question = { user, question: formatQuestion(text, here, i18n), echo: command.response_url }
    const refusal = await findUnknownWords(deps, user, { text, question: question.question })
    if (refusal !== undefined) return say(toMrkdwn(refusal.sentence(i18n)))
    await ask(deps, question, { i18n, say })
  })
  app.shortcut({ callback_id: 'summarize_thread', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const i18n = await fetchI18n(deps, user.id, '')
    const link = buildPermalink(deps.self, channel.id, message.thread_ts ?? message.ts)
    const question = { user: user.id, question: formatQuestion(link, '', i18n), echo: response_url }
    const say = async (text: string) => {
      await ack()
      const notice = { response_type: 'ephemeral', replace_original: false, text }
      await deps
        .respond(response_url, notice)
        .catch(error => deps.log.warn({ reason: formatError(error) }, 'notice failed'))
    }
    await ask(deps, question, { i18n, say })
  })
  // Summaries that are being posted; a second press of the button changes nothing.
  const posting = new Set<string>()
  app.action<BlockAction>(controlIds.post, async ({ ack, body, action }) => {
    await ack()
    const given = action.type === 'button' ? (action.value ?? '') : ''
    const value = parseJson(given, postValueSchema)
    if (value === undefined || posting.has(value.turn)) return
    posting.add(value.turn)
    const text = await tryToPost(deps, { ...value, given }, body).finally(() => posting.delete(value.turn))
    await tell(deps, body, text)
  })
}

/** Finds words of a command that it does not know, such as a command that is misspelt. */
async function findUnknownWords(
  { users }: Deps,
  user: string,
  { text, question }: { text: string; question: string },
): Promise<ShownError | undefined> {
  const now = Date.now()
  const { timeZone } = await users.read(user)
  const asked = await parseAskedSummary(question, now, timeZone)
  if (asked?.unknown === undefined && asked?.form.words === undefined) return undefined
  const isCommand = (candidate: string) =>
    /^(?:help|list|stop (?:\d+|all))$/.test(candidate) || parseSchedule(candidate)?.rest === ''
  const found = asked.unknown === undefined ? undefined : await guess(text, isCommand)
  if (found !== undefined)
    return new ShownError('summary_unknown_words', i18n =>
      i18n.summary.didYouMean({ words: escapeMarkdown(text), guess: escapeMarkdown(found) }),
    )
  return checkWords(asked, now, timeZone).then(
    () => undefined,
    error => {
      if (error instanceof ShownError) return error
      throw error
    },
  )
}

/** Saves the question, says so, and posts it into the person's direct messages. */
async function ask(
  { questions }: Deps,
  question: Parameters<Services['questions']['save']>[0],
  { i18n, say }: { i18n: I18n; say: (text: string) => Promise<void> },
): Promise<void> {
  const command = await savedOrTold(questions.save(question), error => say(formatFailure(error, i18n)))
  if (command === undefined) return
  await say(i18n.summary.inDirect)
  await questions.run(command)
}

const formatChannelToken = (id: string, name: string) =>
  /^(?:privategroup|directmessage|mpdm-.*)?$/.test(name) ? `<#${id}>` : `<#${id}|${name}>`

/** Returns the sentences in the language of the words; without words, in the person's Slack language. */
const fetchI18n = async ({ users }: Pick<Deps, 'users'>, user: string, text: string): Promise<I18n> =>
  i18nFor(localeOf(text, (await users.read(user)).locale))

/** Posts the summary once. Resolves with what the person is told. */
async function tryToPost(deps: Deps, value: PostValue & { given: string }, body: BlockAction): Promise<string> {
  const { digests, self } = deps
  const person = await deps.users.read(body.user.id)
  const i18n = i18nFor(person.locale)
  try {
    const { texts, buttons } = await readSummary(deps, value, await openDirectMessage(deps.call, person.id))
    if (texts.length === 0) return i18n.summary.gone
    const before = await digests.readPosted(value.turn)
    if (before !== undefined) {
      await withdrawButton(deps, body)
      return toMrkdwn(i18n.summary.posted({ link: buildPermalink(self, before.channel, before.ts, value.threadTs) }))
    }
    // The value names the place: it is believed only if the bot gave the summary this very button.
    if (!buttons.includes(value.given)) return i18n.summary.gone
    await deps.access.check(person.id, value.channel)
    const ts = await post(deps, value, { texts, by: person.name, i18n })
    await withdrawButton(deps, body)
    return toMrkdwn(i18n.summary.posted({ link: buildPermalink(self, value.channel, ts, value.threadTs) }))
  } catch (error) {
    deps.log.warn({ turn: value.turn, reason: formatError(error) }, 'summary not posted')
    if (error instanceof ShownError) return toMrkdwn(error.sentence(i18n))
    if (!(error instanceof SlackError)) return i18n.summary.gone
    return formatPostFailure(error, i18n)
  }
}

/** Reads the messages of the summary as they stand in the direct messages, and the values of its post button. */
async function readSummary({ reader, self }: Deps, { turn, from }: PostValue, direct: string) {
  const args = { channel: direct, ts: from, limit: 200, include_all_metadata: true }
  const raw: RawMessage[] = []
  try {
    for await (const page of reader.pages('conversations.replies', args, { for: 'question' }))
      raw.push(...messagesOf(page).filter(message => isSelf(message, self)))
  } catch (error) {
    throw parseReadError(error)
  }
  const own = raw.flatMap(one => {
    const message = parseMessage(one, self)
    return message?.mark?.turn === turn ? [{ ...message.mark, text: message.text, blocks: one.blocks }] : []
  })
  return {
    texts: own.sort((a, b) => a.part - b.part).map(({ text }) => text),
    buttons: own.flatMap(({ blocks }) => findValues(blocks, controlIds.post)),
  }
}

/** Finds the values of a control in a message's blocks. */
function findValues(blocks: unknown, actionId: string): unknown[] {
  const elements = listOf(blocks).flatMap(block => (isObject(block) ? listOf(block.elements) : []))
  return elements.flatMap(element => (isObject(element) && element.action_id === actionId ? [element.value] : []))
}

/** Posts the summary in as many messages as it has. Resolves with the ts of the first. */
async function post(
  { limiter, digests }: Deps,
  { turn, channel, threadTs }: PostValue,
  { texts, by: name, i18n }: { texts: string[]; by: string; i18n: I18n },
): Promise<string> {
  const by = {
    type: 'context',
    elements: [{ type: 'plain_text', text: i18n.summary.postedBy({ name }), emoji: false }],
  }
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

/** Slack's limit on the text of a section, with room to spare. Source: docs.slack.dev, section block. */
const mostSection = 2_900

/** Builds sections of whole lines. */
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

/** Removes the button below a summary that was posted. */
async function withdrawButton({ limiter, log }: Deps, body: BlockAction): Promise<void> {
  const { message, channel, container } = body
  if (message === undefined || channel === undefined || container.is_ephemeral === true) return
  const shown = (message.blocks ?? []) as { block_id?: string }[]
  const blocks = shown.filter(({ block_id }) => block_id !== controlIds.post)
  const args = { channel: channel.id, ts: message.ts, text: message.text ?? '', blocks }
  await limiter
    .send('chat.update', () => args, 'final')
    .catch(error => log.warn({ reason: formatError(error) }, 'button not removed'))
}

/** Tells the person in place of an ephemeral message, else beside the summary. */
async function tell({ respond, log }: Deps, body: BlockAction, text: string): Promise<void> {
  const isPrivate = body.container.is_ephemeral === true
  const { thread_ts } = body.container as { thread_ts?: string }
  const place = isPrivate || thread_ts === undefined ? {} : { thread_ts }
  await respond(body.response_url, { response_type: 'ephemeral', replace_original: isPrivate, text, ...place }).catch(
    error => log.warn({ reason: formatError(error) }, 'notice failed'),
  )
}
