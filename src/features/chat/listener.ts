import type { App } from '@slack/bolt'
import type { Queue } from '../../queue/queue.ts'
import { type EventBody, parseChange, parseTurn, turnIdOf } from '../../queue/turn.ts'
import type { BotIdentity } from '../../slack/message.ts'
import type { SummaryChunks } from '../../store/summary-chunks.ts'
import type { Change, ThreadCache } from '../../threads/cache.ts'

/** What hearing needs of the rest. */
export interface ChatDeps {
  self: BotIdentity
  threads: ThreadCache
  inbox: Queue
  /** Offers the author of a question that was changed after its answer another one. */
  offerAgain: (turnId: string) => Promise<void>
  /** Saves a message of a channel that is labelled automatically. */
  autoLabel: { keep(body: Partial<EventBody>): Promise<void> }
  summaryChunks: Pick<SummaryChunks, 'forgetMessage'>
  /** Something was said in a thread that is no turn, or was changed or deleted: whoever remembers the thread has to be told. */
  onChange: (thread: { channel: string; threadTs: string }) => void
}

/**
 * People talk to the bot: mentions, direct messages and follow-ups. A mention comes as `app_mention` and as `message`;
 * both are heard the same way, and the inbox takes the first.
 */
export function listenToChat(app: App, deps: ChatDeps): void {
  app.event('app_mention', async ({ body }) => receive(deps, body as unknown as EventBody))
  app.event('message', async ({ body }) => receive(deps, body as unknown as EventBody))
}

/**
 * Writes down the turn in whatever Slack delivers, if there is one. It runs before Slack hears that it came. What is said
 * of a message waits until the message itself is written down.
 */
export async function saveTurn(
  deps: ChatDeps,
  body: Partial<EventBody>,
  from: 'event' | 'history' = 'event',
): Promise<void> {
  if (body.event?.type !== 'app_mention' && body.event?.type !== 'message') return
  await deps.autoLabel.keep(body)
  const { channel, message, deleted_ts } = body.event
  const idOf = (ts: unknown) => turnIdOf(teamOf(deps, body), String(channel), String(ts))
  if (deleted_ts !== undefined) return deps.inbox.saveDeletion(idOf(deleted_ts))
  if (message?.subtype === 'tombstone') return deps.inbox.saveDeletion(idOf(message.ts))
  if (message !== undefined) return deps.inbox.whenSaved(idOf(message.ts))
  const turn = parseTurn(body as EventBody, deps.self)
  if (turn === undefined) return
  // Most of what is said in a busy workspace stands in threads of other people.
  if (!turn.isAddressed && deps.threads.knows(turn) === 'foreign' && (await deps.inbox.isForeign(turn))) return
  await deps.inbox.save(turn, from)
}

/** Takes in a message that Slack did not deliver and that was found later. */
export async function receiveFound(deps: ChatDeps, body: EventBody): Promise<void> {
  await saveTurn(deps, body, 'history')
  await receive(deps, body)
}

/** Does what a message asks for, and keeps the conversation in step with it. */
async function receive(deps: ChatDeps, body: EventBody): Promise<void> {
  const change = parseChange(body, deps.self)
  if (change !== undefined) {
    deps.threads.note(change)
    const team = teamOf(deps, body)
    if (change.kind === 'deleted') await deps.summaryChunks.forgetMessage(change.thread.channel, change.ts)
    if (change.kind === 'deleted') await deps.inbox.withdraw(turnIdOf(team, change.thread.channel, change.ts))
    if (change.kind === 'edited' && change.isReworded) {
      const turnId = turnIdOf(team, change.thread.channel, change.message.ts)
      if ((await deps.inbox.revise(turnId, change.message)) === 'not here') await deps.offerAgain(turnId)
    }
  }
  const turn = parseTurn(body, deps.self)
  if (turn === undefined && change !== undefined && !isBeginning(change)) deps.onChange(change.thread)
  if (turn === undefined) return
  if (turn.isAddressed) deps.threads.begin(turn, turn.question)
  deps.inbox.accept(turn)
}

/** Nobody remembers a thread before its first message. */
const isBeginning = (change: Change) => change.kind === 'said' && change.message.ts === change.thread.threadTs

const teamOf = (deps: ChatDeps, body: Partial<EventBody>) => body.team_id ?? deps.self.teamId
