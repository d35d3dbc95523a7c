import type { Limiter, StreamShare, Urgency } from '../rate-limit/limiter.ts'
import { createStream } from './stream-transport.ts'
import type { Body, Place } from './writer.ts'

/** A wait for a post that is shorter is not worth the two calls of a stream. */
const worthStreamingMs = 150
/** Characters that a stream takes at once. Source: docs.slack.dev, chat.startStream. */
const maxStreamed = 12_000
/** A stream that could not be ended this often will not be the next time either. */
const maxAdoptions = 5

/**
 * Decides whether the message at work is a stream: a text grows as a stream where one person reads it. In a channel, which takes a
 * post a second, the last of many whole texts would wait long: a stream that is begun with all of it and ended at once is a way around.
 */
export function createStreamChoice(limiter: Limiter, place: Place) {
  // A stream needs a person for whom it grows.
  let isAllowed = place.user !== undefined
  let share: StreamShare | undefined
  let stream = createStream(limiter, place, undefined)
  let adoptions = 0

  const release = () => {
    share?.close()
    share = undefined
  }
  const take = (next: StreamShare | undefined) => {
    if (next !== share) share?.close()
    share = next
    if (share !== undefined && !stream.isOpen) stream = createStream(limiter, place, share)
  }
  const shareFor = (body: Body, urgency: Urgency): StreamShare | undefined => {
    const [first] = body.blocks
    if (!isAllowed || first?.type !== 'markdown' || String(first.text).length > maxStreamed) return undefined
    if (share !== undefined) return share
    if (!body.isWhole || urgency !== 'final') return undefined
    return limiter.waitMs('chat.postMessage', place.channel) < worthStreamingMs ? undefined : limiter.openStream()
  }

  return {
    get stream() {
      return stream
    },
    /** A stream was chosen for the message at work. */
    get isChosen() {
      return share !== undefined
    },
    /** Chooses a stream for a reply in a direct message that begins to grow. Returns false if there is no room for one. */
    chooseGrowing(): boolean {
      if (!isAllowed || !place.channel.startsWith('D')) return false
      take(share ?? limiter.openStream())
      return share !== undefined
    },
    /** Chooses for a message that is about to be posted. */
    choose: (body: Body, urgency: Urgency): void => take(shareFor(body, urgency)),
    /** The call that begins the stream is being made. */
    begun: () => share?.begun(),
    /** Uses edits for the rest of the reply. */
    giveUp(): void {
      isAllowed = false
      release()
    },
    /** Uses edits for the messages to come. */
    forbid(): void {
      isAllowed = false
    },
    /** Takes over a stream that an earlier process began. Returns false if that was tried too often. */
    adopt(): boolean {
      if (adoptions >= maxAdoptions) return false
      adoptions += 1
      stream.adopt()
      return true
    },
    next(): void {
      release()
      stream = createStream(limiter, place, undefined)
      adoptions = 0
    },
    close: () => share?.close(),
  }
}
