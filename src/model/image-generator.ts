import { z } from 'zod'
import { orAbort } from '../abort.ts'
import { type Config, vendorBaseUrl } from '../config.ts'
import { formatError, ShownError } from '../errors.ts'
import type { Log } from '../log.ts'
import { createSemaphore } from '../semaphore.ts'
import { isApiError, readComplaint } from './api-errors.ts'
import { createClient, formatModelTitle } from './client.ts'
import { findSight } from './image-limits.ts'
import type { ChatMessage, Model } from './model.ts'
import { createPricing } from './pricing.ts'

/** Longest prompt, in characters. Source: the vendor's reference of /v1/images/generations. */
const mostPromptCharacters = 32_000
/** A large picture of high quality takes some 7,000 tokens; it bounds what is reserved from a budget. */
const mostTokens = 10_000
/** A picture is drawn within a minute by vendors, and within some by a small machine. */
const timeoutMs = 600_000
const retries = 1
/** Pictures that are drawn at once. */
const concurrency = 2
const longestReason = 300

/** Sizes that all servers take. */
const sizes = { square: '1024x1024', wide: '1536x1024', tall: '1024x1536' } as const
const wideWords =
  /\b(?:wide|widescreen|landscape format|banner|wallpaper|16:9)\b|横(?:版|幅|图|向|長|長い)|宽屏|寬屏|横长/i
const tallWords =
  /\b(?:tall|portrait format|vertical|poster|9:16)\b|竖(?:版|图|屏)|豎版|縦(?:長|向)|海报|海報|ポスター/i

const count = z.number().optional().catch(undefined)
const Answer = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish() })),
  usage: z.object({ input_tokens: count, output_tokens: count }).nullish().catch(undefined),
})

/**
 * Creates the model of pictures behind any server that speaks the OpenAI images API: it draws the text of a prompt, or changes the
 * picture in it. It is a model like the one of words, so that words that are kept out, redaction, budgets and usage hold for it, too.
 */
export function createPictureModel(config: NonNullable<Config['pictures']>, log: Log): Model {
  const { name, baseUrl } = config
  const client = createClient(config)
  const gate = createSemaphore(concurrency)
  /** The vendor always sends pictures as base64, and refuses to be asked; others send an address unless they are. */
  let asksForBase64 = new URL(baseUrl).host !== new URL(vendorBaseUrl).host

  const request = async (messages: ChatMessage[], signal: AbortSignal): Promise<unknown> => {
    const { prompt, picture } = readPrompt(messages)
    const body = {
      model: name,
      prompt: prompt.slice(0, mostPromptCharacters).toWellFormed(),
      n: 1,
      size: wideWords.test(prompt) ? sizes.wide : tallWords.test(prompt) ? sizes.tall : sizes.square,
      ...(asksForBase64 && { response_format: 'b64_json' as const }),
    }
    const options = { signal, timeout: timeoutMs, maxRetries: retries }
    return picture === undefined
      ? client.images.generate(body, options)
      : client.images.edit({ ...body, image: picture }, options)
  }

  return {
    name,
    title: formatModelTitle(name, baseUrl),
    inputTokens: mostPromptCharacters,
    outputTokens: mostTokens,
    images: true,
    takesFormats: false,
    refusesImage: () => false,
    sight: findSight(name),
    price: createPricing({ name, baseUrl }),
    async *stream(messages, signal) {
      const draw = async () => {
        signal.throwIfAborted()
        return request(messages, signal).catch(error => {
          if (!asksForBase64 || !isApiError(error) || !readComplaint(error).includes('response_format')) throw error
          asksForBase64 = false
          return request(messages, signal)
        })
      }
      const answer = await orAbort(gate.run(draw), signal).catch(error => {
        signal.throwIfAborted()
        log.warn({ reason: formatError(error) }, 'picture request failed')
        throw parsePictureError(error, messages)
      })
      const { data, usage } = Answer.safeParse(answer).data ?? {}
      const [drawn] = data ?? []
      // What was drawn is paid, also if it is sent in a form that cannot be used.
      if (drawn !== undefined || usage != null)
        yield { kind: 'usage', usage: { tokensIn: usage?.input_tokens, tokensOut: usage?.output_tokens } }
      if (drawn?.b64_json == null) throw new ShownError('picture_none', i18n => i18n.pictures.none)
      yield { kind: 'image', base64: drawn.b64_json }
      yield { kind: 'stopped', reason: 'done' }
    },
  }
}

/** Reads the words of a prompt and the picture that is to be changed. */
function readPrompt(messages: ChatMessage[]): { prompt: string; picture: File | undefined } {
  const parts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [{ kind: 'text' as const, text: content }] : content,
  )
  const prompt = parts.map(part => (part.kind === 'text' ? part.text : '')).join('')
  const dataUrl = parts.map(part => (part.kind === 'image' ? part.dataUrl : '')).join('')
  const comma = dataUrl.indexOf(',')
  if (comma < 0) return { prompt, picture: undefined }
  const type = dataUrl.slice('data:'.length, dataUrl.indexOf(';'))
  const picture = new File([Buffer.from(dataUrl.slice(comma + 1), 'base64')], `picture.${type.split('/')[1]}`, { type })
  return { prompt, picture }
}

/** A refusal by the vendor's moderation, and those of gateways before other vendors. */
const moderation = /moderation|content[ _]?policy|safety|content[ _]?filter|responsible/i

function parsePictureError(error: unknown, messages: ChatMessage[]): ShownError {
  if (!isApiError(error)) return new ShownError('picture_failed', i18n => i18n.pictures.failed, error)
  const { status = 0 } = error
  const complaint = readComplaint(error)
  const body = error.error as { message?: unknown } | undefined
  if (status === 400 && moderation.test(complaint)) {
    const reason = String(body?.message ?? complaint).slice(0, longestReason)
    return new ShownError('picture_declined', i18n => i18n.pictures.declined({ reason: escapeReason(reason) }), error)
  }
  const isEdit = readPrompt(messages).picture !== undefined
  if (isEdit && [404, 405, 501].includes(status))
    return new ShownError('picture_no_edits', i18n => i18n.pictures.noEdits, error)
  const isPassing = status >= 500 || status === 429 || status === 408
  if (isPassing) return new ShownError('picture_failed', i18n => i18n.pictures.failed, error)
  return new ShownError('picture_refused', i18n => i18n.pictures.refused({ status }), error)
}

/** A server's words are shown as they are, and do nothing. */
const escapeReason = (reason: string) =>
  reason
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>&|~]/g, ' ')
    .trim()
