/** Stands in a text in place of hidden words. */
const gap = '[…]'

/** Characters that nobody sees and the end of a line, also of one that ends with a hyphen, may stand inside a word. */
const unseen = String.raw`\p{Default_Ignorable_Code_Point}{0,4}(?:-?\n)?`
const spaces = String.raw`[\s\p{Default_Ignorable_Code_Point}]{1,8}`

/**
 * Creates a function that replaces words in a text, wherever they stand. Letter case, width of letters, unseen characters, the kind of
 * space between the words and the ends of lines make no difference. Returns undefined if there are no words.
 */
export function createWordHider(words: readonly string[]): ((text: string) => string) | undefined {
  const forms = words.map(word => word.normalize('NFKC').trim()).filter(word => word !== '')
  if (forms.length === 0) return undefined
  // The longest first: of two that begin alike, the whole one goes.
  const sorted = forms.toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(sorted.map(buildForm).join('|'), 'giu')
  return text => {
    const hidden = text.replace(pattern, gap)
    const plain = hidden.normalize('NFKC')
    const bare = plain.replace(pattern, gap)
    return bare === plain ? hidden : bare
  }
}

const buildForm = (word: string) =>
  word
    .split(/\s+/)
    .map(part => [...part].map(escapeRegExp).join(unseen))
    .join(spaces)

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/gu, String.raw`\$&`)
