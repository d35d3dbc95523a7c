import type { BlockAction, ButtonAction } from '@slack/bolt'
import { type I18n, i18nFor } from '../../i18n/catalog.ts'
import type { Turn } from '../../queue/turn.ts'
import { buildMessageBody } from '../../reply/body.ts'
import { escapeMarkdown } from '../../text/escape-markdown.ts'
import { formatFailure, savedOrTold } from '../command-failure.ts'
import type { Bot, Services } from '../context.ts'
import {
  buildReasonControl,
  buildRegenerateControls,
  controlIds,
  parseModelChoice,
  parseRating,
} from '../reply-buttons.ts'

type ControlDeps = Pick<
  Services,
  'inbox' | 'models' | 'readings' | 'charts' | 'pictures' | 'access' | 'users' | 'limiter' | 'respond' | 'log'
>

/**
 * Registers the controls of a reply: stop (its button and Slack's own), regenerate, listen and rate. Only the asker and admins may
 * stop and regenerate. A button counts in the thread of its turn alone, whatever turn its value names.
 */
export function replyControls(bot: Bot): void {
  const { app, services } = bot
  const { inbox, store } = services
  app.action<BlockAction>(controlIds.stop, async ({ ack, body, action }) => {
    const turn = await findTurn(services, body, actionValue(action))
    const mayStop = turn !== undefined && (await mayControl(services, turn, body.user.id))
    if (mayStop) await inbox.stop(turn.id, body.user.id)
    await ack()
    if (turn !== undefined && !mayStop) await refuse(services, turn, body.user.id)
    if (turn === undefined) await tell(services, body, i18n => i18n.controls.tooOld)
  })
  app.action<BlockAction>(regenerateIds, async ({ ack, body, action }) => {
    const { turnId, model } = parseModelChoice(action) ?? { turnId: actionValue(action), model: undefined }
    const turn = await findTurn(services, body, turnId)
    const mayAsk = turn !== undefined && (await mayControl(services, turn, body.user.id))
    const outcome = mayAsk ? await regenerate(services, turn, { user: body.user.id, model }) : 'unknown'
    await ack()
    // The offer of a new answer has been taken.
    if (body.container.is_ephemeral === true) await replacePressed(services, body, { delete_original: true })
    if (turn !== undefined && !mayAsk) await refuse(services, turn, body.user.id)
    else if (outcome !== 'begun') await tell(services, body, regenerateRefusals(model)[outcome])
  })
  for (const id of [controlIds.listen, controlIds.chart, controlIds.picture]) {
    app.action<BlockAction>(id, async ({ ack, body, action }) => {
      const turn = await findTurn(services, body, actionValue(action))
      const make = turn && (await saveDelivery(services, id, { turn, body }))
      await ack()
      if (turn === undefined) await tell(services, body, i18n => i18n.controls.tooOld)
      await make?.()
    })
  }
  app.action<BlockAction>(controlIds.rate, async ({ ack, body, action }) => {
    const rated = parseRating(actionValue(action))
    const turn = rated && (await findTurn(services, body, rated.turnId))
    if (rated !== undefined && turn !== undefined) await store.ratings.rate(turn.id, body.user.id, rated.rating)
    await ack()
    if (turn === undefined) return tell(services, body, i18n => i18n.controls.tooOld)
    if (rated?.rating === 'down') await askReason(services, turn, body.user.id)
  })
  app.action<BlockAction>(new RegExp(`^${controlIds.reason}_`), async ({ ack, body, action }) => {
    const turn = await findTurn(services, body, actionValue(action))
    const reason = action.action_id.slice(controlIds.reason.length + 1)
    const isKnown = turn !== undefined && Object.hasOwn(i18nFor('').controls.reasons, reason)
    const isKept = isKnown && (await store.ratings.explain(turn.id, body.user.id, reason))
    await ack()
    const { controls } = i18nFor((await services.users.read(body.user.id)).locale)
    await replacePressed(services, body, { text: isKept ? controls.reasonKept : controls.tooOld })
  })
  // Bolt has no type for this event yet.
  app.event('agent_session_stopped' as 'message', async ({ event }) => {
    await stopSession(services, event as unknown as { channel: string; user: string; thread_ts: string })
  })
  bot.on('lateEdit', turnId => offerNewAnswer(services, turnId))
}

/** Saves that the person wants to hear an answer, its table drawn or another picture, or tells them why that cannot be. */
async function saveDelivery(
  deps: ControlDeps,
  id: (typeof controlIds)['listen' | 'chart' | 'picture'],
  { turn, body }: { turn: Turn; body: BlockAction },
) {
  const kinds = {
    [controlIds.listen]: { made: deps.readings, off: (i18n: I18n) => i18n.speech.off },
    [controlIds.chart]: { made: deps.charts, off: (i18n: I18n) => i18n.controls.tooOld },
    [controlIds.picture]: { made: deps.pictures, off: (i18n: I18n) => i18n.pictures.off },
  }
  const { made, off } = kinds[id]
  if (made === undefined) return () => tell(deps, body, off)
  return savedOrTold(made.save(turn, body.user.id), error => tell(deps, body, i18n => formatFailure(error, i18n)))
}

