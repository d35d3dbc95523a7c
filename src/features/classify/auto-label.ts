import type { App } from '@slack/bolt'
import { describeFailure, formatError, SlackError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import { type EventBody, turnIdOf } from '../../queue/turn.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import { createWriter } from '../../reply/writer.ts'
import { type CallSlack, callWithRetry } from '../../slack/client.ts'
import { type BotIdentity, parseMessage, type RawMessage } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import type { Users } from '../../slack/users.ts'
import type { LabelRecord, LabelRecords } from '../../store/labels.ts'
import { isMentioned } from '../../text/from-slack.ts'
import { languageOf } from '../../text/terms.ts'
import { renderCard } from './card.ts'
import type { ChannelSettingsBook } from './channel-settings.ts'
import { formatReadable } from './handler.ts'
import type { Labeller } from './labeller.ts'
import { buildWaitingRecord } from './record.ts'
import { otherId } from './taxonomy.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** What watching needs of the rest. */
export interface WatchDeps {
  self: BotIdentity
  settings: ChannelSettingsBook
  labels: LabelRecords
  labeller: Labeller
  taxonomies: Taxonomies
  users: Users
  limiter: Limiter
  call: CallSlack
  log: Log
}

/** Feedback that nobody handed over: it stands in a channel that somebody chose to watch. */
export interface AutoLabel {
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
export function createAutoLabel(deps: WatchDeps): AutoLabel {
  const begun = new Set<string>()
  const begin = (record: LabelRecord) => {
    if (begun.has(record.id)) return
    begun.add(record.id)
    void sign(deps, record)
      .catch(error => complain(deps, record, error))
      .finally(() => begun.delete(record.id))
  }
  return {
    async keep(body) {
      const event = body.event
      if (event?.type !== 'message' || typeof event.channel !== 'string') return
      const { watch, card } = deps.settings.of(event.channel)
      if (!watch || !isFeedback(event, deps.self)) return
      const message = parseMessage(event, deps.self)
      if (message?.author.kind !== 'person' || message.text.trim() === '') return
      const subject = {
        id: turnIdOf(body.team_id ?? deps.self.teamId, event.channel, message.ts),
        channel: event.channel,
        ts: message.ts,
        text: await formatReadable(deps.users, message),
        wish: JSON.stringify({ watch: { ts: message.ts, card } } satisfies WatchWish),
        askedBy: undefined,
        isShared: true,
        saidAt: Number(message.ts) * 1000,
      }
      const isNew = await deps.labels.keep(subject)
      if (isNew !== false) begin(buildWaitingRecord(subject))
    },
    resume(labels) {
      for (const record of labels) {
        if ('watch' in JSON.parse(record.wish)) begin(record)
        if (record.id.startsWith(reactionPrefix))
          void showTo(deps, record).catch(error => complain(deps, record, error))
      }
    },
  }
}

async function complain(deps: WatchDeps, record: LabelRecord, error: unknown): Promise<void> {
  const { reference } = describeFailure(error)
  deps.log.error({ label: record.id, reference, reason: formatError(error) }, 'a message was not labelled')
  await deps.labels.end(record.id, 'failed')
}

/** People ask for a label by reacting with the emoji that was chosen for the channel; the card is theirs alone. */
export function listenToReactions(app: App, deps: WatchDeps): void {
  app.event('reaction_added', async ({ event }) => {
    const { channel, ts } = event.item
    const { reaction } = deps.settings.of(channel)
    const isAsked = reaction !== '' && event.reaction.split('::')[0] === reaction && event.user !== deps.self.userId
    if (isAsked) await labelFor(deps, event.user, channel, ts)
  })
}

function isFeedback(event: EventBody['event'], self: BotIdentity): boolean {
  const isRoot = event.thread_ts === undefined || event.thread_ts === null || event.thread_ts === event.ts
  const isPlain = spoken.has(event.subtype as string | undefined) && event.hidden !== true && event.edited === undefined
  return isRoot && isPlain && !(typeof event.text === 'string' && isMentioned(event.text, self.userId))
}

/** Labels the message, reacts to it with the emoji of each kind, and puts the card into its thread if that was chosen. */
async function sign(deps: WatchDeps, record: LabelRecord): Promise<void> {
  const { watch } = JSON.parse(record.wish) as WatchWish
  const labelled = await deps.labeller.label(record, never, 'single')
  const taxonomy = deps.taxonomies.of(record.channel)
  const kinds = new Set(labelled.labels.map(({ kind }) => kind).filter(kind => kind !== otherId))
  for (const id of kinds) {
    const name = taxonomy.kinds.find(kind => kind.id === id)?.emoji
    if (name !== undefined) await react(deps, { channel: record.channel, timestamp: watch.ts, name })
  }
  if (watch.card && kinds.size > 0) {
    const place = { channel: record.channel, threadTs: watch.ts, turnId: `${labelMark}${record.id}`, edition: 1 }
    // A card that an earlier process may have posted is looked for first.
    const progress = { ...nothingYet, postingAt: record.state === 'labelled' ? 0 : undefined }
    const card = { ...renderCard(labelled, taxonomy, 'all'), isWhole: true }
    const writer = createWriter(deps, place, progress)
    await writer.put(() => card, 'final').finally(() => writer.close())
  }
  await deps.labels.end(record.id, 'done')
}

const nothingYet = { messages: [], shown: 0, posting: async () => {}, posted: async () => {}, showing() {} }

/** Watching goes on until the message has its sign; the end of the process leaves it to the next. */
const never = new AbortController().signal

/** A sign is a courtesy: a message that takes none keeps its label and its card all the same. */
async function react({ limiter, log }: WatchDeps, args: Record<string, unknown>): Promise<void> {
  try {
    await callWithRetry(() => limiter.send('reactions.add', () => args, 'first'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code !== 'already_reacted')
      log.warn({ channel: args.channel, code: error.code }, 'a sign could not be set')
  }
}

/** How long Slack may be away before a sign is given up. */
const patienceMs = 60_000

async function labelFor(deps: WatchDeps, user: string, channel: string, ts: string): Promise<void> {
  const answer = await deps.call('conversations.replies', { channel, ts, limit: 1, inclusive: true })
  const raw = (answer.messages as RawMessage[] | undefined)?.find(message => message.ts === ts)
  const message = raw === undefined ? undefined : parseMessage(raw, deps.self)
  if (message === undefined || message.text.trim() === '') return
  const text = await formatReadable(deps.users, message)
  const id = `${reactionPrefix}${user}:${turnIdOf(deps.self.teamId, channel, ts)}`
  const threadTs = typeof raw?.thread_ts === 'string' ? raw.thread_ts : ts
  const wish = JSON.stringify({ user, threadTs } satisfies ReactionWish)
  const who = { askedBy: user, isShared: true }
  await deps.labels.keep({ id, channel, ts, text, wish, saidAt: Number(ts) * 1000, ...who })
  const record = await deps.labels.read(id)
  if (record !== undefined) await showTo(deps, record).catch(error => complain(deps, record, error))
}

const reactionPrefix = 'react:'

interface ReactionWish {
  user: string
  threadTs: string
}

/** Shows the card, or why there is none, to whoever reacted. */
async function showTo(deps: WatchDeps, record: LabelRecord): Promise<void> {
  const { user, threadTs } = JSON.parse(record.wish) as ReactionWish
  const show = (card: object) => {
    const args = { channel: record.channel, user, thread_ts: threadTs, ...card }
    return callWithRetry(() => deps.limiter.send('chat.postEphemeral', () => args, 'final'), patienceMs)
  }
  const labelled = await deps.labeller.label(record, never, 'single').catch(async error => {
    await show({ text: `⚠️ ${describeFailure(error).sentence(i18nFor(languageOf(record.text)))}` })
    throw error
  })
  await show(renderCard(labelled, deps.taxonomies.of(record.channel), 'one'))
  await deps.labels.end(record.id, 'done')
}
