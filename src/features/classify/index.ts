import { createIsPublic } from '../../slack/is-public-channel.ts'
import type { Bot } from '../context.ts'
import { createAutoLabel } from './auto-label.ts'
import { listenToCardActions } from './card-actions.ts'
import { loadChannelSettings } from './channel-settings.ts'
import { listenToClassifying } from './classify-command.ts'
import { createLabelText } from './label-text.ts'
import { handleLabelRequest, parseLabelRequest } from './mention-handler.ts'
import { defineCardRequests } from './private-card.ts'
import { listenToReactions } from './reaction-listener.ts'
import { removeCards } from './remove-cards.ts'
import { defineReports, listenToReportActions } from './report-command.ts'
import { answerWithReport, parseReportTurn } from './report-handler.ts'
import { listenToClassifySettings } from './settings-view.ts'
import type { Taxonomies } from './taxonomy-files.ts'
import { listenToTextDialog } from './text-dialog.ts'

/** Registers classification: `/classify`, its shortcut, mentions, reactions, watched channels, CSV files and reports. */
export async function classify(bot: Bot, taxonomies: Taxonomies): Promise<void> {
  const { models, store, reader, users, rules, log } = bot.services
  const isPublic = createIsPublic(reader, log)
  const deps = {
    ...bot.services,
    taxonomies,
    label: createLabelText({
      models,
      taxonomies,
      labels: store.labels,
      rules,
      // Guests may read only the channels that they are in.
      isPublic: async (channel, askedBy) =>
        (await isPublic(channel)) && (askedBy === undefined || !(await users.read(askedBy)).isGuest),
    }),
    settings: await loadChannelSettings(store.settings),
  }
  const cards = defineCardRequests(deps)
  const reports = defineReports(deps)
  listenToClassifying(bot.app, deps, { cards, reports })
  listenToTextDialog(bot.app, deps, cards)
  listenToCardActions(bot.app, deps)
  listenToReportActions(bot.app, deps)
  listenToClassifySettings(bot.app, deps)
  listenToReactions(bot.app, deps, cards)
  bot.onTurn({ outcome: 'labelled', feature: 'classify', deps, parse: parseLabelRequest, handle: handleLabelRequest })
  bot.onTurn({ outcome: 'reported', feature: 'classify', deps, parse: parseReportTurn, handle: answerWithReport })
  bot.on('beforeAck', createAutoLabel(deps))
  bot.on('labelsForgotten', labels => removeCards(deps, labels))
}
