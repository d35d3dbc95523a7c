import type { App } from '@slack/bolt'
import { toFailure, toReason } from '../../errors.ts'
import { toWords } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { type EventBody, toTurnId } from '../../queue/turn.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import { createPoster } from '../../reply/edit-transport.ts'
import { type CallSlack, callPatiently, SlackError } from '../../slack/client.ts'
import { type RawMessage, type Self, toMessage } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import type { People } from '../../slack/users.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { isMentioned } from '../../text/from-slack.ts'
import { languageOf } from '../../text/terms.ts'
import { toCard } from './card.ts'
import type { ChannelSettingsBook } from './channel-settings.ts'
import { toReadable } from './handler.ts'
import type { Labeller } from './labeller.ts'
import { toWaiting } from './record.ts'
import { otherId } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What watching needs of the rest. */
export interface WatchParts {
  self: Self
  settings: ChannelSettingsBook
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  people: People
  budget: SendBudget
  call: CallSlack
  log: Log
}

/** Feedback that nobody handed over: it stands in a channel that somebody chose to watch. */
export interface Watch {
  /** Writes the message down, if it is one. It runs before Slack hears that it came. */
  keep(body: Partial<EventBody>): Promise<void>
  /** Goes on with what was written down and has no sign yet. */
  resume(labels: readonly LabelRecord[]): void
}

interface WatchWish {
  watch: { ts: string; card: boolean }
}

/** What people write to a channel themselves: plain messages, and those with files. */
const spoken = new Set([undefined, 'file_share'])

/**
 * Messages of watched channels are labelled as they come, each once however often it is delivered or found; bots, replies in
 * threads and questions to the bot are left alone.
 */
export function createWatch(parts: WatchParts): Watch {
  const begun = new Set<string>()
  const begin = (record: LabelRecord) => {
    if (begun.has(record.id)) return
    begun.add(record.id)
    void sign(parts, record)
      .catch(error => complain(parts, record, error))
      .finally(() => begun.delete(record.id))
  }
  return {
    async keep(body) {
      const event = body.event
      if (event?.type !== 'message' || typeof event.channel !== 'string') return
      const { watch, card } = parts.settings.of(event.channel)
      if (!watch || !isFeedback(event, parts.self)) return
      const message = toMessage(event, parts.self)
      if (message?.author.kind !== 'person' || message.text.trim() === '') return
      const subject = {
        id: toTurnId(body.team_id ?? parts.self.teamId, event.channel, message.ts),
        channel: event.channel,
        ts: message.ts,
        text: await toReadable(parts.people, message),
        wish: JSON.stringify({ watch: { ts: message.ts, card } } satisfies WatchWish),
        askedBy: undefined,
        isShared: true,
        saidAt: Number(message.ts) * 1000,
      }
      const isNew = await parts.labels.keep(subject)
      if (isNew !== false) begin(toWaiting(subject))
    },
    resume(labels) {
      for (const record of labels) {
        if ('watch' in JSON.parse(record.wish)) begin(record)
        if (record.id.startsWith(reactionPrefix))
          void showTo(parts, record).catch(error => complain(parts, record, error))
      }
    },
  }
}

async function complain(parts: WatchParts, record: LabelRecord, error: unknown): Promise<void> {
  const { reference } = toFailure(error)
  parts.log.error({ label: record.id, reference, reason: toReason(error) }, 'a message was not labelled')
  await parts.labels.end(record.id, 'failed')
}

/** People ask for a label by reacting with the emoji that was chosen for the channel; the card is theirs alone. */
export function listenToReactions(app: App, parts: WatchParts): void {
  app.event('reaction_added', async ({ event }) => {
    const { channel, ts } = event.item
    const { reaction } = parts.settings.of(channel)
    const isAsked = reaction !== '' && event.reaction.split('::')[0] === reaction && event.user !== parts.self.userId
    if (isAsked) await labelFor(parts, event.user, channel, ts)
  })
}

