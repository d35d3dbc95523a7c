import type { App } from '@slack/bolt'
import type { Inbox } from '../../queue/sqlite-driver.ts'
import { type EventBody, toChange, toTurn, toTurnId } from '../../queue/turn.ts'
import type { Self } from '../../slack/message.ts'
import type { KeptParts } from '../../store/summary-chunks.ts'
import type { Change, Conversations } from '../../threads/cache.ts'
import type { Watch } from '../classify/auto-label.ts'

/** What hearing needs of the rest. */
export interface ChatParts {
  self: Self
  conversations: Conversations
  inbox: Inbox
  /** Offers the author of a question that was changed after its answer another one. */
  offerAgain: (turnId: string) => Promise<void>
  watch: Pick<Watch, 'keep'>
  keptParts: Pick<KeptParts, 'forgetMessage'>
  /** Something was said in a thread that is no turn, or was changed or deleted: whoever remembers the thread has to be told. */
  onChange: (thread: { channel: string; threadTs: string }) => void
}

/**
 * People talk to the bot: mentions, direct messages and follow-ups. A mention comes as `app_mention` and as `message`;
 * both are heard the same way, and the inbox takes the first.
 */
export function listenToChat(app: App, parts: ChatParts): void {
  app.event('app_mention', async ({ body }) => hear(parts, body as unknown as EventBody, 'event'))
  app.event('message', async ({ body }) => hear(parts, body as unknown as EventBody, 'event'))
}

/**
 * Writes down the turn in whatever Slack delivers, if there is one. It runs before Slack hears that it came. What is said
 * of a message waits until the message itself is written down.
 */
export async function keep(
  parts: ChatParts,
  body: Partial<EventBody>,
  from: 'event' | 'history' = 'event',
): Promise<void> {
  if (body.event?.type !== 'app_mention' && body.event?.type !== 'message') return
  await parts.watch.keep(body)
  const { channel, message, deleted_ts } = body.event
  const toId = (ts: unknown) => toTurnId(toTeam(parts, body), String(channel), String(ts))
  if (deleted_ts !== undefined) return parts.inbox.keepDeleted(toId(deleted_ts))
  if (message?.subtype === 'tombstone') return parts.inbox.keepDeleted(toId(message.ts))
  if (message !== undefined) return parts.inbox.settled(toId(message.ts))
  const turn = toTurn(body as EventBody, parts.self)
  if (turn === undefined) return
  // Most of what is said in a busy workspace stands in threads of other people.
  if (!turn.isAddressed && parts.conversations.knows(turn) === 'foreign' && (await parts.inbox.isForeign(turn))) return
  await parts.inbox.keep(turn, from)
}

/** Takes in a message that Slack did not deliver and that was found later. */
export async function take(parts: ChatParts, body: EventBody): Promise<void> {
  await keep(parts, body, 'history')
  await hear(parts, body, 'history')
}

/** Does what a message asks for, and keeps the conversation in step with it. */
async function hear(parts: ChatParts, body: EventBody, from: 'event' | 'history'): Promise<void> {
  const change = toChange(body, parts.self)
  if (change !== undefined) {
    parts.conversations.note(change)
    const team = toTeam(parts, body)
    if (change.kind === 'deleted') await parts.keptParts.forgetMessage(change.thread.channel, change.ts)
    if (change.kind === 'deleted') await parts.inbox.withdraw(toTurnId(team, change.thread.channel, change.ts))
    if (change.kind === 'edited' && change.isReworded) {
      const turnId = toTurnId(team, change.thread.channel, change.message.ts)
      if ((await parts.inbox.revise(turnId, change.message)) === 'not here') await parts.offerAgain(turnId)
    }
  }
  const turn = toTurn(body, parts.self)
  if (turn === undefined && change !== undefined && !isBeginning(change)) parts.onChange(change.thread)
  if (turn === undefined) return
  if (turn.isAddressed) parts.conversations.begin(turn, turn.question)
  parts.inbox.accept(turn, from)
}

/** Nobody remembers a thread before its first message. */
const isBeginning = (change: Change) => change.kind === 'said' && change.message.ts === change.thread.threadTs

const toTeam = (parts: ChatParts, body: Partial<EventBody>) => body.team_id ?? parts.self.teamId
