import type { App, BlockAction, ButtonAction } from '@slack/bolt'
import { toWords, type Words } from '../../i18n/catalog.ts'
import type { Log } from '../../log.ts'
import type { Inbox } from '../../queue/sqlite-driver.ts'
import type { Turn } from '../../queue/turn.ts'
import type { SendBudget } from '../../rate-limit/limiter.ts'
import { toMessageBody } from '../../reply/body.ts'
import { controlIds, toAgainControls, toRating } from '../reply-buttons.ts'
import type { People, Person } from '../../slack/users.ts'
import type { Ratings } from '../../store/ratings.ts'

/** What steering needs of the rest. */
export interface ControlParts {
  inbox: Inbox
  ratings: Pick<Ratings, 'rate'>
  people: People
  budget: SendBudget
  log: Log
}

/**
 * People steer a reply: they stop it, by its button or by Slack's own, ask for another one, and rate it. Stopping and
 * asking again is for whoever asked, and for administrators.
 */
export function listenToControls(app: App, parts: ControlParts): void {
  app.action<BlockAction>(controlIds.stop, async ({ ack, body, action }) => {
    const turn = await parts.inbox.find(toValue(action))
    const mayStop = turn !== undefined && (await mayControl(parts, turn, body.user.id))
    if (mayStop) await parts.inbox.stop(turn.id, body.user.id)
    await ack()
    if (turn !== undefined && !mayStop) await refuse(parts, turn, body.user.id)
  })
  app.action<BlockAction>(controlIds.again, async ({ ack, body, action }) => {
    const turn = await parts.inbox.find(toValue(action))
    const mayAsk = turn !== undefined && (await mayControl(parts, turn, body.user.id))
    const outcome = mayAsk ? await parts.inbox.again(turn.id) : 'unknown'
    await ack()
    if (turn !== undefined && !mayAsk) await refuse(parts, turn, body.user.id)
    else if (outcome !== 'begun') await whisper(parts, toPlace(body), body.user.id, toReason[outcome])
  })
  app.action<BlockAction>(controlIds.rate, async ({ ack, body, action }) => {
    const rated = toRating(toValue(action))
    if (rated !== undefined) await parts.ratings.rate(rated.turnId, body.user.id, rated.rating)
    await ack()
  })
  // Bolt has no type for it yet.
  app.event('agent_session_stopped' as 'message', async ({ event }) => {
    const { channel, user, thread_ts } = event as unknown as { channel: string; user: string; thread_ts: string }
    for (const turn of await parts.inbox.inThread({ channel, threadTs: thread_ts })) {
      if (await mayControl(parts, turn, user)) await parts.inbox.stop(turn.id, user)
    }
    // Slack leaves it to the app to end the session’s work, which the empty status does.
    const args = { channel_id: channel, thread_ts, status: '' }
    await parts.budget
      .send('assistant.threads.setStatus', () => args, 'first')
      .catch(error => parts.log.debug({ channel, code: error.code }, 'no status line'))
  })
}

/** Why there is no other answer. */
const toReason = {
  busy: (words: Words) => words.controls.busy,
  unknown: (words: Words) => words.controls.tooOld,
}

/** Tells the author of a question that was changed after its answer, and only them, that there can be another answer. */
export async function offerAgain(parts: ControlParts, turnId: string): Promise<void> {
  const turn = await parts.inbox.find(turnId)
  if (turn === undefined) return
  await whisper(
    parts,
    turn,
    turn.user,
    words => words.controls.edited,
    words => toAgainControls(turn.id, words.controls.editedAgain),
  )
}

async function mayControl(parts: ControlParts, turn: Turn, user: string): Promise<boolean> {
  return turn.user === user || (await parts.people.read(user)).isAdmin
}

/** Whoever may not do it is told who may. */
async function refuse(parts: ControlParts, turn: Turn, user: string): Promise<void> {
  const author = await parts.people.read(turn.user)
  await whisper(parts, turn, user, words => words.controls.notYours(author.name))
}

/** A message that one person sees. It is a courtesy: what it tells has happened already. */
async function whisper(
  parts: ControlParts,
  place: { channel: string; threadTs: string },
  user: string,
  sentence: (words: Words) => string,
  controls: (words: Words) => Record<string, unknown>[] = () => [],
): Promise<void> {
  const person: Person = await parts.people.read(user)
  const words = toWords(person.locale)
  const body = toMessageBody(sentence(words), undefined, controls(words))
  const args = { channel: place.channel, user, thread_ts: place.threadTs, ...body }
  await parts.budget
    .send('chat.postEphemeral', () => args, 'first')
    .catch(error => parts.log.warn({ channel: place.channel, code: error.code }, 'a person could not be told'))
}

function toPlace(body: BlockAction): { channel: string; threadTs: string } {
  const { channel_id, message_ts, thread_ts } = body.container as Record<string, string | undefined>
  const inMessage = (body.message as { thread_ts?: string } | undefined)?.thread_ts
  return { channel: body.channel?.id ?? channel_id ?? '', threadTs: thread_ts ?? inMessage ?? message_ts ?? '' }
}

/** A button's value is its own, a thumb's that of the one that was pressed. */
function toValue(action: unknown): string {
  return (action as ButtonAction).value ?? ''
}
