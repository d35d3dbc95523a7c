import type { I18n } from '../i18n/catalog.ts'
import type { Turn } from '../queue/turn.ts'
import type { Control } from '../reply/body.ts'

/** What the buttons below a reply are called on the wire; each carries the id of its turn. */
export const controlIds = {
  stop: 'stop_reply',
  again: 'regenerate_reply',
  rate: 'rate_reply',
  post: 'post_summary',
} as const

/** Below a reply that grows: a button that stops it. */
export function buildGrowingControls(turnId: string, i18n: I18n): Control[] {
  return [buildButton(controlIds.stop, i18n.controls.stop, turnId)]
}

/** Below an answer: thumbs, and a button for another answer. */
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

/** Below what failed, and beside a question that was edited: a button for another answer, with a name of its own. */
export function buildRegenerateControls(turnId: string, name: string): Control[] {
  return [buildButton(controlIds.again, name, turnId)]
}

/** Which reply is posted, and where: its summary goes back to the place that it is of. */
export interface PostValue {
  turn: string
  /** Of the thread in the direct messages in which it stands. */
  from: string
  channel: string
  threadTs?: string
}

/** Below a summary that one person sees: a button that posts it where everybody may read what it sums up. */
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

/** The rating that a thumb carries, and the turn that it is about. */
export function parseRating(value: string): { rating: 'up' | 'down'; turnId: string } | undefined {
  const [rating, turnId] = value.split(' ', 2)
  if ((rating !== 'up' && rating !== 'down') || turnId === undefined) return undefined
  return { rating, turnId }
}

/** Slack's limit. Source: docs.slack.dev, button element. */
const mostButtonCharacters = 75

/** A block of its own, whose id stays the same from edit to edit: somebody may press it while the reply grows. */
function buildButton(actionId: string, name: string, value: string): Control {
  const button = { type: 'button', action_id: actionId, text: plain(name.slice(0, mostButtonCharacters)), value }
  return { type: 'actions', block_id: actionId, elements: [button] }
}

const plain = (text: string) => ({ type: 'plain_text', text })
