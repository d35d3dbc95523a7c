/** The quotation marks that models put around a quote, and the ellipsis where they left something out. */
const wrapping = /^["“”‘’'「」『』《》…\s]+|(?<!["“”‘’'「」『』《》…\s])["“”‘’'「」『』《》…\s]+$/g

/** Shorter quotes prove nothing. */
const minCharacters = 2

/**
 * Finds a quote in a text and returns it as the text has it; undefined if it is not there. Ignores white space, letter case,
 * full or half width, and the form of apostrophes, quotation marks and dashes, which models change.
 */
export function findQuote(text: string, quote: string): string | undefined {
  const wanted = quote.replace(wrapping, '')
  if ([...wanted].length < minCharacters) return undefined
  if (text.includes(wanted)) return wanted
  const { folded, starts } = fold(text)
  const needle = fold(wanted).folded
  const at = needle === '' ? -1 : folded.indexOf(needle)
  if (at < 0) return undefined
  return text.slice(starts[at], starts[at + needle.length] ?? text.length).trim()
}

/** Forms of marks that models write in place of each other. */
const marks = new Map([
  ...Array.from('‘’ʼ', mark => [mark, "'"] as const),
  ...Array.from('“”', mark => [mark, '"'] as const),
  ...Array.from('‐‑–—−', mark => [mark, '-'] as const),
])

/** Normalizes a text for comparison. `starts` maps each code unit of the result to its offset in the text. */
function fold(text: string): { folded: string; starts: number[] } {
  let folded = ''
  const starts: number[] = []
  let at = 0
  for (const character of text) {
    const plain = (marks.get(character) ?? character).normalize('NFKC').toLowerCase().replace(/\s+/g, '')
    for (const _ of plain) starts.push(at)
    folded += plain
    // Normalization may add code units.
    while (starts.length < folded.length) starts.push(at)
    at += character.length
  }
  return { folded, starts }
}

/** The kinds of quotation marks that models use. An apostrophe is one only at a word boundary. */
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

/** Extracts the words in quotation marks from a text. */
export function parseQuotations(text: string): string[] {
  return quotations.flatMap(quotation => [...text.matchAll(quotation)].map(([, words = '']) => words))
}

/** A quotation of at least this many letters (or Han characters, which say more) is somebody's words; a shorter one is a name. */
const quoteLetters = 15
const quoteHan = 6

/** Returns whether every quotation in words stands literally in one of the texts. A name in quotation marks is no quotation. */
export function isQuotedFrom(words: string, texts: readonly string[]): boolean {
  const isQuotation = (quote: string) => {
    const folded = normalizeWords(quote)
    return (folded.match(/\p{Script=Han}/gu)?.length ?? 0) >= quoteHan || folded.length >= quoteLetters
  }
  return parseQuotations(words)
    .filter(isQuotation)
    .every(quote => texts.some(text => findQuote(text, quote) !== undefined))
}

/** Normalizes words for comparison: without white space, punctuation and letter case. */
export function normalizeWords(words: string): string {
  return words
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s.,，。!！?？…]+/g, '')
}
