import type { App } from '@slack/bolt'
import type { Conversations } from '../conversation/conversation.ts'
import type { Self } from '../conversation/message.ts'
import type { Inbox } from '../turns/inbox.ts'
import { type EventBody, toChange, toTurn } from '../turns/turn.ts'

/** What hearing needs of the rest. */
export interface ChatParts {
  self: Self
  conversations: Conversations
  inbox: Inbox
}

/**
 * People talk to the bot: mentions, direct messages and follow-ups. A mention comes as `app_mention` and as `message`;
 * both are heard the same way, and the inbox takes the first.
 */
export function listenToChat(app: App, parts: ChatParts): void {
  app.event('app_mention', async ({ body }) => hear(parts, body as unknown as EventBody))
  app.event('message', async ({ body }) => hear(parts, body as unknown as EventBody))
}

function hear(parts: ChatParts, body: EventBody): void {
  const change = toChange(body, parts.self)
  if (change !== undefined) parts.conversations.note(change)
  const turn = toTurn(body, parts.self)
  if (turn === undefined) return
  if (turn.isAddressed) parts.conversations.begin(turn, turn.question)
  parts.inbox.accept(turn)
}
