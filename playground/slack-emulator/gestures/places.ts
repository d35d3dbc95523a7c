import { type Channel, toPageChannel } from '../channels.ts'
import type { Core } from '../core.ts'
import { Impossible } from '../refusal.ts'
import { findChannel, findPerson } from './find.ts'
import type { Doers } from './gesture.ts'

type Places = 'open_home' | 'join' | 'invite' | 'remove' | 'create_channel' | 'stop_session'

/** Places: Home, joining, inviting, new channels, and the stop button of an agent's session. */
export function createPlaces(core: Core): Pick<Doers, Places> {
  const { identity, clock, courier, channels, changes, posting, messages, views } = core

  function enter(channel: Channel, user: string, inviter?: string): void {
    channel.members.add(user)
    changes.emit({ type: 'channel', channel: toPageChannel(channel) }, channel.kind === 'channel' ? undefined : user)
    posting.post({ channel, user, text: `<@${user}> has joined the channel`, subtype: 'channel_join' })
    const channel_type = channel.kind === 'private' ? 'G' : 'C'
    posting.tell(channel, {
      type: 'member_joined_channel',
      user,
      channel: channel.id,
      channel_type,
      team: identity.teamId,
      ...(inviter && { inviter }),
      event_ts: clock.ts(),
    })
  }

  return {
    open_home({ tab }, person) {
      const channel = channels.imOf(person.id)?.id
      const view = views.home(person.id)?.view
      const event_ts = clock.ts()
      const user = person.id
      courier.event({ type: 'app_home_opened', user, channel, tab, ...(tab === 'home' && view && { view }), event_ts })
      return undefined
    },
    join(gesture, person) {
      const channel = findChannel(core, gesture.channel, person)
      if (channel.members.has(person.id)) throw new Impossible(`You are in #${channel.name} already.`)
      enter(channel, person.id)
      return undefined
    },
    invite(gesture, person) {
      const channel = findChannel(core, gesture.channel, person)
      const guest = findPerson(core, gesture.user)
      if (channel.kind === 'im') throw new Impossible('Nobody can be added to a direct message. Use a channel.')
      if (!channel.members.has(person.id)) throw new Impossible(`Join #${channel.name} before you invite others.`)
      if (channel.members.has(guest.id)) throw new Impossible(`${guest.displayName} is in #${channel.name} already.`)
      enter(channel, guest.id, person.id)
      return undefined
    },
    remove(gesture, person) {
      const channel = findChannel(core, gesture.channel, person)
      const { id: user, displayName } = findPerson(core, gesture.user)
      if (channel.kind === 'im') throw new Impossible('Nobody can be removed from a direct message.')
      if (!channel.members.delete(user)) throw new Impossible(`${displayName} is not in #${channel.name}.`)
      changes.emit({ type: 'channel', channel: toPageChannel(channel) }, channel.kind === 'channel' ? undefined : user)
      const channel_type = channel.kind === 'private' ? 'G' : 'C'
      const place = { channel: channel.id, channel_type, team: identity.teamId }
      posting.tell(channel, { type: 'member_left_channel', user, ...place, event_ts: clock.ts() })
      return undefined
    },
    create_channel({ name }, person) {
      if (!/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u.test(name)) {
        throw new Impossible('A channel name can have up to 80 lowercase letters, digits, - and _. Choose another.')
      }
      const isTaken = channels.all().some(channel => channel.name === name && channel.kind !== 'im')
      if (isTaken) throw new Impossible(`There is a #${name} already. Choose another name.`)
      const channel = channels.add(name, 'channel', [person.id])
      channel.creator = person.id
      changes.emit({ type: 'channel', channel: toPageChannel(channel) })
      return { channel: channel.id }
    },
    stop_session({ channel: id, threadTs }, person) {
      const channel = findChannel(core, id, person)
      const running = messages.replies(channel.id, threadTs).filter(({ stream }) => stream?.state === 'in_progress')
      for (const { stream } of running) if (stream) stream.stoppedByUser = true
      posting.tell(channel, {
        type: 'agent_session_stopped',
        channel: channel.id,
        user: person.id,
        thread_ts: threadTs,
        streaming_message_ts: running.map(({ ts }) => ts),
        event_ts: clock.ts(),
      })
      return undefined
    },
  }
}
