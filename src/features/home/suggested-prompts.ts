import type { I18n } from '../../i18n/catalog.ts'
import { createCache } from '../../lru.ts'
import { rejectAfter } from '../../slack/users.ts'
import type { Services } from '../context.ts'

/** How long the example is kept, and how long it is waited for. */
const exampleMs = 600_000
const exampleWaitMs = 1_000

/** Creates the function that sets the suggested prompts of the messages tab. */
export function createSuggestion({ call, limiter, log }: Pick<Services, 'call' | 'limiter' | 'log'>) {
  const examples = createCache({ maxSize: 1, sizeOf: () => 1, ttlMs: exampleMs, read: () => findExample(call) })
  /**
   * In agent apps the prompts belong to the whole messages tab; with a `thread_ts` the call silently does nothing. Best effort: a
   * workspace whose plan has no agents refuses them.
   */
  return async (channel: string, i18n: I18n, { isGuest }: { isGuest: boolean }): Promise<void> => {
    // Guests may read only some channels.
    const reading = isGuest ? undefined : Promise.race([examples.read(''), rejectAfter(exampleWaitMs)])
    const example = await reading?.catch(() => undefined)
    const args = { channel_id: channel, title: i18n.prompts.title, prompts: listPrompts(i18n, example?.name) }
    await limiter
      .send('assistant.threads.setSuggestedPrompts', () => args, 'first')
      .catch(error => log.debug({ code: error.code }, 'suggested prompts not set'))
  }
}

/** Finds a public channel that the bot is in, for an example: #general if it is there. */
async function findExample(call: Services['call']): Promise<{ name: string | undefined }> {
  const { channels } = await call('users.conversations', {
    types: 'public_channel',
    exclude_archived: true,
    limit: 200,
  })
  const names = (channels as { name?: string }[]).flatMap(({ name }) => name ?? [])
  return { name: names.find(name => name === 'general') ?? names[0] }
}

/** Lists the suggested prompts. A click sends the message as it stands, so each is a whole question. */
function listPrompts({ prompts }: I18n, channel: string | undefined) {
  const { missed, channel: one, feedback, abilities } = prompts.list
  const ofChannel = channel === undefined ? [] : [{ title: one.title({ channel }), message: one.message({ channel }) }]
  return [missed, ...ofChannel, feedback, abilities]
}
