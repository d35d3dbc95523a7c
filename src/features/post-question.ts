import { z } from 'zod'
import { describeFailure, formatError, ShownError, SlackError } from '../errors.ts'
import { i18nFor } from '../i18n/catalog.ts'
import type { CommandKind, Outbox } from '../queue/outbox.ts'
import { turnIdOf } from '../queue/turn.ts'
import { buildMessageBody } from '../reply/body.ts'
import { lateMs, postOnce } from '../reply/unknown-outcomes.ts'
import { openDirectMessage } from '../slack/direct-message.ts'
import type { Message } from '../slack/message.ts'
import { questionMetadataType } from '../slack/metadata.ts'
import { buildPermalink } from '../slack/permalink.ts'
import { messagesOf, type SlackReader } from '../slack/reader.ts'
import type { PendingCommand } from '../store/outbox.ts'
import { escapeMarkdown } from '../text/escape-markdown.ts'
import { slackToPlain } from '../text/from-slack.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'
import { formatPostFailure } from './command-failure.ts'
import type { Services } from './context.ts'

const questionSchema = z.object({
  user: z.string(),
  question: z.string(),
  /** Without it, the person's direct messages. */
  where: z.object({ channel: z.string(), threadTs: z.string().optional() }).optional(),
  /** The response URL at which the answer is shown, too. */
  echo: z.string().optional(),
  /** The response URL at which a failure is told, and of a question in a thread where it is. */
  responseUrl: z.string().optional(),
  /** A digest asks it. */
  isScheduled: z.boolean().optional(),
})

type Question = z.infer<typeof questionSchema>
type Place = NonNullable<Question['where']>

/** Questions that people wrote into a command or a dialogue, or that a digest asks for them. */
export type Questions = CommandKind<Question>

type Deps = Pick<
  Services,
  'self' | 'call' | 'reader' | 'access' | 'rules' | 'respond' | 'limiter' | 'users' | 'threads' | 'inbox' | 'log'
>

/** How far our clock and Slack's may be apart. */
const clockSkewMs = 30_000

/**
 * Defines the commands that post a question in a person's name, once, and answer it as a turn. One is not saved if too many of the
 * person's questions wait.
 */
export function defineQuestions(outbox: Outbox, deps: Deps): Questions {
  /** How many questions of each person are saved here, and not yet their turns. */
  const coming = new Map<string, number>()
  const count = (user: string, change: number) => {
    const left = (coming.get(user) ?? 0) + change
    if (left > 0) coming.set(user, left)
    else coming.delete(user)
  }
  const questions = outbox.define('ask', questionSchema, async (command, isResumed) => {
    const { user, isScheduled } = command.payload
    await ask(deps, command, isResumed).catch(error => tellFailure(deps, command.payload, error))
    if (isScheduled !== true && !isResumed) count(user, -1)
  })
  return {
    ...questions,
    async save(question, id) {
      const { user, where } = question
      await deps.rules.check({ user, channel: where?.channel ?? '' })
      const before = coming.get(user) ?? 0
      count(user, 1)
      try {
        if (!(await deps.inbox.hasRoom(user, before)))
          throw new ShownError('too_many_waiting', i18n => i18n.tooManyWaiting)
        const command = await questions.save(question, id)
        if (command === undefined) count(user, -1)
        return command
      } catch (error) {
        count(user, -1)
        throw error
      }
    },
  }
}

async function ask(deps: Deps, command: PendingCommand<Question>, isResumed: boolean): Promise<void> {
  const { user, question, where, echo, responseUrl, isScheduled } = command.payload
  if (where !== undefined && (await deps.access.find(user, { id: where.channel })) === undefined)
    throw new ShownError('ask_not_in_channel', i18n => i18n.ask.notInChannel)
  const place = where ?? { channel: await openDirectMessage(deps.call, user) }
  const ts = await post(deps, command, { place, postedSince: isResumed ? command.savedAt : undefined })
  const thread = { channel: place.channel, threadTs: place.threadTs ?? ts }
  const message: Message = { ts, author: { kind: 'person', id: user }, text: question, form: 'markdown', files: [] }
  const turn = {
    id: turnIdOf(deps.self.teamId, place.channel, ts),
    ...thread,
    user,
    place: place.channel.startsWith('D') ? ('dm' as const) : ('channel' as const),
    isAddressed: true,
    question: message,
    ...(echo !== undefined && { echo }),
  }
  await deps.inbox.save(turn, isScheduled === true ? 'schedule' : 'command')
  deps.threads.begin(thread, message)
  deps.threads.note({ kind: 'said', thread, message })
  deps.inbox.accept(turn)
  if (responseUrl === undefined || where?.threadTs === undefined) return
  const { ask } = i18nFor((await deps.users.read(user)).locale)
  const text = toMrkdwn(ask.inThread({ link: buildPermalink(deps.self, place.channel, ts, where.threadTs) }))
  await deps
    .respond(responseUrl, { response_type: 'ephemeral', replace_original: false, text })
    .catch(error => deps.log.debug({ code: error.code }, 'link to the question not shown'))
}

