import type { App } from '@slack/bolt'
import type { Conversations } from '../conversation/conversation.ts'
import type { Self } from '../conversation/message.ts'
import { toReason } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Inbox } from '../turns/inbox.ts'
import { type EventBody, toChange, toTurn } from '../turns/turn.ts'

/** What hearing needs of the rest. */
export interface ChatParts {
  self: Self
  conversations: Conversations
  inbox: Inbox
  log: Log
}

/**
 * People talk to the bot: mentions, direct messages and follow-ups. A mention comes as `app_mention` and as `message`;
 * both are heard the same way, and the inbox takes the first.
 */
export function listenToChat(app: App, parts: ChatParts): void {
  app.event('app_mention', async ({ body }) => hear(parts, body as unknown as EventBody))
  app.event('message', async ({ body }) => hear(parts, body as unknown as EventBody))
}

async function hear(parts: ChatParts, body: EventBody): Promise<void> {
  const change = toChange(body, parts.self)
  if (change !== undefined) parts.conversations.note(change)
  const turn = toTurn(body, parts.self)
  if (turn === undefined) return
  if (!turn.isAddressed && !(await takesPart(parts, turn))) return
  parts.conversations.join(turn)
  parts.inbox.accept(turn)
}

/** Nobody asked the bot by name; when Slack cannot say whether the thread is its business, it is not. */
async function takesPart(parts: ChatParts, thread: { channel: string; threadTs: string }): Promise<boolean> {
  try {
    return await parts.conversations.takesPart(thread)
  } catch (error) {
    parts.log.warn(
      { channel: thread.channel, threadTs: thread.threadTs, reason: toReason(error) },
      'a thread could not be read; its message was passed over',
    )
    return false
  }
}
