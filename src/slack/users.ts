import { formatError, SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createCache, createSeen } from '../lru.ts'
import { type CallSlack, callWithRetry } from './client.ts'
import type { BotIdentity, Message } from './message.ts'
import type { SlackReader } from './reader.ts'

/** A Slack user, as far as the bot needs one. */
export interface Person {
  id: string
  name: string
  /** The person's own choice or Slack's locale, such as `zh-CN`; selects the language of the bot's own sentences. */
  locale: string
  /** IANA time zone; times in prompts are given in it. */
  timeZone: string
  /** An administrator or owner of the bot's organization. */
  isAdmin: boolean
  /** A guest, or a member of another organization: they may read only the channels that they are in. */
  isGuest: boolean
  /** A member of another organization. */
  isOutsider: boolean
  /** A bot user, or somebody who could not be looked up. */
  isBot: boolean
}

/** Users of the workspace. */
export interface Users {
  /** Never throws: a user who cannot be read is named by their id. */
  read(id: string): Promise<Person>
  /** Reads a user at the pace of reports, which nobody waits for. Throws the `SlackError` of a read that failed. */
  readSlowly(id: string): Promise<Person>
  /**
   * Reads a user anew, for what they may see and do now; one who cannot be read is a guest. Throws only the `SlackError` of a rate limit:
   * it tells nothing about the user.
   */
  refresh(id: string): Promise<Person>
}

const people = 5_000
/** Names and locales change seldom: an hour of delay is fine. */
const ttlMs = 3_600_000
/** Longest wait for a name; after it the id is used instead. */
const patienceMs = 1_000
/** How long Slack may be away before somebody whose rights matter counts as a guest. */
const refreshPatienceMs = 10_000
/** Time before a failed lookup is repeated. */
const missingMs = 60_000

/** Creates a cache of people, filled from Slack on a miss. */
export function createUsers(
  { call, reader }: { call: CallSlack; reader: Pick<SlackReader, 'fetch'> },
  self: Organization,
  log: Log,
): Users {
  const readAtPace: CallSlack = (method, args) =>
    reader.fetch(method, args, { for: 'report', patienceMs: refreshPatienceMs })
  const cache = createCache<Person>({ maxSize: people, sizeOf: () => 1, ttlMs, read: id => readPerson(call, self, id) })
  const missing = createSeen(people, missingMs)
  return {
    async read(id) {
      if (missing.has(id)) return cache.get(id) ?? unknownPerson(id)
      try {
        return await Promise.race([cache.read(id), rejectAfter(patienceMs)])
      } catch (error) {
        missing.add(id)
        log.warn({ user: id, reason: formatError(error) }, 'user lookup failed')
        return unknownPerson(id)
      }
    },
    async readSlowly(id) {
      const known = cache.get(id)
      if (known !== undefined) return known
      const person = await readPerson(readAtPace, self, id)
      cache.set(id, person)
      return person
    },
    async refresh(id) {
      try {
        const person = await callWithRetry(() => readPerson(call, self, id), refreshPatienceMs)
        cache.set(id, person)
        return person
      } catch (error) {
        log.warn({ user: id, reason: formatError(error) }, 'user lookup failed')
        if (error instanceof SlackError && error.code === 'ratelimited') throw error
        return unknownPerson(id)
      }
    },
  }
}

/** Returns the users with the language that each has chosen in place of that of their Slack. */
export function withChosenLanguages(
  { read, readSlowly, refresh }: Users,
  languageOf: (id: string) => Promise<string | undefined>,
): Users {
  const choose = async (reading: Promise<Person>): Promise<Person> => {
    const person = await reading
    const language = await languageOf(person.id)
    return language === undefined ? person : { ...person, locale: language }
  }
  return {
    read: id => choose(read(id)),
    readSlowly: id => choose(readSlowly(id)),
    refresh: id => choose(refresh(id)),
  }
}

const unknownPerson = (id: string): Person => ({
  id,
  name: id,
  locale: '',
  timeZone: 'UTC',
  isAdmin: false,
  isGuest: true,
  isOutsider: false,
  isBot: true,
})

async function readPerson(call: CallSlack, self: Organization, id: string): Promise<Person> {
  const { user } = (await call('users.info', { user: id, include_locale: true })) as unknown as { user: RawUser }
  const profile = user.profile ?? {}
  const name = [profile.display_name, profile.real_name, user.real_name, user.name].find(candidate => candidate?.trim())
  const isOwn = isMember(user, self)
  const rights = {
    isAdmin: isOwn && isAdmin(user) && !isGuest(user),
    isGuest: !isOwn || isGuest(user),
    // Only of whom Slack names another organization.
    isOutsider: !isOwn && (user.is_stranger === true || user.team_id !== undefined),
  }
  const isBot = user.is_bot === true
  return { id, name: name ?? id, locale: user.locale ?? '', timeZone: user.tz ?? 'UTC', ...rights, isBot }
}

const isAdmin = (user: RawUser) => user.is_admin === true || user.is_owner === true

const isGuest = (user: RawUser) =>
  user.is_restricted === true || user.is_ultra_restricted === true || user.deleted === true

type Organization = Pick<BotIdentity, 'teamId' | 'enterpriseId'>

/** All workspaces of an Enterprise Grid are one organization. Source: docs.slack.dev, user object, `enterprise_user`. */
function isMember(user: RawUser, { teamId, enterpriseId }: Organization): boolean {
  if (user.is_stranger === true) return false
  const { enterprise_id, teams = [] } = user.enterprise_user ?? {}
  if (enterpriseId !== undefined && [enterprise_id, user.team_id].includes(enterpriseId)) return true
  return user.team_id === teamId || teams.includes(teamId)
}

interface RawUser {
  team_id?: string
  enterprise_user?: { enterprise_id?: string; teams?: string[] }
  is_admin?: boolean
  is_restricted?: boolean
  is_ultra_restricted?: boolean
  is_stranger?: boolean
  is_bot?: boolean
  is_owner?: boolean
  /** The account was deactivated. */
  deleted?: boolean
  name?: string
  real_name?: string
  locale?: string
  tz?: string
  profile?: { display_name?: string; real_name?: string }
}

/** Returns true if a person wrote the message, by hand or with a token of their own. A bot user's posts are an app's. */
export async function isByPerson(users: Users, { author }: Pick<Message, 'author'>): Promise<boolean> {
  if (author.kind !== 'person') return false
  return author.isPosted !== true || !(await users.read(author.id)).isBot
}

/** Rejects when the longest wait for a lookup is over. */
export function rejectAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('Slack took too long')), ms).unref()
  })
}
