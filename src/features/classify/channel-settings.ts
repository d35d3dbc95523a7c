import { z } from 'zod'
import type { Settings } from '../../store/settings.ts'
import { parseJson } from '../../text/parse-json.ts'

const settingsSchema = z.object({
  /** Every message that somebody writes to the channel is labelled. */
  watch: z.boolean().default(false),
  /** A watched message gets a card in its thread, besides the reaction. */
  card: z.boolean().default(false),
  /** People who react with this emoji get the message labelled; blank for none. */
  reaction: z.string().default(''),
})

type ChannelSettings = z.infer<typeof settingsSchema>

/** The settings of all channels, in memory and in the store. */
interface ChannelSettingsBook {
  of(channel: string): ChannelSettings
  /** The channels whose messages are all labelled. */
  watched(): string[]
  change(channel: string, settings: ChannelSettings): Promise<void>
}

const defaults = settingsSchema.parse({})

/** Loads the settings; changes by other replicas follow. */
export async function loadChannelSettings(settings: Settings): Promise<ChannelSettingsBook> {
  const load = async () => {
    const rows = await settings.all()
    return new Map(rows.map(row => [row.channel, parseJson(row.settings, settingsSchema) ?? defaults]))
  }
  let book = await load()
  // A notice may be lost while the database is away; the next one brings it all.
  settings.onChange(() => {
    load().then(
      newest => {
        book = newest
      },
      () => {},
    )
  })
  return {
    of: channel => book.get(channel) ?? defaults,
    watched: () => [...book].flatMap(([channel, { watch }]) => (watch ? channel : [])),
    async change(channel, chosen) {
      book.set(channel, chosen)
      await settings.write(channel, JSON.stringify(chosen))
    },
  }
}

/** Parses the name of an emoji as Slack has it in events, out of `:beetle:` or `beetle`; undefined for what is no name. */
export function parseEmojiName(written: string): string | undefined {
  const name = written.trim().replace(/^:|:$/g, '').toLowerCase()
  return /^[\p{L}\p{N}_+'-]*$/u.test(name) ? name : undefined
}
