/**
 * Recordings, charts, pictures and tables: messages of their own, posted once though the process may be killed, and deleted with their
 * question. Slack's history is the memory of them: their names tell what they were made for.
 */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { describeFailure, formatError, SlackError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import type { Outbox } from '../queue/outbox.ts'
import type { Turn } from '../queue/turn.ts'
import { withoutNote } from '../reply/body.ts'
import { removeMessage } from '../reply/remove-message.ts'
import { noStatus, openStatus } from '../reply/status.ts'
import { lateMs, lookUntil, postOnce } from '../reply/unknown-outcomes.ts'
import { callWithRetry } from '../slack/client.ts'
import { openDirectMessage } from '../slack/direct-message.ts'
import { isSelf, listQuotedChannels, type Message, type RawMessage } from '../slack/message.ts'
import { buildPermalink } from '../slack/permalink.ts'
import { messagesOf } from '../slack/reader.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import { slackToPlain } from '../text/from-slack.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'
import type { Services } from './context.ts'

const askedSchema = z.object({
  /** Its origin: the turn below whose answer it was asked for, or the value of the button below a chart or a report. */
  turn: z.string(),
  user: z.string(),
  channel: z.string(),
  /** The thread into which it is posted. */
  threadTs: z.string(),
})

type Asked = z.infer<typeof askedSchema>

type TellDeps = Pick<Services, 'users' | 'limiter' | 'call' | 'log'>

/** Defines the commands that make one kind of them: one for everybody who asks while it is made. `savedAt` tells them apart. */
export function defineDelivery(
  outbox: Outbox,
  deps: TellDeps,
  { kind, make }: { kind: string; make: (asked: Asked & { savedAt: number }, isResumed: boolean) => Promise<void> },
) {
  const commands = outbox.define(kind, askedSchema, ({ payload, savedAt }, isResumed) =>
    make({ ...payload, savedAt }, isResumed).catch(async error => {
      const { reference, sentence } = describeFailure(error)
      deps.log.warn({ turn: payload.turn, reference, reason: formatError(error) }, `${kind} failed`)
      await tellAsker(deps, payload, i18n => `⚠️ ${sentence(i18n)}`)
    }),
  )
  return {
    /**
     * Saves that a person wants it. Resolves with the function that makes it; that does nothing if it is being made already. Throws a
     * `ShownError` if it cannot be saved.
     */
    async save(
      { id: turn, channel, threadTs }: ThreadId & Pick<Turn, 'id'>,
      user: string,
    ): Promise<() => Promise<void>> {
      const command = await commands.save({ turn, user, channel, threadTs }, `${kind}:${turn}:${threadTs}`)
      return async () => {
        if (command !== undefined) await commands.run(command)
      }
    },
  }
}

/**
 * Finds the answer to a turn, as the model wrote it while the thread is in memory, and the other channels words of which it may hold.
 * Resolves with undefined if it is gone.
 */
export async function findAnswer(
  { inbox, store, threads }: Pick<Services, 'inbox' | 'store' | 'threads'>,
  id: string,
): Promise<{ text: string; quotedFrom: string[] } | undefined> {
  const [turn, record] = await Promise.all([inbox.find(id), store.turns.load(id)])
  if (turn === undefined || record === undefined) return undefined
  const isOurs = ({ ts, author, mark }: Message) =>
    author.kind === 'self' && (mark?.turn === id || record.messages.includes(ts))
  const known = await threads.load(turn)
  const thread = known.some(isOurs) ? known : await threads.reread(turn)
  const found = thread.filter(isOurs)
  // In memory, its first message holds the whole of it.
  const whole = found[0]?.form === 'markdown' ? found.slice(0, 1) : found
  const text = whole.map(toMarkdown).join('\n\n')
  return text.trim() === '' ? undefined : { text, quotedFrom: listQuotedChannels(thread) }
}

/** Renders a message of Slack as Markdown: links as their labels, bullets as list marks. */
export function toMarkdown({ text, form }: Pick<Message, 'text' | 'form'>): string {
  if (form === 'markdown') return text
  const labelled = withoutNote(text).replace(/<https?:[^|<>]*\|([^<>]*)>/g, '$1')
  return slackToPlain(labelled, id => id).replace(/^( *)[•◦▪☐☑] /gm, '$1- ')
}

const digest = (of: unknown): string => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 6)

