import type { KnownBlock, PlainTextOption } from '@slack/types'
import { plain } from '../../slack/plain-text.ts'

/** Builds the elements of which the sections of the home consist. */

export const section = (text: string): KnownBlock => ({ type: 'section', text: plain(text) })

export const header = (text: string): KnownBlock => ({ type: 'header', text: plain(text) })

export const mrkdwn = (text: string): KnownBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text, verbatim: true },
})

export const buildOption = (text: string, value: string): PlainTextOption => ({ text: plain(text), value })

/** Builds a label with a menu beside it. */
export function buildMenu(
  id: string,
  label: string,
  { options, chosen }: { options: PlainTextOption[]; chosen: string },
): KnownBlock {
  const initial = options.find(({ value }) => value === chosen)
  const menu = { type: 'static_select' as const, action_id: id, options }
  return {
    type: 'section',
    block_id: id,
    text: plain(label),
    accessory: { ...menu, ...(initial !== undefined && { initial_option: initial }) },
  }
}
