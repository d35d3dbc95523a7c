import { z } from 'zod'
import { describeFailure, formatError, SlackError } from '../../errors.ts'
import type { CommandKind } from '../../queue/outbox.ts'
import type { EventBody } from '../../queue/parse-event.ts'
import { turnIdOf } from '../../queue/turn.ts'
import { createWriter } from '../../reply/writer.ts'
import { callWithRetry } from '../../slack/client.ts'
import { type BotIdentity, parseMessage } from '../../slack/message.ts'
import { labelMark } from '../../slack/metadata.ts'
import { isByPerson } from '../../slack/users.ts'
import { isMentioned } from '../../text/from-slack.ts'
import { isNoise } from '../../text/small-talk.ts'
import { renderCard } from './card.ts'
import { fetchReader } from './reader.ts'
import type { ClassifyServices } from './services.ts'
import { buildMessageSubject, subjectSchema } from './subject.ts'
import { otherId } from './taxonomy.ts'

const schema = z.object({
  subject: subjectSchema.extend({ ts: z.string() }),
  /** Posts a card into the thread of the message, besides the reactions. */
  card: z.boolean(),
})

type AutoLabel = z.infer<typeof schema>
type Deps = Pick<
  ClassifyServices,
  | 'self'
  | 'store'
  | 'outbox'
  | 'users'
  | 'fetchNames'
  | 'rules'
  | 'limiter'
  | 'reader'
  | 'log'
  | 'label'
  | 'taxonomies'
  | 'settings'
>

/** Messages that people write to a channel themselves: plain ones, and those with files. */
const spoken = new Set([undefined, 'file_share'])

/** How long Slack may be away before a reaction is given up. */
const patienceMs = 60_000

/**
 * Labels the messages of watched channels as they come, each once however often it is delivered or found; those of bots, in
 * threads and to the bot are left alone. Returns the function that saves and labels the message of an event; it runs before
 * Slack gets its ack.
 */
export function createAutoLabel(deps: Deps): (body: Partial<EventBody>) => Promise<void> {
  const commands = deps.outbox.define('auto-label', schema, ({ payload }, isResumed) =>
    label(deps, payload, isResumed).catch(error => {
      const { reference } = describeFailure(error)
      deps.log.error({ label: payload.subject.id, reference, reason: formatError(error) }, 'message not labelled')
    }),
  )
  return async ({ event, team_id }) => {
    const payload = event === undefined ? undefined : await parseFeedback(deps, parseEdited(event), team_id)
    if (payload === undefined) return
    const { id } = payload.subject
    const known = await deps.store.labels.read(id).catch(() => undefined)
    if (known !== undefined) return
    // The command for the old text of an edited message may still run.
    const commandId = event?.message === undefined ? id : `${id}:${event.ts}`
    const command = await saveIfPossible(commands, payload, commandId)
    if (command !== undefined) void commands.run(command)
  }
}

/** Saves the command; nobody asked for it, so one that cannot be saved is run all the same. */
function saveIfPossible(commands: CommandKind<AutoLabel>, payload: AutoLabel, id: string) {
  return commands.save(payload, id).catch(() => commands.create(payload, id))
}

/** Returns a reworded message as if it had just been written; other events as they are. */
function parseEdited(event: EventBody['event']): EventBody['event'] {
  const { message, previous_message: before, channel, channel_type } = event
  if (event.subtype !== 'message_changed' || message === undefined || before?.text === message.text) return event
  const { edited: _, ...reworded } = message as EventBody['event']
  return { ...reworded, type: 'message', ...(channel && { channel }), ...(channel_type && { channel_type }) }
}

async function parseFeedback(
  deps: Deps,
  event: EventBody['event'],
  team = deps.self.teamId,
): Promise<AutoLabel | undefined> {
  const { self, settings } = deps
  const { channel } = event
  if (event.type !== 'message' || typeof channel !== 'string') return undefined
  const { watch, card } = settings.of(channel)
  if (!watch || !isFeedback(event, self) || !deps.rules.isOpen({ channel, feature: 'classify' })) return undefined
  const message = parseMessage(event, self)
  if (message === undefined || !(await isByPerson(deps.users, message))) return undefined
  const { ts } = message
  const subject = await buildMessageSubject(deps, message, { id: turnIdOf(team, channel, ts), channel })
  return isNoise(subject.text) ? undefined : { subject: { ...subject, ts }, card }
}

function isFeedback(event: EventBody['event'], self: BotIdentity): boolean {
  const isRoot = event.thread_ts === undefined || event.thread_ts === null || event.thread_ts === event.ts
  const isPlain = spoken.has(event.subtype as string | undefined) && event.hidden !== true && event.edited === undefined
  return isRoot && isPlain && !(typeof event.text === 'string' && isMentioned(event.text, self.userId))
}

/** Labels the message, reacts to it with the emoji of each kind, and posts the card into its thread if that was chosen. */
async function label(deps: Deps, { subject, card }: AutoLabel, isResumed: boolean): Promise<void> {
  const { channel, ts } = subject
  const reader = await fetchReader(deps, subject.author ?? '')
  const labelled = await deps.label(subject, { pace: 'single', language: reader.languageName }).catch(async error => {
    // It is not tried again when another copy of the event comes.
    await deps.store.labels.save({ ...subject, state: 'failed', labels: [], version: '', model: '' })
    throw error
  })
  const taxonomy = deps.taxonomies.of(channel)
  const kinds = new Set(labelled.labels.map(({ kind }) => kind).filter(kind => kind !== otherId))
  for (const id of kinds) {
    const name = taxonomy.kinds.find(kind => kind.id === id)?.emoji
    if (name !== undefined) await react(deps, { channel, timestamp: ts, name })
  }
  if (!card || kinds.size === 0) return
  const place = { channel, threadTs: ts, turnId: `${labelMark}${subject.id}`, edition: 1 }
  // A card that an earlier process may have posted is looked for first.
  const writer = createWriter(deps, place, { ...noProgress, postingAt: isResumed ? 0 : undefined })
  const body = { ...renderCard(labelled, { taxonomy, reader }, 'all'), isWhole: true }
  await writer.put(() => body, 'final').finally(() => writer.close())
}

const noProgress = { messages: [], shown: 0, posting: async () => {}, posted: async () => {}, showing() {} }

/** Sets a reaction. A message that takes none keeps its label and its card all the same. */
async function react({ limiter, log }: Deps, args: { channel: string; timestamp: string; name: string }) {
  try {
    await callWithRetry(() => limiter.send('reactions.add', () => args, 'first'), patienceMs)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    if (error.code !== 'already_reacted') log.warn({ channel: args.channel, code: error.code }, 'reaction not set')
  }
}
