import { formatError, ShownError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { addUsage, type ChatMessage, type Model, type Purpose, type Usage } from '../../model/model.ts'
import { sumTokens } from '../../model/request.ts'
import { estimateTokens } from '../../model/tokens.ts'
import type { createTranscriber } from '../../model/transcription.ts'
import type { Store } from '../../store/store.ts'
import { budgetsOf, dayOf, isPersonal } from '../../store/usage.ts'

type Budgets = Parameters<Store['usage']['reserve']>[1]

/** With a budget, no answer is longer: what is reserved for it would keep others waiting. */
const maxTokens = 16_000
/** A budget is warned of when this share of it is spent. */
const warnShare = 0.8
/** No token is shorter than a byte; a reservation must not be too small. */
const countMost = (text: string) => Buffer.byteLength(text)

interface MeteringDeps {
  usage: Store['usage']
  /** Returns the budgets that bound a person's requests now, in millionths of a dollar. */
  budgets: (person: string) => Budgets
  /** Called when a request brings a person's budget over 80 %, and for each one by which everybody's is over it, with the day it counts for. */
  onWarning: (purpose: Purpose, budget: keyof Budgets, sums: { day: string; spent: number; amount: number }) => void
  /** Called with the name of a model that took a request which no budget counts. */
  onUnpriced: (name: string) => void
  log: Log
}

/**
 * Adds up what requests take, by day, person, channel, feature and model. With budgets, the most that a request can cost is reserved
 * before it is sent; a request for which no budget is left throws a `ShownError`.
 */
export function createMeteredModel(model: Model, deps: MeteringDeps): Model {
  const stream: Model['stream'] = async function* (messages, signal, options = {}) {
    const purpose = options.purpose ?? { feature: 'chat', channel: '', person: '' }
    const hasBudgets = Object.keys(deps.budgets(purpose.person)).length > 0
    const reservation = hasBudgets ? await reserve(await priceMost(model, messages), purpose, deps) : undefined
    const spent = { name: model.name, written: 0, isWhole: false, lost: [] as string[] }
    const since = Date.now()
    const counted: Usage = { tokensIn: undefined, tokensOut: undefined }
    try {
      const onLost = (name: string) => void spent.lost.push(name)
      const bounded = { ...options, onLost, ...(hasBudgets && { maxTokens }) }
      for await (const piece of model.stream(messages, signal, bounded)) {
        if (piece.kind === 'text') spent.written += estimateTokens(piece.text)
        if (piece.kind === 'model') spent.name = piece.name
        if (piece.kind === 'usage') Object.assign(counted, piece.usage)
        // A picture has no text by which it could be estimated.
        if (piece.kind === 'usage' && purpose.feature === 'pictures')
          Object.assign(spent, { written: model.outputTokens, isWhole: true })
        if (piece.kind === 'stopped') spent.isWhole = true
        yield piece
      }
    } finally {
      const paid = listCalls({ ...spent, messages, counted })
      const calls = await Promise.all(paid.map(async call => ({ ...call, cost: await priceOf(model, call, deps.log) })))
      for (const { usage, cost, isEstimate } of calls) purpose.onSpent?.({ ...usage, cost, isEstimate })
      // The answer does not wait for a database that is away.
      settle(deps, { purpose, calls, reservation, since })
    }
  }
  // The other properties change as the model learns.
  return Object.create(model, { stream: { value: stream } })
}

type Transcriber = ReturnType<typeof createTranscriber>

/** Adds up what recordings take, in the same way, and tells their price. */
export function createMeteredTranscriber(transcriber: Transcriber, deps: MeteringDeps) {
  return async (
    pieces: Parameters<Transcriber['transcribe']>[0],
    {
      purpose: given,
      ...options
    }: Parameters<Transcriber['transcribe']>[1] & { purpose?: Omit<Purpose, 'feature'> | undefined },
  ) => {
    const purpose: Purpose = { channel: '', person: '', ...given, feature: 'transcribe' }
    const hasBudgets = Object.keys(deps.budgets(purpose.person)).length > 0
    const reservation = hasBudgets ? await reserve(await transcriber.priceMost(pieces), purpose, deps) : undefined
    const since = Date.now()
    const heard = new Map<Pick<Model, 'name' | 'price'>, Usage>()
    const onUsage: (typeof options)['onUsage'] = (more, ear) =>
      heard.set(ear, addUsage(heard.get(ear) ?? { tokensIn: 0, tokensOut: 0 }, more))
    const listHeard = () =>
      Promise.all(
        [...heard].map(async ([ear, usage]) => {
          const call = { name: ear.name, usage, isEstimate: false }
          return { ...call, cost: await priceOf(ear, call, deps.log) }
        }),
      )
    try {
      const answer = await transcriber.transcribe(pieces, { ...options, onUsage })
      if (answer.problem !== undefined) return { problem: answer.problem }
      return { ...answer, cost: sumHeard(await listHeard()) }
    } finally {
      settle(deps, { purpose, calls: await listHeard(), reservation, since })
    }
  }
}

/** Sums what the models that heard a recording took; its price is unknown if one of theirs is. */
function sumHeard(calls: Done['calls']) {
  const micros = calls.every(({ cost }) => cost !== undefined)
    ? calls.reduce((sum, { cost = 0 }) => sum + cost, 0)
    : undefined
  const seconds = calls.reduce((sum, { usage }) => sum + (usage.audioSeconds ?? 0), 0)
  return { model: calls.map(({ name }) => name).join(', '), seconds, micros }
}

/** Prices the most that a request can cost. */
const priceMost = (model: Model, messages: ChatMessage[]) =>
  model.price({ tokensIn: sumTokens(messages, countMost), tokensOut: Math.min(maxTokens, model.outputTokens) })

async function reserve(
  cost: number | undefined,
  { person }: Purpose,
  { usage, budgets }: MeteringDeps,
): Promise<string> {
  const reserved = await usage.reserve({ person, cost: cost ?? 0 }, budgets(person), Date.now())
  if (reserved.id !== undefined) return reserved.id
  throw new ShownError('budget_spent', i18n => i18n.usage.spent[reserved.exceeded])
}

/** Prices a request. Without a known price, or if the list of prices cannot be read, it counts as free. */
const priceOf = (model: Pick<Model, 'price'>, { usage, name }: { usage: Usage; name: string }, log: Log) =>
  model.price(usage, name).catch(error => {
    log.warn({ reason: formatError(error) }, 'request not priced')
    return undefined
  })

/** A call that is paid; `isEstimate` if its server did not tell all of its tokens. */
interface Call {
  name: string
  usage: Usage
  isEstimate: boolean
}

interface Done {
  purpose: Purpose
  calls: (Call & { cost: number | undefined })[]
  reservation: string | undefined
  since: number
}

/** Lists the calls of a request, with estimates for an answer without usage, and for each call that was stopped or failed. */
function listCalls({
  messages,
  name,
  counted,
  written,
  isWhole,
  lost,
}: {
  messages: ChatMessage[]
  /** The model that answered last. */
  name: string
  counted: Usage
  /** Tokens of the text that came. */
  written: number
  isWhole: boolean
  /** The models whose calls told no usage. */
  lost: string[]
}): Call[] {
  const estimate = lost.length > 0 || counted.tokensIn === undefined ? sumTokens(messages, estimateTokens) : 0
  const hasAnswer = isWhole || counted.tokensIn !== undefined || (written > 0 && lost.length === 0)
  const { tokensIn = estimate, tokensOut = written } = counted
  const isEstimate = counted.tokensIn === undefined || counted.tokensOut === undefined
  return [
    ...lost.map((one, at) => {
      const tokensOut = hasAnswer || at < lost.length - 1 ? 0 : written
      return { name: one, usage: { tokensIn: estimate, tokensOut }, isEstimate: true }
    }),
    ...(hasAnswer ? [{ name, usage: { ...counted, tokensIn, tokensOut }, isEstimate }] : []),
  ]
}

/** Counts what was done, while its caller goes on. */
const settle = (deps: MeteringDeps, done: Done) =>
  void count(deps, done).catch(error => deps.log.warn({ reason: formatError(error) }, 'usage not counted'))

async function count({ usage, budgets, onWarning, onUnpriced }: MeteringDeps, done: Done): Promise<void> {
  const { purpose, calls, reservation, since } = done
  const { feature, channel, person } = purpose
  const bounds = budgets(person)
  for (const { name, cost } of calls) if (cost === undefined && Object.keys(bounds).length > 0) onUnpriced(name)
  const now = Date.now()
  const day = dayOf(now)
  const rows = calls.map(({ name, usage: used, isEstimate, cost = 0 }) => ({
    ...{ day, person, channel, feature, model: name, cost },
    calls: 1,
    estimated: Number(isEstimate),
    tokens_in: used.tokensIn ?? 0,
    tokens_cached: used.tokensCached ?? 0,
    tokens_out: used.tokensOut ?? 0,
    tokens_reasoning: used.tokensReasoning ?? 0,
  }))
  for (const row of rows.slice(0, -1)) await usage.settle(row, { since })
  await usage.settle(rows.at(-1), { reservation, since })
  const cost = rows.reduce((sum, row) => sum + row.cost, 0)
  if (cost === 0) return
  const spent = await usage.spent(person, now)
  for (const name of budgetsOf(person)) {
    const { [name]: amount = Number.POSITIVE_INFINITY } = bounds
    const mark = amount * warnShare
    const isCrossed = spent[name] - cost < mark
    // Of two requests side by side neither may be the one that crosses it; who is told of everybody's, is told once.
    if (spent[name] >= mark && (isCrossed || !isPersonal(name)))
      onWarning(purpose, name, { day, spent: spent[name], amount })
  }
}