/**
 * Posts the question and resolves with its ts. A post that may have been made since a time, by this process or an earlier one,
 * is looked for first.
 */
async function post(
  deps: Deps,
  command: PendingCommand<Question>,
  { place, postedSince }: { place: Place; postedSince: number | undefined },
): Promise<string> {
  const args = await buildPost(deps, command, place)
  let since = postedSince ?? 0
  const find = () => findPosted(deps.reader, { id: command.id, place, since })
  const send = async () => {
    since = Date.now()
    return String((await deps.limiter.send('chat.postMessage', () => args, 'first')).ts)
  }
  return postOnce(find, send, postedSince === undefined ? undefined : postedSince + lateMs)
}

async function buildPost(deps: Deps, { id, payload }: PendingCommand<Question>, place: Place) {
  const { user, question } = payload
  const { name, locale } = await deps.users.read(user)
  const plain = slackToPlain(await resolveChannelNames(deps.access, payload, place.channel), id => id)
  const quoted = plain.split(/\r\n?|[\n\u2028\u2029]/).map(line => `> ${escapeMarkdown(line)}`)
  return {
    channel: place.channel,
    ...buildMessageBody(`**${i18nFor(locale).ask.asked({ name: escapeMarkdown(name) })}**\n\n${quoted.join('\n')}`),
    ...(place.threadTs !== undefined && { thread_ts: place.threadTs }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: questionMetadataType, event_payload: { user, question, ask: id } },
  }
}

/** Channels of one question that are named; the rest stay ids. */
const mostNamed = 5

/**
 * Replaces the ids of channels in a question by the names that everybody may know who reads it there; labels are not believed.
 * Private channels are named only where none but their members read.
 */
async function resolveChannelNames(access: Deps['access'], { user, question }: Question, here: string) {
  const names = new Map<string, string>()
  const ids = new Set([...question.matchAll(channelToken)].map(([, id = '']) => id))
  for (const id of [...ids].slice(0, mostNamed)) {
    const found = await access.find(user, { id }).catch(() => undefined)
    const isKnown = here.startsWith('D') || id === here || found?.isPrivate === false
    if (found !== undefined && found.name !== '' && isKnown) names.set(id, `#${found.name}`)
  }
  return question.replace(channelToken, (_, id) => names.get(id) ?? id)
}

const channelToken = /<#([A-Z0-9]+)(?:\|[^<>]*)?>/g

/** Finds a question that was posted since a moment, by its metadata. */
async function findPosted(
  reader: SlackReader,
  { id, place, since }: { id: string; place: Place; since: number },
): Promise<string | undefined> {
  const oldest = ((since - clockSkewMs) / 1000).toFixed(6)
  // Slack's pages begin with the newest message.
  const latest = ((since + lateMs + clockSkewMs) / 1000).toFixed(6)
  const args = { channel: place.channel, oldest, latest, limit: 200, include_all_metadata: true }
  const answer =
    place.threadTs === undefined
      ? await reader.fetch('conversations.history', args, { for: 'question' })
      : await reader.fetch('conversations.replies', { ...args, ts: place.threadTs }, { for: 'question' })
  const ours = messagesOf(answer).find(({ metadata }) => metadata?.event_payload?.ask === id)
  return ours === undefined ? undefined : String(ours.ts)
}

/** Tells the person why the question was not posted, with the question so that it is not lost. */
async function tellFailure(deps: Deps, { user, question, responseUrl }: Question, error: unknown): Promise<void> {
  const i18n = i18nFor((await deps.users.read(user)).locale)
  const { reference, sentence } = describeFailure(error)
  deps.log.warn({ reference, reason: formatError(error) }, 'question not posted')
  const reason = error instanceof SlackError ? formatPostFailure(error, i18n) : sentence(i18n)
  const body = buildMessageBody(`${reason}\n\n${i18n.ask.yourQuestion({ question: escapeMarkdown(question) })}`)
  const sendDirectly = async () => {
    const channel = await openDirectMessage(deps.call, user)
    await deps.limiter.send('chat.postMessage', () => ({ channel, ...body }), 'error')
  }
  if (responseUrl === undefined) return sendDirectly()
  await deps.respond(responseUrl, { response_type: 'ephemeral', text: body.text }).catch(sendDirectly)
}
