import { tellDirectly } from '../command-failure.ts'
import type { Bot } from '../context.ts'
import { createDigestClock } from './digest-scheduler.ts'
import { summarize as answer, parseSummaryTurn } from './handler.ts'
import { listenToSummarizing } from './listener.ts'
import { createSummarizer } from './summarizer.ts'

/** Registers summaries: `/summarize`, its shortcut, mentions, and digests that come regularly. */
export function summarize(bot: Bot): void {
  const { model, store, asker, log } = bot.services
  const chunks = store.parts
  const { digests } = store
  const onFailure = (...[ask, error]: Parameters<Parameters<typeof asker.put>[1]>) =>
    tellDirectly(bot.services, ask, error)
  const clock = createDigestClock({ digests, asker, onFailure, log })
  listenToSummarizing(bot.app, { ...bot.services, digests, clock })
  const deps = { ...bot.services, digests, chunks, summarizer: createSummarizer({ model, chunks }) }
  bot.onTurn({ outcome: 'summarized', deps, parse: parseSummaryTurn, handle: answer })
  bot.on('messageDeleted', (channel, ts) => chunks.forgetMessage(channel, ts))
  bot.on('start', clock.start)
  bot.on('stop', clock.stop)
}
