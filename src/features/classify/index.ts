import { createIsPublic } from '../../slack/public-channels.ts'
import type { Bot, TurnContext } from '../context.ts'
import { createAutoLabel, listenToReactions } from './auto-label.ts'
import { loadChannelSettings } from './channel-settings.ts'
import { classifyCsv } from './csv-handler.ts'
import { type LabelRequest, label, parseLabelRequest } from './handler.ts'
import { createLabeller } from './labeller.ts'
import { listenToClassifying, resumeClassifying } from './listener.ts'
import type { Taxonomies } from './taxonomy-files.ts'

/** A table is classified row by row, so it may be longer than what a model reads at once. */
const csvCharacters = 10_000_000

/** Registers classification: `/classify`, its shortcut, mentions, reactions, watched channels, CSV files and reports. */
export async function classify(bot: Bot, taxonomies: Taxonomies): Promise<void> {
  const { model, store, call, log } = bot.services
  const { labels } = store
  const deps = {
    ...bot.services,
    taxonomies,
    labels,
    labeller: createLabeller({ model, taxonomies, labels, isPublic: createIsPublic(call, log) }),
    settings: await loadChannelSettings(store.settings),
    sheets: bot.services.createFileReader({ maxTextCharacters: csvCharacters }),
    asks: store.asks,
  }
  const autoLabel = createAutoLabel(deps)
  listenToClassifying(bot.app, deps)
  listenToReactions(bot.app, deps)
  bot.onTurn({ outcome: 'labelled', deps, parse: parseLabelRequest, handle: answer })
  bot.on('beforeAck', body => autoLabel.keep(body))
  bot.on('takeOver', async commands => {
    const left = await labels.takeOver()
    resumeClassifying(deps, commands, left)
    autoLabel.resume(left)
  })
}

type ClassifyDeps = Parameters<typeof classifyCsv>[0] & Parameters<typeof label>[0]

async function answer(
  { turn, i18n, reply, signal, deps }: TurnContext<ClassifyDeps>,
  request: LabelRequest,
): Promise<void> {
  if (request.of !== 'file') return label(deps, turn, request, i18n, signal)
  await classifyCsv(deps, turn, request.column, i18n, reply, signal)
  await reply.finish()
}
