import type { SlackJson } from '../../protocol.ts'
import { need } from '../args.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import { Refusal } from '../refusal.ts'
import { enterChannel, findMessage, type Methods } from './method.ts'

/** Emoji on messages. */
export function createReactionMethods(core: Core): Methods {
  const { identity, posting } = core
  const find = (args: SlackJson): Message =>
    findMessage(core, enterChannel(core, args), need(args, 'timestamp', 'no_item_specified'))
  const nameOf = (args: SlackJson): string => {
    const name = need(args, 'name', 'invalid_name').replaceAll(':', '')
    if (!/^[\w+'-]+$/.test(name)) throw new Refusal('invalid_name')
    return name
  }
  return {
    'reactions.add': {
      scopes: ['reactions:write'],
      run(args) {
        if (!posting.react(find(args), nameOf(args), identity.botUserId)) throw new Refusal('already_reacted')
        return {}
      },
    },
    'reactions.remove': {
      scopes: ['reactions:write'],
      run(args) {
        if (!posting.unreact(find(args), nameOf(args), identity.botUserId)) throw new Refusal('no_reaction')
        return {}
      },
    },
    'reactions.get': {
      scopes: ['reactions:read'],
      run(args) {
        const message = find(args)
        return { type: 'message', channel: message.channel, message: posting.toSlack(message) }
      },
    },
  }
}
