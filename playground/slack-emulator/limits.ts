import type { LimitState } from '../protocol.ts'

/** `published`: Slack's own limits. `off`: none. A record replaces single methods' calls a minute. */
export type LimitChoice = 'published' | 'off' | Partial<Record<string, number>>

const windowMs = 60_000
/** Slack's limit for one channel is about one message a second; this much early is still let through. */
const channelSpacingMs = 1_000
const channelToleranceMs = 50
/** The key that overrides how many messages a minute one channel takes. */
const channelKey = 'chat.postMessage:channel'

const tier2 = 20
const tier3 = 50
const tier4 = 100

/** Calls a minute, for each method and the whole workspace. What is not named is of tier 3. */
const published: Record<string, number> = {
  'apps.connections.open': tier3,
  'assistant.threads.setStatus': tier3,
  'assistant.threads.setSuggestedPrompts': tier4,
  'assistant.threads.setTitle': tier4,
  'auth.test': 600,
  'chat.appendStream': tier4,
  'chat.delete': tier3,
  'chat.getPermalink': 300,
  'chat.postEphemeral': tier4,
  'chat.postMessage': 300,
  'chat.startStream': tier2,
  'chat.stopStream': tier2,
  'chat.update': tier3,
  'conversations.history': tier3,
  'conversations.info': tier3,
  'conversations.list': tier2,
  'conversations.members': tier4,
  'conversations.replies': tier3,
  'files.completeUploadExternal': tier4,
  'files.delete': tier3,
  'files.getUploadURLExternal': tier4,
  'files.info': tier4,
  'reactions.add': tier3,
  'usergroups.list': tier2,
  'usergroups.users.list': tier2,
  'users.info': tier4,
  'users.list': tier2,
  'views.open': tier4,
  'views.publish': tier4,
  'views.push': tier4,
  'views.update': tier4,
}

/** The methods that the page always shows; others appear when they are first called. */
const alwaysShown = [
  'chat.postMessage',
  'chat.update',
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
  'conversations.replies',
  'users.info',
]

/** Counts calls as Slack does: by method, over the last minute. */
export interface Limits {
  /** Counts the call and gives 0, or the whole seconds after which to try again. */
  take(method: string, channel: string): number
  state(): LimitState[]
}

/** Sliding windows of one minute for each method, and for each channel's messages. */
export function createLimits(choice: LimitChoice, now: () => number): Limits {
  const own = typeof choice === 'object' ? choice : {}
  const perMinute = (method: string) =>
    choice === 'off' ? Number.POSITIVE_INFINITY : (own[method] ?? published[method] ?? tier3)
  const channelGapMs =
    choice === 'off' ? 0 : own[channelKey] === undefined ? channelSpacingMs : windowMs / own[channelKey]
  const taken = new Map<string, number[]>(alwaysShown.map(method => [method, []]))
  const nextInChannel = new Map<string, number>()

  function recent(method: string): number[] {
    const times = taken.get(method) ?? []
    const first = times.findIndex(at => at > now() - windowMs)
    const kept = first === 0 ? times : first < 0 ? [] : times.slice(first)
    taken.set(method, kept)
    return kept
  }

  /** Milliseconds until this channel takes another message. */
  function channelWait(channel: string): number {
    const wait = (nextInChannel.get(channel) ?? 0) - now()
    return wait > channelToleranceMs ? wait : 0
  }

  function methodWait(method: string): number {
    const times = recent(method)
    if (times.length < perMinute(method)) return 0
    const oldest = times[times.length - perMinute(method)] ?? now()
    return Math.max(1, oldest + windowMs - now())
  }

  return {
    take(method, channel) {
      const paced = method === 'chat.postMessage' && channelGapMs > 0
      const wait = Math.max(methodWait(method), paced ? channelWait(channel) : 0)
      if (wait > 0) return Math.max(1, Math.ceil(wait / 1000))
      recent(method).push(now())
      if (paced) nextInChannel.set(channel, Math.max(now(), nextInChannel.get(channel) ?? 0) + channelGapMs)
      return 0
    },
    state: () =>
      [...taken.keys()]
        .filter(method => Number.isFinite(perMinute(method)))
        .map(method => ({
          method,
          perMinute: perMinute(method),
          left: Math.max(0, perMinute(method) - recent(method).length),
        })),
  }
}
