import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { withoutNote } from '../reply/body.ts'
import type { Progress } from '../reply/checkpoint.ts'
import type { Message } from '../slack/message.ts'
import { slackToPlain } from '../text/from-slack.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { Job } from './job.ts'
import { markOf, type Turn } from './turn.ts'

/** The part of a resumed turn that stands in Slack. */
interface Recovered {
  /** The question as it is now; undefined if it was deleted. */
  question: Message | undefined
  /** The ts of the reply's messages, in order. */
  messages: string[]
  /** The reply as readers see it. */
  text: string
  /** The reply is of an earlier revision, which the person did not want. */
  isRefused: boolean
  /** How many messages the complete reply of this revision has; undefined while it is incomplete. Messages behind are of an older one. */
  wholeParts: number | undefined
}

/** Slack's history may lag behind its events by this much: a question missing from it may still appear. */
const historyLagMs = 10_000

/**
 * Fetches what an earlier attempt left in Slack. Returns undefined on a first attempt, or if Slack cannot be read and the job's own
 * checkpoint has to do; 'unreadable' if that does not hold the question either.
 */
export async function recover(
  { threads, log }: { threads: Pick<ThreadCache, 'reread'>; log: Log },
  { turn, revision, isResumed }: Job,
): Promise<Recovered | 'unreadable' | undefined> {
  if (!isResumed) return undefined
  try {
    return await fetchRecovered(threads, turn, revision)
  } catch (error) {
    log.warn({ turn: turn.id, reason: formatError(error) }, 'recovery failed: the thread could not be read')
    return turn.question.text === '' && turn.question.files.length === 0 ? 'unreadable' : undefined
  }
}

/** Returns the checkpoint to resume from: Slack's history counts for more than the store, except where it lags behind. */
export function resumeCheckpoint(checkpoint: Progress, recovered: Recovered | undefined): Progress {
  if (recovered === undefined || recovered.messages.length < checkpoint.messages.length) return checkpoint
  const shown = recovered.isRefused ? 0 : Math.max(checkpoint.shown, recovered.text.length)
  return { ...checkpoint, messages: recovered.messages, shown }
}

/** Returns whether nothing is left to do for a turn that has ended. Throws if Slack cannot be read. */
export async function isSettled(threads: Pick<ThreadCache, 'reread'>, turn: Turn, revision: number): Promise<boolean> {
  const { question, wholeParts, messages } = await fetchRecovered(threads, turn, revision)
  return question !== undefined && wholeParts === messages.length
}

async function fetchRecovered(threads: Pick<ThreadCache, 'reread'>, turn: Turn, revision: number): Promise<Recovered> {
  const thread = await threads.reread(turn).catch(emptyIfDeleted)
  const marks = [turn.id, markOf(turn)]
  const ours = thread
    .filter(({ mark }) => mark !== undefined && marks.includes(mark.turn))
    // A complete message comes before the one that it was posted to replace.
    .sort((a, b) => (a.mark?.part ?? 0) - (b.mark?.part ?? 0) || Number(b.mark?.isWhole) - Number(a.mark?.isWhole))
  const wholeAt = ours.findIndex(({ mark }) => mark?.isWhole === true && mark.edition === revision)
  const text = ours.map(message => slackToPlain(withoutNote(message.text), id => id)).join('\n\n')
  return {
    question: thread.find(({ ts }) => ts === turn.question.ts) ?? (isFresh(turn) ? turn.question : undefined),
    messages: ours.map(({ ts }) => ts),
    text,
    isRefused: ours.every(({ mark }) => (mark?.edition ?? 1) < revision),
    wholeParts: wholeAt < 0 ? undefined : wholeAt + 1,
  }
}

/** Slack reports a thread whose first message was deleted as not found. */
function emptyIfDeleted(error: unknown): readonly Message[] {
  if (error instanceof ShownError && error.kind === 'history_thread_not_found') return []
  throw error
}

function isFresh(turn: Turn): boolean {
  return Date.now() - Number(turn.question.ts) * 1000 < historyLagMs && turn.question.text !== ''
}
