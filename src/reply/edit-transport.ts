import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Limiter, StreamShare, Urgency } from '../rate-limit/limiter.ts'
import { type CallSlack, callTimeoutMs } from '../slack/client.ts'
import { buildReplyMetadata } from '../slack/metadata.ts'
import type { MessageBody } from './body.ts'
import type { Progress } from './checkpoint.ts'
import { findPosted, ignoreNotFound, lookUntil } from './find-posted.ts'
import { createShape } from './message-form.ts'
import { removeMessage } from './remove.ts'
import { createStream, isStreamable } from './stream-transport.ts'

/** Where a reply goes, the turn that it answers, and the how-manieth answer to it this is, from 1. */
export interface Place {
  channel: string
  threadTs: string
  turnId: string
  edition: number
  /** Who asked: a stream needs somebody for whom it grows. */
  user?: string
}

/** What a message is to show, and whether the reply is whole with it. */
export interface Shown extends MessageBody {
  isWhole: boolean
  /** The text as it was written so far, when it is not at its end. */
  grown?: string
}

/** The messages of a reply, one after the other: each is posted at its first `put` and edited at every later one. */
export interface Poster {
  /** The ts of every message, the first one first. */
  readonly messages: readonly string[]
  /**
   * Makes sure that what is shown first can be completed. Answers false when it could not: then the text is better posted once,
   * whole.
   */
  begin(): boolean
  /** What is shown next does not only grow: it is edited, and no stream. */
  onlyEdit(): void
  /** How long to wait between two edits of a text that was first shown so long ago. */
  nextMs(ageMs: number): number
  /** Gives back what was kept for it. `grownMs` is how long the text grew, when it is whole. Safe to call twice. */
  close(grownMs?: number): void
  /** Whether the message at work is in Slack already. */
  readonly isPosted: boolean
  /** Whether what stands is not final, whatever it says: it is a stream, or an edit that was given up may still arrive over it. */
  readonly isUnsettled: boolean
  /**
   * Makes Slack show the body; it is asked for at the moment of sending. A call in between may be dropped or fail: then
   * the answer is false and the next one overtakes it; so may one that still waits for its turn when `overtaken` aborts. Any
   * other is tried again until it has landed, or throws when Slack says that it never can.
   */
  put(body: () => Shown, urgency: Urgency, overtaken?: AbortSignal): Promise<boolean>
  /** Goes on to the next message. */
  next(): void
  /** Deletes all messages but the first so many: what was given up, what a reply that was taken over no longer needs, or all of it. */
  keepFirst(count: number): Promise<void>
  /** The part at work, from 0. */
  readonly part: number
}

/** A completing call is tried for this long; by then a person has asked again. */
const patienceMs = 180_000
const firstRetryMs = 500
const longestRetryMs = 8_000

/**
 * A call that was given up, or whose process died, may take effect until about this much later; by then Slack itself
 * gives up.
 */
export const lateMs = callTimeoutMs

/** A call whose connection broke was under way already: it takes effect within this time, or not at all. */
const cutMs = 5_000

/** A completing edit that would wait longer is made as a post of the whole text, where that waits less; the message before goes. */
const longestEditWaitMs = 3_000

/** A post that waited longer than this for the budget is noted again when it is made. */
const staleNoteMs = 500

/** Slack's words for "no streams in this workspace". */
const noStreams = new Set([
  'feature_not_enabled',
  'unknown_method',
  'no_permission',
  'missing_scope',
  'not_allowed_token_type',
])

/** A stream that could not be ended so often will not be the next time either. */
const mostEndings = 5
/** A wait for a post that is shorter is not worth two calls. */
const worthStreamingMs = 150
/** What a stream takes at once. Source: docs.slack.dev, chat.startStream. */
const mostStreamed = 12_000

/** The message can no longer be edited; what it should say is posted anew. */
const closedErrors = new Set(['edit_window_closed', 'cant_update_message', 'streaming_state_conflict'])

