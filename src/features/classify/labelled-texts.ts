import { readFile } from 'node:fs/promises'

/** A text and the kinds that it is known to be. */
export interface LabelledText {
  text: string
  kinds: string[]
}

/** The languages in which labelled texts come with the bot, one file each. */
const shipped = ['en', 'zh']

/**
 * The labelled texts that come with the bot: some 460, half of them Chinese, written for it, hard borders included. The
 * evaluation asks them of a model; the built-in engine learns from them.
 */
export async function loadShippedTexts(): Promise<LabelledText[]> {
  const files = shipped.map(language => readFile(new URL(`labelled-texts/${language}.tsv`, import.meta.url), 'utf8'))
  return (await Promise.all(files)).flatMap(parseLabelledTexts)
}

/** Reads lines of `kind[,kind] TAB text`. */
export function parseLabelledTexts(tsv: string): LabelledText[] {
  return tsv
    .split(/\r?\n/)
    .map(line => line.split('\t'))
    .filter((cells): cells is [string, string] => cells.length === 2)
    .map(([kinds, text]) => ({ kinds: kinds.split(','), text }))
}
