import { createHash } from 'node:crypto'
import { ShownError } from '../errors.ts'
import { type AnswerFormat, type ChatMessage, FormatRefused, type Model } from '../model/model.ts'
import { withoutUnopenedThoughts } from '../model/thinking.ts'
import { guessTokens, loadTokenCounter } from '../model/tokens.ts'
import { createSlots, type Slots } from '../slots.ts'
import type { KeptPart, KeptParts } from '../store/parts.ts'
import { type Said, toFingerprint, toParts, toTokens } from './parts.ts'
import { type Checks, type Points, readAnswer, toPoints } from './points.ts'
import {
  answerFormat,
  type Reader,
  toFormQuestion,
  toJoinQuestion,
  toNumbered,
  toPartQuestion,
  toRepair,
} from './question.ts'
import { recall } from './recall.ts'

/** What is to be summed up. */
interface SummaryRequest {
  channel: string
  said: readonly Said[]
  reader: Reader
  /** Somebody has seen it and wants another one. */
  isAgain: boolean
}

/** What was found, and what it cost. */
export interface Summary {
  found: Points
  /** In the form that was wished for, with ids in brackets that count the points found; undefined without a wish. */
  formed: string | undefined
  /** A message was too long for the model by itself. */
  isShortened: boolean
  usage: SummaryUsage
}

/** What a summary cost. */
interface SummaryUsage {
  /** Questions to the model. */
  calls: number
  /** As the server counted them, or a guess where it does not say. */
  tokensIn: number
  tokensOut: number
  isGuessed: boolean
  /** Parts that were known from before, of all. */
  known: number
  parts: number
}

/** How far it has come. */
export type SummaryProgress = { done: number; parts: number } | 'writing'

/** Sums up what was said: part by part side by side, then joined; what it has found once it does not ask for again. */
export interface Summarizer {
  /** Throws a `ShownError` when the model fails; what was found until then is kept. Throws the signal's reason. */
  summarize(
    request: SummaryRequest,
    onProgress: (progress: SummaryProgress) => void,
    signal: AbortSignal,
  ): Promise<Summary>
}

interface SummarizerParts {
  model: Model
  kept: KeptParts
}

/** Parts that are summed up at once: a model server does a few side by side, not hundreds. */
const partsAtOnce = 4
/** A part is no longer than this, also for a model that reads more: what stands in the middle of a long text is overlooked. */
const mostPartTokens = 24_000
/** So much that was found is joined at once; of more, groups are joined first. */
const mostJoinTokens = 8_000
/** Of a small window, the share that a part may take, */
const windowShare = 0.8
/** and the instructions beside it. */
const instructionTokens = 1_200
const fewestPartTokens = 300
/** From this many windows of room on, a guess of the tokens is near enough. */
const ampleWindows = 3
/** What was found is of no use for other instructions than these. */
const version = '1'
/** A model that has lost its way writes until its limit. */
const mostAnswerCharacters = 60_000
/** A question that failed is asked once more, when another try may do better. */
const tries = 2
const passing = new Set([
  'model_ended_early',
  'model_garbled',
  'model_stream_error',
  'model_empty',
  'model_server_error',
  'model_unreachable',
  'model_unreadable_summary',
])
/** Of the parts that are summed up at once, so many are of one summary: a long one does not hold up the others. */
const partsOfOne = 3
/** What was found in a part is cut to half so often, when the model cannot join it otherwise. */
const halvings = 4

/** Found in a part or a join, and known by what it covers. */
interface Found {
  id: string
  points: Points
}

/** One summary on its way. */
interface Work {
  request: SummaryRequest
  /** Its own share of the questions that are asked at once. */
  share: Slots
  scope: string
  count: (text: string) => number
  partTokens: number
  usage: SummaryUsage
  /** Points that joins left out. */
  dropped: number
  checks: Pick<Checks, 'said'>
  signal: AbortSignal
}

