import { createHash } from 'node:crypto'
import { ShownError } from '../../errors.ts'
import type { Model, Purpose } from '../../model/model.ts'
import { withoutPromptMarks } from '../../model/prompt-marks.ts'
import { estimateTokens, loadTokenCounter } from '../../model/tokens.ts'
import { createSemaphore } from '../../semaphore.ts'
import type { StoredChunk, SummaryChunks } from '../../store/summary-chunks.ts'
import { createAsker, type ModelUsage } from './ask-points.ts'
import type { Points } from './check-points.ts'
import { recallChunks } from './chunk-cache.ts'
import { countTokens, fingerprint, type Said, splitChunks } from './chunks.ts'
import { joinPoints } from './join-points.ts'
import { buildChunkPrompt, buildFormPrompt, numberPoints } from './prompt.ts'

type Found = Parameters<typeof joinPoints>[2][number]

type Semaphore = ReturnType<typeof createSemaphore>

type Reader = Parameters<typeof buildChunkPrompt>[1]

interface SummaryRequest {
  model: Model
  channel: string
  /** The person who reads it. */
  person: string
  said: readonly Said[]
  reader: Reader
  /** When the messages were read, in milliseconds since 1970. */
  readAt?: number
  /** The reader has seen this summary and wants another. */
  isAgain: boolean
  onSpent: Purpose['onSpent']
}

/** The points of a summary and their cost. */
export interface Summary {
  found: Points
  /** In the requested form, with ids in brackets that count the points found; undefined if no form was requested. */
  formed: string | undefined
  /** A message was too long for the model by itself. */
  isShortened: boolean
  /** `known` of its `chunks` were summarized before. */
  usage: ModelUsage & { known: number; chunks: number }
}

/** The progress: how many chunks are done, or that the summary is being written. */
export type SummaryProgress = { done: number; chunks: number } | 'writing'

/** Chunks that are summarized concurrently for one summary, so that a long one does not hold up the others. */
const concurrencyOfOne = 3
/** A chunk has at most this many tokens, for any model: what stands in the middle of a long text is overlooked. */
const maxChunkTokens = 24_000
/** The share of a small window that a chunk may take, beside the instructions. */
const windowShare = 0.8
const instructionTokens = 1_200
const minChunkTokens = 300
/** A window this many times a chunk's size makes an estimate of the tokens good enough. */
const ampleWindows = 3
/** Changes with the prompts: points found by other instructions are not reused. */
const version = '3'

/** One summary in progress. */
export interface Work extends Pick<SummaryRequest, 'model' | 'channel' | 'reader' | 'isAgain'> {
  semaphore: Semaphore
  scope: string
  count: (text: string) => number
  chunkTokens: number
  usage: Summary['usage']
  /** When its messages were read, in milliseconds since 1970. */
  readAt: number
  /** Points that joins left out. */
  dropped: number
  said: (ts: string) => Said | undefined
  signal: AbortSignal
  purpose: Purpose
}

/**
 * Creates the summarizer of messages: chunk by chunk concurrently, then joined. The points of a chunk are stored and not
 * asked for again.
 */
export function createSummarizer(chunks: SummaryChunks) {
  const { askText, askPoints } = createAsker()
  const deps = { askPoints, chunks }

  return {
    /** Throws a `ShownError` if the model fails, and the signal's reason; what was found until then is stored. */
    async summarize(
      request: SummaryRequest,
      onProgress: (progress: SummaryProgress) => void,
      signal: AbortSignal,
    ): Promise<Summary> {
      const { model } = request
      const readAt = request.readAt ?? Date.now()
      const chunkTokens = chunkTokensFor(model.inputTokens)
      const isAmple = model.inputTokens >= ampleWindows * chunkTokens
      const count = isAmple ? estimateTokens : await loadTokenCounter()
      const said = request.said.map(message => shorten(message, chunkTokens, count))
      const byTs = new Map(said.map(message => [message.ts, message]))
      const work: Work = {
        ...request,
        semaphore: createSemaphore(concurrencyOfOne),
        scope: scopeOf(model, request.reader),
        count,
        chunkTokens,
        usage: { calls: 0, tokensIn: 0, tokensOut: 0, tokensCached: 0, isCut: false, known: 0, chunks: 0 },
        readAt,
        dropped: 0,
        said: ts => byTs.get(ts),
        signal,
        purpose: {
          feature: 'summarize',
          channel: request.channel,
          person: request.person,
          quotedFrom: said.flatMap(({ quotedFrom = [] }) => quotedFrom),
          ...(request.onSpent && { onSpent: request.onSpent }),
        },
      }
      const found = await summarizeChunks(deps, work, { said, onProgress })
      onProgress('writing')
      const joined = await joinPoints(deps, work, found)
      const dropped = work.dropped + found.reduce((total, { points }) => total + points.dropped, 0)
      const isFormed = request.reader.request !== undefined && numberPoints([joined]).length > 0
      const formPrompt = () => buildFormPrompt(joined, ts => byTs.get(ts)?.time ?? '', request.reader)
      return {
        found: { ...joined, dropped },
        formed: isFormed ? withoutPromptMarks(await askText(work, formPrompt())) : undefined,
        isShortened: said.some((message, at) => message !== request.said[at]),
        usage: work.usage,
      }
    },
  }
}

