import type { PageChannel, SlackJson } from '../protocol.ts'
import type { Clock } from './clock.ts'
import type { Identity } from './identity.ts'
import { peopleIds } from './people.ts'

/** A place where messages stand. */
export interface Channel {
  id: string
  name: string
  kind: PageChannel['kind']
  members: Set<string>
  topic: string
  archived: boolean
  /** Seconds since 1970. */
  created: number
  creator: string
}

export const channelIds = {
  general: 'C0GENERAL1',
  feedback: 'C0FEEDBACK',
  random: 'C0RANDOM01',
  leads: 'C0LEADS001',
}

/** Every channel and every person's DM with the bot. */
export interface Channels {
  get(id: string): Channel | undefined
  all(): Channel[]
  add(name: string, kind: Channel['kind'], members: string[]): Channel
  /** The DM of one person and the bot. */
  imOf(person: string): Channel | undefined
  /** Whether the person may read the channel: public ones everyone, others their members. */
  isVisible(channel: Channel, person: string): boolean
}

/** The channels that every workspace starts with: the bot is in all but #random. */
export function createChannels(identity: Identity, clock: Clock): Channels {
  const { dana, lee, mei, admin } = peopleIds
  const bot = identity.botUserId
  const byId = new Map<string, Channel>()
  const put = (id: string, name: string, kind: Channel['kind'], members: string[], topic = '') => {
    const created = Math.floor(clock.now() / 1000)
    const channel = { id, name, kind, members: new Set(members), topic, archived: false, created, creator: admin }
    byId.set(id, channel)
    return channel
  }
  put(channelIds.general, 'general', 'channel', [dana, lee, mei, admin, bot], 'Everything that concerns everyone')
  put(channelIds.feedback, 'feedback', 'channel', [dana, lee, mei, admin, bot], 'What customers tell us')
  put(channelIds.random, 'random', 'channel', [dana, lee, mei, admin], 'The bot is not in here')
  put(channelIds.leads, 'leads', 'private', [dana, admin, bot], 'A private channel')
  for (const [name, id] of Object.entries(peopleIds)) {
    put(`D0${name.toUpperCase().padEnd(8, '0')}`, identity.botName, 'im', [id, bot])
  }
  return {
    get: id => byId.get(id),
    all: () => [...byId.values()],
    add: (name, kind, members) => put(clock.id('C'), name, kind, members),
    imOf: person =>
      [...byId.values()].find(({ kind, members }) => kind === 'im' && person !== bot && members.has(person)),
    isVisible: (channel, person) => channel.kind === 'channel' || channel.members.has(person),
  }
}

/** A channel as the page shows it. */
export function toPageChannel({ id, name, kind, members, topic }: Channel): PageChannel {
  return { id, name, kind, members: [...members], topic }
}

/** What an event's `channel_type` says. */
export function channelType(channel: Channel): 'channel' | 'group' | 'im' {
  return channel.kind === 'private' ? 'group' : channel.kind
}

/** A channel as `conversations.info` tells of it. */
export function toSlackChannel(channel: Channel, bot: string): SlackJson {
  const common = { id: channel.id, created: channel.created, is_archived: channel.archived, is_org_shared: false }
  if (channel.kind === 'im') {
    const user = [...channel.members].find(member => member !== bot)
    return { ...common, is_im: true, user, is_user_deleted: false, priority: 0 }
  }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    creator: channel.creator,
    is_channel: channel.kind === 'channel',
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_general: channel.id === channelIds.general,
    is_shared: false,
    is_ext_shared: false,
    is_member: channel.members.has(bot),
    topic: { value: channel.topic, creator: channel.creator, last_set: channel.created },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: channel.members.size,
  }
}
