/** A recording, a chart or a picture that somebody asked for below an answer: a message of its own in the thread, made once. */

import { z } from 'zod'
import { describeFailure, formatError } from '../errors.ts'
import { type I18n, i18nFor } from '../i18n/catalog.ts'
import type { Outbox } from '../queue/outbox.ts'
import type { Turn } from '../queue/turn.ts'
import { withoutNote } from '../reply/body.ts'
import { openDirectMessage } from '../slack/direct-message.ts'
import { isSelf, listQuotedChannels, type Message } from '../slack/message.ts'
import { messagesOf } from '../slack/reader.ts'
import type { ThreadId } from '../slack/thread-history.ts'
import { slackToPlain } from '../text/from-slack.ts'
import { toMrkdwn } from '../text/to-mrkdwn.ts'
import type { Services } from './context.ts'

const askedSchema = z.object({
  /** The turn below whose answer it was asked for. */
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

/**
 * Finds what the bot has posted into a thread under a name: that of a file without its ending, or that in a message's metadata. Resolves
 * with its ts.
 */
export async function findDelivered(
  { reader, self }: Pick<Services, 'reader' | 'self'>,
  { channel, threadTs }: ThreadId,
  name: string,
): Promise<string | undefined> {
  const args = { channel, ts: threadTs, limit: 200, include_all_metadata: true }
  for await (const page of reader.pages('conversations.replies', args, { for: 'question' })) {
    const found = messagesOf(page).find(raw => {
      if (!isSelf(raw, self)) return false
      const { files, metadata } = raw
      const names = Array.isArray(files) ? files.map(file => String(file?.name)) : []
      return metadata?.event_payload?.delivery === name || names.some(one => one.startsWith(`${name}.`))
    })
    if (found !== undefined) return String(found.ts)
  }
  return undefined
}

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

/** Builds the metadata by which a message that was delivered is found again. */
export const buildDeliveryMetadata = (delivery: string) => ({
  event_type: 'threadwise_delivery',
  event_payload: { delivery },
})

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
