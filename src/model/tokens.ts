/** Counts tokens as the vendor's current models do (o200k); a margin makes it good enough for others. */
type CountTokens = (text: string) => number

/**
 * Returns an upper bound of a text's tokens: a token of o200k is one byte or more. It answers the common case, a thread that surely
 * fits, without the tokenizer's 70 MB.
 */
export function tokenUpperBound(text: string): number {
  return Buffer.byteLength(text)
}

/** Estimates tokens for sizing a cache: four Latin letters or one Han character a token. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4 + (Buffer.byteLength(text) - text.length) / 3)
}

/** An unbroken run of 40,000 characters blocks the tokenizer for 10 s; in slices of this length it takes 40 ms. */
const sliceCharacters = 1_000

/** Loads the tokenizer (0.3 s, 70 MB). */
export async function loadTokenCounter(): Promise<CountTokens> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  // Otherwise <|endoftext|> in a message makes the tokenizer throw.
  const options = { disallowedSpecial: new Set<string>() }
  return text => {
    let tokens = 0
    for (const slice of slices(text)) tokens += countTokens(slice, options)
    return tokens
  }
}

/** Slices a text near spaces, never inside a surrogate pair. */
function* slices(text: string): Iterable<string> {
  let start = 0
  while (start < text.length) {
    const end = findSliceEnd(text, start)
    yield text.slice(start, end)
    start = end
  }
}

function findSliceEnd(text: string, start: number): number {
  const limit = start + sliceCharacters
  if (limit >= text.length) return text.length
  const space = text.lastIndexOf(' ', limit)
  if (space > limit - 100) return space
  const isHighSurrogate = (text.charCodeAt(limit - 1) & 0xfc00) === 0xd800
  return isHighSurrogate ? limit - 1 : limit
}
