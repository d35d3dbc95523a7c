import { randomUUID } from 'node:crypto'
import { z } from 'zod'

/** The name of the built-in engine where a server lists its models. */
export const ENGINE_MODEL = 'built-in-engine'
/** The name under which it answers with its first paragraph alone: another model to choose in the playground. */
export const BRIEF_MODEL = 'built-in-engine-brief'

const models = [ENGINE_MODEL, BRIEF_MODEL]

const Part = z.looseObject({ type: z.string(), text: z.string().optional() })
const Message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(Part)]).nullish(),
})
const limit = z.int().min(1).nullish()

/** A chat completion request, as far as the engine looks at it; what it has no use for is let pass. */
export const ChatRequest = z.looseObject({
  model: z.string().min(1),
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  n: z.literal(1).nullish(),
})
export type ChatRequest = z.infer<typeof ChatRequest>

/** A refusal in the form in which OpenAI's API words it; it becomes the response's status and JSON. */
export class RequestError extends Error {
  readonly status: number
  readonly param: string | null
  readonly code: string | null
  constructor(status: number, message: string, param: string | null = null, code: string | null = null) {
    super(message)
    this.name = 'RequestError'
    this.status = status
    this.param = param
    this.code = code
  }
}

/** The error object that OpenAI's clients read. */
export const toErrorJson = ({ message, param, code }: RequestError) => ({
  error: { message, type: 'invalid_request_error', param, code },
})

/** A request's body as a chat request, or a `RequestError` that says what is wrong with it. */
export function toChatRequest(body: string): ChatRequest {
  const parsed = ChatRequest.safeParse(toJson(body))
  if (!parsed.success) throw toRequestError(parsed.error)
  return { ...parsed.data, model: toKnown(parsed.data.model) }
}

/** Returns the name of a model that this server has. Throws a `RequestError` for any other. */
export function toKnown(model: string): string {
  if (models.includes(model)) return model
  const sentence = `The model '${model}' does not exist here; there is '${ENGINE_MODEL}'.`
  throw new RequestError(404, sentence, 'model', 'model_not_found')
}

function toJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new RequestError(400, 'We could not parse the JSON body of your request.')
  }
}

function toRequestError(error: z.ZodError): RequestError {
  const issue = error.issues[0]
  const param = issue?.path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`))
    .join('')
  return new RequestError(400, `Invalid request: ${param || 'body'}: ${issue?.message ?? 'not valid'}.`, param || null)
}

/** What one completion repeats in every chunk. */
export interface Completion {
  id: string
  created: number
  model: string
}

/** The name and date of a new completion. */
export const toCompletion = (model: string): Completion => ({
  id: `chatcmpl-${randomUUID()}`,
  created: Math.floor(Date.now() / 1_000),
  model,
})

export interface Usage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

export type FinishReason = 'stop' | 'length'

/** One chunk of a stream with a choice in it. */
export const toChunk = (
  completion: Completion,
  delta: { role?: 'assistant'; content?: string },
  finishReason: FinishReason | null = null,
) => ({
  ...completion,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
})

/** The chunk after the last choice that bears the usage. */
export const toUsageChunk = (completion: Completion, usage: Usage) => ({
  ...completion,
  object: 'chat.completion.chunk',
  choices: [],
  usage,
})

/** A whole completion at once, for who did not ask for a stream. */
export const toWhole = (completion: Completion, content: string, finishReason: FinishReason, usage: Usage) => ({
  ...completion,
  object: 'chat.completion',
  choices: [
    { index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: finishReason },
  ],
  usage,
})

/** The engine in a list of models. `owned_by` lets who looks for a language model see that this is none. */
export const toModel = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'threadwise' })

export const toModels = () => ({ object: 'list', data: models.map(toModel) })