function isFeedback(event: EventBody['event'], self: Self): boolean {
  const isRoot = event.thread_ts === undefined || event.thread_ts === null || event.thread_ts === event.ts
  const isPlain = spoken.has(event.subtype as string | undefined) && event.hidden !== true && event.edited === undefined
  return isRoot && isPlain && !(typeof event.text === 'string' && isMentioned(event.text, self.userId))
}

/** Labels the message, reacts to it with the emoji of each kind, and puts the card into its thread if that was chosen. */
async function sign(parts: WatchParts, record: LabelRecord): Promise<void> {
  const { watch } = JSON.parse(record.wish) as WatchWish
  const labelled = await parts.labeller.label(record, never, 'single')
  const taxonomy = parts.taxonomies.of(record.channel)
  const kinds = new Set(labelled.labels.map(({ kind }) => kind).filter(kind => kind !== otherId))
  for (const id of kinds) {
    const name = taxonomy.kinds.find(kind => kind.id === id)?.emoji
    if (name !== undefined) await react(parts, { channel: record.channel, timestamp: watch.ts, name })
  }
  if (watch.card && kinds.size > 0) {
    const place = { channel: record.channel, threadTs: watch.ts, turnId: `${labelMark}${record.id}`, edition: 1 }
    // A card that an earlier process may have posted is looked for first.
    const progress = { ...nothingYet, postingAt: record.state === 'labelled' ? 0 : undefined }
    const card = { ...toCard(labelled, taxonomy, 'all'), isWhole: true }
    const poster = createPoster(parts, place, progress)
    await poster.put(() => card, 'final').finally(() => poster.close())
  }
  await parts.labels.end(record.id, 'done')
}

const nothingYet = { messages: [], shown: 0, posting: async () => {}, posted: async () => {}, showing() {} }

/** Watching goes on until the message has its sign; the end of the process leaves it to the next. */
const never = new AbortController().signal

/** A sign is a courtesy: a message that takes none keeps its label and its card all the same. */
async function react({ budget, log }: WatchParts, args: Record<string, unknown>): Promise<void> {
  try {
    await callPatiently(() => budget.send('reactions.add', () => args, 'first'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code !== 'already_reacted')
      log.warn({ channel: args.channel, code: error.code }, 'a sign could not be set')
  }
}

/** How long Slack may be away before a sign is given up. */
const patienceMs = 60_000

async function labelFor(parts: WatchParts, user: string, channel: string, ts: string): Promise<void> {
  const answer = await parts.call('conversations.replies', { channel, ts, limit: 1, inclusive: true })
  const raw = (answer.messages as RawMessage[] | undefined)?.find(message => message.ts === ts)
  const message = raw === undefined ? undefined : toMessage(raw, parts.self)
  if (message === undefined || message.text.trim() === '') return
  const text = await toReadable(parts.people, message)
  const id = `${reactionPrefix}${user}:${toTurnId(parts.self.teamId, channel, ts)}`
  const threadTs = typeof raw?.thread_ts === 'string' ? raw.thread_ts : ts
  const wish = JSON.stringify({ user, threadTs } satisfies ReactionWish)
  const who = { askedBy: user, isShared: true }
  await parts.labels.keep({ id, channel, ts, text, wish, saidAt: Number(ts) * 1000, ...who })
  const record = await parts.labels.read(id)
  if (record !== undefined) await showTo(parts, record).catch(error => complain(parts, record, error))
}

const reactionPrefix = 'react:'

interface ReactionWish {
  user: string
  threadTs: string
}

/** Shows the card, or why there is none, to whoever reacted. */
async function showTo(parts: WatchParts, record: LabelRecord): Promise<void> {
  const { user, threadTs } = JSON.parse(record.wish) as ReactionWish
  const show = (card: object) => {
    const args = { channel: record.channel, user, thread_ts: threadTs, ...card }
    return callPatiently(() => parts.budget.send('chat.postEphemeral', () => args, 'final'), patienceMs)
  }
  const labelled = await parts.labeller.label(record, never, 'single').catch(async error => {
    await show({ text: `⚠️ ${toFailure(error).sentence(toWords(languageOf(record.text)))}` })
    throw error
  })
  await show(toCard(labelled, parts.taxonomies.of(record.channel), 'one'))
  await parts.labels.end(record.id, 'done')
}
