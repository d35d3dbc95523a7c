import type { Turn } from '../../queue/turn.ts'
import { parseAloudWish } from '../../text/aloud-request.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { findLastAnswered } from '../delivery.ts'
import { tellPrivately } from '../turn-endings.ts'

type ListenDeps = Pick<Services, 'readings' | 'store' | 'limiter' | 'log'>

/** Registers the request to read the last answer aloud: "read it aloud" and nothing else. */
export function listen(bot: Bot): void {
  if (bot.services.readings === undefined) return
  const parse = ({ question }: Turn) => {
    const hasMore = question.files.length > 0 || (question.quotes ?? []).length > 0
    return !hasMore && parseAloudWish(question.text)?.rest === '' ? true : undefined
  }
  bot.onTurn({ outcome: 'read_aloud', deps: bot.services, parse, handle: readLastAloud })
}

/** Has the last answer read aloud. The recording is the reply. */
async function readLastAloud({ turn, i18n, deps }: TurnContext<ListenDeps>): Promise<void> {
  const id = await findLastAnswered(deps, turn)
  if (id === undefined) return tellPrivately(deps, turn, i18n.speech.nothingBefore)
  const read = await deps.readings?.save({ ...turn, id }, turn.user)
  void read?.()
}