/** Names what is made for a turn, by the turn and by what it is made of. */
export const nameDelivery = (kind: string, turn: string, ...of: unknown[]): string =>
  `${kind}-${digest(turn)}${digest(of)}`

/** Builds the metadata by which a message that was delivered is found again. */
export const buildDeliveryMetadata = (delivery: string, turn = '') => ({
  event_type: 'threadwise_delivery',
  event_payload: { delivery, turn },
})

/** Lists the names under which a message was delivered: those of its files, and that in its metadata. */
function namesOf({ files, metadata }: RawMessage): string[] {
  const names = Array.isArray(files) ? files.map(file => String(file?.name)) : []
  const { delivery } = metadata?.event_payload ?? {}
  return typeof delivery === 'string' ? [...names, delivery] : names
}

/** A thread, or the top of a conversation since a moment in milliseconds since 1970. */
type Place = ThreadId | { channel: string; since: number }

type FindDeps = Pick<Services, 'reader' | 'self'>

/** Clocks of this machine and of Slack differ by less. */
const clockSkewMs = 60_000

/** Reads the bot's own messages in a place. */
async function* readOwn({ reader, self }: FindDeps, { channel, ...where }: Place): AsyncGenerator<RawMessage> {
  const args = { channel, limit: 200, include_all_metadata: true }
  const pages =
    'threadTs' in where
      ? reader.pages('conversations.replies', { ...args, ts: where.threadTs }, { for: 'question' })
      : reader.pages(
          'conversations.history',
          { ...args, oldest: ((where.since - clockSkewMs) / 1000).toFixed(6) },
          { for: 'question' },
        )
  for await (const page of pages) yield* messagesOf(page).filter(raw => isSelf(raw, self))
}

/** Finds what the bot has posted under a name: that of a file, with or without its ending, or that in a message's metadata. */
export async function findDelivered(deps: FindDeps, place: Place, name: string): Promise<RawMessage | undefined> {
  for await (const raw of readOwn(deps, place))
    if (namesOf(raw).some(one => one === name || one.startsWith(`${name}.`))) return raw
  return undefined
}

type OnceDeps = FindDeps & Pick<Services, 'store'>

/** Posts something under a name once, though the process may be killed meanwhile. Resolves with its message as far as it is known. */
export async function deliverOnce(
  deps: OnceDeps,
  { place, name, isResumed }: { place: Place; name: string; isResumed: boolean },
  send: () => Promise<RawMessage>,
): Promise<RawMessage> {
  const { facts } = deps.store
  const fact = `posting:${digest(place)}${digest(name)}` as const
  // Checks, uploads and waits come between the fact and the post: that may have been made when the process died.
  const mayStand = isResumed && (await facts.read(fact)) !== undefined
  const noteAndSend = async () => {
    await facts.write(fact, String(Date.now()))
    return send()
  }
  const find = () => findDelivered(deps, place, name)
  const until = isResumed ? (mayStand ? Date.now() + lateMs : 0) : undefined
  return postOnce(find, noteAndSend, until).finally(() => facts.remove(fact))
}

type DeliverDeps = OnceDeps & TellDeps

/**
 * Makes something for a turn and posts it into its thread once, while the status line tells of it. `make` resolves with the function that
 * posts it; `check` is asked right before. What was made for a question that is deleted meanwhile is deleted, too.
 */
export async function deliver(
  deps: DeliverDeps,
  wanted: {
    turn: string
    user: string
    place: ThreadId
    name: string
    isResumed: boolean
    progress?: string
    /** Tells that it stands there already, if others may have asked for the same. */
    already?: (i18n: I18n, link: string) => string
  },
  {
    make,
    check,
  }: {
    make: (show: (progress: string) => void) => Promise<() => Promise<unknown>>
    check: () => Promise<unknown>
  },
): Promise<void> {
  const { turn, user, place, name, isResumed, progress, already } = wanted
  const { channel, threadTs } = place
  const before = isResumed || already !== undefined ? await findDelivered(deps, place, name) : undefined
  if (before !== undefined) {
    const link = buildPermalink(deps.self, channel, String(before.ts), threadTs)
    if (already !== undefined) await tellAsker(deps, { ...place, user }, i18n => already(i18n, link))
    return
  }
  const status = progress === undefined ? noStatus : openStatus(deps.limiter, deps.log, place, progress)
  try {
    const send = await make(status.show)
    const checkAndSend = async (): Promise<RawMessage> => {
      await check()
      await send()
      return {}
    }
    await deliverOnce(deps, { place, name, isResumed }, checkAndSend)
  } finally {
    status.close(true)
  }
  const state = (await deps.store.turns.load(turn))?.state
  if (state !== 'withdrawing' && state !== 'withdrawn') return
  const checkAt = await removeDelivered(deps, { id: turn, ...place }, name)
  if (checkAt !== undefined) await deps.store.turns.update(turn, { checkAt })
}

