import { pause } from '../abort.ts'
import { SlackError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Limiter, Urgency } from '../rate-limit/limiter.ts'
import type { SlackReader } from '../slack/reader.ts'
import type { MessageBody } from './body.ts'
import type { Progress } from './checkpoint.ts'
import { createEditTransport } from './edit-transport.ts'
import { findPosted, ignoreNotFound } from './find-uncertain-post.ts'
import { createMessages } from './messages.ts'
import { removeMessage } from './remove-message.ts'
import { createStreamChoice } from './stream-choice.ts'
import { isStreamable } from './stream-transport.ts'
import { createUnknownOutcomes } from './unknown-outcomes.ts'

/** The thread of a reply, the turn that it answers, and its revision, from 1. */
export interface Place {
  channel: string
  threadTs: string
  turnId: string
  edition: number
  /** The asker: a stream needs a person for whom it grows. */
  user?: string
}

/** The content of a message, and whether the reply is complete with it. */
export interface Body extends MessageBody {
  isWhole: boolean
  /** The Markdown so far, while it grows. */
  grown?: string
}

/** A completing call is tried for this long; by then a person has asked again. */
const patienceMs = 180_000
const firstBackoffMs = 500
const longestBackoffMs = 8_000

/** Slack's codes for "no streams in this workspace". */
const noStreams = new Set([
  'feature_not_enabled',
  'unknown_method',
  'no_permission',
  'missing_scope',
  'not_allowed_token_type',
])

/** The message can no longer be edited: its text is posted anew. */
const closedErrors = new Set(['edit_window_closed', 'cant_update_message', 'streaming_state_conflict'])

const isCompleting = (urgency: Urgency) => urgency === 'final' || urgency === 'error'

interface WriterDeps {
  limiter: Limiter
  reader: SlackReader
  log: Log
}

/** Writes the messages of a reply, one after the other: each is posted by its first `put` and edited by every later one. */
export type Writer = ReturnType<typeof createWriter>

/** Creates the writer of one reply. It resumes in the messages that an earlier attempt posted. */
export function createWriter(deps: WriterDeps, place: Place, checkpoint: Progress) {
  const work = openWork(deps, place, checkpoint)
  const { messages, outcomes, choice, share } = work
  return {
    /** The ts of every message, in order. */
    messages: messages.all,
    /** The position of the message at work, from 0. */
    get index() {
      return messages.index
    },
    /** The message at work is in Slack. */
    get isPosted() {
      return messages.ts !== undefined
    },
    /** The message in Slack is not final, even if its text is: it is a stream, or an older edit may still arrive. */
    get isUnsettled() {
      return choice.stream.isOpen || outcomes.mayEditArrive
    },
    /** Reserves the completing call. Returns false if there is none left: the text is then better posted once, whole. */
    begin: (): boolean =>
      choice.stream.isOpen || (messages.ts === undefined && choice.chooseGrowing()) || share.begin(),
    /** Edits instead of streaming: what is shown next does not only grow. */
    onlyEdit(): void {
      if (messages.ts === undefined) choice.forbid()
    },
    /** Returns how long to wait between two edits of a text that was first shown this long ago, in milliseconds. */
    nextMs: (ageMs: number): number => (choice.stream.isOpen ? choice.stream : share).nextMs(ageMs),
    /** Releases the reservations. `grownMs` is how long a complete text grew. Safe to call twice. */
    close(grownMs?: number): void {
      choice.close()
      share.close(grownMs)
    },
    /**
     * Makes Slack show the body, which is asked for at the moment of sending. An interim call may be dropped or fail: then this
     * returns false and the next one overtakes it; so does one that still waits when `overtaken` aborts. Any other is retried until
     * it has landed, or throws when Slack says that it never can.
     */
    put: (body: () => Body, urgency: Urgency, overtaken?: AbortSignal): Promise<boolean> =>
      putWithRetry(deps, work, { body, urgency, overtaken }),
    /** Goes on to the next message. */
    next(): void {
      messages.next()
      choice.next()
    },
    /** Goes back to the first message. */
    rewind(): void {
      messages.rewind()
      choice.next()
    },
    /** Removes all messages but the first `count`, and those that were given up. */
    keepFirst: (count: number): Promise<void> => messages.keepFirst(count, ts => removeMessage(deps, place, ts)),
  }
}

/** The state of a writer. */
type Work = ReturnType<typeof openWork>

function openWork({ limiter }: WriterDeps, place: Place, checkpoint: Progress) {
  const messages = createMessages(checkpoint)
  return {
    place,
    messages,
    outcomes: createUnknownOutcomes(checkpoint.postingAt),
    edits: createEditTransport({ limiter, place, messages, checkpoint }),
    choice: createStreamChoice(limiter, place),
    share: limiter.openReply(),
  }
}

