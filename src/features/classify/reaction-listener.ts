import type { App } from '@slack/bolt'
import { i18nFor } from '../../i18n/catalog.ts'
import { turnIdOf } from '../../queue/turn.ts'
import { parseMessage, type RawMessage } from '../../slack/message.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { defineCardRequests } from './private-card.ts'
import type { ClassifyServices } from './services.ts'
import { buildMessageSubject } from './subject.ts'

type Deps = Pick<ClassifyServices, 'self' | 'reader' | 'users' | 'fetchNames' | 'rules' | 'limiter' | 'settings'>

/** Listens to the emoji that was chosen for a channel: people who react with it get the card of the message, for them alone. */
export function listenToReactions(app: App, deps: Deps, requests: ReturnType<typeof defineCardRequests>): void {
  app.event('reaction_added', async ({ event }) => {
    const { user } = event
    const { channel, ts } = event.item
    const { reaction } = deps.settings.of(channel)
    if (reaction === '' || event.reaction.split('::')[0] !== reaction || user === deps.self.userId) return
    const subject = await fetchSubject(deps, { user, channel, ts })
    if (subject === undefined) return
    const command = await savedOrTold(requests.save({ subject, user }, subject.id), async error => {
      const text = formatFailure(error, i18nFor((await deps.users.read(user)).locale))
      const args = { channel, user, thread_ts: subject.threadTs, text }
      await deps.limiter.send('chat.postEphemeral', () => args, 'error')
    })
    if (command !== undefined) await requests.run(command)
  })
}

async function fetchSubject(deps: Deps, { user, channel, ts }: { user: string; channel: string; ts: string }) {
  const answer = await deps.reader.fetch(
    'conversations.replies',
    { channel, ts, limit: 1, inclusive: true },
    { for: 'question' },
  )
  const raw = (answer.messages as RawMessage[] | undefined)?.find(message => message.ts === ts)
  const message = raw === undefined ? undefined : parseMessage(raw, deps.self)
  if (message === undefined) return undefined
  const id = `react:${user}:${turnIdOf(deps.self.teamId, channel, ts)}`
  const threadTs = typeof raw?.thread_ts === 'string' ? raw.thread_ts : ts
  const subject = await buildMessageSubject(deps, message, { id, channel, threadTs, askedBy: user })
  return subject.text.trim() === '' ? undefined : subject
}
