import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** Names of an emoji; most have one. */
const shortcodes = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const emoji = z.array(z.object({ hexcode: z.string(), unicode: z.string() }))

/** Loads all emoji by Slack's names, which are those of the iamcal data. */
export async function loadEmoji(): Promise<Record<string, string>> {
  const [names, pictures] = await Promise.all([
    readData(import.meta.resolve('emojibase-data/en/shortcodes/iamcal.json')).then(shortcodes.parse),
    readData(import.meta.resolve('emojibase-data/en/compact.json')).then(emoji.parse),
  ])
  return Object.fromEntries(
    pictures.flatMap(({ hexcode, unicode }) => [names[hexcode] ?? []].flat().map(name => [name, unicode])),
  )
}

const readData = async (url: string): Promise<unknown> => JSON.parse(await readFile(new URL(url), 'utf8'))
