import type { I18n } from '../../i18n/catalog.ts'

/** Finds the model that people mean: few write a name as its server does. */

const mostGuesses = 3
/** Names that are alike by chance begin with fewer letters in common. */
const leastAlike = 4
const longestWanted = 80

/**
 * Finds a model by the words for it: its name in any case and with or without the vendor before it and the marks in it, or, without a
 * number, the only one that begins so. Otherwise guesses which are meant.
 */
export function findModel(wanted: string, names: readonly string[]): { name: string } | { guesses: string[] } {
  const short = wanted.slice(0, longestWanted)
  const exact =
    names.find(name => fold(name) === fold(short)) ?? names.find(name => fold(lastPart(name)) === fold(short))
  if (exact !== undefined) return { name: exact }
  const letters = reduce(short)
  if (letters === '') return { guesses: [] }
  const bare = names.map(name => ({ name, letters: reduce(lastPart(name)) }))
  const same = bare.find(one => one.letters === letters || reduce(one.name) === letters)
  if (same !== undefined) return same
  const beginning = bare.filter(one => one.letters.startsWith(letters))
  const [only, ...more] = beginning
  if (only !== undefined && more.length === 0 && !/\d/.test(letters)) return only
  const near = beginning.length > 0 ? beginning : bare.filter(one => isNear(one.letters, letters))
  return { guesses: near.slice(0, mostGuesses).map(({ name }) => name) }
}

/** Models that a refusal names if none is meant. */
const mostNamed = 8

/** Formats that there is no such model, and which there are. */
export function formatUnknown(
  wanted: string,
  found: ReturnType<typeof findModel>,
  { names, i18n }: { names: readonly string[]; i18n: I18n },
): string {
  const guesses = 'guesses' in found ? found.guesses : [found.name]
  const { models, formats } = i18n
  if (guesses.length > 0) return models.guess({ wanted, names: formats.or(guesses) })
  return models.unknown({ wanted, names: formats.or(names.slice(0, mostNamed)) })
}

const lastPart = (name: string) => name.split('/').at(-1) ?? name
const fold = (name: string) => name.normalize('NFKC').toLowerCase()
const reduce = (name: string) => fold(name).replace(/[^\p{L}\p{N}]+/gu, '')

/** Returns whether two names begin alike for at least half, or differ in at most two characters at one place. */
function isNear(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start += 1
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const longer = Math.max(a.length, b.length)
  return (start >= leastAlike && start * 2 >= longer) || longer - start - end <= 2
}