const regenerateIds = new RegExp(`^(?:${controlIds.again}|${controlIds.againWith})$`)

const regenerateRefusals = (model = '') => ({
  busy: (i18n: I18n) => i18n.controls.busy,
  lost: (i18n: I18n) => i18n.access.lost,
  unknown: (i18n: I18n) => i18n.controls.tooOld,
  gone: (i18n: I18n) => i18n.models.unavailable({ name: escapeMarkdown(model) }),
})

/** Answers anew what the person may see still, by the model that is named, if it may be chosen still. */
async function regenerate(
  { inbox, access, models }: ControlDeps,
  turn: Turn,
  { user, model }: { user: string; model?: string | undefined },
) {
  if ((await access.find(user, { id: turn.channel })) === undefined) return 'lost'
  if (model !== undefined && !models.choices().includes(model)) return 'gone'
  return inbox.regenerate(turn.id, model)
}

/** Finds the turn that a button names; undefined if its reply does not stand where the button was pressed. */
async function findTurn({ inbox }: ControlDeps, body: BlockAction, id: string): Promise<Turn | undefined> {
  const turn = await inbox.find(id)
  const { channel, threadTs } = placeOf(body)
  // Slack does not name the thread of a message that one person sees.
  const isThere = turn?.channel === channel && (turn.threadTs === threadTs || body.container.is_ephemeral === true)
  return isThere ? turn : undefined
}

const tell = (deps: ControlDeps, body: BlockAction, format: (i18n: I18n) => string) =>
  whisper(deps, { ...placeOf(body), user: body.user.id }, i18n => ({ text: format(i18n) }))

/** Stops the replies in a thread of the agent pane that the person may stop, and ends Slack's session by an empty status. */
async function stopSession(
  deps: ControlDeps,
  { channel, user, thread_ts }: { channel: string; user: string; thread_ts: string },
): Promise<void> {
  for (const turn of await deps.inbox.inThread({ channel, threadTs: thread_ts })) {
    if (await mayControl(deps, turn, user)) await deps.inbox.stop(turn.id, user)
  }
  const args = { channel_id: channel, thread_ts, status: '' }
  await deps.limiter
    .send('assistant.threads.setStatus', () => args, 'first')
    .catch(error => deps.log.debug({ channel, code: error.code }, 'status line not cleared'))
}

/** Offers the author of a question that was edited after its answer a new one, privately. */
async function offerNewAnswer(deps: ControlDeps, turnId: string): Promise<void> {
  const turn = await deps.inbox.find(turnId)
  if (turn === undefined) return
  await whisper(deps, turn, ({ controls }) => ({
    text: controls.edited,
    buttons: buildRegenerateControls(turn.id, controls.editedAgain),
  }))
}

async function mayControl(deps: ControlDeps, turn: Turn, user: string): Promise<boolean> {
  return turn.user === user || (await deps.users.refresh(user)).isAdmin
}

async function refuse(deps: ControlDeps, turn: Turn, user: string): Promise<void> {
  const author = await deps.users.read(turn.user)
  await whisper(deps, { ...turn, user }, i18n => ({
    text: i18n.controls.notYours({ name: escapeMarkdown(author.name) }),
  }))
}

/** Asks a person who rated an answer down for the reason, privately. They need not answer. */
const askReason = (deps: ControlDeps, turn: Turn, user: string) =>
  whisper(deps, { ...turn, user }, i18n => ({
    text: i18n.controls.askReason,
    buttons: [buildReasonControl(turn.id, i18n)],
  }))

/** Replaces or deletes the private message in which a button was pressed. Best effort. */
async function replacePressed({ respond, log }: ControlDeps, body: BlockAction, message: object): Promise<void> {
  await respond(body.response_url, { replace_original: true, ...message }).catch(error =>
    log.warn({ code: error.code }, 'private message not replaced'),
  )
}

/** Posts a private message. Best effort: what it tells has happened already. */
async function whisper(
  deps: ControlDeps,
  { channel, threadTs, user }: { channel: string; threadTs: string; user: string },
  render: (i18n: I18n) => { text: string; buttons?: Record<string, unknown>[] },
): Promise<void> {
  const { locale } = await deps.users.read(user)
  const { text, buttons = [] } = render(i18nFor(locale))
  const args = { channel, user, thread_ts: threadTs, ...buildMessageBody(text, undefined, buttons) }
  await deps.limiter
    .send('chat.postEphemeral', () => args, 'first')
    .catch(error => deps.log.warn({ channel, code: error.code }, 'private notice failed'))
}

function placeOf(body: BlockAction): { channel: string; threadTs: string } {
  const { channel_id, message_ts, thread_ts } = body.container as Record<string, string | undefined>
  const inMessage = (body.message as { thread_ts?: string } | undefined)?.thread_ts
  return { channel: body.channel?.id ?? channel_id ?? '', threadTs: thread_ts ?? inMessage ?? message_ts ?? '' }
}

/** Returns the value of the button, or of the thumb that was pressed. */
function actionValue(action: unknown): string {
  return (action as ButtonAction).value ?? ''
}
