import { parseMentions } from '../text/from-slack.ts'
import type { BotIdentity, Message } from './message.ts'
import type { Users } from './users.ts'

/** People whose names are looked up for one thread; in one of more, the others go by their ids. */
const mostNames = 60

/** Looks up the names of those who wrote or are mentioned, in the order of the messages; an id without a name stands for itself. */
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
