import type { SlackJson } from '../../protocol.ts'
import { need, text } from '../args.ts'
import type { Channel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import { readContent } from '../streams.ts'
import { findOpenRoot } from './chat.ts'
import { readBlocks, readMetadata } from './content.ts'
import { enterChannel, findMessage, type Methods } from './method.ts'

const write = ['chat:write']
const sessionStates = new Set(['active', 'suspended', 'closed', 'processing'])

/** Messages that grow: begun, appended to, stopped. */
export function createStreamMethods(core: Core): Methods {
  const { identity, posting, streams, threads } = core

  function findStream(args: SlackJson): Message {
    const message = findMessage(core, enterChannel(core, args), need(args, 'ts', 'message_not_found'))
    if (message.user !== identity.botUserId) throw new Refusal('message_not_owned_by_app')
    streams.check(message)
    return message
  }

  return {
    'chat.startStream': {
      scopes: write,
      run(args) {
        const channel = enterChannel(core, args)
        if (channel.archived) throw new Refusal('is_archived')
        const threadTs = findOpenRoot(core, channel, args)
        if (!threadTs) throw new Refusal('invalid_thread_ts')
        checkRecipient(core, channel, args)
        const stream = streams.begin(readContent(args))
        const { text: said, blocks = [] } = streams.toRevision(stream)
        const shown = blocks.length > 0 ? { blocks } : {}
        const message = posting.post({ channel, user: identity.botUserId, text: said, ...shown, threadTs, stream })
        streams.watch(message)
        threads.setStatus(channel, threadTs, '')
        threads.setSession(channel.id, threadTs, { status: 'processing' })
        return { channel: channel.id, ts: message.ts }
      },
    },
    'chat.appendStream': {
      scopes: write,
      run(args) {
        const message = findStream(args)
        if (message.stream?.stoppedByUser) throw new Refusal('stopped_by_user')
        const content = readContent(args)
        if (!content) throw new Refusal('no_text')
        streams.append(message, content)
        return { channel: message.channel, ts: message.ts }
      },
    },
    'chat.stopStream': {
      scopes: write,
      run(args) {
        const message = findStream(args)
        const status = text(args, 'session_status') ?? 'active'
        if (!sessionStates.has(status)) throw new Refusal('invalid_arguments')
        const metadata = readMetadata(args)
        streams.stop(message, readContent(args), readBlocks(args) ?? [])
        if (metadata) message.metadata = metadata
        if (message.threadTs) threads.setSession(message.channel, message.threadTs, { status })
        return { channel: message.channel, ts: message.ts, message: posting.toSlack(message) }
      },
    },
  }
}

/** Outside DMs Slack must know for whom the text grows smoothly. */
function checkRecipient({ people, identity }: Core, channel: Channel, args: SlackJson): void {
  if (channel.kind === 'im') return
  const user = text(args, 'recipient_user_id')
  const team = text(args, 'recipient_team_id')
  if (!user || !people.get(user)) throw new Refusal('missing_recipient_user_id')
  if (team !== identity.teamId) throw new Refusal('missing_recipient_team_id')
}