/** Makes the summarizer. */
export function createSummarizer({ model, kept }: SummarizerParts): Summarizer {
  const slots = createSlots(partsAtOnce)

  const ask = async (work: Work, question: ChatMessage[], format?: AnswerFormat): Promise<string> => {
    const leave = await slots.enter()
    try {
      work.signal.throwIfAborted()
      return await askOnce(work, question, model.takesFormats ? format : undefined)
    } catch (error) {
      if (error instanceof FormatRefused) return await askOnce(work, question, undefined)
      throw error
    } finally {
      leave()
    }
  }

  const askOnce = async ({ usage, signal }: Work, question: ChatMessage[], format: AnswerFormat | undefined) => {
    usage.calls += 1
    const enough = new AbortController()
    let answer = ''
    let counted: { tokensIn: number; tokensOut: number } | undefined
    for await (const piece of model.stream(question, AbortSignal.any([signal, enough.signal]), format)) {
      if (piece.kind === 'text') answer += piece.text
      if (answer.length > mostAnswerCharacters) enough.abort()
      if (piece.kind === 'usage') counted = piece.usage
    }
    signal.throwIfAborted()
    const asked = sum(question.map(({ content }) => guessTokens(String(content))))
    usage.isGuessed ||= counted === undefined
    usage.tokensIn += counted?.tokensIn ?? asked
    usage.tokensOut += counted?.tokensOut ?? guessTokens(answer)
    return withoutUnopenedThoughts(answer)
  }

  /** Asks until there is an answer that can be read. */
  const find = async (work: Work, question: ChatMessage[], sourcesOf: Checks['sourcesOf']): Promise<Points> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await ask(work, question, answerFormat)
        const read = readAnswer(answer) ?? readAnswer(await ask(work, toRepair(question, answer), answerFormat))
        if (read === undefined) throw new ShownError('model_unreadable_summary', words => words.summary.unreadable)
        return toPoints(read, { ...work.checks, sourcesOf })
      } catch (error) {
        work.signal.throwIfAborted()
        if (attempt === tries || !(error instanceof ShownError) || !passing.has(error.kind)) throw error
      }
    }
  }

  /** A part that is too long for the model after all is read in two halves. */
  const findInPart = async (work: Work, part: readonly Said[]): Promise<Found[]> => {
    const covers = part.map(message => [message.ts, toFingerprint(message)] as const)
    const id = toId(work.scope, covers)
    try {
      const points = await find(work, toPartQuestion(part, work.request.reader), id => {
        const message = part[Number(id) - 1]
        return message === undefined ? undefined : [message.ts]
      })
      await kept.keep({ id, channel: work.request.channel, scope: work.scope, covers, result: JSON.stringify(points) })
      return [{ id, points }]
    } catch (error) {
      if (!isTooLong(error) || part.length < 2) throw error
      const middle = Math.ceil(part.length / 2)
      const halves = [part.slice(0, middle), part.slice(middle)]
      return (await Promise.all(halves.map(half => findInPart(work, half)))).flat()
    }
  }

  const findInAll = async (work: Work, onProgress: (progress: SummaryProgress) => void): Promise<Found[]> => {
    const { partTokens, count, scope, request } = work
    const sizeOf = (message: Said) => toTokens(message, count)
    const { known, rest } = await recall(kept, { ...request, scope, partTokens, sizeOf })
    const parts = toParts(rest, partTokens, count)
    work.usage.known = known.length
    work.usage.parts = known.length + parts.length
    let done = known.length
    const tell = () => onProgress({ done, parts: known.length + parts.length })
    tell()
    // After one that failed no other is begun; those on their way are kept.
    let isBroken = false
    const outcomes = await Promise.allSettled(
      parts.map(async part => {
        const leave = await work.share.enter()
        try {
          const found = isBroken ? [] : await findInPart(work, part)
          done += 1
          tell()
          return found.map(one => ({ ...one, first: part[0]?.ts ?? '' }))
        } catch (error) {
          isBroken = true
          throw error
        } finally {
          leave()
        }
      }),
    )
    work.signal.throwIfAborted()
    const failed = outcomes.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    const all = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []))
    return [...known, ...all].sort((a, b) => (a.first < b.first ? -1 : 1))
  }

  /** Joins what was found, in groups where it is too much for one question, until one is left. */
  const join = async (work: Work, found: Found[]): Promise<Points> => {
    const full = found.filter(({ points }) => toNumbered([points]).length > 0)
    if (full.length < 2) return full[0]?.points ?? { upshot: undefined, points: [], dropped: 0 }
    const groups = toGroups(full, Math.min(mostJoinTokens, work.partTokens), work.count)
    const isLast = groups.length === 1
    return join(work, await Promise.all(groups.map(group => joinGroup(work, group, isLast))))
  }

  const joinGroup = async (work: Work, group: Found[], isLast: boolean): Promise<Found> => {
    const [only] = group
    if (only !== undefined && group.length === 1) return only
    const { channel } = work.request
    const covers = group.map(one => [one.id, ''] as const)
    const id = toId(work.scope, covers)
    const before = isLast && work.request.isAgain ? undefined : await kept.read(id)
    if (before !== undefined) return toJoined(work, id, JSON.parse(before.result) as Points)
    const leave = await work.share.enter()
    const points = await joinPoints(
      work,
      group.map(one => one.points),
      halvings,
    ).finally(leave)
    await kept.keep({ id, channel, scope: work.scope, covers, result: JSON.stringify(points) })
    return toJoined(work, id, points)
  }

  /** What is too much for the model to join loses what it says last of each part. */
  const joinPoints = async (work: Work, parts: Points[], left: number): Promise<Points> => {
    const numbered = toNumbered(parts)
    const question = toJoinQuestion(parts, ts => work.checks.said(ts)?.time ?? '', work.request.reader)
    try {
      return await find(work, question, one => numbered[Number(one) - 1]?.sources)
    } catch (error) {
      if (!isTooLong(error) || left === 0) throw error
      const halves = parts.map(part => ({ ...part, points: part.points.slice(0, Math.ceil(part.points.length / 2)) }))
      return joinPoints(work, halves, left - 1)
    }
  }

  return {
    async summarize(request, onProgress, signal) {
      const partTokens = toPartTokens(model.inputTokens)
      const isAmple = model.inputTokens >= ampleWindows * partTokens
      const count = isAmple ? guessTokens : await loadTokenCounter()
      const said = request.said.map(message => shorten(message, partTokens, count))
      const byTs = new Map(said.map(message => [message.ts, message]))
      const work: Work = {
        request: { ...request, said },
        share: createSlots(partsOfOne),
        scope: toScope(model, request.reader),
        count,
        partTokens,
        usage: { calls: 0, tokensIn: 0, tokensOut: 0, isGuessed: false, known: 0, parts: 0 },
        dropped: 0,
        checks: { said: ts => byTs.get(ts) },
        signal,
      }
      const found = await findInAll(work, onProgress)
      onProgress('writing')
      const joined = await join(work, found)
      const dropped = work.dropped + sum(found.map(({ points }) => points.dropped))
      const formed =
        request.reader.wish === undefined || toNumbered([joined]).length === 0
          ? undefined
          : await ask(
              work,
              toFormQuestion(joined, ts => byTs.get(ts)?.time ?? '', request.reader),
            )
      const isShortened = said.some((message, at) => message !== request.said[at])
      return { found: { ...joined, dropped }, formed, isShortened, usage: work.usage }
    },
  }
}

