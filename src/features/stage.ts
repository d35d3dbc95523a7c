import type { Words } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Job } from '../queue/job.ts'
import { isEmpty, type Turn } from '../queue/turn.ts'
import type { SendBudget } from '../rate-limit/limiter.ts'
import type { Progress } from '../reply/checkpoint.ts'
import { toGrowingControls } from '../reply-buttons.ts'
import { openReply, type Reply } from '../reply/reply.ts'
import { noStatus, openStatus } from '../reply/status.ts'
import type { CallSlack } from '../slack/client.ts'

/** Where one answer appears: the status line until there is text, then the reply. */
export interface Stage {
  readonly reply: Reply
  close(): void
  /** For the log. */
  figures(): { milliseconds: number; firstTextMs?: number; characters: number; messages: number }
}

interface StageParts {
  budget: SendBudget
  call: CallSlack
  log: Log
  metrics: Metrics
}

/**
 * Opens the stage for an attempt: the status is shown at once, the thread of a direct message gets its title, and a reply
 * that stands already is gone on with.
 */
export function openStage(parts: StageParts, job: Job, progress: Progress, words: Words): Stage {
  const { turn, heardAt } = job
  const place = {
    channel: turn.channel,
    threadTs: turn.threadTs,
    turnId: turn.id,
    edition: job.edition,
    user: turn.user,
  }
  // An attempt that ends before it begins has nothing to announce.
  const status = job.signal.aborted ? noStatus : openStatus(parts.budget, parts.log, place, words.thinking)
  if (turn.place === 'dm' && turn.question.ts === turn.threadTs && !job.isResumed) giveTitle(parts, turn)
  let firstTextMs: number | undefined
  const onFirstText = () => {
    firstTextMs = Math.round(performance.now() - heardAt)
    parts.metrics.firstTextShown(firstTextMs)
    // A post takes the line away by itself; an edit does not.
    status.close(progress.messages.length > 0)
  }
  const controls = isEmpty(turn) ? [] : toGrowingControls(turn.id, words)
  const reply = openReply({ ...parts, onFirstText, controls, progress }, place)

  return {
    reply,
    close() {
      status.close(true)
      reply.close()
    },
    figures: () => ({
      milliseconds: Math.round(performance.now() - heardAt),
      ...(firstTextMs !== undefined && { firstTextMs }),
      characters: reply.text.length,
      messages: reply.messages.length,
    }),
  }
}

/** A title longer than this is cut off in the agent pane's list. */
const titleCharacters = 60

/** Names the thread in the agent pane after its question. A courtesy, as the status is. */
function giveTitle(parts: StageParts, turn: Turn): void {
  const words = turn.question.text
    .slice(0, 20 * titleCharacters)
    .replace(/<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  const title = [...new Intl.Segmenter().segment(words)]
    .slice(0, titleCharacters)
    .map(({ segment }) => segment)
    .join('')
  if (title === '') return
  const args = { channel_id: turn.channel, thread_ts: turn.threadTs, title }
  parts.budget
    .send('assistant.threads.setTitle', () => args, 'between')
    .catch(error => parts.log.debug({ turn: turn.id, code: error.code }, 'no thread title'))
}
