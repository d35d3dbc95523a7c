import { z } from 'zod'
import { loadSettingsBook, type Settings } from '../../store/settings.ts'

const settingsSchema = z.object({
  /** Every message that somebody writes to the channel is labelled. */
  watch: z.boolean().default(false),
  /** A watched message gets a card in its thread, besides the reaction. */
  card: z.boolean().default(false),
  /** People who react with this emoji get the message labelled; blank for none. */
  reaction: z.string().default(''),
})

/** Loads the settings of all channels; changes by other replicas follow. */
export async function loadChannelSettings(settings: Settings) {
  const { of, all, change } = await loadSettingsBook(settings, settingsSchema)
  return {
    of,
    change,
    /** Lists the channels whose messages are all labelled. */
    watched: () => [...all()].flatMap(([channel, { watch }]) => (watch ? channel : [])),
  }
}

/** Parses the name of an emoji as Slack has it in events, out of `:beetle:` or `beetle`; undefined for what is no name. */
export function parseEmojiName(written: string): string | undefined {
  const name = written.trim().replace(/^:|:$/g, '').toLowerCase()
  return /^[\p{L}\p{N}_+'-]*$/u.test(name) ? name : undefined
}
