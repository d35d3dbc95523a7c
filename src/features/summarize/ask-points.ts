import { ShownError } from '../../errors.ts'
import { collectAnswer, inFormat } from '../../model/collect-answer.ts'
import type { AnswerFormat, ChatMessage, Model, Purpose } from '../../model/model.ts'
import { estimateTokens } from '../../model/tokens.ts'
import { createSemaphore } from '../../semaphore.ts'
import { type Checks, checkPoints, type Points, parseAnswer } from './check-points.ts'
import { answerFormat, buildRepairPrompt } from './prompt.ts'

/** The cost of the requests to the model, as the server counted it or estimated where it does not. */
export interface ModelUsage {
  calls: number
  tokensIn: number
  tokensOut: number
  /** The part of `tokensIn` that the provider took from its cache. */
  tokensCached: number
  /** An answer broke off, and what there was of it was taken. */
  isCut: boolean
}

/** Shared state of the requests of one summary: one usage total, one abort signal. */
interface Requests {
  model: Model
  usage: ModelUsage
  signal: AbortSignal
  purpose: Purpose
}

/** Requests at once over all summaries: a model server handles a few concurrently, not hundreds. */
const concurrency = 4
/** A model that has lost its way writes until its output limit; its answer is cut off here. */
const maxAnswerCharacters = 60_000
/** A request that failed for one of these reasons is sent once more. */
const attempts = 2
const retryable = new Set([
  'model_ended_early',
  'model_garbled',
  'model_stream_error',
  'model_empty',
  'model_only_thoughts',
  'model_only_tools',
  'model_server_error',
  'model_unreachable',
  'model_unreadable_summary',
])

/** Creates the two ways of asking the model: for text, and for points that are checked against their sources. */
export function createAsker() {
  const semaphore = createSemaphore(concurrency)

  const askText = (requests: Requests, prompt: ChatMessage[], format?: AnswerFormat): Promise<string> =>
    semaphore.run(async () => {
      requests.signal.throwIfAborted()
      return inFormat(requests.model, format, accepted => askOnce(requests, { prompt, format: accepted }))
    })

  /** Asks until an answer can be read. Throws a `ShownError` if none can. */
  const askPoints = async (requests: Requests, prompt: ChatMessage[], checks: Checks): Promise<Points> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await askText(requests, prompt, answerFormat)
        const read =
          parseAnswer(answer) ?? parseAnswer(await askText(requests, buildRepairPrompt(prompt, answer), answerFormat))
        if (read === undefined) throw new ShownError('model_unreadable_summary', i18n => i18n.summary.unreadable)
        requests.usage.isCut ||= read.isBroken
        return checkPoints(read, checks)
      } catch (error) {
        requests.signal.throwIfAborted()
        if (attempt === attempts || !(error instanceof ShownError) || !retryable.has(error.kind)) throw error
      }
    }
  }

  return { askText, askPoints }
}

async function askOnce(
  { model, usage, signal, purpose }: Requests,
  { prompt, format }: { prompt: ChatMessage[]; format: AnswerFormat | undefined },
): Promise<string> {
  usage.calls += 1
  const answer = await collectAnswer(model, prompt, { signal, format, maxCharacters: maxAnswerCharacters, purpose })
  signal.throwIfAborted()
  const estimate = prompt.reduce((total, { content }) => total + estimateTokens(String(content)), 0)
  const { tokensIn, tokensOut, tokensCached = 0 } = answer.usage ?? {}
  usage.tokensIn += tokensIn ?? estimate
  usage.tokensCached += tokensCached
  usage.tokensOut += tokensOut ?? estimateTokens(answer.text)
  usage.isCut ||= format === undefined && answer.reason === 'cut'
  return answer.text
}
