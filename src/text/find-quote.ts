/** Marks around a quote that a model adds, and dots where it left something out at an end. */
const wrapping = /^["“”‘’'「」『』《》…\s]+|["“”‘’'「」『』《》…\s]+$/g

/** Fewer characters prove nothing. */
const fewestCharacters = 2

/**
 * The literal place in the text that a quote names, as it stands there; undefined when the text has no such place.
 * Differences of spaces, of letter case and of full- and half-width signs are overlooked, since models smooth them out.
 */
export function findQuote(text: string, quote: string): string | undefined {
  const wanted = quote.replace(wrapping, '')
  if ([...wanted].length < fewestCharacters) return undefined
  if (text.includes(wanted)) return wanted
  const { folded, starts } = fold(text)
  const needle = fold(wanted).folded
  const at = needle === '' ? -1 : folded.indexOf(needle)
  if (at < 0) return undefined
  return text.slice(starts[at], starts[at + needle.length] ?? text.length).trim()
}

/** The text in its plainest form, and where each of its characters came from. */
function fold(text: string): { folded: string; starts: number[] } {
  let folded = ''
  const starts: number[] = []
  let at = 0
  for (const character of text) {
    const plain = character.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
    for (const _ of plain) starts.push(at)
    folded += plain
    // One start a code unit, so that positions in both agree.
    while (starts.length < folded.length) starts.push(at)
    at += character.length
  }
  return { folded, starts }
}

/** Quotation marks of all kinds that models use; an apostrophe counts as one only at the border of a word. */
const quotations = [
  /“([^”]*)”?/g,
  /"([^"]*)"?/g,
  /「([^」]*)」?/g,
  /『([^』]*)』?/g,
  /《([^》]*)》?/g,
  /«([^»]*)»?/g,
  /‘([^’]*)’?/g,
  /(?<![\p{L}\p{N}])'([^']*)'(?![\p{L}\p{N}])/gu,
]

/** What stands in quotation marks in a text. */
export function parseQuotations(text: string): string[] {
  return quotations.flatMap(quotation => [...text.matchAll(quotation)].map(([, words = '']) => words))
}

/** Words in their plainest form, without spaces and the signs between sentences: two that are alike read alike. */
export function normalizeWords(words: string): string {
  return words
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s.,，。!！?？…]+/g, '')
}
