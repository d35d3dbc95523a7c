import type { PagePerson, SlackJson } from '../protocol.ts'
import type { Identity } from './identity.ts'

/** Someone with an account, the bot included. */
export interface Person {
  id: string
  /** The handle, as after an @. */
  name: string
  displayName: string
  realName: string
  locale: string
  isBot: boolean
  isAdmin: boolean
  /** May see only the channels that they are in. */
  isGuest: boolean
  team: Team
}

/** A Slack workspace, in an Enterprise Grid or not. */
interface Team {
  id: string
  enterprise?: string | undefined
}

/** Teams of the people who do not belong to the bot's team, by name. */
export type OtherTeams = Partial<Record<keyof typeof peopleIds, Team>>

export const peopleIds = { dana: 'U0DANA0001', lee: 'U0LEE00001', mei: 'U0MEI00001', admin: 'U0ADMIN001' }

/** Everyone in the workspace. */
export interface People {
  get(id: string): Person | undefined
  all(): Person[]
  /** Gives the person as whom a visitor speaks first, one of their language; the administrator then speaks it, too. */
  welcome(language: string): Person
  /** Changes what somebody is, as an administrator of the workspace does, or their name, as they do themselves. */
  change(id: string, to: 'admin' | 'member' | 'guest' | 'outsider' | Pick<Person, 'displayName'>): void
}

/** Three colleagues with three language settings, an administrator, and the bot. */
export function createPeople(identity: Identity, otherTeams: OtherTeams = {}): People {
  const team = { id: identity.teamId, enterprise: identity.enterpriseId }
  const teams: Partial<Record<string, Team>> = otherTeams
  const someone = (id: string, name: string, displayName: string, locale: string): Person => ({
    id,
    name,
    displayName,
    realName: displayName,
    locale,
    isBot: false,
    isAdmin: false,
    isGuest: false,
    team: teams[name] ?? team,
  })
  const bot = { ...someone(identity.botUserId, identity.botName.toLowerCase(), identity.botName, 'en-US'), isBot: true }
  const dana = someone(peopleIds.dana, 'dana', 'Dana', 'en-US')
  const admin = { ...someone(peopleIds.admin, 'admin', 'Admin', 'en-US'), isAdmin: true }
  const people = [
    dana,
    someone(peopleIds.lee, 'lee', 'Lee', 'en-GB'),
    { ...someone(peopleIds.mei, 'mei', '小梅', 'zh-CN'), realName: 'Mei' },
    admin,
    bot,
  ]
  const byId = new Map(people.map(person => [person.id, person]))
  return {
    get: id => byId.get(id),
    all: () => people,
    welcome(language) {
      const isTheirs = ({ isBot, locale }: Person) =>
        !isBot && locale.slice(0, 2) === language.slice(0, 2).toLowerCase()
      const first = people.find(isTheirs) ?? dana
      admin.locale = first.locale
      return first
    },
    change(id, to) {
      const person = byId.get(id)
      if (!person) throw new Error(`no person ${id}`)
      if (typeof to === 'object') return void Object.assign(person, to)
      Object.assign(person, { isAdmin: to === 'admin', isGuest: to === 'guest' })
      person.team = to === 'outsider' ? { id: 'T0THEIRS' } : team
    },
  }
}

/** A person as the page shows them. */
export function toPagePerson(person: Person): PagePerson {
  const { id, displayName, realName, locale, isBot, isAdmin } = person
  return { id, name: displayName, realName, locale, isBot, isAdmin }
}

interface Zone {
  tz: string
  tz_label: string
  tz_offset: number
}

/** Where people are who are not elsewhere: at this machine, so that the bot's times are those of the page. */
const toHere = (): Zone => {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone
  return { tz, tz_label: tz, tz_offset: -60 * new Date().getTimezoneOffset() }
}

const elsewhere: Record<string, Zone> = {
  'en-GB': { tz: 'Europe/London', tz_label: 'Greenwich Mean Time', tz_offset: 0 },
  'zh-CN': { tz: 'Asia/Shanghai', tz_label: 'China Standard Time', tz_offset: 28_800 },
}

/** A person as `users.info` tells of them; the locale only for those who ask for it. */
export function toSlackUser(person: Person, identity: Identity, withLocale: boolean): SlackJson {
  const bot = person.isBot ? { bot_id: identity.botId, api_app_id: identity.appId } : {}
  return {
    id: person.id,
    team_id: person.team.id,
    name: person.name,
    deleted: false,
    real_name: person.realName,
    ...(person.team.enterprise !== undefined && { enterprise_user: toEnterpriseUser(person) }),
    ...(elsewhere[person.locale] ?? toHere()),
    profile: {
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.displayName,
      display_name_normalized: person.displayName,
      team: person.team.id,
      ...bot,
    },
    is_admin: person.isAdmin,
    is_owner: person.isAdmin,
    is_restricted: person.isGuest,
    is_ultra_restricted: false,
    is_bot: person.isBot,
    is_app_user: false,
    updated: 0,
    ...(withLocale && { locale: person.locale }),
  }
}

function toEnterpriseUser({ id, team, isAdmin }: Person): SlackJson {
  const rights = { is_admin: isAdmin, is_owner: isAdmin, is_primary_owner: false }
  return { id, enterprise_id: team.enterprise, enterprise_name: '', ...rights, teams: [team.id] }
}
