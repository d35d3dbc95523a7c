import type { Channel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Message } from '../messages.ts'
import type { Person } from '../people.ts'
import { Impossible } from '../refusal.ts'
import type { OpenView } from '../views.ts'

/** Somebody of this workspace. */
export function findPerson({ people }: Core, id: string): Person {
  const person = people.get(id)
  if (!person) throw new Impossible(`There is nobody with the id ${id}. Choose one of the people of this workspace.`)
  return person
}

/** A channel that the person sees. */
export function findChannel({ channels }: Core, id: string, person: Person): Channel {
  const channel = channels.get(id)
  if (!channel || !channels.isVisible(channel, person.id)) {
    throw new Impossible(`${person.displayName} sees no channel ${id}. Choose one from the list.`)
  }
  return channel
}

/** A message that the person sees. */
export function findMessage(core: Core, channel: string, ts: string, person: Person): Message {
  const message = findRoot(core, channel, ts, person)
  if (message.subtype === 'tombstone') throw gone()
  return message
}

/** A message that can be replied to; the stone that a deleted one leaves above its replies can. */
export function findRoot(core: Core, channel: string, ts: string, person: Person): Message {
  const message = core.messages.get(findChannel(core, channel, person).id, ts)
  const isOthers = message?.ephemeralTo !== undefined && message.ephemeralTo !== person.id
  if (!message || isOthers) throw gone()
  return message
}

const gone = () => new Impossible('That message no longer exists. Reload the page.')

/** A view that the person has open. */
export function findView({ views }: Core, id: string, person: Person): OpenView {
  const view = views.find(id)
  if (view?.user !== person.id) throw new Impossible('That window is already closed. Open it again.')
  return view
}
