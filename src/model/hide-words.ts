/** Stands in a text in place of hidden words. */
const gap = '[…]'

/** Characters that nobody sees, which may stand inside a word. */
const unseen = String.raw`[\u00ad\u200b-\u200d\u2060\ufeff]{0,4}`
const spaces = String.raw`[\s\u00ad\u200b-\u200d\u2060\ufeff]{1,8}`

/**
 * Creates a function that replaces words in a text, wherever they stand. Letter case, width of letters, unseen characters and the kind of
 * space between the words make no difference. Returns undefined if there are no words.
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
