import type { SlackJson } from '../protocol.ts'

/** One text that a message had, from `at` (milliseconds since 1970) until the next version. */
export interface Version {
  at: number
  text: string
  blocks?: SlackJson[]
}

/** A piece of a streamed message, in the order of its first arrival. */
export type StreamPart =
  | { kind: 'text'; text: string }
  | { kind: 'task'; id: string; task: SlackJson }
  | { kind: 'plan'; title: string }
  | { kind: 'blocks'; blocks: SlackJson[] }

/** What is known of a message that was started as a text stream. */
export interface Stream {
  startedAt: number
  state: 'in_progress' | 'completed' | 'errored'
  /** Fixed by the first call that brings content. */
  mode?: 'text' | 'chunks'
  stoppedByUser: boolean
  parts: StreamPart[]
}

/** A message as the workspace keeps it. */
export interface Message {
  channel: string
  ts: string
  user: string
  text: string
  /** What the author gave; a person's rich text is made when it is asked for. */
  blocks?: SlackJson[]
  threadTs?: string
  subtype?: string
  botId?: string
  username?: string
  files?: string[]
  /** Emoji name → the people who chose it. */
  reactions: Map<string, string[]>
  edited?: { user: string; ts: string }
  metadata?: SlackJson
  versions: Version[]
  stream?: Stream
  clientMsgId?: string
  ephemeralTo?: string
  /** Fields as another client or app gave them: attachments, files of elsewhere, a profile. They stand as they came. */
  extra?: SlackJson
}

/** All messages, by channel and by thread, oldest first. */
export interface MessageStore {
  add(message: Message): void
  get(channel: string, ts: string): Message | undefined
  remove(message: Message): void
  /** Replies included; ephemeral ones not. */
  inChannel(channel: string): Message[]
  replies(channel: string, threadTs: string): Message[]
  ephemerals(): Message[]
  /** Also of messages that were deleted since. */
  versions(channel: string, ts: string): Version[]
}

/** An empty store. Timestamps only grow, so the order of adding is the order of time. */
export function createMessageStore(): MessageStore {
  const channels = new Map<string, Map<string, Message>>()
  const threads = new Map<string, Map<string, Message>>()
  const ephemerals = new Map<string, Message>()
  const versions = new Map<string, Version[]>()
  const key = (channel: string, ts: string) => `${channel}:${ts}`
  const at = (maps: Map<string, Map<string, Message>>, name: string) => maps.get(name) ?? new Map<string, Message>()

  function placesOf(message: Message): [Map<string, Map<string, Message>>, string][] {
    const inThread = message.threadTs && message.threadTs !== message.ts
    return inThread
      ? [
          [channels, message.channel],
          [threads, key(message.channel, message.threadTs ?? '')],
        ]
      : [[channels, message.channel]]
  }

  return {
    add(message) {
      versions.set(key(message.channel, message.ts), message.versions)
      if (message.ephemeralTo) {
        ephemerals.set(key(message.channel, message.ts), message)
        return
      }
      for (const [maps, name] of placesOf(message)) maps.set(name, at(maps, name).set(message.ts, message))
    },
    get: (channel, ts) => channels.get(channel)?.get(ts) ?? ephemerals.get(key(channel, ts)),
    remove(message) {
      ephemerals.delete(key(message.channel, message.ts))
      for (const [maps, name] of placesOf(message)) maps.get(name)?.delete(message.ts)
    },
    inChannel: channel => [...at(channels, channel).values()],
    replies: (channel, threadTs) => [...at(threads, key(channel, threadTs)).values()],
    ephemerals: () => [...ephemerals.values()],
    versions: (channel, ts) => versions.get(key(channel, ts)) ?? [],
  }
}
