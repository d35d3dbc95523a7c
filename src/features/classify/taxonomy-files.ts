import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from '../../errors.ts'
import { parseTaxonomy, type Taxonomy } from './taxonomy.ts'

/** The taxonomies of all channels. */
export interface Taxonomies {
  /** Returns the channel's own taxonomy, or the default. */
  of(channel: string): Taxonomy
}

/** The default taxonomy comes with the bot. */
const shippedFile = fileURLToPath(new URL('taxonomy.yml', import.meta.url))

/**
 * Loads the default taxonomy and those of single channels. Throws a `StartError` that names every mistake with its file and
 * line.
 */
export async function loadTaxonomies(file = shippedFile): Promise<Taxonomies> {
  const main = await readTaxonomy(file, 'TAXONOMY_FILE')
  const own = new Map<string, Taxonomy>()
  for (const [channel, name] of Object.entries(main.channels)) {
    own.set(channel, await readTaxonomy(resolve(dirname(file), name), `TAXONOMY_FILE, channels: ${channel}`))
  }
  return { of: channel => own.get(channel) ?? main }
}

async function readTaxonomy(file: string, setting: string): Promise<Taxonomy> {
  const yaml = await readFile(file, 'utf8').catch(error => {
    throw new StartError(
      `${setting}: ${file} cannot be read (${error.code}); set it to a file in the form of src/features/classify/taxonomy.yml`,
    )
  })
  const read = parseTaxonomy(yaml)
  if ('taxonomy' in read) return read.taxonomy
  throw new StartError(
    `${setting}: ${read.mistakes.map(({ line, sentence }) => `${file}:${line} ${sentence}`).join('; ')}`,
  )
}
