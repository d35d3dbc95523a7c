import { z } from 'zod'
import type { Usage } from './model.ts'

/** The part of an answer that one event of a stream adds. */
interface Delta {
  text: string
  /** The text is that of a whole message, not of a piece of it. */
  isMessage: boolean
  /** Characters of thoughts in fields of their own. */
  thinking: number
  refusal: string
  callsTools: boolean
  finish: string | undefined
  usage: Usage | undefined
}

const anything = z.unknown()
const message = z.object({
  content: anything,
  reasoning_content: anything,
  reasoning: anything,
  reasoning_details: anything,
  thinking: anything,
  refusal: anything,
  tool_calls: anything,
  function_call: anything,
})
const maybeMessage = message.partial().nullish().catch(undefined)
const choice = z.object({
  index: z.number().nullish().catch(undefined),
  delta: maybeMessage,
  message: maybeMessage,
  text: anything,
  finish_reason: z.string().nullish().catch(undefined),
})
const count = z.number().positive().optional().catch(undefined)
const chunk = z.object({
  choices: z.array(choice.partial().catch({})).nullish().catch(undefined),
  // Ollama's own API, on which some gateways build.
  message: maybeMessage,
  done: z.boolean().optional().catch(undefined),
  done_reason: z.string().optional().catch(undefined),
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, input_tokens: count, output_tokens: count })
    .partial()
    .nullish()
    .catch(undefined),
  prompt_eval_count: count,
  eval_count: count,
})

/** Parses an event's data. What it does not hold is blank: gateways send chunks without choices, pings and figures of their own. */
export function parseDelta(value: unknown): Delta {
  const { data } = chunk.partial().safeParse(value)
  const choices = data?.choices ?? []
  const own = choices.find(({ index }) => index === 0) ?? choices.find(({ index }) => index == null)
  const given = [own?.delta, own?.message, data?.message].filter(one => one != null)
  const texts = given.map(one => joinText(one.content))
  const at = Math.max(
    0,
    texts.findIndex(text => text !== ''),
  )
  const finish = own?.finish_reason ?? data?.done_reason ?? (data?.done === true ? 'stop' : undefined)
  return {
    text: texts[at] || joinText(own?.text),
    isMessage: given[at] !== undefined && given[at] !== own?.delta,
    thinking: Math.max(0, ...given.map(measureThinking)),
    refusal: given.map(({ refusal }) => joinText(refusal)).find(text => text !== '') ?? '',
    callsTools: given.some(({ tool_calls, function_call }) => isFilled(tool_calls) || isFilled(function_call)),
    finish: finish === undefined || noFinish.has(finish) ? undefined : finish,
    usage: data === undefined ? undefined : parseUsage(data),
  }
}

/** Values that some servers send in every piece as if they were a reason. */
const noFinish = new Set(['', 'null', 'none'])

/** Parses the tokens. A count that is missing, or nought, was not told. */
function parseUsage({ usage, prompt_eval_count, eval_count }: z.infer<typeof chunk>): Usage | undefined {
  const tokensIn = usage?.prompt_tokens ?? usage?.input_tokens ?? prompt_eval_count
  const tokensOut = usage?.completion_tokens ?? usage?.output_tokens ?? eval_count
  return tokensIn === undefined && tokensOut === undefined ? undefined : { tokensIn, tokensOut }
}

const textParts = new Set(['text', 'output_text'])

/** Joins the content of a delta: usually a string, a list of parts from some gateways, of which some hold thoughts. */
function joinText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (isTextPart(part) ? part.text : '')).join('')
}

function isTextPart(part: unknown): part is { text: string } {
  if (typeof part !== 'object' || part === null || !('text' in part) || typeof part.text !== 'string') return false
  return !('type' in part) || part.type == null || textParts.has(String(part.type))
}

/** Some gateways give the same thoughts in two fields. */
function measureThinking({ content, ...given }: Partial<z.infer<typeof message>>): number {
  const fields = [given.reasoning_content, given.reasoning, given.reasoning_details, given.thinking]
  const parts = Array.isArray(content) ? content.filter(part => isFilled(part) && !isTextPart(part)) : []
  return Math.max(...[...fields, parts].map(field => (isFilled(field) ? JSON.stringify(field).length : 0)))
}

const isFilled = (value: unknown): boolean =>
  typeof value === 'string'
    ? value !== ''
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0

const finishes: Record<string, 'length' | 'filtered' | 'tools' | 'failed'> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  recitation: 'filtered',
  prohibited_content: 'filtered',
  blocklist: 'filtered',
  refusal: 'filtered',
  tool_calls: 'tools',
  tool_use: 'tools',
  function_call: 'tools',
  error: 'failed',
  insufficient_system_resource: 'failed',
}

/** Parses why a model stopped, in the words of several vendors. */
export const parseFinish = (reason: string) => finishes[reason.toLowerCase()] ?? 'done'
