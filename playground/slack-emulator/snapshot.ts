import type { PageMessage, Snapshot } from '../protocol.ts'
import { toPageChannel } from './channels.ts'
import type { Core } from './core.ts'
import { toPageMessage } from './message-json.ts'
import { toPagePerson } from './people.ts'
import { toPageView } from './views.ts'

/** The whole workspace as one person may see it. */
export function takeSnapshot(core: Core, as: string, model: string): Snapshot {
  const { identity, people, channels, messages, files, threads, views, courier, wire, limits } = core
  const visible = channels.all().filter(channel => channels.isVisible(channel, as))
  const ids = new Set(visible.map(channel => channel.id))
  const isSeen = (key: string) => ids.has(key.split(':', 1)[0] ?? '')
  const home = views.home(as)
  const own = messages.ephemerals().filter(message => message.ephemeralTo === as)
  return {
    model,
    botUserId: identity.botUserId,
    botConnected: courier.isConnected(),
    as,
    people: people.all().map(toPagePerson),
    channels: visible.map(toPageChannel),
    messages: [...visible.flatMap(({ id }) => messages.inChannel(id)), ...own].map(one => toPageMessage(one, files)),
    statuses: threads.statuses().filter(status => ids.has(status.channel)),
    commands: core.commands.map(({ command, description, usageHint }) => ({ command, description, usageHint })),
    shortcuts: core.shortcuts,
    modals: views.modals(as).map(toPageView),
    ...(home && { home: toPageView(home) }),
    suggestedPrompts: threads.prompts(channels.imOf(as)?.id ?? ''),
    titles: Object.fromEntries(Object.entries(threads.titles()).filter(([key]) => isSeen(key))),
    wire: wire.entries(),
    limits: limits.state(),
  }
}

/** The messages of a channel, or of one thread with its root, that are in Slack now. */
export function listMessages({ messages, files }: Core, channel: string, threadTs?: string): PageMessage[] {
  const root = threadTs ? messages.get(channel, threadTs) : undefined
  const found = threadTs
    ? [...(root ? [root] : []), ...messages.replies(channel, threadTs)]
    : messages.inChannel(channel)
  return found.map(message => toPageMessage(message, files))
}
