import type { StoredChunk, SummaryChunks } from '../../store/summary-chunks.ts'
import { type Points, parsePoints } from './check-points.ts'
import { countTokens, fingerprint, type Said } from './chunks.ts'
import type { Work } from './summarizer.ts'

/** A chunk smaller than this share of a full one is small. If more than `maxSmall` are known, they are read again together. */
const smallShare = 0.25
const maxSmall = 8

/** Returns the stored chunks that cover only messages that are asked for, as they are now; and the messages that none covers. */
export async function recallChunks(
  chunks: SummaryChunks,
  request: Pick<Work, 'channel' | 'isAgain' | 'scope' | 'chunkTokens' | 'count'> & { said: readonly Said[] },
): Promise<{ known: { id: string; points: Points; first: string }[]; rest: Said[] }> {
  const { said, isAgain, chunkTokens, count } = request
  const picked = pickDisjoint(await loadCurrent(chunks, request))
  const sizes = new Map(said.map(message => [message.ts, countTokens(message, count)]))
  const sizeOf = ({ covers }: StoredChunk) => covers.reduce((total, [ts]) => total + (sizes.get(ts) ?? 0), 0)
  const small = picked.filter(chunk => sizeOf(chunk) < chunkTokens * smallShare)
  // A reader who wants another summary of a single chunk wants that chunk read again.
  const isReread = isAgain && picked.length === 1 && picked[0]?.covers.length === sizes.size
  const used = isReread ? [] : picked.filter(chunk => small.length <= maxSmall || !small.includes(chunk))
  const known = used.flatMap(({ id, covers, result }) => {
    const points = parsePoints(result)
    return points === undefined ? [] : [{ id, covers, points, first: covers[0]?.[0] ?? '' }]
  })
  const covered = new Set(known.flatMap(({ covers }) => covers.map(([ts]) => ts)))
  await chunks.touch(known.map(({ id }) => id))
  return { known, rest: said.filter(({ ts }) => !covered.has(ts)) }
}

/** Loads the chunks whose messages are all asked for and unchanged; forgets those of which a message was edited. */
async function loadCurrent(
  chunks: SummaryChunks,
  { channel, scope, said }: { channel: string; scope: string; said: readonly Said[] },
): Promise<StoredChunk[]> {
  const prints = new Map(said.map(message => [message.ts, fingerprint(message)]))
  const stored = await chunks.find(channel, scope)
  const current = stored.filter(({ covers }) => covers.every(([ts, print]) => prints.get(ts) === print))
  const isEdited = ({ covers }: StoredChunk) => covers.some(([ts, print]) => (prints.get(ts) ?? print) !== print)
  await chunks.forget(stored.filter(isEdited).map(({ id }) => id))
  return current
}

/** Picks chunks that share no message, the largest first. */
function pickDisjoint(chunks: StoredChunk[]): StoredChunk[] {
  const taken = new Set<string>()
  return chunks
    .toSorted((a, b) => b.covers.length - a.covers.length)
    .filter(({ covers }) => {
      if (covers.some(([ts]) => taken.has(ts))) return false
      for (const [ts] of covers) taken.add(ts)
      return true
    })
}
