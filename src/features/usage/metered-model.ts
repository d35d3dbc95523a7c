import { formatError, ShownError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { ChatMessage, Model, Usage } from '../../model/model.ts'
import { estimateTokens, imageTokens } from '../../model/tokens.ts'
import type { Store } from '../../store/store.ts'
import { dayOf } from '../../store/usage.ts'

type Purpose = NonNullable<NonNullable<Parameters<Model['stream']>[2]>['purpose']>
type Budgets = Parameters<Store['usage']['reserve']>[1]

/** With a budget, no answer is longer: what is reserved for it would keep others waiting. */
const maxTokens = 16_000
/** A budget is warned of when this share of it is spent. */
const warnShare = 0.8
/** No token is shorter than a byte; a reservation must not be too small. */
const countMost = (text: string) => Buffer.byteLength(text)

interface MeteringDeps {
  usage: Store['usage']
  /** In millionths of a dollar. */
  budgets: Budgets
  /** Called when a request brings a budget over 80 %. */
  onWarning: (purpose: Purpose, budget: keyof Budgets) => void
  log: Log
}

/**
 * Adds up what requests take, by day, person, channel, feature and model. With budgets, the most that a request can cost is reserved
 * before it is sent; a request for which no budget is left throws a `ShownError`.
 */
export function createMeteredModel(model: Model, deps: MeteringDeps): Model {
  const hasBudgets = Object.keys(deps.budgets).length > 0
  const stream: Model['stream'] = async function* (messages, signal, options = {}) {
    const purpose = options.purpose ?? { feature: 'chat', channel: '', person: '' }
    const reservation = hasBudgets ? await reserve(model, { messages, person: purpose.person }, deps) : undefined
    const spent = { purpose, reservation, since: Date.now(), name: model.name, written: 0, isWhole: false }
    const counted: Usage = { tokensIn: undefined, tokensOut: undefined }
    const lost: string[] = []
    try {
      const onLost = (name: string) => void lost.push(name)
      const bounded = { ...options, onLost, ...(hasBudgets && { maxTokens }) }
      for await (const piece of model.stream(messages, signal, bounded)) {
        if (piece.kind === 'text') spent.written += estimateTokens(piece.text)
        if (piece.kind === 'model') spent.name = piece.name
        if (piece.kind === 'usage') Object.assign(counted, piece.usage)
        if (piece.kind === 'stopped') spent.isWhole = true
        yield piece
      }
    } finally {
      // The answer does not wait for a database that is away.
      void settle(model, deps, { ...spent, messages, counted, lost }).catch(error =>
        deps.log.warn({ reason: formatError(error) }, 'usage not counted'),
      )
    }
  }
  // The other properties change as the model learns.
  return Object.create(model, { stream: { value: stream } })
}

async function reserve(
  model: Model,
  { messages, person }: { messages: ChatMessage[]; person: string },
  { usage, budgets }: MeteringDeps,
): Promise<string> {
  const tokensIn = sumTokens(messages, countMost)
  const cost = (await model.price({ tokensIn, tokensOut: Math.min(maxTokens, model.outputTokens) })) ?? 0
  const reserved = await usage.reserve({ person, cost }, budgets, Date.now())
  if (reserved.id !== undefined) return reserved.id
  throw new ShownError('budget_spent', i18n => i18n.usage.spent[reserved.exceeded])
}

/** What became of a request, which may have been several to the servers. */
interface Spent {
  purpose: Purpose
  reservation: string | undefined
  since: number
  messages: ChatMessage[]
  /** The model that answered last. */
  name: string
  counted: Usage
  /** Tokens of the text that came. */
  written: number
  isWhole: boolean
  /** The models whose requests were paid and told no usage. */
  lost: string[]
}

async function settle(model: Model, { usage, budgets, onWarning }: MeteringDeps, spent: Spent): Promise<void> {
  const { purpose, reservation, since } = spent
  const now = Date.now()
  let cost = 0
  const rows: ReturnType<typeof buildRow>[] = []
  for (const { name, ...used } of listCalls(spent)) {
    const price = (await model.price(used, name)) ?? 0
    cost += price
    rows.push(buildRow(used, { ...purpose, day: dayOf(now), model: name, cost: price }))
  }
  const last = rows.pop()
  for (const row of rows) await usage.settle(row, { since })
  await usage.settle(last, { reservation, since })
  if (cost === 0) return
  const sums = await usage.spent(purpose.person, now)
  for (const name of Object.keys(budgets) as (keyof Budgets)[]) {
    const mark = (budgets[name] ?? Number.POSITIVE_INFINITY) * warnShare
    if (sums[name] >= mark && sums[name] - cost < mark) onWarning(purpose, name)
  }
}

/** Lists the calls to count, with estimates for what no server told: of an answer without usage, and of one that was stopped or failed. */
function listCalls({ messages, name, counted, written, isWhole, lost }: Spent) {
  const tokensIn = sumTokens(messages, estimateTokens)
  const isTold = counted.tokensIn !== undefined && counted.tokensOut !== undefined
  const hasAnswer = isWhole || counted.tokensIn !== undefined || (written > 0 && lost.length === 0)
  const answer = { ...counted, tokensIn: counted.tokensIn ?? tokensIn, tokensOut: counted.tokensOut ?? written }
  return [
    ...lost.map((lostName, at) => ({
      name: lostName,
      isEstimated: true,
      tokensIn,
      tokensOut: hasAnswer || at < lost.length - 1 ? 0 : written,
    })),
    ...(hasAnswer ? [{ ...answer, name, isEstimated: !isTold }] : []),
  ]
}

function buildRow(used: Usage & { isEstimated: boolean }, key: Purpose & { day: string; model: string; cost: number }) {
  return {
    ...key,
    calls: 1,
    estimated: Number(used.isEstimated),
    tokens_in: used.tokensIn ?? 0,
    tokens_cached: used.tokensCached ?? 0,
    tokens_out: used.tokensOut ?? 0,
    tokens_reasoning: used.tokensReasoning ?? 0,
  }
}

function sumTokens(messages: readonly ChatMessage[], count: (text: string) => number): number {
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content,
  )
  return parts.reduce((sum, part) => sum + (part.kind === 'text' ? count(part.text) : imageTokens), 0)
}
