import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { SendBudget } from '../reply/budget.ts'
import { openReply, type Reply } from '../reply/reply.ts'
import { openStatus } from '../reply/status.ts'
import type { CallSlack } from '../slack.ts'
import type { Words } from '../words/words.ts'
import type { Turn } from './turn.ts'

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

/** Opens the stage for a turn that was heard at that moment of `performance.now()`: the status is shown at once, and the thread of a direct message gets its title. */
export function openStage(parts: StageParts, turn: Turn, words: Words, heardAt: number): Stage {
  const place = { channel: turn.channel, threadTs: turn.threadTs, turnId: turn.id }
  const status = openStatus(parts.budget, parts.log, place, words.thinking)
  if (turn.place === 'dm' && turn.question.ts === turn.threadTs) giveTitle(parts, turn)
  let firstTextMs: number | undefined
  const onFirstText = () => {
    firstTextMs = Math.round(performance.now() - heardAt)
    parts.metrics.firstTextShown(firstTextMs)
    status.close()
  }
  const reply = openReply({ ...parts, onFirstText }, place)

  return {
    reply,
    close() {
      status.close()
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
