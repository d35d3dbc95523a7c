import { z } from 'zod'
import type { ModelConfig } from '../config.ts'
import { formatError } from '../errors.ts'

const tokens = z.int().min(2_048).optional().catch(undefined)
const text = z.string().optional().catch(undefined)

/** An entry of a server's list. vLLM and OpenRouter tell windows, OpenRouter what comes out, OpenAI when a model ends. */
const entrySchema = z.object({
  id: z.string().min(1).max(200),
  created: z.number().catch(0).default(0),
  owned_by: text,
  /** Azure's: its models are called by the names of their deployments. */
  lifecycle_status: text,
  max_model_len: tokens,
  context_length: tokens,
  architecture: z
    .object({ output_modalities: z.array(z.string()) })
    .optional()
    .catch(undefined),
  shutdown_date: z.iso.date().nullish().catch(undefined),
})
const listSchema = z.object({ data: z.array(z.unknown()), has_more: z.boolean().optional().catch(undefined) })

type Entry = z.infer<typeof entrySchema>

const patienceMs = 10_000
/** The longest list of a gateway has some hundred models and a megabyte. */
const mostBytes = 8 * 1024 * 1024
const mostEntries = 2_000

/** Answers of a server that has no list. Any other refusal, such as of its key or of too many requests, says nothing about it. */
const withoutList = [404, 405, 501]

/**
 * Fetches a server's list of models. It is not whole if there is more than one page of it; a server that has none gives an empty one.
 * Resolves with why there is no list if it can't be asked now. Never rejects.
 */
export async function fetchModels({
  baseUrl,
  apiKey,
}: Pick<ModelConfig, 'apiKey' | 'baseUrl'>): Promise<
  { models: Entry[]; isWhole: boolean } | { status: number } | { reason: string; isReached: boolean }
> {
  let isReached = false
  try {
    const signal = AbortSignal.timeout(patienceMs)
    const url = `${baseUrl.replace(/\/$/, '')}/models`
    const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` }, signal })
    isReached = true
    if (withoutList.includes(response.status)) return { models: [], isWhole: false }
    if (!response.ok) return { status: response.status }
    const list = listSchema.safeParse(JSON.parse(await readBounded(response))).data
    if (list === undefined) throw new Error('no list of models')
    const { data, has_more } = list
    const models = data.slice(0, mostEntries).flatMap(one => entrySchema.safeParse(one).data ?? [])
    return { models, isWhole: has_more !== true && data.length <= mostEntries }
  } catch (error) {
    return { reason: formatError(error), isReached }
  }
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > mostBytes) throw new Error(`longer than ${mostBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