/** Slack lists a file in its thread within this time after it was shared. */
const listedMs = 5_000
/** When to look again for what could not be looked for: Slack may be away, or has to be told to let the bot read. */
const lookAgainMs = { passing: 60_000, lasting: 3_600_000 }

/** A thread without replies is gone with its first message. */
const isGone = (error: unknown) =>
  error instanceof SlackError && /^(?:thread|message|channel)_not_found$/.test(error.code)

/**
 * Deletes what was made for a turn, and its files; what was `posted` a moment ago is waited for. Resolves with when to try again if Slack
 * could not be read.
 */
export async function removeDelivered(
  deps: FindDeps & Omit<TellDeps, 'users'>,
  { id, channel, threadTs }: ThreadId & Pick<Turn, 'id'>,
  posted?: string,
): Promise<number | undefined> {
  // Anchored: what stands before it may be words of a person.
  const isOfTurn = new RegExp(`-${digest(id)}[0-9a-f]{6}(?:\\.[a-z0-9]{1,5})?$`)
  const place = { channel, threadTs }
  const found: RawMessage[] = []
  const find = (name: string) =>
    findDelivered(deps, place, name).catch(error => {
      if (!isGone(error)) throw error
      return undefined
    })
  try {
    if (posted !== undefined) await lookUntil(() => find(posted), Date.now() + listedMs)
    for await (const raw of readOwn(deps, place)) if (namesOf(raw).some(name => isOfTurn.test(name))) found.push(raw)
  } catch (error) {
    if (isGone(error)) return undefined
    deps.log.warn({ turn: id, reason: formatError(error) }, 'deliveries not looked for; they are looked for again')
    const { passing, lasting } = lookAgainMs
    return Date.now() + (error instanceof SlackError && !error.isPassing ? lasting : passing)
  }
  for (const { ts, files } of found) {
    for (const file of Array.isArray(files) ? files : [])
      await callWithRetry(() => deps.call('files.delete', { file: String(file?.id) }), removalPatienceMs).catch(error =>
        deps.log.warn({ turn: id, code: error.code }, 'file deletion failed'),
      )
    await removeMessage(deps, { ...place, turnId: id, edition: 1 }, String(ts))
  }
  return undefined
}

/** How long Slack may be away before a file is left where it is. */
const removalPatienceMs = 60_000

/** How far back a direct message that opens a thread of its own looks for the one before it. */
const maxAgeSeconds = 12 * 3_600

/** Finds the last turn with an answer before a question in its thread; in direct messages, also in the thread before. */
export async function findLastAnswered({ store }: Pick<Services, 'store'>, turn: Turn): Promise<string | undefined> {
  const { channel, question, place } = turn
  const own = await store.turns.lastAnswered(turn, question.ts)
  if (own !== undefined || place !== 'dm' || turn.threadTs !== question.ts) return own
  const from = (Number(question.ts) - maxAgeSeconds).toFixed(6)
  const [before] = await store.turns.threadsBetween(channel, from, question.ts, 1)
  return before === undefined ? undefined : store.turns.lastAnswered({ channel, threadTs: before }, question.ts)
}

/** Tells a person something that nobody else sees; directly, if they have left the place or there is none. Best effort. */
export async function tellAsker(
  { users, limiter, call, log }: TellDeps,
  { channel, threadTs, user }: Pick<Asked, 'channel' | 'user'> & { threadTs?: string },
  format: (i18n: I18n) => string,
): Promise<void> {
  const text = toMrkdwn(format(i18nFor((await users.read(user)).locale)))
  const sendDirectly = async () => {
    const direct = await openDirectMessage(call, user)
    await limiter.send('chat.postMessage', () => ({ channel: direct, text }), 'error')
  }
  const args = { channel, user, ...(threadTs !== undefined && { thread_ts: threadTs }), text }
  const sendHere = () => limiter.send('chat.postEphemeral', () => args, 'error')
  const sending = channel === '' ? sendDirectly() : sendHere().catch(sendDirectly)
  await sending.catch(error => log.warn({ channel, code: error.code }, 'private notice failed'))
}
