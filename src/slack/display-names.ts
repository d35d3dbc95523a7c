import { parseMentions, parsePlaceMentions } from '../text/from-slack.ts'
import type { BotIdentity, Message } from './message.ts'
import type { createPlaceNames } from './place-names.ts'
import type { Users } from './users.ts'

/** Names that are fetched for one thread; further people are shown by their ids. */
const mostNames = 60
/** Channels and groups whose names are fetched for one thread. */
const mostPlaces = 20

interface NameDeps {
  users: Users
  placeNames: ReturnType<typeof createPlaceNames>
  self: BotIdentity
}

/**
 * Fetches the names of authors and of mentioned people, channels and groups, in the order of the messages. An id without a name stands
 * for itself. A second person of the same name gets a number.
 */
export async function fetchDisplayNames(
  { users, placeNames, self }: NameDeps,
  messages: readonly Message[],
  most = mostNames,
): Promise<(id: string) => string> {
  const people = new Map<string, string | undefined>()
  const places = new Set<string>()
  for (const { author, text, form, quotes = [] } of messages) {
    if (author.kind === 'person') people.set(author.id, author.name ?? people.get(author.id))
    const texts = form === 'slack' ? [text, ...quotes.map(quote => quote.text)] : []
    const ids = [...texts.flatMap(parseMentions), ...quotes.flatMap(({ by = '' }) => (isUserId(by) ? by : []))]
    for (const id of ids) people.set(id, people.get(id))
    const channels = quotes.flatMap(({ channel = '' }) => (isPlaceId(channel) ? channel : []))
    for (const id of [...texts.flatMap(parsePlaceMentions), ...channels]) places.add(id)
  }
  people.delete(self.userId)
  const names = new Map([[self.userId, self.name]])
  const read = await Promise.all([...people.keys()].slice(0, most).map(id => users.read(id)))
  for (const { id, name } of read) names.set(id, tellApart(name === id ? (people.get(id) ?? id) : name, names))
  const asked = [...places].slice(0, mostPlaces)
  for (const [index, name] of (await Promise.all(asked.map(placeNames.read))).entries())
    if (name !== undefined) names.set(asked[index] as string, name)
  return id => names.get(id) ?? id
}

const isUserId = (id: string) => /^[UW][A-Z0-9]{2,}$/.test(id)
const isPlaceId = (id: string) => /^[CG][A-Z0-9]{2,}$/.test(id)

/** Adds a number to a name that another person has. */
function tellApart(name: string, names: ReadonlyMap<string, string>): string {
  const taken = new Set(names.values())
  let told = name
  for (let number = 2; taken.has(told); number += 1) told = `${name} (${number})`
  return told
}
