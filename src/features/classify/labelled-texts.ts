import { readFile } from 'node:fs/promises'

/** A text with its known kinds. */
export interface LabelledText {
  text: string
  kinds: string[]
}

/** Languages of the labelled texts, one file each. */
const shipped = ['en', 'zh']

/**
 * Loads the labelled texts that come with the bot: some 460, half of them Chinese, hard cases included. The evaluation asks a
 * model about them; the built-in engine learns from them.
 */
export async function loadShippedTexts(): Promise<LabelledText[]> {
  const files = shipped.map(language => readFile(new URL(`labelled-texts/${language}.tsv`, import.meta.url), 'utf8'))
  return (await Promise.all(files)).flatMap(parseLabelledTexts)
}

/** Parses lines of `kind[,kind] TAB text`. */
export function parseLabelledTexts(tsv: string): LabelledText[] {
  return tsv
    .split(/\r?\n/)
    .map(line => line.split('\t'))
    .filter((cells): cells is [string, string] => cells.length === 2)
    .map(([kinds, text]) => ({ kinds: kinds.split(','), text }))
}
