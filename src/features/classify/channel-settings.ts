import type { Settings } from '../../store/settings.ts'

/** What people have chosen for the feedback in a channel. */
export interface ChannelSettings {
  /** Every message that somebody writes to the channel is labelled by itself. */
  watch: boolean
  /** A watched message gets a card in its thread, besides the quiet sign. */
  card: boolean
  /** Whoever reacts with this emoji has the message labelled; blank for none. */
  reaction: string
}

/** The settings of all channels, in memory and in the store. */
export interface ChannelSettingsBook {
  of(channel: string): ChannelSettings
  change(channel: string, settings: ChannelSettings): Promise<void>
}

const nothing: ChannelSettings = { watch: false, card: false, reaction: '' }

/** Reads what has been chosen so far. */
export async function loadChannelSettings(settings: Settings): Promise<ChannelSettingsBook> {
  const read = async () => {
    const rows = await settings.all()
    return new Map(rows.map(row => [row.channel, { ...nothing, ...JSON.parse(row.settings) } as ChannelSettings]))
  }
  let book = await read()
  // Words of other replicas may be lost while the database is away; those that come next bring it all.
  settings.onChange(() => {
    read().then(
      newest => {
        book = newest
      },
      () => {},
    )
  })
  return {
    of: channel => book.get(channel) ?? nothing,
    async change(channel, chosen) {
      book.set(channel, chosen)
      await settings.write(channel, JSON.stringify(chosen))
    },
  }
}

/** The name of an emoji as Slack has it in events, out of `:beetle:` or `beetle`; undefined for what is no name. */
export function parseEmojiName(written: string): string | undefined {
  const name = written.trim().replace(/^:|:$/g, '').toLowerCase()
  return /^[\p{L}\p{N}_+'-]*$/u.test(name) ? name : undefined
}
