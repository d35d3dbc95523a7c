import { count, flag, need, text } from '../args.ts'
import { toSlackChannel } from '../channels.ts'
import type { Core } from '../core.ts'
import { peopleIds, toSlackUser } from '../people.ts'
import { Refusal } from '../refusal.ts'
import { readScopes, toTypes, typeOf } from './conversations.ts'
import { type Methods, toPage } from './method.ts'

/** People and bots. */
export function createUserMethods({ identity, people, channels }: Core): Methods {
  return {
    'bots.info': {
      scopes: ['users:read'],
      run(args) {
        const asked = text(args, 'bot') ?? identity.botId
        if (asked !== identity.botId) throw new Refusal('bot_not_found')
        const { botId, botName, appId, botUserId } = identity
        return {
          bot: { id: botId, deleted: false, name: botName, updated: 0, app_id: appId, user_id: botUserId, icons: {} },
        }
      },
    },
    'usergroups.list': {
      scopes: ['usergroups:read'],
      run: () => ({ usergroups: [{ id: 'S0DESIGN01', team_id: identity.teamId, name: 'Design', handle: 'design' }] }),
    },
    'usergroups.users.list': {
      scopes: ['usergroups:read'],
      run(args) {
        if (need(args, 'usergroup', 'no_such_subteam') !== 'S0DESIGN01') throw new Refusal('no_such_subteam')
        return { users: [peopleIds.lee] }
      },
    },
    'users.conversations': {
      scopes: readScopes,
      run(args) {
        const types = toTypes(args)
        const own = channels
          .all()
          .filter(channel => channel.members.has(identity.botUserId) && types.includes(typeOf(channel)))
          .filter(channel => !(flag(args, 'exclude_archived') && channel.archived))
        const { items, next } = toPage(own, text(args, 'cursor'), count(args, 'limit', 100, 1_000))
        const seen = items.map(one => toSlackChannel(one, identity.botUserId))
        return { channels: seen, response_metadata: { next_cursor: next } }
      },
    },
    'users.info': {
      scopes: ['users:read'],
      run(args) {
        const person = people.get(need(args, 'user', 'user_not_found'))
        if (!person) throw new Refusal('user_not_found')
        return { user: toSlackUser(person, identity, flag(args, 'include_locale')) }
      },
    },
    'users.list': {
      scopes: ['users:read'],
      run(args) {
        const everyone = people.all().map(person => toSlackUser(person, identity, flag(args, 'include_locale')))
        const { items, next } = toPage(everyone, text(args, 'cursor'), count(args, 'limit', 1_000, 1_000))
        return { members: items, cache_ts: 0, response_metadata: { next_cursor: next } }
      },
    },
  }
}
