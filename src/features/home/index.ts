import type { HomeView } from '@slack/types'
import { formatError } from '../../errors.ts'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Bot, Services } from '../context.ts'

type HomeDeps = Pick<Services, 'limiter' | 'model' | 'log'>

/** Registers App Home: its home tab says what the bot does and which model answers, its messages tab suggests prompts. */
export function home({ app, services }: Bot): void {
  app.event('app_home_opened', async ({ event }) => {
    const i18n = i18nFor((await services.users.read(event.user)).locale)
    if (event.tab === 'messages') await suggest(services, event.channel, i18n)
    else await publish(services, event.user, i18n)
  })
}

async function publish(deps: HomeDeps, user: string, i18n: I18n): Promise<void> {
  const view = buildHomeView(i18n, deps.model.title)
  await deps.limiter
    .send('views.publish', () => ({ user_id: user, view }), 'first')
    .catch(error => deps.log.warn({ reason: formatError(error) }, 'App Home not published'))
}

/**
 * Sets the suggested prompts. In agent apps they belong to the whole messages tab; with a `thread_ts` the call silently does nothing.
 * Best effort: a workspace whose plan has no agents refuses them.
 */
async function suggest(deps: HomeDeps, channel: string, i18n: I18n): Promise<void> {
  const args = { channel_id: channel, title: i18n.prompts.title, prompts: i18n.prompts.list }
  await deps.limiter
    .send('assistant.threads.setSuggestedPrompts', () => args, 'first')
    .catch(error => deps.log.debug({ code: error.code }, 'suggested prompts not set'))
}

function buildHomeView(i18n: I18n, model: string): HomeView {
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
        ],
      },
      { type: 'divider' },
      { type: 'context', elements: [{ type: 'plain_text', text: i18n.home.model(model) }] },
      { type: 'context', elements: [{ type: 'plain_text', text: i18n.home.reads }] },
    ],
  }
}