function toJoined(work: Work, id: string, points: Points): Found {
  work.dropped += points.dropped
  return { id, points }
}

const toPartTokens = (inputTokens: number) =>
  Math.max(fewestPartTokens, Math.min(mostPartTokens, Math.floor(inputTokens * windowShare) - instructionTokens))

/** Neighbours together, at least two each, so that every round leaves fewer. */
function toGroups(found: Found[], mostTokens: number, count: (text: string) => number): Found[][] {
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
      left = mostTokens - size
    }
  }
  return groups
}

/** A message that is too long for the model by itself loses its middle. */
function shorten(message: Said, mostTokens: number, count: (text: string) => number): Said {
  const size = toTokens(message, count)
  if (size <= mostTokens) return message
  const keep = Math.floor((message.text.length * mostTokens * 0.9) / size)
  const end = Math.floor(keep / 4)
  const text = `${message.text.slice(0, keep - end)}\n[…]\n${end === 0 ? '' : message.text.slice(-end)}`
  return { ...message, text: text.toWellFormed() }
}

const isTooLong = (error: unknown) => error instanceof ShownError && error.kind === 'model_too_long'

/** What was found for one reader serves another who reads the same language and wishes the same. */
function toScope(model: Model, { language, wish }: Reader): string {
  return toHash([version, model.title, language, wish ?? ''])
}

const toId = (scope: string, covers: KeptPart['covers']) => toHash([scope, covers])

const toHash = (what: unknown) => createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32)

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
