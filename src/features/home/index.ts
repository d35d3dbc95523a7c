import type { BlockAction } from '@slack/bolt'
import type { HomeView } from '@slack/types'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import { createCache } from '../../lru.ts'
import { rejectAfter } from '../../slack/users.ts'
import { formatModelWarnings } from '../chosen-model.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Bot, Services } from '../context.ts'
import { formatModelTitle } from '../model-title.ts'
import { buildDigests, listenToDigestStop } from './digests.ts'
import { loadMonth, renderUsage } from './usage.ts'
import { buildVoiceBlocks, parseVoiceChange } from './voice.ts'

type HomeDeps = Pick<Services, 'self' | 'speech' | 'call' | 'limiter' | 'models' | 'log' | 'store' | 'users'>

/** Registers App Home: its home tab says what the bot does and which model answers, its messages tab suggests prompts. */
export function home({ app, services }: Bot): void {
  listenToDigestStop(app, services.store.digests, async user =>
    publish(services, user, i18nFor((await services.users.read(user)).locale)),
  )
  const examples = createCache({
    maxSize: 1,
    sizeOf: () => 1,
    ttlMs: exampleMs,
    read: () => findExample(services.call),
  })
  app.event('app_home_opened', async ({ event }) => {
    const { isGuest, locale } = await services.users.read(event.user)
    const i18n = i18nFor(locale)
    if (event.tab !== 'messages') return publish(services, event.user, i18n)
    // Guests may read only some channels.
    const reading = isGuest ? undefined : Promise.race([examples.read(''), rejectAfter(exampleWaitMs)])
    const example = await reading?.catch(() => undefined)
    await suggest(services, { channel: event.channel, example: example?.name, i18n })
  })
  app.action<BlockAction>('show_missed', async ({ ack, body }) => {
    const { id: user } = body.user
    const i18n = i18nFor((await services.users.read(user)).locale)
    const saving = services.questions.save({ user, question: i18n.summary.missed.request })
    const command = await savedOrTold(saving, error => publish(services, user, i18n, formatFailure(error, i18n)))
    await ack()
    if (command !== undefined) await services.questions.run(command)
  })
  app.action<BlockAction>(/^set_(?:voice|speed|answer_clips)$/, async ({ ack, body, action }) => {
    await ack()
    const { id: user } = body.user
    const { self, speech, store, users } = services
    const i18n = i18nFor((await users.read(user)).locale)
    const change =
      speech && parseVoiceChange(action, { voices: await speech.listVoices(), usualVoice: speech.usualVoice })
    const isSaved = change === undefined || (await store.personSettings.change({ teamId: self.teamId, user }, change))
    await publish(services, user, i18n, isSaved ? undefined : `⚠️ ${i18n.speech.notSaved}`)
  })
  app.action<BlockAction>('forget_me', async ({ ack, body }) => {
    await ack()
    const { id: user } = body.user
    const i18n = i18nFor((await services.users.read(user)).locale)
    await publish(services, user, i18n, await forget(services, user, i18n))
  })
}

/** Erases all that is kept of a person. Resolves with what the person is told. */
async function forget({ store, log }: HomeDeps, user: string, i18n: I18n): Promise<string> {
  try {
    const counts = await store.forgetting.person(user)
    return i18n.home.forgotten({ count: Object.values(counts).reduce((sum, count) => sum + count, 0) })
  } catch (error) {
    log.error({ reason: formatError(error) }, 'person not forgotten')
    return `⚠️ ${i18n.home.notForgotten}`
  }
}

async function publish(deps: HomeDeps, user: string, i18n: I18n, notice?: string): Promise<void> {
  const isAdmin = (await deps.users.read(user)).isAdmin && (await deps.users.refresh(user)).isAdmin
  const view = buildHomeView(i18n, {
    model: formatModelTitle((await deps.models.choose({ channel: '' })).model.title, i18n),
    warnings: isAdmin ? formatModelWarnings(deps.models.warnings(), i18n) : [],
    ratings: isAdmin ? await countRatings(deps) : undefined,
    digests: await deps.store.digests.of(user).catch(() => []),
    voice: await renderVoice(deps, user, i18n),
    usage: await describeUsage(deps, user, i18n),
    notice,
  })
  await deps.limiter
    .send('views.publish', () => ({ user_id: user, view }), 'first')
    .catch(error => deps.log.warn({ reason: formatError(error) }, 'App Home not published'))
}

/** Renders the settings of the voice; nothing without a speech server. */
async function renderVoice({ self, speech, store, log }: HomeDeps, user: string, i18n: I18n) {
  if (speech === undefined) return []
  const reading = store.personSettings.read({ teamId: self.teamId, user })
  const settings = await reading.catch(error => {
    log.warn({ reason: formatError(error) }, 'settings of a person not read')
    return {}
  })
  return buildVoiceBlocks(i18n, { settings, voices: await speech.listVoices(), usualVoice: speech.usualVoice })
}

/** How long the example is kept, and how long it is waited for. */
const exampleMs = 600_000
const exampleWaitMs = 1_000

/** Finds a public channel that the bot is in, for an example: #general if it is there. */
async function findExample(call: HomeDeps['call']): Promise<{ name: string | undefined }> {
  const { channels } = await call('users.conversations', {
    types: 'public_channel',
    exclude_archived: true,
    limit: 200,
  })
  const names = (channels as { name?: string }[]).flatMap(({ name }) => name ?? [])
  return { name: names.find(name => name === 'general') ?? names[0] }
}

