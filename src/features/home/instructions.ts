import type { KnownBlock } from '@slack/types'
import type { I18n } from '../../i18n/catalog.ts'
import { plain } from '../../slack/plain-text.ts'

/** The rest of longer instructions is in the dialogue. */
const mostCharacters = 300

/** Builds a person's own instructions with the button that changes them; the settings listen to it. */
export function buildInstructions({ home, policy }: I18n, instructions = ''): KnownBlock {
  const words = instructions.replace(/\s+/g, ' ').trim()
  const short = words.length > mostCharacters ? `${words.slice(0, mostCharacters).toWellFormed()}…` : words
  return {
    type: 'section',
    text: plain(short === '' ? home.noInstructions : home.instructions({ instructions: short })),
    accessory: { type: 'button', action_id: 'open_my_settings', text: plain(policy.title.person) },
  }
}
