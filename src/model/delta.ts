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
  /** It has a place for an answer, filled or not. */
  isChunk: boolean
}

const anything = z.unknown()
const message = z
  .looseObject({ content: anything, text: anything, refusal: anything, tool_calls: anything, function_call: anything })
  .partial()
const maybeWhole = message.nullish().catch(undefined)
const maybeMessage = z
  .union([z.string().transform((content): z.infer<typeof message> => ({ content })), message])
  .nullish()
  .catch(undefined)
const reason = z
  .union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)])
  .nullish()
  .catch(undefined)
const choice = z.object({
  index: z.coerce.number().nullish().catch(undefined),
  delta: maybeMessage,
  message: maybeMessage,
  text: anything,
  finish_reason: reason,
  finishReason: reason,
})
const choices = z.union([z.array(choice.partial().catch({})), choice.partial().transform(one => [one])])
const count = z.number().positive().optional().catch(undefined)
const cached = z.object({ cached_tokens: count }).nullish().catch(undefined)
const reasoning = z.object({ reasoning_tokens: count }).nullish().catch(undefined)
const chunk = z.object({
  choices: choices.nullish().catch(undefined),
  // Ollama's own API, on which some gateways build.
  message: maybeWhole,
  done: z.boolean().optional().catch(undefined),
  done_reason: z.string().optional().catch(undefined),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      input_tokens: count,
      output_tokens: count,
      prompt_tokens_details: cached,
      input_tokens_details: cached,
      completion_tokens_details: reasoning,
      output_tokens_details: reasoning,
      cached_tokens: count,
      prompt_cache_hit_tokens: count,
      cache_read_input_tokens: count,
    })
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
  const texts = given.map(one => (isThought(one) ? '' : joinText(one.content) || joinText(one.text)))
  const at = Math.max(
    0,
    texts.findIndex(text => text !== ''),
  )
  const finish =
    own?.finish_reason ?? own?.finishReason ?? data?.done_reason ?? (data?.done === true ? 'stop' : undefined)
  return {
    text: texts[at] || joinText(own?.text),
    isMessage: given[at] !== undefined && given[at] !== own?.delta,
    thinking: Math.max(0, ...given.map(measureThinking)),
    refusal: given.map(joinRefusal).find(text => text !== '') ?? '',
    callsTools: given.some(({ tool_calls, function_call }) => isFilled(tool_calls) || isFilled(function_call)),
    finish: finish === undefined || noFinish.has(finish) ? undefined : finish,
    usage: data === undefined ? undefined : parseUsage(data),
    isChunk: data?.choices != null || data?.done !== undefined,
  }
}

/** Values that some servers send in every piece as if they were a reason. */
const noFinish = new Set(['', 'null', 'none'])

/** Parses the tokens. A count that is missing, or nought, was not told. */
function parseUsage({ usage, prompt_eval_count, eval_count }: z.infer<typeof chunk>): Usage | undefined {
  const tokensIn = usage?.prompt_tokens ?? usage?.input_tokens ?? prompt_eval_count
  const tokensOut = usage?.completion_tokens ?? usage?.output_tokens ?? eval_count
  if (tokensIn === undefined && tokensOut === undefined) return undefined
  // OpenAI's name, then those of Moonshot, DeepSeek and Anthropic.
  const tokensCached =
    (usage?.prompt_tokens_details ?? usage?.input_tokens_details)?.cached_tokens ??
    usage?.cached_tokens ??
    usage?.prompt_cache_hit_tokens ??
    usage?.cache_read_input_tokens
  const tokensReasoning = (usage?.completion_tokens_details ?? usage?.output_tokens_details)?.reasoning_tokens
  return {
    tokensIn,
    tokensOut,
    ...(tokensCached !== undefined && { tokensCached }),
    ...(tokensReasoning !== undefined && { tokensReasoning }),
  }
}

const textParts = new Set(['text', 'output_text', 'input_text', 'text_delta', 'markdown'])

/** Some gateways mark thoughts by a flag: Gemini's in `extra_content`. */
function isThought(given: object): boolean {
  const flags = z.looseObject({ thought: anything, extra_content: anything }).partial().parse(given)
  return flags.thought === true || /"thought":true/.test(JSON.stringify(flags.extra_content ?? null))
}

/** Lists the parts of a content: usually there is one, a string; some gateways give a list, of which some hold thoughts. */
const partsOf = (content: unknown): unknown[] => [content].flat().filter(part => part != null)

const joinText = (content: unknown): string => partsOf(content).map(readText).join('')

/** Returns the text of a part; blank if it is of another kind. */
function readText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return typeof part === 'string' ? part : ''
  const isText = !('type' in part) || part.type == null || textParts.has(String(part.type))
  if (!isText || isThought(part)) return ''
  const { text = undefined, content = undefined } = part as { text?: unknown; content?: unknown }
  if (text == null) return typeof content === 'string' ? content : ''
  if (typeof text === 'object' && 'value' in text) return String(text.value)
  return typeof text === 'string' ? text : ''
}

const refusalPart = z.object({ refusal: z.string() })

function joinRefusal({ content, refusal }: z.infer<typeof message>): string {
  const parts = partsOf(content).map(part => refusalPart.safeParse(part).data?.refusal ?? '')
  return joinText(refusal) || parts.join('')
}

/** The fields of thoughts have many names: `reasoning_content`, `thinking_blocks`, `thought`. */
const thoughtField = /reason|think|thought/

/** Some gateways give the same thoughts in two fields. */
function measureThinking(given: z.infer<typeof message>): number {
  const fields = Object.entries(given).flatMap(([name, value]) => (thoughtField.test(name) ? [value] : []))
  const isOther = (part: unknown) => isFilled(part) && readText(part) === '' && !refusalPart.safeParse(part).success
  const parts = isThought(given) ? partsOf(given.content) : partsOf(given.content).filter(isOther)
  return Math.max(0, ...[...fields, parts].map(field => (isFilled(field) ? JSON.stringify(field).length : 0)))
}

const isFilled = (value: unknown): boolean =>
  typeof value === 'string'
    ? value !== ''
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** Why a model stopped, in the words of several vendors. */
const finishes: [says: RegExp, finish: 'length' | 'filtered' | 'tools' | 'failed'][] = [
  [/filter|safety|recitation|prohibited|blocklist|^spii$|refusal|guardrail|sensitive|violation/, 'filtered'],
  [/length|max_|truncat|incomplete|context_window/, 'length'],
  [/tool|function/, 'tools'],
  [/error|abort|insufficient|cancel|timeout/, 'failed'],
]

/** Parses why a model stopped. */
export const parseFinish = (reason: string) => finishes.find(([says]) => says.test(reason.toLowerCase()))?.[1] ?? 'done'
