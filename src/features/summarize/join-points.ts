import type { SummaryChunks } from '../../store/summary-chunks.ts'
import type { createAsker } from './ask-points.ts'
import { type Points, parsePoints } from './check-points.ts'
import { buildJoinPrompt, numberPoints } from './prompt.ts'
import { hashId, isTooLong, type Work } from './summarizer.ts'

/** The points of a chunk or of a join, under the id by which they are stored. */
interface Found {
  id: string
  points: Points
}

/** Points of at most this many tokens are joined at once; more are joined in groups first. */
const maxJoinTokens = 8_000
/** How often each chunk's points are halved if the model cannot join them otherwise. */
const halvings = 4

/** Joins the points of all chunks, in groups where they are too many for one request, until one list is left. */
export async function joinPoints(deps: JoinDeps, work: Work, found: Found[]): Promise<Points> {
  const full = found.filter(({ points }) => numberPoints([points]).length > 0)
  if (full.length < 2) return full[0]?.points ?? { upshot: undefined, points: [], dropped: 0 }
  const groups = groupFound(full, Math.min(maxJoinTokens, work.chunkTokens), work.count)
  const isLast = groups.length === 1
  return joinPoints(deps, work, await Promise.all(groups.map(group => joinGroup(deps, work, { group, isLast }))))
}

type JoinDeps = Pick<ReturnType<typeof createAsker>, 'askPoints'> & { chunks: SummaryChunks }

async function joinGroup(
  { askPoints, chunks }: JoinDeps,
  work: Work,
  { group, isLast }: { group: Found[]; isLast: boolean },
): Promise<Found> {
  const [only] = group
  if (only !== undefined && group.length === 1) return only
  const covers = group.map(({ id }) => [id, ''] as const)
  const id = hashId(work.scope, covers)
  const stored = isLast && work.isAgain ? undefined : await chunks.read(id)
  const known = stored && parsePoints(stored.result)
  const points =
    known ??
    (await work.semaphore.run(() =>
      askToJoin(
        askPoints,
        work,
        group.map(one => one.points),
      ),
    ))
  if (known === undefined) {
    const kept = { id, channel: work.channel, scope: work.scope, covers, result: JSON.stringify(points) }
    await chunks.keep(kept, work.readAt)
  }
  work.dropped += points.dropped
  return { id, points }
}

/** Asks the model to join lists of points. If they are too long for it, each loses its last half. */
async function askToJoin(
  askPoints: JoinDeps['askPoints'],
  work: Work,
  lists: Points[],
  halvingsLeft = halvings,
): Promise<Points> {
  const numbered = numberPoints(lists)
  const prompt = buildJoinPrompt(lists, ts => work.said(ts)?.time ?? '', work.reader)
  try {
    return await askPoints(work, prompt, { said: work.said, sourcesOf: id => numbered[Number(id) - 1]?.sources })
  } catch (error) {
    if (!isTooLong(error) || halvingsLeft === 0) throw error
    const halves = lists.map(list => ({ ...list, points: list.points.slice(0, Math.ceil(list.points.length / 2)) }))
    return askToJoin(askPoints, work, halves, halvingsLeft - 1)
  }
}

/** Groups neighbours, at least two each, so that every round leaves fewer. */
function groupFound(found: Found[], maxTokens: number, count: (text: string) => number): Found[][] {
  const groups: Found[][] = []
  let left = 0
  for (const one of found) {
    const size = count(JSON.stringify(one.points))
    const open = groups.at(-1)
    if (open !== undefined && (open.length < 2 || size <= left)) {
      open.push(one)
      left -= size
    } else {
      groups.push([one])
      left = maxTokens - size
    }
  }
  return groups
}
