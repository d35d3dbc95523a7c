import type { Bot } from '../context.ts'
import { listenToChannelDialog } from './channel-dialog.ts'
import { createDigestScheduler } from './digest-scheduler.ts'
import { summarize as answer, parseSummaryTurn } from './handler.ts'
import { listenToSummarizing } from './listener.ts'
import { createSummarizer } from './summarizer.ts'

/** Registers summaries: `/summarize`, its shortcut, mentions, and digests that come regularly. */
export function summarize(bot: Bot): void {
  const { store, questions, log } = bot.services
  const { digests } = store
  const scheduler = createDigestScheduler({ digests, questions, log })
  listenToChannelDialog(bot.app, bot.services)
  listenToSummarizing(bot.app, { ...bot.services, digests, scheduler })
  const files = bot.services.createFileReader()
  const deps = { ...bot.services, files, digests, summarizer: createSummarizer(store.parts) }
  bot.onTurn({ outcome: 'summarized', feature: 'summarize', deps, parse: parseSummaryTurn, handle: answer })
  bot.on('start', scheduler.start)
  bot.on('stop', scheduler.stop)
}
