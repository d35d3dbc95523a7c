import type { BlockAction } from '@slack/bolt'
import type { HomeView, KnownBlock } from '@slack/types'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { formatModelWarnings } from '../chosen-model.ts'
import type { Bot, Services } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'
import { buildDigests, listenToDigestStop } from './digests.ts'
import { header, mrkdwn, plain, section } from './elements.ts'
import { buildExamples, listenToExamples } from './examples.ts'
import { buildExport, defineExport, listenToExport } from './export.ts'
import { buildForget, forget } from './forget.ts'
import { renderHealth } from './health.ts'
import { buildInstructions } from './instructions.ts'
import { buildLanguage, parseLanguage } from './language.ts'
import { createPublisher } from './publish.ts'
import { formatOwnRatings, formatRatings } from './ratings.ts'
import { createSuggestion } from './suggested-prompts.ts'
import { buildOwnUsage, loadMonth, renderAllUsage } from './usage.ts'
import { buildVoiceBlocks, parseVoiceChange } from './voice.ts'

type HomeDeps = Pick<Services, 'self' | 'speech' | 'limiter' | 'metrics' | 'models' | 'log' | 'store' | 'users'>

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

/** Builds a person's home: what the bot can do, their own settings and figures, and for admins those of the workspace. */
async function buildHome(deps: HomeDeps, user: string, notice: string | undefined): Promise<HomeView> {
  const known = await deps.users.read(user)
  const { isAdmin, locale, timeZone } = known.isAdmin ? await deps.users.refresh(user) : known
  const i18n = i18nFor(locale)
  const { model } = await deps.models.choose({ channel: '' })
  return {
    type: 'home',
    blocks: [
      header(i18n.home.title),
      ...(notice === undefined ? [] : [section(notice)]),
      ...buildExamples(i18n),
      { type: 'divider' },
      header(i18n.home.own),
      ...(await buildOwn(deps, user, i18n)),
      { type: 'divider' },
      ...(isAdmin
        ? [header(i18n.home.admins), ...(await buildAdmin(deps, i18n, timeZone)), { type: 'divider' as const }]
        : []),
      { type: 'context', elements: [plain(i18n.home.model({ name: formatModelTitle(model.title, i18n) }))] },
      { type: 'context', elements: [plain(i18n.home.reads)] },
      buildForget(i18n),
    ],
  }
}

/** Builds what is a person's own: language, voice, instructions, digests, ratings and usage. */
async function buildOwn(deps: HomeDeps, user: string, i18n: I18n): Promise<KnownBlock[]> {
  const { self, speech, store } = deps
  const reading = store.personSettings.read({ teamId: self.teamId, user })
  const settings = (await orNothing(deps, 'settings of a person not read', reading)) ?? {}
  const voices = speech && { voices: await speech.listVoices(), usualVoice: speech.usualVoice }
  const digests = await orNothing(deps, 'digests not read', store.digests.of(user))
  const ratings = await orNothing(deps, 'ratings not counted', store.ratings.count(user))
  const usage = await orNothing(deps, 'usage not read', loadMonth(store.usage, Date.now()))
  const ownRatings = formatOwnRatings(ratings ?? [], i18n)
  return [
    ...buildLanguage(i18n, settings.language),
    buildInstructions(i18n, settings.instructions),
    ...(voices === undefined ? [] : buildVoiceBlocks(i18n, { settings, ...voices })),
    ...(digests === undefined ? [] : buildDigests(digests, i18n)),
    ...(ownRatings === '' ? [] : [mrkdwn(ownRatings)]),
    ...(usage === undefined ? [] : [buildOwnUsage(usage, user, i18n)]),
  ]
}

/** Builds what only admins see. The settings listen to their controls. */
async function buildAdmin(deps: HomeDeps, i18n: I18n, timeZone: string): Promise<KnownBlock[]> {
  const { store } = deps
  const ratings = await orNothing(deps, 'ratings not counted', store.ratings.count())
  const usage = await orNothing(deps, 'usage not read', loadMonth(store.usage, Date.now()))
  const health = await orNothing(deps, 'health not read', renderHealth(deps, i18n, timeZone))
  return [
    buildSettingsRow(i18n),
    ...formatModelWarnings(deps.models.warnings(), i18n).map(section),
    ...(health === undefined ? [] : [mrkdwn(`*${i18n.health.title}*\n${health}`)]),
    ...(ratings === undefined ? [] : [mrkdwn(formatRatings(ratings, i18n))]),
    ...(usage === undefined ? [] : renderAllUsage(usage, i18n).map(mrkdwn)),
    ...buildExport(i18n),
  ]
}

/** Resolves with undefined, and logs why, if something cannot be read: the rest of the home is shown all the same. */
const orNothing = <T>({ log }: HomeDeps, what: string, reading: Promise<T>): Promise<T | undefined> =>
  reading.catch(error => {
    log.warn({ reason: formatError(error) }, what)
    return undefined
  })

function buildSettingsRow({ policy }: I18n): KnownBlock {
  return {
    type: 'actions',
    block_id: 'settings',
    elements: [
      { type: 'button', action_id: 'open_settings', text: plain(policy.title.workspace) },
      {
        type: 'conversations_select',
        action_id: 'open_channel_settings',
        placeholder: plain(policy.choose),
        filter: { include: ['public', 'private'], exclude_bot_users: true },
      },
    ],
  }
}
