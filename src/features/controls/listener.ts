import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Turn } from '../../queue/turn.ts'
import type { Limiter } from '../../rate-limit/limiter.ts'
import { buildMessageBody } from '../../reply/body.ts'
import type { Person, Users } from '../../slack/users.ts'
import type { Ratings } from '../../store/ratings.ts'
import { buildRegenerateControls, controlIds, parseRating } from '../reply-buttons.ts'

/** What steering needs of the rest. */
export interface ControlDeps {
  inbox: Queue
  ratings: Pick<Ratings, 'rate'>
  users: Users
  limiter: Limiter
  log: Log
}

/**
 * People steer a reply: they stop it, by its button or by Slack's own, ask for another one, and rate it. Stopping and
 * asking again is for whoever asked, and for administrators.
 */
export function listenToControls(app: App, deps: ControlDeps): void {
  app.action<BlockAction>(controlIds.stop, async ({ ack, body, action }) => {
    const turn = await deps.inbox.find(actionValue(action))
    const mayStop = turn !== undefined && (await mayControl(deps, turn, body.user.id))
    if (mayStop) await deps.inbox.stop(turn.id, body.user.id)
    await ack()
    if (turn !== undefined && !mayStop) await refuse(deps, turn, body.user.id)
  })
  app.action<BlockAction>(controlIds.again, async ({ ack, body, action }) => {
    const turn = await deps.inbox.find(actionValue(action))
    const mayAsk = turn !== undefined && (await mayControl(deps, turn, body.user.id))
    const outcome = mayAsk ? await deps.inbox.regenerate(turn.id) : 'unknown'
    await ack()
    if (turn !== undefined && !mayAsk) await refuse(deps, turn, body.user.id)
    else if (outcome !== 'begun') await whisper(deps, placeOf(body), body.user.id, toReason[outcome])
  })
  app.action<BlockAction>(controlIds.rate, async ({ ack, body, action }) => {
    const rated = parseRating(actionValue(action))
    if (rated !== undefined) await deps.ratings.rate(rated.turnId, body.user.id, rated.rating)
    await ack()
  })
  // Bolt has no type for it yet.
  app.event('agent_session_stopped' as 'message', async ({ event }) => {
    const { channel, user, thread_ts } = event as unknown as { channel: string; user: string; thread_ts: string }
    for (const turn of await deps.inbox.inThread({ channel, threadTs: thread_ts })) {
      if (await mayControl(deps, turn, user)) await deps.inbox.stop(turn.id, user)
    }
    // Slack leaves it to the app to end the session’s work, which the empty status does.
    const args = { channel_id: channel, thread_ts, status: '' }
    await deps.limiter
      .send('assistant.threads.setStatus', () => args, 'first')
      .catch(error => deps.log.debug({ channel, code: error.code }, 'no status line'))
  })
}

/** Why there is no other answer. */
const toReason = {
  busy: (i18n: I18n) => i18n.controls.busy,
  unknown: (i18n: I18n) => i18n.controls.tooOld,
}

/** Tells the author of a question that was changed after its answer, and only them, that there can be another answer. */
export async function offerAgain(deps: ControlDeps, turnId: string): Promise<void> {
  const turn = await deps.inbox.find(turnId)
  if (turn === undefined) return
  await whisper(
    deps,
    turn,
    turn.user,
    i18n => i18n.controls.edited,
    i18n => buildRegenerateControls(turn.id, i18n.controls.editedAgain),
  )
}

async function mayControl(deps: ControlDeps, turn: Turn, user: string): Promise<boolean> {
  return turn.user === user || (await deps.users.read(user)).isAdmin
}

/** Whoever may not do it is told who may. */
async function refuse(deps: ControlDeps, turn: Turn, user: string): Promise<void> {
  const author = await deps.users.read(turn.user)
  await whisper(deps, turn, user, i18n => i18n.controls.notYours(author.name))
}

/** A message that one person sees. It is a courtesy: what it tells has happened already. */
async function whisper(
  deps: ControlDeps,
  place: { channel: string; threadTs: string },
  user: string,
  sentence: (i18n: I18n) => string,
  controls: (i18n: I18n) => Record<string, unknown>[] = () => [],
): Promise<void> {
  const person: Person = await deps.users.read(user)
  const i18n = i18nFor(person.locale)
  const body = buildMessageBody(sentence(i18n), undefined, controls(i18n))
  const args = { channel: place.channel, user, thread_ts: place.threadTs, ...body }
  await deps.limiter
    .send('chat.postEphemeral', () => args, 'first')
    .catch(error => deps.log.warn({ channel: place.channel, code: error.code }, 'a person could not be told'))
}

function placeOf(body: BlockAction): { channel: string; threadTs: string } {
  const { channel_id, message_ts, thread_ts } = body.container as Record<string, string | undefined>
  const inMessage = (body.message as { thread_ts?: string } | undefined)?.thread_ts
  return { channel: body.channel?.id ?? channel_id ?? '', threadTs: thread_ts ?? inMessage ?? message_ts ?? '' }
}

/** A button's value is its own, a thumb's that of the one that was pressed. */
function actionValue(action: unknown): string {
  return (action as ButtonAction).value ?? ''
}
