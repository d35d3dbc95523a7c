import type { App, BlockAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'
import type { Digest, Digests } from '../../store/digests.ts'
import { mrkdwn, section } from './elements.ts'
import type { createPublisher } from './publish.ts'

/** A home takes 100 blocks. Source: docs.slack.dev, home view. */
const mostDigests = 40
/** Slack's limit on the text of a section is 3,000. */
const mostTitleCharacters = 500

/** Listens to the button that stops a digest. Nobody stops that of another person. */
export function listenToDigestStop(app: App, digests: Digests, publish: ReturnType<typeof createPublisher>): void {
  app.action<BlockAction>('stop_digest', async ({ ack, body, action }) => {
    const { id: user } = body.user
    const chosen = action.type === 'button' ? action.value : undefined
    const all = await digests.of(user).catch(() => [])
    const own = all.find(({ id }) => id === chosen)
    if (own !== undefined) await digests.end(own.id)
    await ack()
    await publish(user, { seen: body.view?.hash })
  })
}

/** Builds the list of a person's digests, each with its next time and a button that stops it. */
export function buildDigests(digests: Digest[], { policy, summary, controls, formats }: I18n): KnownBlock[] {
  if (digests.length === 0) return [mrkdwn(summary.digest.none)]
  const rows = digests.slice(0, mostDigests).map(({ id, title, nextAt, timeZone }) => {
    const next = summary.digest.next({ time: formats.near(nextAt, timeZone) })
    const text = plain(`${title.slice(0, mostTitleCharacters).toWellFormed()} · ${next}`)
    const button = { type: 'button' as const, action_id: 'stop_digest', text: plain(controls.stop), value: id }
    return { type: 'section' as const, text, accessory: button }
  })
  return [section(policy.digests), ...rows]
}
