import { setTimeout as pause } from 'node:timers/promises'

/** A word's beginning, one or two Han characters, or a mark: about what a language model calls a token. */
const PIECE =
  /\s*(?:\p{Script=Han}{1,2}|[\p{L}\p{N}\p{M}]{1,6}?(?=\p{Script=Han})|[\p{L}\p{N}\p{M}]{1,6}|[^\s\p{L}\p{N}]{1,3})|\s+/gu

/** A text in the pieces it is streamed in; put together they are the text. */
export const toPieces = (text: string): string[] => text.match(PIECE) ?? []

/**
 * The pieces of an answer at the pace of a language model that speaks so many tokens a second; `Infinity` gives them
 * all at once. A late piece does not delay those after it. Ends with the signal's reason when it is aborted.
 */
export async function* paced(
  pieces: readonly string[],
  tokensPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const startMs = performance.now()
  for (const [index, piece] of pieces.entries()) {
    signal.throwIfAborted()
    const waitMs = startMs + (index * 1_000) / tokensPerSecond - performance.now()
    if (waitMs > 0) await pause(waitMs, undefined, { signal })
    yield piece
  }
}