async function putWithRetry(
  deps: WriterDeps,
  work: Work,
  { body, urgency, overtaken }: { body: () => Body; urgency: Urgency; overtaken: AbortSignal | undefined },
): Promise<boolean> {
  if (isCompleting(urgency)) work.share.complete()
  const deadline = Date.now() + patienceMs
  const patience = AbortSignal.timeout(patienceMs)
  const signal = overtaken === undefined ? patience : AbortSignal.any([patience, overtaken])
  for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
    try {
      await settlePost(deps, work)
      const landed = await send(work, { body, urgency, signal })
      // An older edit could have arrived over the last one: then that is made once more.
      if (isCompleting(urgency) && work.messages.ts !== undefined && (await work.outcomes.outlastEdits()))
        await work.edits.grow(body, 'final', signal)
      return landed
    } catch (error) {
      if (overtaken?.aborted === true && !(error instanceof SlackError)) return false
      if (patience.aborted) throw new SlackError('a reply', 'ratelimited', { cause: error })
      if (!(error instanceof SlackError) || !isWorthAnother(deps, work, error) || Date.now() > deadline) throw error
      deps.log.warn({ channel: work.place.channel, code: error.code, urgency }, 'Slack call failed; retry follows')
      if (urgency === 'interim') return false
      if (error.isPassing) await pause(backoffMs)
    }
  }
}

/** Looks up a post of unknown outcome: nothing is posted before it is known. */
async function settlePost({ reader }: WriterDeps, { place, messages, outcomes, choice }: Work): Promise<void> {
  if (messages.ts !== undefined) return
  const found = await outcomes.settlePost(() => findPosted(reader, place, messages).catch(ignoreNotFound))
  if (found === undefined) return
  if (found.isStreaming) choice.stream.adopt()
  await messages.posted(found.ts)
}

/** Learns from a failed call what the next one needs. Returns whether it is worth another. */
function isWorthAnother({ limiter }: WriterDeps, work: Work, error: SlackError): boolean {
  const { messages, outcomes, edits, choice } = work
  const isPosted = messages.ts !== undefined
  if (!isPosted && choice.isChosen && !error.isPassing) {
    // If the place itself is the trouble, the post fails too.
    choice.giveUp()
    if (noStreams.has(error.code)) limiter.withoutStreams()
    return true
  }
  // It still grows as a stream that an earlier process began.
  if (error.code === 'streaming_state_conflict' && isPosted && !choice.stream.isOpen && choice.adopt()) return true
  if (edits.adapt(error.code)) return true
  if (closedErrors.has(error.code) && isPosted) {
    messages.abandon()
    outcomes.forgetEdits()
    return true
  }
  outcomes.note(error, isPosted)
  return error.isPassing
}

interface Sending {
  body: () => Body
  urgency: Urgency
  signal: AbortSignal
}

/** Sends the body once, by the transport that suits it. */
async function send(work: Work, sending: Sending): Promise<boolean> {
  const { messages, edits, choice } = work
  if (messages.ts === undefined) {
    await edits.notePosting()
    choice.choose(sending.body(), sending.urgency)
  }
  if (choice.stream.isOpen || (messages.ts === undefined && choice.isChosen)) {
    // What could still become a mention is no beginning.
    if (!choice.stream.isOpen && !isStreamable(sending.body())) return false
    const landed = await sendToStream(work, sending)
    if (landed !== undefined) return landed
  }
  return sendAsEdit(work, sending)
}

/** Returns undefined if the body has to be edited in. */
async function sendToStream(
  { place, messages, choice }: Work,
  { body, urgency, signal }: Sending,
): Promise<boolean | undefined> {
  if (!choice.stream.isOpen) {
    choice.begun()
    const begun = await choice.stream.begin(body)
    if (begun === undefined) {
      choice.giveUp()
      return undefined
    }
    await messages.posted(begun)
    // A whole text is ended below.
    if (!body().isWhole && urgency !== 'final') return true
  }
  const ts = messages.ts as string
  const mark = { turn: place.turnId, part: messages.index, edition: place.edition, isWhole: body().isWhole }
  const landed = isCompleting(urgency)
    ? await choice.stream.finish(ts, body, { mark, signal })
    : await choice.stream.grow(ts, body)
  if (landed !== 'lost') return landed
  choice.forbid()
  await choice.stream.leave(ts, signal)
  return undefined
}

async function sendAsEdit(work: Work, sending: Sending): Promise<boolean> {
  const { messages, outcomes, edits, share } = work
  const { body, urgency, signal } = sending
  if (messages.ts === undefined) {
    const posted = await edits.begin(body, urgency, signal)
    if (posted !== undefined) await messages.posted(posted)
    return posted !== undefined
  }
  if (!isCompleting(urgency)) {
    const landed = await edits.grow(body, urgency, signal)
    if (landed) share.spend()
    return landed
  }
  if (await edits.finish(body, urgency as 'final', signal)) return true
  messages.abandon()
  outcomes.forgetEdits()
  return send(work, sending)
}
