import type { App } from '@slack/bolt'
import type { HomeView } from '@slack/types'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Model } from '../../model/model.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import type { Users } from '../../slack/users.ts'

/** What the app's home needs of the rest. */
export interface HomeDeps {
  limiter: Limiter
  users: Users
  model: Pick<Model, 'title'>
  log: Log
}

/** People open the app: its home says what it does and which model answers, its messages tab suggests how to begin. */
export function listenToHome(app: App, deps: HomeDeps): void {
  app.event('app_home_opened', async ({ event }) => {
    const i18n = i18nFor((await deps.users.read(event.user)).locale)
    if (event.tab === 'messages') await suggest(deps, event.channel, i18n)
    else await publish(deps, event.user, i18n)
  })
}

async function publish(deps: HomeDeps, user: string, i18n: I18n): Promise<void> {
  const view = buildHomeView(i18n, deps.model.title)
  await deps.limiter.send('views.publish', () => ({ user_id: user, view }), 'first')
}

/**
 * In agent apps the prompts belong to the whole messages tab; with a `thread_ts` the call silently does nothing. They are a
 * courtesy: a workspace whose plan has no agents refuses them.
 */
async function suggest(deps: HomeDeps, channel: string, i18n: I18n): Promise<void> {
  const args = { channel_id: channel, title: i18n.prompts.title, prompts: i18n.prompts.list }
  await deps.limiter
    .send('assistant.threads.setSuggestedPrompts', () => args, 'first')
    .catch(error => deps.log.debug({ code: error.code }, 'no suggested prompts'))
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
