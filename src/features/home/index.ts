import type { BlockAction } from '@slack/bolt'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Bot } from '../context.ts'
import { listenToDigestStop } from './digests.ts'
import { listenToExamples } from './examples.ts'
import { forget } from './forget.ts'
import { parseLanguage } from './language.ts'
import { createPublisher } from './publish.ts'
import { defineExport, listenToExport } from './send-export.ts'
import { createSuggestion } from './suggested-prompts.ts'
import { buildHome } from './view.ts'
import { parseVoiceChange } from './voice.ts'

/** Registers App Home: a panel for each person, with more for admins, and the suggested prompts of its messages tab. */
export function home({ app, services }: Bot): void {
  const { self, speech, store, users } = services
  const i18nOf = async (user: string) => i18nFor((await users.read(user)).locale)
  const suggest = createSuggestion(services)
  const publish = createPublisher(services, (user, notice) => buildHome(services, user, notice))
  const saveOwn = async (body: BlockAction, change: Parameters<typeof store.personSettings.change>[1] | undefined) => {
    const { id: user } = body.user
    const isSaved = change === undefined || (await store.personSettings.change({ teamId: self.teamId, user }, change))
    const notice = isSaved ? undefined : `⚠️ ${(await i18nOf(user)).speech.notSaved}`
    await publish(user, { notice, seen: body.view?.hash })
  }
  listenToExamples(app, services, { publish, i18nOf })
  listenToDigestStop(app, store.digests, publish)
  listenToExport(app, defineExport(services), { publish, i18nOf })
  app.event('app_home_opened', async ({ event }) => {
    if (event.tab !== 'messages')
      return publish(event.user, { seen: (event.view as { hash?: string } | undefined)?.hash })
    const { isGuest, locale } = await users.read(event.user)
    await suggest(event.channel, i18nFor(locale), { isGuest })
  })
  app.action<BlockAction>(/^set_(?:voice|speed|answer_clips)$/, async ({ ack, body, action }) => {
    await ack()
    const voices = speech && { voices: await speech.listVoices(), usualVoice: speech.usualVoice }
    await saveOwn(body, voices && parseVoiceChange(action, voices))
  })
  app.action<BlockAction>('set_language', async ({ ack, body, action }) => {
    await ack()
    await saveOwn(body, action.type === 'static_select' ? parseLanguage(action.selected_option?.value) : undefined)
  })
  app.action<BlockAction>('forget_me', async ({ ack, body }) => {
    await ack()
    const { id: user } = body.user
    await publish(user, { notice: await forget(services, user, i18nOf), seen: body.view?.hash })
  })
}
