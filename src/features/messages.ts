import type { App } from '@slack/bolt'
import { type EventBody, parseChange, parseOutdated, parseTurn } from '../queue/parse-event.ts'
import { turnIdOf } from '../queue/turn.ts'
import { isByPerson } from '../slack/users.ts'
import type { Change } from '../threads/cache.ts'
import type { Hooks, Services } from './context.ts'

/** An event from Slack, or a message that the backfill found in history, which may have been answered before. */
type Source = 'event' | 'history'

type MessageDeps = Pick<Services, 'self' | 'threads' | 'inbox' | 'users' | 'shareChange' | 'store'>

/** Receives messages: mentions, direct messages, follow-ups, edits and deletions. */
interface MessageReceiver {
  /** Saves what must not be lost of an event. Slack gets its ack when this resolves. */
  save(body: Partial<EventBody>): Promise<void>
  /** Receives a message that Slack did not deliver and that was found in history. */
  receiveFound(body: EventBody): Promise<void>
  listen(app: App): void
}

/** Creates the receiver. A mention comes as `app_mention` and as `message`; both are one turn. */
export function createMessageReceiver(deps: MessageDeps, hooks: Hooks): MessageReceiver {
  const save = async (body: Partial<EventBody>, from: Source) => {
    if (body.event?.type !== 'app_mention' && body.event?.type !== 'message') return
    await forgetOutdated(deps, hooks, body as EventBody)
    for (const hook of hooks.beforeAck) await hook(body)
    await saveTurn(deps, body as EventBody, from)
  }
  const receive = (body: unknown) => receiveMessage(deps, hooks, body as EventBody)
  return {
    save: body => save(body, 'event'),
    async receiveFound(body) {
      await save(body, 'history')
      await receive(body)
    },
    listen(app) {
      app.event('app_mention', ({ body }) => receive(body))
      app.event('message', ({ body }) => receive(body))
    },
  }
}

/** Deletes what was made of a message that was deleted or reworded, before Slack gets its ack. */
async function forgetOutdated({ self, store }: MessageDeps, hooks: Hooks, body: EventBody): Promise<void> {
  const outdated = parseOutdated(body, self)
  if (outdated === undefined) return
  const labels = await store.forgetting.message(outdated)
  if (labels.length > 0) for (const hook of hooks.labelsForgotten) void hook(labels)
}

/** Saves the turn in an event. An edit or deletion waits until the message that it is about is saved. */
async function saveTurn(deps: MessageDeps, body: EventBody, from: Source): Promise<void> {
  const { channel, message, deleted_ts } = body.event
  const idOf = (ts: unknown) => turnIdOf(body.team_id ?? deps.self.teamId, String(channel), String(ts))
  if (deleted_ts !== undefined) return deps.inbox.saveDeletion(idOf(deleted_ts))
  if (message?.subtype === 'tombstone') return deps.inbox.saveDeletion(idOf(message.ts))
  const turn = parseTurn(body, deps.self)
  if (message !== undefined && turn === undefined) return deps.inbox.whenSaved(idOf(message.ts))
  if (turn === undefined) return
  // Most messages of a busy workspace stand in threads of other people.
  if (!turn.isAddressed && deps.threads.knows(turn) === 'foreign' && (await deps.inbox.isForeign(turn))) return
  const { author } = turn.question
  // Without a wait for all others: an edit or deletion that follows at once must find the turn being saved.
  if (author.kind === 'person' && author.isPosted === true && !(await isByPerson(deps.users, turn.question))) return
  await deps.inbox.save(turn, from)
}

/** Keeps the thread cache, the queue and what was made of a message in step with it, and accepts its turn. */
async function receiveMessage(deps: MessageDeps, hooks: Hooks, body: EventBody): Promise<void> {
  const change = parseChange(body, deps.self)
  if (change !== undefined) {
    deps.threads.note(change)
    await followChange(deps, hooks, { change, team: body.team_id ?? deps.self.teamId })
  }
  const turn = parseTurn(body, deps.self)
  if (turn === undefined) {
    if (change !== undefined && !isFirstMessage(change)) deps.shareChange(change.thread)
    return
  }
  if (turn.isAddressed) {
    deps.threads.begin(turn, turn.question)
    deps.threads.hurry(turn)
  }
  deps.inbox.accept(turn)
  if (body.event.subtype === 'message_changed') await deps.inbox.reconsider(turn)
}

async function followChange(
  { inbox }: MessageDeps,
  hooks: Hooks,
  { change, team }: { change: Change; team: string },
): Promise<void> {
  const { channel } = change.thread
  if (change.kind === 'deleted') {
    await inbox.withdraw(turnIdOf(team, channel, change.ts))
  }
  if (change.kind === 'edited' && change.isReworded) {
    const turnId = turnIdOf(team, channel, change.message.ts)
    if ((await inbox.revise(turnId, change.message)) === 'not here')
      for (const offer of hooks.lateEdit) await offer(turnId)
  }
}

/** No replica remembers a thread before its first message. */
const isFirstMessage = (change: Change) => change.kind === 'said' && change.message.ts === change.thread.threadTs
