import { formatError, SlackError } from '../errors.ts'
import { i18nFor } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import { buildMessageBody } from '../reply/body.ts'
import { lateMs } from '../reply/edit-transport.ts'
import { lookUntil } from '../reply/find-posted.ts'
import { fetchChannel } from '../slack/channels.ts'
import { type CallSlack, callWithRetry } from '../slack/client.ts'
import type { BotIdentity, Message, RawMessage } from '../slack/message.ts'
import { questionMetadataType } from '../slack/metadata.ts'
import type { Users } from '../slack/users.ts'
import type { Asks, KeptAsk } from '../store/outbox.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { Queue } from './queue.ts'
import { turnIdOf } from './turn.ts'

/** Where a question is put: into a channel, or into a thread that is there already. */
export interface Where {
  channel: string
  threadTs?: string
}

/** A question that somebody wrote into a command or a dialogue. */
export interface Ask {
  id: string
  user: string
  question: string
  /** Undefined: into the person's direct messages. */
  where?: Where
  /** The address at which the command is answered, too. */
  echo?: string
}

/** Brings such questions into Slack, in the name of the person, and into the inbox. */
export interface Asker {
  /** Writes it down. Resolves when it outlives a power cut. */
  keep(ask: Ask): Promise<void>
  /**
   * Posts the question and takes it in as a turn. What keeps it from being posted is told by `onFailure`; until it is
   * posted, or that is told, the next start goes on with it.
   */
  put(ask: Ask, onFailure: OnFailure): Promise<void>
  /** Goes on with what the process before this one wrote down and did not put. */
  resume(asks: readonly KeptAsk[], onFailure: OnFailure): void
}

/** Tells a person that a question could not be posted, and why. */
export type OnFailure = (ask: Ask, error: unknown) => Promise<void>

interface AskerDeps {
  self: BotIdentity
  call: CallSlack
  limiter: Limiter
  users: Users
  threads: ThreadCache
  asks: Asks
  inbox: Queue
  log: Log
}

/** A call that may have worked is looked for, and made again, so often. */
const tries = 3
/** How long Slack may be away before a question is given up. */
const patienceMs = 60_000
/** Our clock and Slack's need not agree. */
const clockMs = 30_000

/** Makes the asker. */
export function createAsker(deps: AskerDeps): Asker {
  const put = async (ask: Ask, mayStandSince: number | undefined): Promise<void> => {
    const where = ask.where ?? { channel: await openDirectMessage(deps.call, ask.user) }
    const ts = await place(deps, { ...ask, where }, mayStandSince)
    const thread = { channel: where.channel, threadTs: where.threadTs ?? ts }
    const question: Message = {
      ts,
      author: { kind: 'person', id: ask.user },
      text: ask.question,
      form: 'markdown',
      files: [],
    }
    const turn = {
      id: turnIdOf(deps.self.teamId, where.channel, ts),
      ...thread,
      user: ask.user,
      place: where.channel.startsWith('D') ? ('dm' as const) : ('channel' as const),
      isAddressed: true,
      question,
      ...(ask.echo !== undefined && { echo: ask.echo }),
    }
    await deps.inbox.save(turn, 'event')
    deps.threads.begin(thread, question)
    deps.threads.note({ kind: 'said', thread, message: question })
    deps.inbox.accept(turn)
  }

  const putOrTell = async (ask: Ask, mayStandSince: number | undefined, onFailure: OnFailure): Promise<void> => {
    try {
      await put(ask, mayStandSince).catch(error => onFailure(ask, error))
      await deps.asks.done(ask.id)
    } catch (error) {
      deps.log.error({ reason: formatError(error) }, 'a question could not be posted, nor that be told')
    }
  }

  return {
    keep: ask => deps.asks.keep(ask.id, JSON.stringify(ask)),
    put: (ask, onFailure) => putOrTell(ask, undefined, onFailure),
    resume(asks, onFailure) {
      for (const { ask: kept, keptAt } of asks) {
        const ask = JSON.parse(kept) as Ask
        // Commands that ask for something else are taken up where they belong.
        if ('question' in ask) void putOrTell(ask, keptAt, onFailure)
      }
    },
  }
}

/** The direct messages with a person. */
export async function openDirectMessage(call: CallSlack, user: string): Promise<string> {
  const answer = await callWithRetry(() => call('conversations.open', { users: user }), patienceMs)
  const { channel } = answer as unknown as { channel: { id: string } }
  return channel.id
}

type Placed = Ask & { where: Where }

/** A question with the names of channels for their ids. */
async function resolveChannelNames(call: CallSlack, question: string): Promise<string> {
  const named = question.replace(/<#[A-Z0-9]+\|([^>]+)>/g, '#$1')
  const id = /<#([A-Z0-9]+)\|?>/.exec(named)?.[1]
  if (id === undefined) return named
  const place = await fetchChannel(call, id).catch(() => undefined)
  return named.replace(/<#[A-Z0-9]+\|?>/g, place?.name ? `#${place.name}` : id)
}

/** Posts the question once: where an earlier call may have worked, it is looked for first. */
async function place(deps: AskerDeps, ask: Placed, mayStandSince: number | undefined): Promise<string> {
  const { name, locale } = await deps.users.read(ask.user)
  const quoted = (await resolveChannelNames(deps.call, ask.question)).replace(/^/gm, '> ')
  const args = {
    channel: ask.where.channel,
    ...buildMessageBody(`**${i18nFor(locale).ask.asked(name)}**\n\n${quoted}`),
    ...(ask.where.threadTs !== undefined && { thread_ts: ask.where.threadTs }),
    unfurl_links: false,
    unfurl_media: false,
    metadata: {
      event_type: questionMetadataType,
      event_payload: { user: ask.user, question: ask.question, ask: ask.id },
    },
  }
  for (let attempt = 1; ; attempt += 1) {
    const since = mayStandSince
    const found = since === undefined ? undefined : await lookUntil(() => find(deps.call, ask, since), since + lateMs)
    if (found !== undefined) return found
    const madeAt = Date.now()
    try {
      return String((await deps.limiter.send('chat.postMessage', () => args, 'first')).ts)
    } catch (error) {
      if (!(error instanceof SlackError) || !error.isUnknown || attempt === tries) throw error
      mayStandSince = madeAt
    }
  }
}

async function find(call: CallSlack, { id, where }: Placed, madeAt: number): Promise<string | undefined> {
  const oldest = ((madeAt - clockMs) / 1000).toFixed(6)
  // Pages come the newest first; what was said later is of no interest.
  const latest = ((madeAt + lateMs + clockMs) / 1000).toFixed(6)
  const args = { channel: where.channel, oldest, latest, limit: 200, include_all_metadata: true }
  const look = () =>
    where.threadTs === undefined
      ? call('conversations.history', args)
      : call('conversations.replies', { ...args, ts: where.threadTs })
  const answer = await callWithRetry(look, patienceMs)
  const messages = (answer.messages ?? []) as RawMessage[]
  const ours = messages.find(({ metadata }) => metadata?.event_payload?.ask === id)
  return ours === undefined ? undefined : String(ours.ts)
}
