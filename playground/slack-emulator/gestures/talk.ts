import type { Channel } from '../channels.ts'
import type { Core } from '../core.ts'
import type { Interactions } from '../interactions.ts'
import type { Person } from '../people.ts'
import { Impossible } from '../refusal.ts'
import { toStoredText } from '../text.ts'
import { findChannel, findMessage, findRoot } from './find.ts'
import type { Doers, Done, Of } from './gesture.ts'

/** What Slack's own message box takes. */
const mostTyped = 40_000

type Talk = 'say' | 'edit' | 'delete' | 'react' | 'unreact' | 'command'

/** Writing: new messages, edits, deletions, reactions, commands. */
export function createTalk(core: Core, interactions: Interactions): Pick<Doers, Talk> {
  const { posting, people, channels } = core
  const store = (typed: string) => toStoredText(typed, { people: people.all(), channels: channels.all() })

  function say(gesture: Of<'say'>, person: Person): Promise<Done> | Done {
    const channel = findChannel(core, gesture.channel, person)
    if (!channel.members.has(person.id)) throw new Impossible(`Join #${channel.name} before you write in it.`)
    if (channel.archived) throw new Impossible(`#${channel.name} is archived: nobody can write in it any more.`)
    const isCommand = /^\/[a-z][\w-]*(\s|$)/i.test(gesture.text)
    if (isCommand) return runCommand(gesture, person, channel)
    return post(gesture, person, channel)
  }

  function post(gesture: Of<'say'>, person: Person, channel: Channel): Done {
    const { text, threadTs, files = [], broadcast } = gesture
    checkContent(core, text, files)
    const root = threadTs ? findRoot(core, channel.id, threadTs, person) : undefined
    const { ts } = posting.post({
      channel,
      user: person.id,
      text: store(text),
      files,
      ...(root && { threadTs: root.threadTs ?? root.ts }),
      ...(root && broadcast && { broadcast }),
    })
    return { ts }
  }

  async function runCommand(gesture: Of<'say'>, person: Person, channel: Channel): Promise<Done> {
    const [name = '', ...rest] = gesture.text.split(' ')
    if (gesture.threadTs) throw new Impossible(`${name} is not supported in threads. Sorry! Mention the bot instead.`)
    return command(name, rest.join(' ').trim(), person, channel)
  }

  async function command(name: string, text: string, person: Person, channel: Channel): Promise<Done> {
    const known = core.commands.find(one => one.command === name)
    if (!known) throw new Impossible(`${name} is not a command of this app. Known: ${namesOf(core)}.`)
    await interactions.command(person, channel, known, text)
    return undefined
  }

  return {
    say,
    command: (gesture, person) => {
      const { threadTs } = gesture as { threadTs?: unknown }
      if (threadTs)
        throw new Impossible(`${gesture.command} is not supported in threads. Sorry! Mention the bot instead.`)
      return command(gesture.command, gesture.text, person, findChannel(core, gesture.channel, person))
    },
    edit(gesture, person) {
      const message = findMessage(core, gesture.channel, gesture.ts, person)
      if (message.user !== person.id) throw new Impossible('You can only edit your own messages.')
      checkContent(core, gesture.text, message.files ?? [])
      posting.rewrite(message, { text: store(gesture.text), editedBy: person.id })
      return { ts: message.ts }
    },
    delete(gesture, person) {
      const message = findMessage(core, gesture.channel, gesture.ts, person)
      const may = message.user === person.id || person.isAdmin || message.ephemeralTo === person.id
      if (!may) throw new Impossible('You can only delete your own messages; an admin can delete any message.')
      posting.remove(message)
      return undefined
    },
    react(gesture, person) {
      const message = findMessage(core, gesture.channel, gesture.ts, person)
      if (message.ephemeralTo) throw new Impossible('You can’t react to a message that only you can see.')
      if (!posting.react(message, gesture.name, person.id)) throw new Impossible('You’ve already reacted with that.')
      return undefined
    },
    unreact(gesture, person) {
      const message = findMessage(core, gesture.channel, gesture.ts, person)
      if (!posting.unreact(message, gesture.name, person.id)) throw new Impossible('You haven’t reacted with that.')
      return undefined
    },
  }
}

function namesOf({ commands }: Core): string {
  return commands.map(one => one.command).join(', ') || 'none'
}

function checkContent({ files }: Core, text: string, ids: string[]): void {
  if (text.trim() === '' && ids.length === 0) throw new Impossible('Write something, or add a file.')
  if ([...text].length > mostTyped) throw new Impossible(`A message has ${mostTyped} characters at most. Split it.`)
  const lost = ids.find(id => !files.get(id))
  if (lost) throw new Impossible(`The file ${lost} no longer exists. Upload it again.`)
}
