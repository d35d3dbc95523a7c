import type { I18n } from '../i18n/catalog.ts'
import type { Job } from '../queue/job.ts'
import { isEmpty, isUnasked, markOf, parseHelpRequest, type Turn } from '../queue/turn.ts'
import type { Progress } from '../reply/checkpoint.ts'
import { openReply, type Reply } from '../reply/reply.ts'
import { noStatus, openStatus } from '../reply/status.ts'
import type { Services } from './context.ts'
import { buildGrowingControls } from './reply-buttons.ts'

type OpenDeps = Pick<Services, 'limiter' | 'reader' | 'log' | 'metrics'>

/**
 * Opens the reply of an attempt: shows the status line at once, names a direct message's thread after its question, and
 * resumes from the checkpoint. `figures` are for the log.
 */
export function openTurnReply(deps: OpenDeps, job: Job, { checkpoint, i18n }: { checkpoint: Progress; i18n: I18n }) {
  const { turn, heardAt, revision } = job
  const reader = isUnasked(turn) ? {} : { user: turn.user }
  const place = { channel: turn.channel, threadTs: turn.threadTs, turnId: markOf(turn), edition: revision, ...reader }
  // An attempt that is aborted before it begins announces nothing, and neither does one that may end in silence.
  const status =
    job.signal.aborted || isUnasked(turn) ? noStatus : openStatus(deps.limiter, deps.log, place, i18n.thinking)
  if (turn.place === 'dm' && turn.question.ts === turn.threadTs && !job.isResumed) setThreadTitle(deps, turn)
  let firstTextMs: number | undefined
  const onFirstText = () => {
    firstTextMs = Math.round(performance.now() - heardAt)
    deps.metrics.firstTextShown(firstTextMs)
    // A post clears the status line by itself; an edit does not.
    status.close(checkpoint.messages.length > 0)
  }
  const isHelp = isEmpty(turn) || parseHelpRequest(turn) !== undefined
  const controls = isHelp ? [] : buildGrowingControls(turn.id, i18n)
  const reply: Reply = openReply({ ...deps, onFirstText, controls, progress: checkpoint }, place)

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

/** The agent pane's list cuts off a longer title. */
const titleCharacters = 60

/** Names the thread in the agent pane after its question. Best effort, like the status line. */
function setThreadTitle(deps: OpenDeps, turn: Turn): void {
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
    .catch(error => deps.log.debug({ turn: turn.id, code: error.code }, 'thread title not set'))
}
