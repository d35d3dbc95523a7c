import type { I18n } from '../i18n/catalog.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Job } from '../queue/job.ts'
import { isEmpty, type Turn } from '../queue/turn.ts'
import type { Limiter } from '../rate-limit/limiter.ts'
import type { Progress } from '../reply/checkpoint.ts'
import { openReply, type Reply } from '../reply/reply.ts'
import { noStatus, openStatus } from '../reply/status.ts'
import type { CallSlack } from '../slack/client.ts'
import { buildGrowingControls } from './reply-buttons.ts'

/** Where one answer appears: the status line until there is text, then the reply. */
export interface Stage {
  readonly reply: Reply
  close(): void
  /** For the log. */
  figures(): { milliseconds: number; firstTextMs?: number; characters: number; messages: number }
}

interface StageDeps {
  limiter: Limiter
  call: CallSlack
  log: Log
  metrics: Metrics
}

/**
 * Opens the stage for an attempt: the status is shown at once, the thread of a direct message gets its title, and a reply
 * that stands already is gone on with.
 */
export function openStage(deps: StageDeps, job: Job, progress: Progress, i18n: I18n): Stage {
  const { turn, heardAt } = job
  const place = {
    channel: turn.channel,
    threadTs: turn.threadTs,
    turnId: turn.id,
    edition: job.revision,
    user: turn.user,
  }
  // An attempt that ends before it begins has nothing to announce.
  const status = job.signal.aborted ? noStatus : openStatus(deps.limiter, deps.log, place, i18n.thinking)
  if (turn.place === 'dm' && turn.question.ts === turn.threadTs && !job.isResumed) giveTitle(deps, turn)
  let firstTextMs: number | undefined
  const onFirstText = () => {
    firstTextMs = Math.round(performance.now() - heardAt)
    deps.metrics.firstTextShown(firstTextMs)
    // A post takes the line away by itself; an edit does not.
    status.close(progress.messages.length > 0)
  }
  const controls = isEmpty(turn) ? [] : buildGrowingControls(turn.id, i18n)
  const reply = openReply({ ...deps, onFirstText, controls, progress }, place)

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
function giveTitle(deps: StageDeps, turn: Turn): void {
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
  deps.limiter
    .send('assistant.threads.setTitle', () => args, 'interim')
    .catch(error => deps.log.debug({ turn: turn.id, code: error.code }, 'no thread title'))
}
