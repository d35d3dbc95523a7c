import { randomUUID } from 'node:crypto'
import type { App, MessageShortcut } from '@slack/bolt'
import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import { parseMessage } from '../../slack/message.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import { runWithLateNotice } from '../late-notice.ts'
import type { defineCardRequests } from './private-card.ts'
import { fetchReader } from './reader.ts'
import { type defineReports, parseReportRequest } from './report-command.ts'
import type { ClassifyServices } from './services.ts'
import { openSettings } from './settings-view.ts'
import { buildMessageSubject } from './subject.ts'

type Deps = Pick<
  ClassifyServices,
  'self' | 'call' | 'access' | 'rules' | 'users' | 'fetchNames' | 'respond' | 'settings' | 'log'
>

/**
 * Listens to people who hand the bot feedback, by the command `/classify` or the shortcut “Classify this message”: it says
 * what kind it is and why, on a card that they alone see until they post it.
 */
export function listenToClassifying(
  app: App,
  deps: Deps,
  { cards, reports }: { cards: ReturnType<typeof defineCardRequests>; reports: ReturnType<typeof defineReports> },
): void {
  app.command('/classify', async ({ ack, command }) => {
    const { user_id: user, channel_id: channel, response_url: responseUrl } = command
    const text = command.text.trim()
    const { i18n } = await fetchReader(deps, user)
    const say = (sentence: string) => ack({ response_type: 'ephemeral', text: sentence })
    const sayLate = () => deps.respond(responseUrl, { response_type: 'ephemeral', text: i18n.labels.working })
    const sayFailure = (error: unknown) => say(formatFailure(error, i18n))
    if (text === '') return say(i18n.labels.usage)
    if (/^(settings|设置|設定)$/i.test(text)) {
      const person = await savedOrTold(deps.users.refresh(user), sayFailure)
      if (person === undefined) return
      if (person.isGuest) return say(i18nFor(person.locale).access.guests)
      await ack()
      return openSettings(deps, command)
    }
    const request = parseReportRequest(text)
    if (request !== undefined) {
      const report = await savedOrTold(reports.save({ request, user, channel, responseUrl }), sayFailure)
      if (report === undefined) return
      await ack()
      return runWithLateNotice(reports.run(report), sayLate)
    }
    const id = randomUUID()
    const subject = { id, channel, text, askedBy: user, isShared: false, saidAt: Date.now() }
    const card = await savedOrTold(cards.save({ subject, user, responseUrl }, id), sayFailure)
    if (card === undefined) return
    await ack()
    await runWithLateNotice(cards.run(card), sayLate)
  })
  app.shortcut({ callback_id: 'classify_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    const { message, channel, user, response_url: responseUrl } = shortcut as MessageShortcut
    const said = parseMessage(message, deps.self)
    const whose = { id: randomUUID(), channel: channel.id, threadTs: message.thread_ts ?? message.ts, askedBy: user.id }
    const subject = said && (await buildMessageSubject(deps, said, whose))
    const text = subject?.text.trim() ?? ''
    await ack()
    const { i18n } = await fetchReader(deps, user.id)
    const tell = (sentence: string) =>
      deps
        .respond(responseUrl, { response_type: 'ephemeral', replace_original: false, text: sentence })
        .catch(error => deps.log.warn({ reason: formatError(error) }, 'notice failed'))
    if (subject === undefined || text === '') return tell(i18n.labels.nothingToLabel)
    const saving = cards.save({ subject: { ...subject, text }, user: user.id, responseUrl }, subject.id)
    const card = await savedOrTold(saving, error => tell(formatFailure(error, i18n)))
    if (card === undefined) return
    await runWithLateNotice(cards.run(card), () => tell(i18n.labels.working))
  })
}
