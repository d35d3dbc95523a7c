import { ShownError, SlackError } from '../../errors.ts'
import type { createAccess } from '../../slack/channel-visibility.ts'
import type { Message } from '../../slack/message.ts'
import type { SlackReader } from '../../slack/reader.ts'
import type { Users } from '../../slack/users.ts'
import type { features, loadPolicies } from './policies.ts'

type Policies = Awaited<ReturnType<typeof loadPolicies>>

interface RuleDeps {
  policies: Pick<Policies, 'workspace' | 'channel' | 'opened'>
  users: Users
  access: Pick<ReturnType<typeof createAccess>, 'isMember'>
  reader: SlackReader
}

/** A use of the bot. Without a feature, it is whatever needs no model. */
interface Use {
  user: string
  channel: string
  feature?: (typeof features)[number] | undefined
}

type Refusal = 'channel_off' | 'feature_off' | 'kept_out' | 'not_listed' | 'guests' | 'outsiders'

/** Creates the checks of who may use the bot, where and for what, and of what may be sent to a model. */
export function createAccessRules({ policies, users, access, reader }: RuleDeps) {
  const readGroup = createGroups(reader)
  /** Returns whether a person is in a channel now; a channel that the bot cannot see has nobody. */
  const isMember = (channel: string, user: string) => access.isMember(channel, user).catch(orNone(false))
  /** Returns whether a person of another organization is in a channel that an admin opened: they may write directly, too. */
  const isInOpened = async (user: string): Promise<boolean> => {
    for (const id of policies.opened()) if (await isMember(id, user)) return true
    return false
  }
  /** Finds why a use is refused now; undefined if it is not. Throws the `SlackError` of a read that failed. */
  const findRefusal = async ({ user, channel, feature }: Use): Promise<Refusal | undefined> => {
    const here = policies.channel(channel)
    const { who, people, channels, groups, guests, keptOut } = policies.workspace()
    if (here.isOff) return 'channel_off'
    if (keptOut.channels.includes(channel) || keptOut.people.includes(user)) return 'kept_out'
    if (feature !== undefined && here.off.includes(feature)) return 'feature_off'
    const { isOutsider } = await users.read(user)
    if (isOutsider && !here.outsiders && !(isDirect(channel) && (await isInOpened(user)))) return 'outsiders'
    if (!guests && !isOutsider && (await users.refresh(user)).isGuest) return 'guests'
    if (who === 'everyone' || people.includes(user)) return undefined
    for (const group of groups) if ((await readGroup(group)).includes(user)) return undefined
    for (const id of channels) if (await isMember(id, user)) return undefined
    return 'not_listed'
  }
  return {
    findRefusal,
    /** Throws a `ShownError` if a use is refused now. */
    async check(use: Use): Promise<void> {
      const refusal = await findRefusal(use)
      if (refusal !== undefined) throw new ShownError(refusal, i18n => i18n.policy.refusals[refusal])
    },
    /** Checks whether a feature may do something in a channel by itself. */
    isOpen({ channel, feature }: Required<Pick<Use, 'channel' | 'feature'>>): boolean {
      const { isOff, off } = policies.channel(channel)
      const isKept = policies.workspace().keptOut.channels.includes(channel)
      return !isOff && !isKept && !(feature !== undefined && off.includes(feature))
    },
    /** Checks whether what people wrote in a channel may be sent to a model. */
    isKeptOut({ channel, people }: { channel: string; people: readonly (string | undefined)[] }): boolean {
      const { keptOut } = policies.workspace()
      return keptOut.channels.includes(channel) || people.some(id => id !== undefined && keptOut.people.includes(id))
    },
    /** Returns of a channel's messages what may be sent to a model. */
    selectOpen(channel: string, messages: readonly Message[]): Message[] {
      const { keptOut } = policies.workspace()
      if (keptOut.channels.includes(channel)) return []
      if (keptOut.channels.length === 0 && keptOut.people.length === 0) return [...messages]
      const isOpen = (by: readonly (string | undefined)[], from?: string) =>
        !by.some(id => id !== undefined && keptOut.people.includes(id)) &&
        !(from !== undefined && keptOut.channels.includes(from))
      return messages
        .filter(({ author }) => isOpen([author.kind === 'person' ? author.id : undefined]))
        .map(({ quotes, contents, ...message }) => {
          const files = message.files.filter(({ by = [], from }) => isOpen(by, from))
          return {
            ...message,
            files,
            ...(quotes && { quotes: quotes.filter(quote => isOpen([quote.by], quote.channel)) }),
            // Contents are those of all files, in order.
            ...(contents && files.length === message.files.length && { contents }),
          }
        })
    },
  }
}

/** A question that is not posted yet has no channel if it goes to the person's direct messages. */
const isDirect = (channel: string) => channel === '' || channel.startsWith('D')

/** Slack lets an app list the members of user groups 20 times a minute; a change counts after this time. */
const groupMs = 60_000

/** Creates the function that reads the members of a user group, at most once in that time. A group that is gone has none. */
function createGroups(reader: SlackReader): (group: string) => Promise<unknown[]> {
  const fetchMembers = async (group: string): Promise<unknown[]> => {
    const { users } = await reader.fetch('usergroups.users.list', { usergroup: group }, { for: 'question' })
    return Array.isArray(users) ? users : []
  }
  const known = new Map<string, { until: number; members: Promise<unknown[]> }>()
  return group => {
    const found = known.get(group)
    if (found !== undefined && found.until > Date.now()) return found.members
    const members = fetchMembers(group).catch(orNone([]))
    known.set(group, { until: Date.now() + groupMs, members })
    members.catch(() => known.delete(group))
    return members
  }
}

/** Creates a handler that takes what Slack refuses for good as nothing, and throws any other error. */
const orNone =
  <T>(none: T) =>
  (error: unknown): T => {
    if (error instanceof SlackError && !error.isPassing) return none
    throw error
  }
