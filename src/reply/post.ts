import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../log.ts'
import { type CallSlack, callTimeoutMs, SlackError } from '../slack.ts'
import type { SendBudget, Urgency } from './budget.ts'
import type { MessageBody } from './message.ts'

/** Where a reply goes, and the turn that it answers. */
export interface Place {
  channel: string
  threadTs: string
  turnId: string
}

/** The newest Slack message of a reply: posted at the first `put`, edited at every later one, until `next` opens another. */
export interface Poster {
  /** The ts of every message, the first one first. */
  readonly messages: readonly string[]
  /** Whether the newest message is in Slack already. */
  readonly isPosted: boolean
  /**
   * Makes Slack show the body; it is asked for at the moment of sending. A call in between may be dropped or fail: then
   * the answer is false and the next one overtakes it. Any other is tried again until it has landed, or throws when
   * Slack says that it never can.
   */
  put(body: () => MessageBody, urgency: Urgency): Promise<boolean>
  next(): void
}

/** Marks our messages, so that one whose call had an unknown outcome can be found again. Everybody in the workspace may read it. */
const metadataType = 'threadwise_reply'

/** A completing call is tried for this long; by then a person has asked again. */
const patienceMs = 180_000
const firstRetryMs = 500
const longestRetryMs = 8_000

/** A call that was given up after `callTimeoutMs` may take effect until about this much later; by then Slack itself gives up. */
const lateMs = callTimeoutMs

/** Slack's words for "I do not know this block"; the same message without blocks says as much. */
const blockErrors = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'block_mismatch',
  'msg_blocks_too_long',
  'unsupported_block',
])

/** The message can no longer be edited; what it should say is posted anew. */
const closedErrors = new Set(['edit_window_closed', 'cant_update_message', 'streaming_state_conflict'])

/** A fallback text that is too long beside its blocks is cut to this; people see the blocks. */
const shortCharacters = 800
const toShort = (text: string) => `${text.slice(0, shortCharacters).toWellFormed()}…`

/** Makes the poster of one reply. */
export function createPoster(parts: { budget: SendBudget; call: CallSlack; log: Log }, place: Place): Poster {
  const messages: string[] = []
  let ts: string | undefined
  let part = 0
  let withBlocks = true
  let isShort = false
  let isDoubtful = false
  /** When a call was given up that Slack may still carry out. */
  let lateAt = Number.NEGATIVE_INFINITY

  const toArgs = (body: MessageBody) => ({
    channel: place.channel,
    text: isShort ? toShort(body.text) : body.text,
    ...(withBlocks && { blocks: body.blocks }),
    // `chat.update` would otherwise link names and parse the text as a person's.
    parse: 'none',
    link_names: false,
    ...(ts !== undefined ? { ts } : toPostArgs(place, part)),
  })

  /** After a post that may have worked, nothing is posted before it is known whether it did. */
  const settle = async (): Promise<void> => {
    if (!isDoubtful) return
    await untilLate()
    const found = await findPosted(parts.call, place, part).catch(toNothing)
    isDoubtful = false
    if (found !== undefined) keep(found)
  }

  const untilLate = () => delay(Math.max(0, lateAt + lateMs - Date.now()))

  /** An edit that was given up may still arrive, and would put an older text over the last one; then that is said again. */
  const outlast = async (body: () => MessageBody, urgency: Urgency): Promise<void> => {
    const isLast = urgency === 'final' || urgency === 'error'
    if (!isLast || ts === undefined || Date.now() > lateAt + lateMs) return
    await untilLate()
    await parts.budget.send('chat.update', () => toArgs(body()), 'final')
  }

  const send = async (body: () => MessageBody, urgency: Urgency, giveUp: AbortSignal): Promise<boolean> => {
    const method = ts === undefined ? 'chat.postMessage' : 'chat.update'
    const answer = await parts.budget.send(method, () => toArgs(body()), urgency as 'between', giveUp)
    if (answer !== undefined && ts === undefined) keep(String(answer.ts))
    return answer !== undefined
  }

  const keep = (posted: string) => {
    ts = posted
    messages.push(posted)
  }

  /** Whether the failed call is worth another; learns from the failure what the next one needs. */
  const isWorthAnother = (error: SlackError): boolean => {
    if (blockErrors.has(error.code) && withBlocks) {
      withBlocks = false
      return true
    }
    if (error.code === 'msg_too_long' && withBlocks && !isShort) {
      isShort = true
      return true
    }
    if (closedErrors.has(error.code) && ts !== undefined) {
      ts = undefined
      return true
    }
    if (error.code === 'timeout') lateAt = Date.now()
    isDoubtful ||= error.isUnknown && ts === undefined
    return error.isPassing
  }

  return {
    messages,
    get isPosted() {
      return ts !== undefined
    },
    async put(body, urgency) {
      const deadline = Date.now() + patienceMs
      const giveUp = AbortSignal.timeout(patienceMs)
      for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
        try {
          await settle()
          const landed = await send(body, urgency, giveUp)
          await outlast(body, urgency)
          return landed
        } catch (error) {
          if (giveUp.aborted) throw new SlackError('a reply', 'ratelimited', 0, error)
          if (!(error instanceof SlackError) || !isWorthAnother(error) || Date.now() > deadline) throw error
          parts.log.warn({ channel: place.channel, code: error.code, urgency }, 'a call to Slack failed')
          if (urgency === 'between') return false
          await delay(waitMs)
        }
      }
    },
    next() {
      ts = undefined
      part += 1
    },
  }
}

function toPostArgs(place: Place, part: number): Record<string, unknown> {
  return {
    thread_ts: place.threadTs,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: metadataType, event_payload: { turn: place.turnId, part } },
  }
}

/**
 * Looks in the thread for a message whose posting may or may not have worked. Not being able to look is not the same as
 * not finding it: it throws then, and whoever posts must not post again.
 */
async function findPosted(call: CallSlack, place: Place, part: number): Promise<string | undefined> {
  const oldest = place.turnId.split(':').at(-1)
  const args = { channel: place.channel, ts: place.threadTs, oldest, limit: 200, include_all_metadata: true }
  const { messages } = await call('conversations.replies', args)
  const ours = (messages as HistoryMessage[] | undefined)?.find(({ metadata }) => isPart(metadata, place.turnId, part))
  return ours?.ts
}

/** A Slack that never lets the bot look is taken at its word: at worst a text stands twice, never not at all. */
function toNothing(error: unknown): undefined {
  if (!(error instanceof SlackError) || error.isPassing) throw error
}

interface HistoryMessage {
  ts: string
  metadata?: { event_type?: string; event_payload?: { turn?: string; part?: number } }
}

function isPart(metadata: HistoryMessage['metadata'], turn: string, part: number): boolean {
  const payload = metadata?.event_payload
  return metadata?.event_type === metadataType && payload?.turn === turn && Number(payload.part) === part
}
