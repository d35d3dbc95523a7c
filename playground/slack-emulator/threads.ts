import type { PageStatus, SlackJson } from '../protocol.ts'
import type { Changes } from './changes.ts'
import type { Channel } from './channels.ts'
import type { Posting } from './posting.ts'

/** A status that the bot does not renew goes away after this long. */
const statusMs = 120_000

/** A prompt that the bot suggests. */
export interface Prompt {
  title: string
  message: string
}

/** An agent's session in one thread. */
interface Session {
  status: string
  title: string
}

/** What the bot says of threads without writing a message: status, title, session, suggested prompts. */
export interface Threads {
  setStatus(channel: Channel, threadTs: string, status: string): void
  statuses(): PageStatus[]
  setTitle(channel: Channel, threadTs: string, title: string): void
  titles(): Record<string, string>
  setPrompts(channel: Channel, prompts: Prompt[]): void
  prompts(channel: string): Prompt[]
  session(channel: string, threadTs: string): Session | undefined
  setSession(channel: string, threadTs: string, change: Partial<Session>): Session
  close(): void
}

/** No statuses, titles or sessions yet. */
export function createThreads(posting: Pick<Posting, 'emitIn'>, changes: Changes, botUserId: string): Threads {
  const statuses = new Map<string, { status: PageStatus; timer: NodeJS.Timeout }>()
  const titles = new Map<string, string>()
  const prompts = new Map<string, Prompt[]>()
  const sessions = new Map<string, Session>()
  const key = (channel: string, threadTs: string) => `${channel}:${threadTs}`

  function clear(channel: Channel, threadTs: string): void {
    const old = statuses.get(key(channel.id, threadTs))
    if (!old) return
    clearTimeout(old.timer)
    statuses.delete(key(channel.id, threadTs))
    posting.emitIn(channel, { type: 'status', status: { channel: channel.id, threadTs, status: '' } })
  }

  return {
    setStatus(channel, threadTs, text) {
      if (text === '') return clear(channel, threadTs)
      clearTimeout(statuses.get(key(channel.id, threadTs))?.timer)
      const timer = setTimeout(() => clear(channel, threadTs), statusMs).unref()
      const status = { channel: channel.id, threadTs, status: text }
      statuses.set(key(channel.id, threadTs), { status, timer })
      posting.emitIn(channel, { type: 'status', status })
    },
    statuses: () => [...statuses.values()].map(({ status }) => status),
    setTitle(channel, threadTs, title) {
      titles.set(key(channel.id, threadTs), title)
      posting.emitIn(channel, { type: 'title', channel: channel.id, threadTs, title })
    },
    titles: () => Object.fromEntries(titles),
    setPrompts(channel, suggestedPrompts) {
      prompts.set(channel.id, suggestedPrompts)
      for (const member of channel.members) {
        if (member !== botUserId) changes.emit({ type: 'prompts', suggestedPrompts }, member)
      }
    },
    prompts: channel => prompts.get(channel) ?? [],
    session: (channel, threadTs) => sessions.get(key(channel, threadTs)),
    setSession(channel, threadTs, change) {
      const session = { status: 'active', title: '', ...sessions.get(key(channel, threadTs)), ...change }
      sessions.set(key(channel, threadTs), session)
      changes.touch()
      return session
    },
    close() {
      for (const { timer } of statuses.values()) clearTimeout(timer)
    },
  }
}

/** Prompts out of a call's argument; anything without both texts is left out. */
export function toPrompts(list: SlackJson[]): Prompt[] {
  return list.flatMap(({ title, message }) =>
    typeof title === 'string' && typeof message === 'string' ? [{ title, message }] : [],
  )
}
