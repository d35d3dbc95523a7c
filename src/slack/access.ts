import type { fetchChannel } from './channels.ts'
import type { SlackReader } from './reader.ts'
import type { Person } from './users.ts'

type Channel = NonNullable<Awaited<ReturnType<typeof fetchChannel>>>

/** Returns whether a person may read a channel: a public one every member of the team, any other, and guests, only its members. */
export async function mayRead(
  reader: SlackReader,
  channel: Channel,
  user: Pick<Person, 'id' | 'isGuest'>,
): Promise<boolean> {
  if (!channel.isPrivate && !user.isGuest) return true
  const args = { channel: channel.id, limit: 200 }
  for await (const { members } of reader.pages('conversations.members', args, { for: 'question' }))
    if ((members as string[]).includes(user.id)) return true
  return false
}
