import type { SlackJson } from '../../protocol.ts'
import { flag, need, text } from '../args.ts'
import type { Channel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import { readNewContent, readUpdatedContent } from './content.ts'
import { enterChannel, findChannel, findMessage, type Methods } from './method.ts'

const write = ['chat:write']

/** Writing, editing and deleting messages. */
export function createChatMethods(core: Core): Methods {
  return { ...createPosting(core), ...createEditing(core) }
}

/** The channel of a new message: an id, a person's id for their DM, or a name. */
function openChannel(core: Core, args: SlackJson): Channel {
  const asked = need(args, 'channel', 'channel_not_found')
  const named = core.channels.all().find(one => one.kind !== 'im' && `#${one.name}` === asked)
  const channel = enterChannel(core, { channel: core.channels.imOf(asked)?.id ?? named?.id ?? asked })
  if (channel.archived) throw new Refusal('is_archived')
  return channel
}

/** The root of the thread that a new message joins. A thread that is gone is no error: the message stands alone. */
function findRoot(core: Core, channel: Channel, args: SlackJson): string | undefined {
  const asked = text(args, 'thread_ts')
  const root = asked ? core.messages.get(channel.id, asked) : undefined
  if (!root || root.ephemeralTo) return undefined
  return root.threadTs ?? root.ts
}

/** The root of the thread that a reply joins, unless admins have locked it. */
export function findOpenRoot(core: Core, channel: Channel, args: SlackJson): string | undefined {
  const root = findRoot(core, channel, args)
  const isLocked = root !== undefined && core.messages.get(channel.id, root)?.extra?.is_locked === true
  if (isLocked) throw new Refusal('restricted_action_thread_locked')
  return root
}

function createPosting(core: Core): Methods {
  const { identity, people, posting, threads } = core
  const toAnswer = (message: Message) => ({
    channel: message.channel,
    ts: message.ts,
    message: posting.toSlack(message),
  })
  return {
    'chat.postMessage': {
      scopes: write,
      run(args) {
        const channel = openChannel(core, args)
        const threadTs = findOpenRoot(core, channel, args)
        const username = text(args, 'username')
        const message = posting.post({
          channel,
          user: identity.botUserId,
          ...readNewContent(core, args),
          ...(threadTs && { threadTs }),
          ...(threadTs && flag(args, 'reply_broadcast') && { broadcast: true }),
          ...(username && core.scopes.includes('chat:write.customize') && { username }),
        })
        if (threadTs) threads.setStatus(channel, threadTs, '')
        return toAnswer(message)
      },
    },
    'chat.postEphemeral': {
      scopes: write,
      run(args) {
        const channel = openChannel(core, args)
        const user = need(args, 'user', 'user_not_in_channel')
        if (!people.get(user) || !channel.members.has(user)) throw new Refusal('user_not_in_channel')
        const threadTs = findRoot(core, channel, args)
        const { metadata: _unused, ...content } = readNewContent(core, args)
        const reply = threadTs ? { threadTs } : {}
        const message = posting.post({ channel, user: identity.botUserId, ...content, ...reply, ephemeralTo: user })
        return { message_ts: message.ts }
      },
    },
    'chat.getPermalink': {
      scopes: [],
      run(args) {
        const channel = findChannel(core, args)
        const { ts, threadTs } = findMessage(core, channel, need(args, 'message_ts', 'message_not_found'))
        const thread = threadTs && threadTs !== ts ? `?thread_ts=${threadTs}&cid=${channel.id}` : ''
        const permalink = `${core.pageUrl()}/archives/${channel.id}/p${ts.replace('.', '')}${thread}`
        return { channel: channel.id, permalink }
      },
    },
  }
}

function createEditing(core: Core): Methods {
  const { identity, posting } = core
  return {
    'chat.update': {
      scopes: write,
      run(args) {
        const channel = findChannel(core, args)
        const message = findMessage(core, channel, need(args, 'ts', 'message_not_found'))
        if (message.user !== identity.botUserId) throw new Refusal('cant_update_message')
        if (message.stream?.state === 'in_progress') throw new Refusal('streaming_state_conflict')
        if (channel.archived) throw new Refusal('is_inactive')
        const { metadata, ...content } = readUpdatedContent(core, args)
        checkRichness(message, content.blocks)
        if (metadata) message.metadata = metadata
        posting.rewrite(message, { ...content, ...(!content.blocks && { editedBy: message.user }) })
        return { channel: channel.id, ts: message.ts, text: message.text, message: posting.toSlack(message) }
      },
    },
    'chat.delete': {
      scopes: write,
      run(args) {
        const channel = findChannel(core, args)
        const message = findMessage(core, channel, need(args, 'ts', 'message_not_found'))
        const isOwn = message.user === identity.botUserId && message.subtype !== 'channel_join'
        if (!isOwn || message.stream?.state === 'in_progress') throw new Refusal('cant_delete_message')
        posting.remove(message)
        return { channel: channel.id, ts: message.ts }
      },
    },
  }
}

const rich = new Set(['rich_text', 'markdown'])

/** What was streamed is rich text, and blocks without any cannot take its place. */
function checkRichness({ stream }: Message, blocks: SlackJson[] | undefined): void {
  const wasRich = stream?.parts.some(part => part.kind === 'text') ?? false
  if (wasRich && blocks && !blocks.some(({ type }) => rich.has(String(type)))) throw new Refusal('block_mismatch')
}
