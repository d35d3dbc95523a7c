import type { PageMessage, SlackJson } from '../protocol.ts'
import type { Files } from './files.ts'
import type { Identity } from './identity.ts'
import type { Message, MessageStore, StreamPart } from './messages.ts'
import { toRichText } from './text.ts'

export interface MessageViewParts {
  identity: Identity
  files: Files
  messages: MessageStore
}

/** A message in the form of Slack's API and events. */
export function toSlackMessage(message: Message, parts: MessageViewParts): SlackJson {
  const { identity, files } = parts
  const blocks = message.blocks ?? (message.botId || message.subtype === 'tombstone' ? [] : toRichText(message.text))
  const attached = (message.files ?? []).flatMap(files.toSlack)
  return {
    type: 'message',
    ...(message.subtype && { subtype: message.subtype }),
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: identity.teamId,
    ...(message.clientMsgId && { client_msg_id: message.clientMsgId }),
    ...(message.botId && toBotFields(identity)),
    ...(message.username && { username: message.username }),
    ...(blocks.length > 0 && { blocks }),
    ...(attached.length > 0 && { files: attached, upload: false }),
    ...(message.edited && { edited: message.edited }),
    ...(message.stream && { streaming_state: message.stream.state }),
    ...toReactions(message),
    ...toThreadFields(message, parts),
    ...message.extra,
  }
}

function toBotFields(identity: Identity): SlackJson {
  const { botId, appId, botName, teamId } = identity
  const profile = { id: botId, app_id: appId, name: botName, deleted: false, updated: 0, team_id: teamId, icons: {} }
  return { bot_id: botId, app_id: appId, bot_profile: profile }
}

function toReactions(message: Message): SlackJson {
  const reactions = [...message.reactions].map(([name, users]) => ({ name, users, count: users.length }))
  return reactions.length > 0 ? { reactions } : {}
}

function toThreadFields(message: Message, parts: MessageViewParts): SlackJson {
  const { messages } = parts
  if (message.threadTs && message.threadTs !== message.ts) {
    const parent = messages.get(message.channel, message.threadTs)
    const isBroadcast = message.subtype === 'thread_broadcast'
    return {
      thread_ts: message.threadTs,
      ...(parent && { parent_user_id: parent.user }),
      ...(parent && isBroadcast && { root: toSlackMessage(parent, parts) }),
    }
  }
  const replies = messages.replies(message.channel, message.ts)
  const latest = replies.at(-1)
  if (!latest) return {}
  const users = [...new Set(replies.map(reply => reply.user))]
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users.slice(0, 5),
    reply_users_count: users.length,
    latest_reply: latest.ts,
    is_locked: false,
    subscribed: false,
  }
}

/** A message as the page shows it. */
export function toPageMessage(message: Message, files: Files): PageMessage {
  const attached = (message.files ?? []).flatMap(files.toPage)
  const reactions = [...message.reactions].map(([name, users]) => ({ name, users: [...users] }))
  return {
    channel: message.channel,
    ts: message.ts,
    user: message.user,
    text: message.text,
    edits: message.versions.length - 1,
    edited: message.edited !== undefined,
    streaming: message.stream?.state === 'in_progress',
    ...(message.threadTs && { threadTs: message.threadTs }),
    ...(message.blocks && { blocks: message.blocks }),
    ...(attached.length > 0 && { files: attached }),
    ...(reactions.length > 0 && { reactions }),
    ...(message.subtype && { subtype: message.subtype }),
    ...(message.ephemeralTo && { ephemeralTo: message.ephemeralTo }),
  }
}

/** The blocks that show a stream: its Markdown, its tasks (within their plan, once there is one), its own blocks. */
export function toStreamBlocks(parts: StreamPart[]): SlackJson[] {
  const plan = parts.find(part => part.kind === 'plan')
  const tasks = parts.flatMap(part => (part.kind === 'task' ? [part.task] : []))
  return parts.flatMap((part): SlackJson[] => {
    if (part.kind === 'text') return part.text.trim() === '' ? [] : [{ type: 'markdown', text: part.text }]
    if (part.kind === 'blocks') return part.blocks
    if (part.kind === 'plan') return [{ type: 'plan', title: part.title, tasks }]
    return plan ? [] : [part.task]
  })
}
