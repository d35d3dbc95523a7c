import { parseMentions } from '../text/from-slack.ts'
import type { BotIdentity, Message } from './message.ts'
import type { Users } from './users.ts'

/** Names that are fetched for one thread; further people are shown by their ids. */
const mostNames = 60

/** Fetches the names of authors and mentioned people, in the order of the messages. An id without a name stands for itself. */
export async function fetchDisplayNames(
  users: Users,
  self: BotIdentity,
  messages: readonly Message[],
  most = mostNames,
): Promise<(id: string) => string> {
  const ids = new Set<string>()
  for (const { author, text, form } of messages) {
    if (author.kind === 'person') ids.add(author.id)
    if (form === 'slack') for (const id of parseMentions(text)) ids.add(id)
  }
  ids.delete(self.userId)
  const read = await Promise.all([...ids].slice(0, most).map(id => users.read(id)))
  const names = new Map(read.map(({ id, name }) => [id, name]))
  names.set(self.userId, self.name)
  return id => names.get(id) ?? id
}
