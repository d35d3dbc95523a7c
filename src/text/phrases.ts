/** Compares a short text with a list of phrases, word by word. */

/** Longer texts hold more than a phrase. */
export const longestText = 600

/** Words of the longest phrase. */
const longestPhrase = 6

/** Returns true if words are a row of phrases of these sets. */
export function isMadeOf(text: string, sets: readonly ReadonlySet<string>[]): boolean {
  if (text.length > longestText) return false
  let words = text.split(' ').filter(Boolean)
  while (words.length > 0) {
    const lengths = Array.from({ length: longestPhrase }, (_, index) => longestPhrase - index)
    const length = lengths.find(count => sets.some(set => set.has(words.slice(0, count).join(' '))))
    if (length === undefined) return false
    words = words.slice(length)
  }
  return true
}

/** Reduces a short text to its words: without mentions, emoji, punctuation and letter case. Longer texts stay as they are. */
export function normalizePhrase(text: string): string {
  if (text.length > longestText) return text
  return text
    .replace(/<@[^<>]*>/g, ' ')
    .replace(/:[\p{L}\p{N}_+'-]+:/gu, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
