import { SlackError } from '../errors.ts'
import type { Limiter, StreamShare } from '../rate-limit/limiter.ts'
import { buildReplyMetadata } from '../slack/metadata.ts'
import { sanitize } from '../text/sanitize.ts'
import type { Place, Shown } from './edit-transport.ts'

/**
 * Slack's own way for a text to grow, for one message: it is begun, appended to, and ended. What has been appended cannot be
 * taken back, and what a lost answer brought about is not known: whoever is in doubt ends the stream and edits the message.
 */
export interface Stream {
  /** Slack shows it as growing. */
  readonly isOpen: boolean
  /** Begins the message with what there is; answers its ts, or undefined when Slack has no room for it. Throws what else keeps it from that. */
  begin(body: () => Shown): Promise<string | undefined>
  /** A stream that an earlier call, or an earlier process, has begun, of unknown text. */
  adopt(): void
  /**
   * Adds what is new. Answers false when the budget has no room for it, and `lost` when the text is no longer an extension of
   * what Slack has, or Slack does not say what it has: then the stream is to be ended and the message edited.
   */
  grow(ts: string, body: () => Shown): Promise<boolean | 'lost'>
  /** Adds the rest, ends it, and puts below it what belongs there; `lost` as above. */
  end(ts: string, body: () => Shown, mark: Mark, signal: AbortSignal): Promise<true | 'lost'>
  /** Ends it as it is. It may have ended by itself. */
  leave(ts: string, signal: AbortSignal): Promise<void>
  /** How long to wait between two pieces. */
  nextMs(ageMs: number): number
}

type Mark = Parameters<typeof buildReplyMetadata>[0]

/** Slack ends a stream about five minutes after its beginning; it is left before. Source: measured, shared facts of Slack. */
const longestMs = 270_000
/** What one call takes. Source: docs.slack.dev, chat.appendStream. */
const mostCharacters = 12_000

/** Makes the stream of one message. `share` is what it may take; without it, one that was begun earlier is only left. */
export function createStream(limiter: Limiter, place: Place, share: StreamShare | undefined): Stream {
  let isOpen = false
  let sent = ''
  let isSure = true
  let begunAt = 0

  /** What is to be added so that Slack has all of the text; undefined when it cannot be reached by adding. */
  const unsentRest = (text: string): string | undefined =>
    isSure && text.startsWith(sent) && text.length - sent.length <= mostCharacters ? text.slice(sent.length) : undefined

  /** Whatever goes wrong leaves the text in doubt, or the stream in a state that an edit puts right; only a message that is gone stays so. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | 'lost'> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SlackError) || error.code === 'message_not_found') throw error
      isSure = false
      return 'lost'
    }
  }

  return {
    get isOpen() {
      return isOpen
    },
    async begin(body) {
      let text = ''
      const [team] = place.turnId.split(':')
      const args = () => {
        text = streamedText(body())
        const reader = { recipient_user_id: place.user, recipient_team_id: team }
        return { channel: place.channel, thread_ts: place.threadTs, ...reader, markdown_text: text }
      }
      const answer = await limiter.send('chat.startStream', args, 'interim')
      if (answer === undefined) return undefined
      isOpen = true
      sent = text
      begunAt = Date.now()
      return String(answer.ts)
    },
    adopt() {
      isOpen = true
      isSure = false
    },
    async grow(ts, body) {
      const rest = unsentRest(streamedText(body()))
      if (rest === undefined || Date.now() - begunAt > longestMs) return 'lost'
      if (rest === '') return true
      const args = () => ({ channel: place.channel, ts, markdown_text: rest })
      const landed = await attempt(() => limiter.send('chat.appendStream', args, 'interim'))
      if (landed === 'lost') return 'lost'
      if (landed !== undefined) sent += rest
      return landed !== undefined
    },
    async end(ts, body, mark, signal) {
      const rest = unsentRest(streamedText(body()))
      if (rest === undefined) return 'lost'
      const [, ...below] = body().blocks
      const blocks = body().blocks[0]?.type === 'markdown' ? below : body().blocks
      const text = rest === '' ? {} : { markdown_text: rest }
      const args = () => ({ channel: place.channel, ts, ...text, blocks, metadata: buildReplyMetadata(mark) })
      const landed = await attempt(() => limiter.send('chat.stopStream', args, 'final', signal))
      if (landed === 'lost') return 'lost'
      isOpen = false
      share?.close()
      return true
    },
    async leave(ts, signal) {
      const args = () => ({ channel: place.channel, ts })
      await limiter.send('chat.stopStream', args, 'final', signal).catch(error => {
        if (!(error instanceof SlackError) || error.isPassing || error.code === 'message_not_found') throw error
      })
      isOpen = false
      share?.close()
    },
    nextMs: ageMs => share?.nextMs(ageMs) ?? 0,
  }
}

/** The beginning of what could become a mention is kept back until it is seen what it is. */
const unfinished = /[<@&\uFF20][\w!^|@;#\uFF20-]{0,60}$|[\uD800-\uDBFF]$/

/** Whether there is anything yet of a body that can be streamed. */
export const isStreamable = (body: Shown): boolean => streamedText(body).trim() !== ''

/** What of a body Slack is given: all of a whole text, of one that grows what no later piece can change. */
function streamedText({ blocks, grown }: Shown): string {
  const [first] = blocks
  const shown = first?.type === 'markdown' ? String(first.text) : ''
  return grown === undefined ? shown : sanitize(grown.replace(unfinished, ''))
}
