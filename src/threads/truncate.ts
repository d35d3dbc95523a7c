import { type loadTokenCounter, tokenUpperBound } from '../model/tokens.ts'

type CountTokens = Awaited<ReturnType<typeof loadTokenCounter>>

/** A picture as a `data:` URL. */
interface Picture {
  dataUrl: string
  tokens: number
}

/** A message as it is put into the request. */
interface Line {
  role: 'user' | 'assistant'
  text: string
  images: Picture[]
}

/** The messages of a thread that fit the token budget. */
interface Fitted {
  lines: Line[]
  /** Messages that are included, at least in part. */
  read: number
  total: number
  /** Index in `lines` after which messages are missing; undefined if none is. */
  gapAfter: number | undefined
  /** True if a message that was too long by itself was cut. */
  isShortened: boolean
}

/** Tokens that surround a message in a request. */
const frameTokens = 8
/** Safety margin: models count tokens a little differently. */
const margin = 0.9
/** Share of the budget that is dropped at once. */
const block = 0.3
/** Messages that are counted before other work gets its turn: a few milliseconds. */
const breathLines = 50
/** Shares of the budget for a first and a last message that are too long by themselves. */
const longestFirst = 0.25
const longestLast = 0.7

/**
 * Cuts a thread to a budget of tokens: the last message (the question) and the first always stay, the oldest of the others
 * go first, in blocks, so that the next requests begin in the same way and the provider's prompt cache knows them. A first or last
 * message that is too long by itself is cut in the text, which says so. The tokenizer is loaded only when a bound by bytes says that the
 * budget could matter.
 */
export async function truncate(
  lines: Line[],
  budgetTokens: number,
  loadCounter: () => Promise<CountTokens>,
): Promise<Fitted> {
  const budget = Math.floor(budgetTokens * margin)
  const whole = { lines, read: lines.length, total: lines.length, gapAfter: undefined, isShortened: false }
  if (lines.reduce((total, line) => total + sizeOf(line, tokenUpperBound), 0) <= budget) return whole
  const count = await loadCounter()
  const sizes = await measure(lines, count)
  return sum(sizes) <= budget ? whole : cut(lines, sizes, { budget, count })
}

function cut(lines: Line[], sizes: number[], { budget, count }: { budget: number; count: CountTokens }): Fitted {
  const last = shorten(lines.at(-1), budget * longestLast, count)
  const first = lines.length > 1 ? shorten(lines[0], budget * longestFirst, count) : []
  const room = budget - sum([...first, ...last].map(line => sizeOf(line, count)))
  const begin = 1 + countDropped(sizes.slice(1, -1), room, Math.max(1, budget * block))
  const kept = [...first, ...lines.slice(begin, -1), ...last]
  const isWhole = kept.length === lines.length
  const isShortened = last[0] !== lines.at(-1) || (first.length > 0 && first[0] !== lines[0])
  const gapAfter = isWhole ? undefined : first.length - 1
  return { lines: kept, read: kept.length, total: lines.length, gapAfter, isShortened }
}

/**
 * Counts the oldest lines to drop so that the rest fits. The borders of the blocks are counted from the beginning of the thread: as it
 * grows, a border stays in its place until the block behind it has to go, too.
 */
function countDropped(sizes: readonly number[], room: number, blockTokens: number): number {
  let left = sum(sizes)
  let gone = 0
  let dropped = 0
  for (let border = blockTokens; left > room && dropped < sizes.length; border += blockTokens) {
    // A line of more than one block takes several steps.
    for (; gone < border && dropped < sizes.length; dropped += 1) {
      gone += sizes[dropped] ?? 0
      left -= sizes[dropped] ?? 0
    }
  }
  return dropped
}

/** Returns the line if it is short enough; otherwise its beginning and end with a mark between them. */
function shorten(line: Line | undefined, most: number, count: CountTokens): Line[] {
  if (line === undefined) return []
  if (sizeOf(line, count) <= most) return [line]
  const images = takePictures(line.images, most / 2)
  const room = most - sumPictures(images) - frameTokens
  let least = 0
  let beyond = line.text.length
  while (beyond - least > 1) {
    const middle = Math.floor((least + beyond) / 2)
    if (count(keepEnds(line.text, middle)) <= room) least = middle
    else beyond = middle
  }
  return [{ ...line, text: keepEnds(line.text, least), images }]
}

/** Keeps the first three quarters and the last quarter of the budget, since a question often ends a long paste. */
function keepEnds(text: string, characters: number): string {
  const atEnd = Math.floor(characters / 4)
  const start = text.slice(0, characters - atEnd)
  const end = atEnd === 0 ? '' : text.slice(-atEnd)
  const leftOut = text.length - characters
  return `${start}\n[… ${leftOut} characters left out: too long …]\n${end}`.toWellFormed()
}

/** Measures lines in tokens and yields to the event loop now and then, since other threads wait while a long one is counted. */
async function measure(lines: Line[], count: CountTokens): Promise<number[]> {
  const sizes: number[] = []
  for (const line of lines) {
    sizes.push(sizeOf(line, count))
    if (sizes.length % breathLines === 0) await new Promise(resolve => setImmediate(resolve))
  }
  return sizes
}

/** Takes the first pictures that fit into a share of the budget. */
function takePictures(images: Picture[], most: number): Picture[] {
  let left = most
  const beyond = images.findIndex(({ tokens }) => {
    left -= tokens
    return left < 0
  })
  return beyond < 0 ? images : images.slice(0, beyond)
}

const sumPictures = (images: readonly Picture[]): number => sum(images.map(({ tokens }) => tokens))

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

function sizeOf(line: Line, count: CountTokens): number {
  return count(line.text) + sumPictures(line.images) + frameTokens
}
