import type { I18n } from '../i18n/catalog.ts'
import type { Turn } from '../queue/turn.ts'
import type { Control } from '../reply/body.ts'

/** Action ids of the buttons below a reply; each button carries the id of its turn. */
export const controlIds = {
  stop: 'stop_reply',
  again: 'regenerate_reply',
  rate: 'rate_reply',
  post: 'post_summary',
} as const

/** Builds the stop button of a growing reply. */
export function buildGrowingControls(turnId: string, i18n: I18n): Control[] {
  return [buildButton(controlIds.stop, i18n.controls.stop, turnId)]
}

/** Builds the thumbs and the regenerate button of an answer. */
export function buildAnswerControls(turnId: string, i18n: I18n): Control[] {
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
  const rate = { type: 'context_actions', block_id: controlIds.rate, elements: [feedback] }
  return [rate, ...buildRegenerateControls(turnId, i18n.controls.again)]
}

/** Builds a regenerate button with a name of its own, for failures and edited questions. */
export function buildRegenerateControls(turnId: string, name: string): Control[] {
  return [buildButton(controlIds.again, name, turnId)]
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
  const title = threadTs === undefined ? i18n.summary.post(name) : i18n.summary.postToThread
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
function buildButton(actionId: string, name: string, value: string): Control {
  const button = { type: 'button', action_id: actionId, text: plain(name.slice(0, mostButtonCharacters)), value }
  return { type: 'actions', block_id: actionId, elements: [button] }
}

const plain = (text: string) => ({ type: 'plain_text', text })
