import type { Limiter, Urgency } from '../rate-limit/limiter.ts'
import { buildReplyMetadata } from '../slack/metadata.ts'
import type { Progress } from './checkpoint.ts'
import { createMessageForm } from './message-form.ts'
import type { createMessages } from './messages.ts'
import type { Body, Place } from './writer.ts'

/** A completing edit that would wait longer gives way to a post of the whole text, if that waits less. */
const longestEditWaitMs = 3_000

/** A post that waited longer than this for the limiter is noted in the checkpoint once more when it is made. */
const staleNoteMs = 500

interface EditDeps {
  limiter: Limiter
  place: Place
  messages: ReturnType<typeof createMessages>
  checkpoint: Pick<Progress, 'posting'>
}

/** Creates the transport that grows a message by `chat.postMessage` and `chat.update`. */
export function createEditTransport({ limiter, place, messages, checkpoint }: EditDeps) {
  const form = createMessageForm()
  let notedAt = 0

  const buildArgs = (body: Body) => {
    const { ts, index } = messages
    if (ts === undefined && Date.now() - notedAt > staleNoteMs) void checkpoint.posting()
    const target = ts !== undefined ? { ts } : { thread_ts: place.threadTs, unfurl_links: false, unfurl_media: false }
    const mark = { turn: place.turnId, part: index, edition: place.edition, isWhole: body.isWhole }
    // Every edit carries the metadata: one that arrives late takes back what the last one said.
    return { channel: place.channel, ...form.render(body), metadata: buildReplyMetadata(mark), ...target }
  }
  const send = (
    method: string,
    body: () => Body,
    options: { urgency: Urgency; signal?: AbortSignal; isFurther?: boolean },
  ) => limiter.send(method, () => buildArgs(body()), { ...options, channel: place.channel })

  /** An edit's wait is an estimate where replicas share the limits: after two waits it is not believed. */
  const isPostSooner = (waits: number) => {
    const editMs = waits > 1 ? Number.POSITIVE_INFINITY : limiter.waitMs('chat.update', place.channel)
    return editMs > longestEditWaitMs && limiter.waitMs('chat.postMessage', place.channel) < editMs
  }

  return {
    /** Learns from a refusal. Returns whether the same body is worth another try in a plainer form. */
    adapt: form.adapt,
    /** Saves that a post is about to be made. */
    async notePosting(): Promise<void> {
      await checkpoint.posting()
      notedAt = Date.now()
    },
    /** Posts the message. Returns its ts, or undefined if an interim call had no room. */
    async begin(body: () => Body, urgency: Urgency, signal: AbortSignal): Promise<string | undefined> {
      // A long text leaves room for the first words of others in its channel.
      const isFurther = messages.index > 0 && urgency !== 'interim'
      const options = isFurther ? { urgency: 'first' as const, isFurther } : { urgency }
      const answer = await send('chat.postMessage', body, { ...options, signal })
      return answer === undefined ? undefined : String(answer.ts)
    },
    /** Edits the message. Returns false if an interim call had no room. */
    async grow(body: () => Body, urgency: Urgency, signal: AbortSignal): Promise<boolean> {
      return (await send('chat.update', body, { urgency, signal })) !== undefined
    },
    /** Completes the message. Returns false if the last message of a reply is sooner posted anew. */
    async finish(body: () => Body, urgency: 'final' | 'error', signal: AbortSignal): Promise<boolean> {
      for (let waits = 0; !messages.isLast || !isPostSooner(waits); waits += 1) {
        const overdue = new AbortController()
        const timer = setTimeout(() => overdue.abort(), longestEditWaitMs)
        try {
          await send('chat.update', body, { urgency, signal: AbortSignal.any([signal, overdue.signal]) })
          return true
        } catch (error) {
          if (error !== overdue.signal.reason) throw error
        } finally {
          clearTimeout(timer)
        }
      }
      return false
    },
  }
}
