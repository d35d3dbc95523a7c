import { z } from 'zod'
import { pause } from '../abort.ts'
import type { Config, ModelConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { createSemaphore } from '../semaphore.ts'
import { isApiError, parseModelError, parseRetryWaitMs } from './api-errors.ts'
import { createClient } from './client.ts'

/** A piece of a recording, and its times in seconds. */
interface Piece {
  /** Servers recognize the format by its extension. */
  name: string
  mimetype: string
  from: number
  to: number
  read: () => Promise<Uint8Array>
}

interface Options {
  signal?: AbortSignal | undefined
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** Why the server transcribes nothing at all. */
type Problem = 'no_transcriber' | 'transcriber_key'

/** Pieces that are sent at once, of all recordings: each is in memory meanwhile. */
const concurrency = 2
const attempts = 3
const firstBackoffMs = 500
/** Vendors count seconds of audio by the minute. */
const maxBackoffMs = 30_000
const timeoutMs = 300_000
/** A server that transcribes nothing is not asked again for this long. */
const problemMs = 600_000

const Answer = z.object({
  text: z.string(),
  language: z.string().nullish().catch(undefined),
  languages: z
    .array(z.union([z.string(), z.object({ code: z.string() })]))
    .catch([])
    .optional(),
})

/** Creates the client of the transcription endpoint. What its settings leave out is the chat model's. */
export function createTranscriber(config: Config['transcription'], chat: ModelConfig, log: Log) {
  const { name, baseUrl = chat.baseUrl } = config
  const isChatServer = new URL(baseUrl).origin === new URL(chat.baseUrl).origin
  // A key is for the server that gave it.
  const client = createClient({ baseUrl, apiKey: config.apiKey ?? (isChatServer ? chat.apiKey : 'none') })
  const slots = createSemaphore(concurrency)
  let known: { problem: Problem; until: number } | undefined

  async function send({ name: fileName, mimetype, read }: Piece, signal: AbortSignal | undefined) {
    const file = new File([(await read()) as Uint8Array<ArrayBuffer>], fileName, { type: mimetype })
    const options = { timeout: timeoutMs, ...(signal !== undefined && { signal }) }
    const answer: unknown = await client.audio.transcriptions.create(
      { file, model: name, response_format: 'json' },
      options,
    )
    // Some servers answer with the bare text; a page is what a server without the endpoint shows.
    return Answer.parse(typeof answer === 'string' && !/^\s*</.test(answer) ? { text: answer } : answer)
  }

  /** Returns undefined for a piece that failed. */
  async function transcribePiece(piece: Piece, signal: AbortSignal | undefined) {
    for (let attempt = 1; ; attempt += 1) {
      if (known !== undefined && known.until > Date.now()) return known.problem
      try {
        return await send(piece, signal)
      } catch (error) {
        signal?.throwIfAborted()
        const { kind } = parseModelError(error, name)
        const problem = findProblem(error, kind)
        if (problem !== undefined) {
          known = { problem, until: Date.now() + problemMs }
          log.warn(
            { problem, kind, model: name },
            'transcription refused; check TRANSCRIPTION_MODEL, TRANSCRIPTION_BASE_URL and TRANSCRIPTION_API_KEY',
          )
          return problem
        }
        const backoffMs = parseRetryWaitMs(error, firstBackoffMs * 2 ** attempt)
        log.warn({ kind, attempt, from: piece.from, to: piece.to }, 'part of a recording not transcribed')
        if (attempt === attempts) return undefined
        await pause(Number.isFinite(backoffMs) ? Math.min(backoffMs, maxBackoffMs) : firstBackoffMs, signal)
      }
    }
  }

  return async (pieces: readonly Piece[], { signal, onProgress }: Options) => {
    let done = 0
    const total = pieces.at(-1)?.to ?? 0
    const tell = (seconds: number) => {
      done += seconds
      if (pieces.length > 1) onProgress?.(Math.min(done, total), total)
    }
    tell(0)
    const answers = await Promise.all(
      pieces.map(piece =>
        slots.run(async () => {
          signal?.throwIfAborted()
          const answer = await transcribePiece(piece, signal)
          tell(piece.to - piece.from)
          return answer
        }),
      ),
    )
    const heard = answers.map(answer => (typeof answer === 'object' ? answer : undefined))
    const problem = answers.find(answer => typeof answer === 'string')
    if (problem !== undefined && heard.every(answer => answer === undefined)) return { problem }
    const language = findLanguage(heard)
    return { texts: heard.map(answer => answer?.text), ...(language !== undefined && { language }) }
  }
}

function findProblem(error: unknown, kind: string): Problem | undefined {
  if (error instanceof z.ZodError) return 'no_transcriber'
  if (isApiError(error) && [405, 501].includes(error.status ?? 0)) return 'no_transcriber'
  if (kind === 'model_wrong_address' || kind === 'model_unknown') return 'no_transcriber'
  return kind === 'model_unauthorized' || kind === 'model_forbidden' || kind === 'model_no_quota'
    ? 'transcriber_key'
    : undefined
}

/** Finds the one language that the server heard, as a tag such as `ja`. */
function findLanguage(answers: readonly (z.infer<typeof Answer> | undefined)[]): string | undefined {
  const named = answers.flatMap(answer => [answer?.language ?? [], ...(answer?.languages ?? [])].flat())
  const tags = new Set(named.map(language => (typeof language === 'string' ? language : language.code).toLowerCase()))
  const [tag = ''] = tags
  return tags.size === 1 && /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/.test(tag) ? tag : undefined
}
