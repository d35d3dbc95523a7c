import OpenAI from 'openai'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createCache } from '../lru.ts'
import { createSemaphore } from '../semaphore.ts'
import { joinAudio } from './join-audio.ts'

/** Longest input of a request, in characters. Source: the vendor's reference of /v1/audio/speech. */
export const mostSpokenCharacters = 4_096
/** Parts that are made at once, over all recordings. */
const concurrency = 2
const retries = 2
/** A small machine takes minutes for a part. */
const partMs = 600_000
/** Bounds of what a server sends, in bytes: of one part, and of a recording. */
const mostPartBytes = 64 * 1024 * 1024
const mostBytes = 128 * 1024 * 1024

/** How long the list of voices is kept, and waited for. */
const voicesMs = 600_000
const voicesWaitMs = 1_500

interface SpeakOptions {
  voice: string | undefined
  speed: number | undefined
  /** Called with the number of parts that are done. */
  onPart: (done: number) => void
}

/** Creates the voice behind any server that speaks the OpenAI speech API. */
export function createSpeech({ baseUrl, apiKey, model, voice: usualVoice }: NonNullable<Config['speech']>, log: Log) {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: retries, timeout: partMs, logLevel: 'off' })
  const gate = createSemaphore(concurrency)
  const lists = createCache({
    maxSize: 1,
    sizeOf: () => 1,
    ttlMs: voicesMs,
    read: async () => ({ voices: await fetchVoices(client) }),
  })

  const speakPart = async (input: string, { voice, speed }: SpeakOptions, signal: AbortSignal): Promise<Buffer> => {
    signal.throwIfAborted()
    const request = { model, input, voice: voice ?? usualVoice, speed: speed ?? 1, response_format: 'mp3' as const }
    const limited = AbortSignal.any([signal, AbortSignal.timeout(partMs)])
    const response = await client.audio.speech.create(request, { signal: limited })
    return readBytes(response)
  }

  return {
    usualVoice,
    /** Lists the voices that people may choose from; none if the server does not tell. */
    listVoices: async (): Promise<string[]> => (await lists.read('').catch(() => ({ voices: [] }))).voices,
    /** Reads the parts of a text aloud as one recording. Throws a `ShownError` for everything that a server can do wrong. */
    async speak(parts: readonly string[], options: SpeakOptions) {
      const failed = new AbortController()
      let done = 0
      const make = async (part: string): Promise<Buffer> => {
        const bytes = await gate.run(() => speakPart(part, options, failed.signal))
        done += 1
        options.onPart(done)
        return bytes
      }
      try {
        const made = await Promise.all(parts.map(make))
        if (made.reduce((sum, { length }) => sum + length, 0) > mostBytes) throw tooLarge()
        const recording = joinAudio(made)
        if (recording === undefined) throw new ShownError('speech_no_audio', i18n => i18n.speech.noAudio)
        return recording
      } catch (error) {
        failed.abort()
        const shown = parseSpeechError(error)
        log.warn({ reason: formatError(shown) }, 'speech request failed')
        throw shown
      }
    },
  }
}

const tooLarge = () => new ShownError('speech_too_large', i18n => i18n.speech.tooLarge)

/** Reads an answer up to the most that a part may have. */
async function readBytes(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > mostPartBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseSpeechError(error: unknown): ShownError {
  if (error instanceof ShownError) return error
  const { status } = error as { status?: number }
  const isPassing = status === undefined || status >= 500 || status === 429 || status === 408
  if (isPassing) return new ShownError('speech_failed', i18n => i18n.speech.failed, error)
  return new ShownError('speech_refused', i18n => i18n.speech.refused({ status }), error)
}

const voiceSchema = z.union([
  z.string(),
  z.object({ voice_id: z.string() }).transform(({ voice_id }) => voice_id),
  z.object({ id: z.string() }).transform(({ id }) => id),
  z.object({ name: z.string() }).transform(({ name }) => name),
])
const voicesSchema = z.union([
  z.array(voiceSchema),
  z.object({ voices: z.array(voiceSchema) }).transform(({ voices }) => voices),
  z.object({ data: z.array(voiceSchema) }).transform(({ data }) => data),
])

/** Fetches the names of the server's voices; none if it has no such list. */
async function fetchVoices(client: OpenAI): Promise<string[]> {
  const listed = await client
    .get('/audio/voices', { maxRetries: 0, timeout: voicesWaitMs })
    .catch(error => (error instanceof OpenAI.NotFoundError ? [] : Promise.reject(error)))
  return [...new Set(voicesSchema.safeParse(listed).data)].filter(name => name.trim() !== '')
}