type Ratings = Awaited<ReturnType<HomeDeps['store']['ratings']['count']>>

/** Counts the ratings of all answers; undefined if that fails. */
async function countRatings({ store, log }: HomeDeps): Promise<Ratings | undefined> {
  return store.ratings.count().catch(error => {
    log.warn({ reason: formatError(error) }, 'ratings not counted')
    return undefined
  })
}

/** Describes what a person's questions cost in this month, and for an admin those of all. */
async function describeUsage({ store, users, log }: HomeDeps, user: string, i18n: I18n): Promise<string[]> {
  try {
    const { isAdmin } = await users.read(user)
    return renderUsage(await loadMonth(store.usage, Date.now()), user, { isAdmin, i18n })
  } catch (error) {
    log.warn({ reason: formatError(error) }, 'usage not read')
    return []
  }
}

/** Formats how answers were rated, and for which reasons. */
function formatRatings(ratings: Ratings, { home, controls }: I18n): string {
  const count = (is: (one: Ratings[number]) => boolean) => ratings.filter(is).reduce((sum, { count }) => sum + count, 0)
  const total = home.ratings({
    up: count(({ rating }) => rating === 'up'),
    down: count(({ rating }) => rating === 'down'),
  })
  const reasons = Object.entries(controls.reasons)
    .map(([key, name]) => ({ name, times: count(({ rating, reason }) => rating === 'down' && reason === key) }))
    .filter(({ times }) => times > 0)
    .map(({ name, times }) => `${name} ${times}`)
  return [total, reasons.join(' · ')].join('\n').trim()
}

/**
 * Sets the suggested prompts. In agent apps they belong to the whole messages tab; with a `thread_ts` the call silently does nothing.
 * Best effort: a workspace whose plan has no agents refuses them.
 */
async function suggest(
  deps: HomeDeps,
  { channel, example, i18n }: { channel: string; example: string | undefined; i18n: I18n },
): Promise<void> {
  const args = { channel_id: channel, title: i18n.prompts.title, prompts: listPrompts(i18n, example) }
  await deps.limiter
    .send('assistant.threads.setSuggestedPrompts', () => args, 'first')
    .catch(error => deps.log.debug({ code: error.code }, 'suggested prompts not set'))
}

/** Lists the suggested prompts. A click sends the message as it stands, so each is a whole question. */
function listPrompts({ prompts }: I18n, channel: string | undefined) {
  const { missed, channel: one, feedback, abilities } = prompts.list
  const ofChannel = channel === undefined ? [] : [{ title: one.title({ channel }), message: one.message({ channel }) }]
  return [missed, ...ofChannel, feedback, abilities]
}

interface HomeFacts {
  model: string
  /** About models that were chosen, for admins. */
  warnings: string[]
  ratings: Ratings | undefined
  digests: Parameters<typeof buildDigests>[0]
  voice: ReturnType<typeof buildVoiceBlocks>
  usage: string[]
  notice: string | undefined
}

function buildHomeView(i18n: I18n, { model, warnings, ratings, digests, voice, usage, notice }: HomeFacts): HomeView {
  const plain = (text: string) => ({ type: 'plain_text' as const, text })
  const section = (text: string) => ({ type: 'section' as const, text: { type: 'plain_text' as const, text } })
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: i18n.home.title } },
      section(i18n.home.intro),
      section(i18n.home.follow),
      {
        type: 'actions',
        block_id: 'ask',
        elements: [
          {
            type: 'button',
            action_id: 'open_ask',
            style: 'primary',
            text: { type: 'plain_text', text: i18n.home.ask },
          },
          { type: 'button', action_id: 'show_missed', text: plain(i18n.home.missed) },
          { type: 'button', action_id: 'open_my_settings', text: plain(i18n.policy.title.person) },
        ],
      },
      ...buildDigests(digests, i18n),
      { type: 'divider' },
      ...voice,
      ...warnings.map(section),
      ...(ratings === undefined ? [] : [section(formatRatings(ratings, i18n)), buildAdminRow(i18n)]),
      ...usage.map(text => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } })),
      { type: 'context', elements: [{ type: 'plain_text', text: i18n.home.model({ name: model }) }] },
      { type: 'context', elements: [{ type: 'plain_text', text: i18n.home.reads }] },
      {
        type: 'actions',
        block_id: 'forget',
        elements: [
          {
            type: 'button',
            action_id: 'forget_me',
            style: 'danger',
            text: plain(i18n.home.forget),
            confirm: {
              title: plain(i18n.home.forgetTitle),
              text: plain(i18n.home.forgetText),
              confirm: plain(i18n.home.forgetConfirm),
              deny: plain(i18n.home.forgetDeny),
              style: 'danger',
            },
          },
        ],
      },
      ...(notice === undefined ? [] : [section(notice)]),
    ],
  }
}

/** Builds the controls that only admins get; the settings listen to them. */
function buildAdminRow({ policy }: I18n) {
  const plain = (text: string) => ({ type: 'plain_text' as const, text })
  return {
    type: 'actions' as const,
    block_id: 'settings',
    elements: [
      { type: 'button' as const, action_id: 'open_settings', text: plain(policy.title.workspace) },
      {
        type: 'conversations_select' as const,
        action_id: 'open_channel_settings',
        placeholder: plain(policy.choose),
        filter: { include: ['public' as const, 'private' as const], exclude_bot_users: true },
      },
    ],
  }
}
