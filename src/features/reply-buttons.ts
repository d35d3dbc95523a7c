import { z } from 'zod'
import type { I18n } from '../i18n/catalog.ts'
import type { Turn } from '../queue/turn.ts'
import type { Control } from '../reply/body.ts'
import { plain } from '../slack/plain-text.ts'
import { formatModelTitle } from './model-title.ts'

/** Action ids of the buttons below a reply; each button carries the id of its turn. */
export const controlIds = {
  stop: 'stop_reply',
  again: 'regenerate_reply',
  againWith: 'regenerate_with',
  listen: 'listen_reply',
  chart: 'chart_reply',
  picture: 'more_pictures',
  rate: 'rate_reply',
  reason: 'rate_reason',
  post: 'post_summary',
  quiet: 'stop_unasked_answers',
} as const

/** The id of the line that says who wrote an answer. */
const authorBlock = 'answer_author'

/** Builds the stop button of a growing reply. */
export function buildGrowingControls(turnId: string, i18n: I18n): Control[] {
  return [buildButton(controlIds.stop, i18n.controls.stop, turnId)]
}

/**
 * Builds what stands below an answer: a row with the thumbs and the regenerate button, a row with the buttons that have it read aloud
 * and its table drawn, the menu of other models, and a line that says who wrote it.
 */
export function buildAnswerControls(
  turnId: string,
  i18n: I18n,
  {
    model,
    canListen = false,
    canChart = false,
    choices = [],
  }: { model?: string; canListen?: boolean; canChart?: boolean; choices?: readonly string[] } = {},
): Control[] {
  const thumb = (text: string, rating: 'up' | 'down', label: string) => ({
    text: plain(text),
    value: `${rating} ${turnId}`,
    accessibility_label: label,
  })
  const feedback = {
    type: 'feedback_buttons',
    action_id: controlIds.rate,
    positive_button: thumb('👍', 'up', i18n.controls.good),
    negative_button: thumb('👎', 'down', i18n.controls.bad),
  }
  const again = {
    type: 'icon_button',
    action_id: controlIds.again,
    // Slack has no other icon; the new answer takes the place of this one. Source: docs.slack.dev, icon button element.
    icon: 'trash',
    text: plain(i18n.controls.again),
    accessibility_label: i18n.controls.againLabel,
    value: turnId,
  }
  const row = { type: 'context_actions', block_id: controlIds.rate, elements: [feedback, again] }
  // Slack takes no other buttons in the row of the thumbs. Source: docs.slack.dev, context actions block.
  const [first, ...more] = [
    ...(canListen ? [buildButton(controlIds.listen, i18n.speech.listen, turnId)] : []),
    ...(canChart ? [buildButton(controlIds.chart, i18n.charts.button, turnId)] : []),
  ]
  const buttons = first && { ...first, elements: [first, ...more].flatMap(({ elements }) => elements) }
  return [
    row,
    ...(buttons === undefined ? [] : [buttons]),
    ...buildModelMenu(turnId, choices, i18n),
    buildAuthorLine(i18n, model),
  ]
}

/** Builds what stands below the words of a picture: the button for another one, and a line that says what drew it. */
export function buildPictureControls(turnId: string, i18n: I18n, model: string): Control[] {
  return [buildButton(controlIds.picture, i18n.pictures.more, turnId), buildAuthorLine(i18n, model)]
}

/** A longer menu would weigh more than most answers; any model can be named in words. */
const mostMenuModels = 25
const mostMenuCharacters = 75

/** Builds the menu of models that may answer again, if there is one to choose; its block names the turn. */
function buildModelMenu(turnId: string, choices: readonly string[], { controls }: I18n): Control[] {
  const names = choices.filter(name => name.length <= mostMenuCharacters).slice(0, mostMenuModels)
  if (names.length < 2) return []
  const options = names.map(name => ({ text: plain(name), value: name }))
  const menu = {
    type: 'static_select',
    action_id: controlIds.againWith,
    placeholder: plain(controls.againWith),
    options,
  }
  return [{ type: 'actions', block_id: `${controlIds.againWith} ${turnId}`, elements: [menu] }]
}

/** Parses the choice of a model for another answer: the model, and the turn that its block names. */
export function parseModelChoice(action: unknown): { model: string; turnId: string } | undefined {
  const chosen = choiceSchema.safeParse(action).data
  const [id, turnId] = chosen?.block_id.split(' ', 2) ?? []
  if (chosen === undefined || id !== controlIds.againWith || turnId === undefined) return undefined
  return { model: chosen.selected_option.value, turnId }
}

const choiceSchema = z.object({ block_id: z.string(), selected_option: z.object({ value: z.string() }) })

/** Builds the line with the model's name, without the path or the organization before it, and that AI can be wrong. */
function buildAuthorLine(i18n: I18n, model: string | undefined): Control {
  const name =
    model === undefined ? undefined : formatModelTitle(model.split('/').findLast(part => part !== '') ?? model, i18n)
  const text = [...(name === undefined ? [] : [name.slice(0, mostButtonCharacters)]), i18n.controls.canBeWrong].join(
    ' · ',
  )
  return { type: 'context', block_id: authorBlock, elements: [{ ...plain(text), emoji: false }] }
}

/** Builds a regenerate button with a name of its own, for failures and edited questions. */
export function buildRegenerateControls(turnId: string, name: string): Control[] {
  return [buildButton(controlIds.again, name, turnId)]
}

/** Builds the button by which admins and the channel's creator end answers there that nobody asked for. */
export const buildQuietControl = ({ ambient }: I18n): Control => buildButton(controlIds.quiet, ambient.off, 'off')

/** Builds the question why an answer is bad, one button for each reason; each carries the id of its turn. */
export function buildReasonControl(turnId: string, { controls }: I18n): Control {
  const elements = Object.entries(controls.reasons).map(([reason, name]) => ({
    type: 'button',
    action_id: `${controlIds.reason}_${reason}`,
    text: plain(name),
    value: turnId,
  }))
  return { type: 'actions', block_id: controlIds.reason, elements }
}

/** The value of the post button: which summary is posted, and where. */
export interface PostValue {
  turn: string
  /** The ts of its thread in the direct messages. */
  from: string
  channel: string
  threadTs?: string
}

/** Builds the button that posts a private summary to the place that it summarizes. */
export function buildPostControl(
  turn: Pick<Turn, 'id' | 'threadTs'>,
  { channel, threadTs, name }: { channel: string; threadTs: string | undefined; name: string },
  i18n: I18n,
): Control {
  const place = { from: turn.threadTs, channel }
  const value: PostValue = { turn: turn.id, ...place, ...(threadTs !== undefined && { threadTs }) }
  const { post, postThere, postToThread } = i18n.summary
  const title = threadTs !== undefined ? postToThread : name === '' ? postThere : post({ name })
  return buildButton(controlIds.post, title, JSON.stringify(value))
}

/** Parses the value of a thumb: the rating and the turn's id. */
export function parseRating(value: string): { rating: 'up' | 'down'; turnId: string } | undefined {
  const [rating, turnId] = value.split(' ', 2)
  if ((rating !== 'up' && rating !== 'down') || turnId === undefined) return undefined
  return { rating, turnId }
}

/** Slack's limit. Source: docs.slack.dev, button element. */
const mostButtonCharacters = 75

/** Builds a block of its own, with an id that stays the same from edit to edit: people press it while the reply grows. */
function buildButton(actionId: string, name: string, value: string) {
  const button = { type: 'button', action_id: actionId, text: plain(name.slice(0, mostButtonCharacters)), value }
  return { type: 'actions', block_id: actionId, elements: [button] }
}
