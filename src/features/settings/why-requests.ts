import type { App, MessageShortcut } from '@slack/bolt'
import { formatError } from '../../errors.ts'
import { i18nFor } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { isWhyRequest } from '../../text/intent.ts'
import { formatFailure } from '../command-failure.ts'
import type { Bot, Services, TurnContext } from '../context.ts'
import { explain, findBefore, findLatest, findMessage } from './why.ts'

type Deps = Pick<
  Services,
  'self' | 'store' | 'reader' | 'access' | 'policies' | 'users' | 'respond' | 'limiter' | 'log'
>
type Explained = Parameters<typeof explain>[1]

/** Listens to people who ask why: by the shortcut “Why this answer?” and by words in a thread. */
export function listenToWhy({ app, onTurn }: Pick<Bot, 'onTurn'> & { app: App }, deps: Deps): void {
  app.shortcut({ callback_id: 'explain_message', type: 'message_action' }, async ({ ack, shortcut }) => {
    await ack()
    const { message, channel, user, response_url } = shortcut as MessageShortcut
    const find = findMessage(channel.id, message)
    await tellWhy(deps, { user: user.id, channel: channel.id, find }, response_url)
  })
  onTurn({
    outcome: 'explained',
    deps,
    parse: ({ question }: Turn) => isWhyRequest(question.text) || undefined,
    handle: answerWhy,
  })
}

/** Explains the newest message of a channel to the person who sent a command there. */
export const tellWhyLatest = (deps: Deps, user: string, { channel, url }: { channel: string; url: string }) =>
  tellWhy(deps, { user, channel, find: findLatest(channel) }, url)

async function tellWhy(deps: Deps, explained: Explained, responseUrl: string): Promise<void> {
  const i18n = i18nFor((await deps.users.read(explained.user)).locale)
  const card = await explain(deps, explained, i18n).catch(error => {
    deps.log.warn({ channel: explained.channel, reason: formatError(error) }, 'explanation failed')
    return formatFailure(error, i18n)
  })
  const message = { response_type: 'ephemeral', replace_original: false, ...buildMessageBody(card) }
  await deps
    .respond(responseUrl, message)
    .catch(error => deps.log.warn({ reason: formatError(error) }, 'explanation not shown'))
}

/** Explains the last answer before the question, privately where others read. */
async function answerWhy(ctx: TurnContext<Deps>): Promise<void> {
  const { turn, i18n, reply, deps } = ctx
  const { user, channel, question } = turn
  const threadTs = question.ts === turn.threadTs ? undefined : turn.threadTs
  const find = findBefore({ channel, ts: question.ts, threadTs })
  const card = await explain(deps, { user, channel, find }, i18n)
  if (turn.place === 'dm') {
    reply.say(card)
    return reply.finish()
  }
  const place = { channel, user, ...(threadTs !== undefined && { thread_ts: threadTs }) }
  await deps.limiter.send('chat.postEphemeral', () => ({ ...place, ...buildMessageBody(card) }), 'final')
}
