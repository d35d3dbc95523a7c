import type { HomeView, KnownBlock } from '@slack/types'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import { formatModelWarnings } from '../chosen-model.ts'
import type { Services } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'
import { renderOwnBudgets } from '../person-budgets.ts'
import { buildDigests } from './digests.ts'
import { header, mrkdwn, section } from './elements.ts'
import { buildExamples } from './examples.ts'
import { buildForget } from './forget.ts'
import { renderHealth } from './health.ts'
import { buildInstructions } from './instructions.ts'
import { buildLanguage } from './language.ts'
import { formatOwnRatings, formatRatings } from './ratings.ts'
import { buildExport } from './send-export.ts'
import { buildOwnUsage, loadMonth, renderAllUsage } from './usage.ts'
import { buildVoiceBlocks } from './voice.ts'

type HomeDeps = Pick<
  Services,
  'self' | 'speech' | 'limiter' | 'metrics' | 'models' | 'policies' | 'log' | 'store' | 'users'
>

/** Builds a person's home: what the bot can do, their own settings and figures, and for admins those of the workspace. */
export async function buildHome(deps: HomeDeps, user: string, notice: string | undefined): Promise<HomeView> {
  const known = await deps.users.read(user)
  const rights = known.isAdmin ? orNothing(deps, 'rights of an admin not read', deps.users.refresh(user)) : undefined
  const { isAdmin, locale, timeZone } = (await rights) ?? { ...known, isAdmin: false }
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
  const { self, speech, store, policies } = deps
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
    ...(usage === undefined ? [] : [buildOwnUsage(usage, user, { policies, i18n })]),
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
    ...[renderOwnBudgets(deps.policies.ownBudgets.list(), i18n)].flatMap(text => (text === '' ? [] : mrkdwn(text))),
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
