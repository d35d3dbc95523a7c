import type { StoredChunk, SummaryChunks } from '../../store/summary-chunks.ts'
import type { Points } from './check-points.ts'
import { fingerprint, type Said } from './chunks.ts'

/** What is to be summed up, and for whom. */
interface Wanted {
  channel: string
  said: readonly Said[]
  /** Somebody has seen it and wants another one. */
  isAgain: boolean
  /** Only what was found for the same model, language and wish is of use. */
  scope: string
  /** What a full part has. */
  partTokens: number
  /** In tokens. */
  sizeOf: (message: Said) => number
}

/** What was found in a part before. */
interface Known {
  id: string
  points: Points
  /** The ts of its first message. */
  first: string
}

/** Of a full part. When more than so many smaller ones are known, they are read again together. */
const smallShare = 0.25
const mostSmall = 8

/** The parts that are known and hold only what is to be read, as it stands; and the messages that are in none of them. */
export async function recall(
  kept: SummaryChunks,
  { channel, said, isAgain, scope, partTokens, sizeOf }: Wanted,
): Promise<{ known: Known[]; rest: Said[] }> {
  const present = new Map(said.map(message => [message.ts, message]))
  const prints = new Map(said.map(message => [message.ts, fingerprint(message)]))
  const usable: StoredChunk[] = []
  const stale: string[] = []
  for (const part of await kept.find(channel, scope)) {
    if (part.covers.every(([ts, print]) => prints.get(ts) === print)) usable.push(part)
    else if (part.covers.some(([ts, print]) => (prints.get(ts) ?? print) !== print)) stale.push(part.id)
  }
  await kept.forget(stale)
  const size = ({ covers }: StoredChunk) =>
    sum(covers.map(([ts]) => present.get(ts)).map(message => (message === undefined ? 0 : sizeOf(message))))
  const taken = new Set<string>()
  const picked = usable
    .sort((a, b) => b.covers.length - a.covers.length)
    .filter(({ covers }) => {
      if (covers.some(([ts]) => taken.has(ts))) return false
      for (const [ts] of covers) taken.add(ts)
      return true
    })
  const small = picked.filter(part => size(part) < partTokens * smallShare)
  const isCrumbled = small.length > mostSmall
  // Somebody who wants another summary of one part wants that part read again.
  const isAnew = isAgain && picked.length === 1 && taken.size === present.size
  const used = isAnew ? [] : picked.filter(part => !isCrumbled || !small.includes(part))
  const covered = new Set(used.flatMap(({ covers }) => covers.map(([ts]) => ts)))
  await kept.touch(used.map(({ id }) => id))
  return {
    known: used.map(({ id, covers, result }) => ({
      id,
      points: JSON.parse(result) as Points,
      first: covers[0]?.[0] ?? '',
    })),
    rest: said.filter(({ ts }) => !covered.has(ts)),
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
