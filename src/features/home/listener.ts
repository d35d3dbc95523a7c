import type { App } from '@slack/bolt'
import type { HomeView } from '@slack/types'
import { toWords, type Words } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Model } from '../../model/model.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import type { People } from '../../slack/users.ts'

/** What the app's home needs of the rest. */
export interface HomeParts {
  budget: SendBudget
  people: People
  model: Pick<Model, 'title'>
  log: Log
}

/** People open the app: its home says what it does and which model answers, its messages tab suggests how to begin. */
export function listenToHome(app: App, parts: HomeParts): void {
  app.event('app_home_opened', async ({ event }) => {
    const words = toWords((await parts.people.read(event.user)).locale)
    if (event.tab === 'messages') await suggest(parts, event.channel, words)
    else await publish(parts, event.user, words)
  })
}

async function publish(parts: HomeParts, user: string, words: Words): Promise<void> {
  const view = toHomeView(words, parts.model.title)
  await parts.budget.send('views.publish', () => ({ user_id: user, view }), 'first')
}

/**
 * In agent apps the prompts belong to the whole messages tab; with a `thread_ts` the call silently does nothing. They are a
 * courtesy: a workspace whose plan has no agents refuses them.
 */
async function suggest(parts: HomeParts, channel: string, words: Words): Promise<void> {
  const args = { channel_id: channel, title: words.prompts.title, prompts: words.prompts.list }
  await parts.budget
    .send('assistant.threads.setSuggestedPrompts', () => args, 'first')
    .catch(error => parts.log.debug({ code: error.code }, 'no suggested prompts'))
}

function toHomeView(words: Words, model: string): HomeView {
  const section = (text: string) => ({ type: 'section' as const, text: { type: 'plain_text' as const, text } })
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: words.home.title } },
      section(words.home.intro),
      section(words.home.follow),
      {
        type: 'actions',
        block_id: 'ask',
        elements: [
          {
            type: 'button',
            action_id: 'open_ask',
            style: 'primary',
            text: { type: 'plain_text', text: words.home.ask },
          },
        ],
      },
      { type: 'divider' },
      { type: 'context', elements: [{ type: 'plain_text', text: words.home.model(model) }] },
      { type: 'context', elements: [{ type: 'plain_text', text: words.home.reads }] },
    ],
  }
}
