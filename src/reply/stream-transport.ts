import { SlackError } from '../errors.ts'
import type { Limiter, StreamShare } from '../rate-limit/limiter.ts'
import { buildReplyMetadata } from '../slack/metadata.ts'
import { sanitize } from '../text/sanitize.ts'
import type { Body, Place } from './writer.ts'

/**
 * Grows one message by Slack's stream. What has been appended cannot be taken back, and a lost answer leaves the text unknown: then the
 * stream is ended and the message edited.
 */
interface Stream {
  /** Slack shows the message as growing. */
  readonly isOpen: boolean
  /** Starts the stream. Returns its ts, or undefined if there is no room for the call. Throws the `SlackError` of a refusal. */
  begin(body: () => Body): Promise<string | undefined>
  /** Takes over a stream of unknown text that an earlier call or process started. */
  adopt(): void
  /**
   * Appends what is new. Returns false if there is no room for the call, and `lost` if the text is no longer an extension of what
   * Slack has, or Slack does not say what it has.
   */
  grow(ts: string, body: () => Body): Promise<boolean | 'lost'>
  /** Appends the rest and stops the stream, with the blocks below the text; `lost` as above. */
  finish(ts: string, body: () => Body, end: { mark: Mark; signal: AbortSignal }): Promise<true | 'lost'>
  /** Stops the stream as it is. It may have stopped by itself. */
  leave(ts: string, signal: AbortSignal): Promise<void>
  /** Returns how long to wait between two calls, in milliseconds. */
  nextMs(ageMs: number): number
}

type Mark = Parameters<typeof buildReplyMetadata>[0]

/** Slack stops a stream about five minutes after its start; it is left before. Source: measured. */
const longestMs = 270_000
/** Characters that one call takes. Source: docs.slack.dev, chat.appendStream. */
const maxCharacters = 12_000

/** Creates the stream of one message. Without a share, one that was started earlier can only be left. */
export function createStream(limiter: Limiter, place: Place, share: StreamShare | undefined): Stream {
  let isOpen = false
  let sent = ''
  let isSure = true
  let begunAt = 0

  /** Returns what Slack lacks of the text; undefined if the text cannot be reached by appending. */
  const unsentRest = (text: string): string | undefined =>
    isSure && text.startsWith(sent) && text.length - sent.length <= maxCharacters ? text.slice(sent.length) : undefined

  /** Any failure leaves the text unknown, or the stream in a state that an edit puts right; only a deleted message stays so. */
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
    async finish(ts, body, { mark, signal }) {
      const rest = unsentRest(streamedText(body()))
      if (rest === undefined) return 'lost'
      const [, ...below] = body().blocks
      const blocks = body().blocks[0]?.type === 'markdown' ? below : body().blocks
      const text = rest === '' ? {} : { markdown_text: rest }
      const args = () => ({ channel: place.channel, ts, ...text, blocks, metadata: buildReplyMetadata(mark) })
      const landed = await attempt(() => limiter.send('chat.stopStream', args, { urgency: 'final', signal }))
      if (landed === 'lost') return 'lost'
      isOpen = false
      share?.close()
      return true
    },
    async leave(ts, signal) {
      const args = () => ({ channel: place.channel, ts })
      await limiter.send('chat.stopStream', args, { urgency: 'final', signal }).catch(error => {
        if (!(error instanceof SlackError) || error.isPassing || error.code === 'message_not_found') throw error
      })
      isOpen = false
      share?.close()
    },
    nextMs: ageMs => share?.nextMs(ageMs) ?? 0,
  }
}

/** A link or an address whose end has not come: what it leads to is not known. */
const unfinishedLink =
  /!?\[[^\]\n]{0,300}(?:\](?:[([][^)\]\n]{0,1000})?)?$|(?:https?:\/\/|www\.|[\w.+-]{1,60}@)[^\s<>]{0,1000}$/i
/** The beginning of what could become a mention, a link or a formula is held back until it is known what it is. */
const unfinished =
  /[<@&\uFF20][\w!^|@;#\uFF20-]{0,60}$|<(?:https?:|mailto:|tel:|#)[^<>\n]{0,400}$|\\(?:\((?:(?!\\\))[^\n]){0,300}|\[(?:(?!\\\])[\s\S]){0,400})?$|[\p{N})]\*$|[\uD800-\uDBFF]$/u

/** Returns whether a body has any text yet that can be streamed. */
export const isStreamable = (body: Body): boolean => streamedText(body).trim() !== ''

/** Returns the text to stream: all of a complete text, of one that grows what no later piece can change. */
function streamedText({ blocks, grown }: Body): string {
  const [first] = blocks
  const shown = first?.type === 'markdown' ? String(first.text) : ''
  return grown === undefined ? shown : sanitize(grown.replace(unfinishedLink, '').replace(unfinished, ''))
}