/** Makes the poster of one reply. It goes on in the messages in which the reply stands already. */
export function createPoster(
  parts: { limiter: Limiter; call: CallSlack; log: Log },
  place: Place,
  progress: Progress,
): Poster {
  const messages = [...progress.messages]
  /** Messages that were given up for another; they go when the reply is whole. */
  const left: string[] = []
  const share = parts.limiter.openReply()
  const isDirect = place.channel.startsWith('D')
  let part = 0
  let ts = messages[0]
  const shape = createShape()
  let isDoubtful = progress.postingAt !== undefined
  const deadPostAt = progress.postingAt ?? Number.NEGATIVE_INFINITY
  /** Until when a post, or an edit, that was given up may still take effect. */
  let postsUntil = deadPostAt + lateMs
  let editsUntil = Number.NEGATIVE_INFINITY
  let notedAt = 0
  /** A whole text may be begun as a stream; what was begun so has to be ended. */
  let mayStream = place.user !== undefined
  /** What the reply may take of streams, when it grows as one. */
  let growing: StreamShare | undefined
  let stream = createStream(parts.limiter, place, undefined)
  let endings = 0

  const toArgs = (body: Shown) => {
    if (ts === undefined && Date.now() - notedAt > staleNoteMs) void progress.posting()
    return {
      channel: place.channel,
      ...shape.toContent(body),
      // Every edit says it anew: one that arrives late takes back what the last one said.
      metadata: buildReplyMetadata({ turn: place.turnId, part, edition: place.edition, isWhole: body.isWhole }),
      ...(ts !== undefined ? { ts } : { thread_ts: place.threadTs, unfurl_links: false, unfurl_media: false }),
    }
  }

  /** After a post that may have worked, nothing is posted before it is known whether it did. */
  const settle = async (): Promise<void> => {
    if (!isDoubtful || ts !== undefined) return
    const look = () => findPosted(parts.call, place, part, [...messages, ...left]).catch(ignoreNotFound)
    const found = await lookUntil(look, postsUntil)
    isDoubtful = false
    if (found === undefined) return
    if (found.isStreaming) stream.adopt()
    await keep(found.ts)
  }

  /** An edit that was given up may still arrive, and would put an older text over the last one; then that is said again. */
  const outlast = async (body: () => Shown, urgency: Urgency): Promise<void> => {
    const isLast = urgency === 'final' || urgency === 'error'
    if (!isLast || ts === undefined || Date.now() > editsUntil) return
    await pause(editsUntil - Date.now())
    await parts.limiter.send('chat.update', () => toArgs(body()), 'final')
  }

  /**
   * A text grows as a stream where one person reads it. In a channel, where each takes a post a second, the last of many whole
   * texts would wait long: a stream that is begun with all of it and ended at once is a way around them.
   */
  const toStream = (body: Shown, urgency: Urgency): StreamShare | undefined => {
    const { limiter } = parts
    if (!mayStream || body.blocks[0]?.type !== 'markdown' || String(body.blocks[0].text).length > mostStreamed)
      return undefined
    if (growing !== undefined) return growing
    if (!body.isWhole || urgency !== 'final') return undefined
    if (limiter.waitMs('chat.postMessage', place.channel) < worthStreamingMs) return undefined
    return limiter.openStream()
  }

  /** Puts the body into the stream; answers undefined when it has to be edited in. */
  const sendToStream = async (
    body: () => Shown,
    urgency: Urgency,
    giveUp: AbortSignal,
  ): Promise<boolean | undefined> => {
    if (!stream.isOpen) {
      growing?.begun()
      const begun = await stream.begin(body)
      if (begun === undefined) {
        withoutStream()
        return undefined
      }
      await keep(begun)
      // What is whole with it is ended below.
      if (!body().isWhole && urgency !== 'final') return true
    }
    const at = ts as string
    const mark = { turn: place.turnId, part, edition: place.edition, isWhole: body().isWhole }
    const isLast = urgency === 'final' || urgency === 'error'
    const landed = isLast ? await stream.end(at, body, mark, giveUp) : await stream.grow(at, body)
    if (landed !== 'lost') return landed
    mayStream = false
    await stream.leave(at, giveUp)
    return undefined
  }

  const withoutStream = () => {
    mayStream = false
    growing?.close()
    growing = undefined
  }

  const send = async (body: () => Shown, urgency: Urgency, giveUp: AbortSignal): Promise<boolean> => {
    if (ts === undefined) {
      await progress.posting()
      notedAt = Date.now()
      const wanted = toStream(body(), urgency)
      if (wanted !== growing) growing?.close()
      growing = wanted
      if (growing !== undefined && !stream.isOpen) stream = createStream(parts.limiter, place, growing)
    }
    if (stream.isOpen || (ts === undefined && growing !== undefined)) {
      // What could still become a mention is no beginning.
      if (!stream.isOpen && !isStreamable(body())) return false
      const landed = await sendToStream(body, urgency, giveUp)
      if (landed !== undefined) return landed
    }
    if (ts !== undefined && (urgency === 'final' || urgency === 'error')) return complete(body, urgency, giveUp)
    const method = ts === undefined ? 'chat.postMessage' : 'chat.update'
    const answer = await parts.limiter.send(method, () => toArgs(body()), urgency as 'interim', giveUp)
    if (answer !== undefined && ts === undefined) await keep(String(answer.ts))
    else if (answer !== undefined) share.spend()
    return answer !== undefined
  }

  /** The last edit of a message. Slack may allow far fewer than it says: then nobody waits a minute for the end of a text. */
  const complete = async (body: () => Shown, urgency: 'final' | 'error', giveUp: AbortSignal): Promise<boolean> => {
    const isLastMessage = messages.length <= part + 1
    for (let waits = 0; !isLastMessage || !isSoonerPosted(waits); waits += 1) {
      const overdue = new AbortController()
      const timer = setTimeout(() => overdue.abort(), longestEditWaitMs)
      try {
        await parts.limiter.send(
          'chat.update',
          () => toArgs(body()),
          urgency,
          AbortSignal.any([giveUp, overdue.signal]),
        )
        return true
      } catch (error) {
        if (error !== overdue.signal.reason) throw error
      } finally {
        clearTimeout(timer)
      }
    }
    leaveMessage()
    return send(body, urgency, giveUp)
  }
  /** How long an edit will wait is a guess where several replicas share the budget: one that has waited twice is not believed. */
  const isSoonerPosted = (waits: number) => {
    const editMs = waits > 1 ? patienceMs : parts.limiter.waitMs('chat.update', place.channel)
    return editMs > longestEditWaitMs && parts.limiter.waitMs('chat.postMessage', place.channel) < editMs
  }
  /** Goes on in a new message. */
  const leaveMessage = () => {
    if (ts !== undefined) left.push(ts)
    ts = undefined
    // What may still arrive there goes with it.
    editsUntil = Number.NEGATIVE_INFINITY
  }

  const keep = async (posted: string) => {
    ts = posted
    messages[part] = posted
    await progress.posted(messages)
  }

  /** Whether the failed call is worth another; learns from the failure what the next one needs. */
  const isWorthAnother = (error: SlackError): boolean => {
    if (ts === undefined && growing !== undefined && !error.isPassing) {
      // If the place itself is the trouble, the post says so.
      withoutStream()
      if (noStreams.has(error.code)) parts.limiter.withoutStreams()
      return true
    }
    // It still grows, begun by an earlier process.
    if (error.code === 'streaming_state_conflict' && ts !== undefined && !stream.isOpen && endings < mostEndings) {
      endings += 1
      stream.adopt()
      return true
    }
    if (shape.adapt(error.code)) return true
    if (closedErrors.has(error.code) && ts !== undefined) {
      leaveMessage()
      return true
    }
    if (error.code === 'timeout' && ts !== undefined) editsUntil = Date.now() + lateMs
    if (error.isUnknown && ts === undefined) {
      isDoubtful = true
      postsUntil = Date.now() + (error.code === 'timeout' ? lateMs : cutMs)
    }
    return error.isPassing
  }

  return {
    messages,
    begin() {
      if (stream.isOpen) return true
      if (ts === undefined && mayStream && isDirect) {
        growing ??= parts.limiter.openStream()
        if (growing !== undefined) {
          stream = createStream(parts.limiter, place, growing)
          return true
        }
      }
      return share.begin()
    },
    onlyEdit() {
      if (ts === undefined) mayStream = false
    },
    nextMs: ageMs => (stream.isOpen ? stream.nextMs(ageMs) : share.nextMs(ageMs)),
    close(grownMs) {
      growing?.close()
      share.close(grownMs)
    },
    get isPosted() {
      return ts !== undefined
    },
    get isUnsettled() {
      return stream.isOpen || Date.now() < editsUntil
    },
    async put(body, urgency, overtaken) {
      if (urgency === 'final' || urgency === 'error') share.complete()
      const deadline = Date.now() + patienceMs
      const patience = AbortSignal.timeout(patienceMs)
      const giveUp = overtaken === undefined ? patience : AbortSignal.any([patience, overtaken])
      for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
        try {
          await settle()
          const landed = await send(body, urgency, giveUp)
          await outlast(body, urgency)
          return landed
        } catch (error) {
          if (overtaken?.aborted === true && !(error instanceof SlackError)) return false
          if (patience.aborted) throw new SlackError('a reply', 'ratelimited', 0, error)
          if (!(error instanceof SlackError) || !isWorthAnother(error) || Date.now() > deadline) throw error
          parts.log.warn({ channel: place.channel, code: error.code, urgency }, 'a call to Slack failed')
          if (urgency === 'interim') return false
          if (error.isPassing) await pause(waitMs)
        }
      }
    },
    next() {
      part += 1
      ts = messages[part]
      growing?.close()
      growing = undefined
      stream = createStream(parts.limiter, place, undefined)
      endings = 0
    },
    get part() {
      return part
    },
    async keepFirst(count) {
      while (left.length > 0) await removeMessage(parts, place, left.pop() as string)
      while (messages.length > count) {
        await removeMessage(parts, place, messages.at(-1) as string)
        messages.pop()
        await progress.posted(messages)
      }
    },
  }
}
