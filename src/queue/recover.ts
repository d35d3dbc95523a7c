import { ShownError } from '../errors.ts'
import { withoutNote } from '../reply/body.ts'
import type { Message } from '../slack/message.ts'
import { slackToPlain } from '../text/from-slack.ts'
import type { ThreadCache } from '../threads/cache.ts'
import type { Turn } from './turn.ts'

/** What Slack shows of a turn that was begun before. */
export interface Recovered {
  /** The question as it stands now; undefined when it is gone. */
  question: Message | undefined
  /** The ts of the reply's messages, the first one first. */
  messages: string[]
  /** The reply as readers see it. */
  text: string
  /** It is an earlier edition, which was not wanted. */
  isRefused: boolean
  /** Of how many messages the reply is whole: the last edit of this edition has landed. Those behind are of an older one. */
  wholeParts: number | undefined
}

/** Slack's history may lag behind its events by this much: a question that is missing in it may still appear. */
const historyLagMs = 10_000

/** Reads what stands in Slack of a turn. Throws when Slack cannot be read. */
export async function fetchRecovered(threads: ThreadCache, turn: Turn, edition: number): Promise<Recovered> {
  const thread = await threads.reread(turn).catch(emptyIfDeleted)
  const ours = thread
    .filter(({ mark }) => mark?.turn === turn.id)
    // A whole one comes before the one for which it was posted.
    .sort((a, b) => (a.mark?.part ?? 0) - (b.mark?.part ?? 0) || Number(b.mark?.isWhole) - Number(a.mark?.isWhole))
  const wholeAt = ours.findIndex(({ mark }) => mark?.isWhole === true && mark.edition === edition)
  const text = ours.map(message => slackToPlain(withoutNote(message.text), id => id)).join('\n\n')
  return {
    question: thread.find(({ ts }) => ts === turn.question.ts) ?? (isFresh(turn) ? turn.question : undefined),
    messages: ours.map(({ ts }) => ts),
    text,
    isRefused: ours.every(({ mark }) => (mark?.edition ?? 1) < edition),
    wholeParts: wholeAt < 0 ? undefined : wholeAt + 1,
  }
}

/** Whether there is nothing left to do of a turn that has ended. Throws when Slack cannot be read. */
export async function isSettled(threads: ThreadCache, turn: Turn, edition: number): Promise<boolean> {
  const { question, wholeParts, messages } = await fetchRecovered(threads, turn, edition)
  return question !== undefined && wholeParts === messages.length
}

/** A thread without messages is what Slack has of one whose beginning was deleted. */
function emptyIfDeleted(error: unknown): readonly Message[] {
  if (error instanceof ShownError && error.kind === 'history_thread_not_found') return []
  throw error
}

function isFresh(turn: Turn): boolean {
  return Date.now() - Number(turn.question.ts) * 1000 < historyLagMs && turn.question.text !== ''
}