type ChunkDeps = Pick<ReturnType<typeof createAsker>, 'askPoints'> & { chunks: SummaryChunks }

/** Finds the points of every chunk that is not stored. After one that failed no other is begun; those in flight are stored. */
async function summarizeChunks(
  deps: ChunkDeps,
  work: Work,
  { said, onProgress }: { said: Said[]; onProgress: (progress: SummaryProgress) => void },
): Promise<Found[]> {
  const { known, rest } = await recallChunks(deps.chunks, { ...work, said })
  const chunks = splitChunks(rest, work.chunkTokens, work.count)
  const total = known.length + chunks.length
  Object.assign(work.usage, { known: known.length, chunks: total })
  let done = known.length
  onProgress({ done, chunks: total })
  let isBroken = false
  const summarizeOne = async (chunk: Said[]) => {
    try {
      const found = isBroken ? [] : await summarizeChunk(deps, work, chunk)
      done += 1
      onProgress({ done, chunks: total })
      return found.map(one => ({ ...one, first: chunk[0]?.ts ?? '' }))
    } catch (error) {
      isBroken = true
      throw error
    }
  }
  const outcomes = await Promise.allSettled(chunks.map(chunk => work.semaphore.run(() => summarizeOne(chunk))))
  work.signal.throwIfAborted()
  const failed = outcomes.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  const found = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []))
  return [...known, ...found].sort((a, b) => (a.first < b.first ? -1 : 1))
}

/** Finds the points of a chunk and stores them. A chunk that is too long for the model after all is read in two halves. */
async function summarizeChunk(deps: ChunkDeps, work: Work, chunk: readonly Said[]): Promise<Found[]> {
  const covers = chunk.map(message => [message.ts, fingerprint(message)] as const)
  const id = hashId(work.scope, covers)
  const sourcesOf = (ordinal: string) => {
    const message = chunk[Number(ordinal) - 1]
    return message === undefined || message.isOwn === true ? undefined : [message.ts]
  }
  try {
    const points = await deps.askPoints(work, buildChunkPrompt(chunk, work.reader), { said: work.said, sourcesOf })
    const authors = [...new Set(chunk.flatMap(({ author }) => author ?? []))]
    const kept = { id, channel: work.channel, scope: work.scope, covers, authors, result: JSON.stringify(points) }
    await deps.chunks.keep(kept, work.readAt)
    return [{ id, points }]
  } catch (error) {
    if (!isTooLong(error) || chunk.length < 2) throw error
    const middle = Math.ceil(chunk.length / 2)
    const halves = [chunk.slice(0, middle), chunk.slice(middle)]
    return (await Promise.all(halves.map(half => summarizeChunk(deps, work, half)))).flat()
  }
}

const chunkTokensFor = (inputTokens: number) =>
  Math.max(minChunkTokens, Math.min(maxChunkTokens, Math.floor(inputTokens * windowShare) - instructionTokens))

/** Cuts the middle out of a message that is too long for the model by itself. */
function shorten(message: Said, maxTokens: number, count: (text: string) => number): Said {
  const size = countTokens(message, count)
  if (size <= maxTokens) return message
  const keep = Math.floor((message.text.length * maxTokens * 0.9) / size)
  const end = Math.floor(keep / 4)
  const text = `${message.text.slice(0, keep - end)}\n[…]\n${end === 0 ? '' : message.text.slice(-end)}`
  return { ...message, text: text.toWellFormed() }
}

/** Returns whether the model refused a request because it was too long. */
export const isTooLong = (error: unknown): boolean => error instanceof ShownError && error.kind === 'model_too_long'

/** Identifies the points that serve every reader of the same language with the same request. */
function scopeOf(model: Model, { language, request }: Reader): string {
  return hash([version, model.title, language, request ?? ''])
}

/** Identifies stored points by what they cover. */
export const hashId = (scope: string, covers: StoredChunk['covers']): string => hash([scope, covers])

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
