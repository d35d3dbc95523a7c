import { readContextTokens } from './model-data.ts'

/** The limits and abilities of a model. */
interface Window {
  /** Tokens of prompt and answer together. */
  contextTokens: number
  /** Tokens of the longest answer. */
  outputTokens: number
  /** The model can see images. */
  images: boolean
  /** The model takes sound. */
  audio: boolean
  /** The request's parameter for the longest answer: newer models of the vendor refuse `max_tokens`. */
  outputParameter: 'max_tokens' | 'max_completion_tokens'
}

/**
 * Defaults for a model that nobody knows: small enough for the common local models, and the parameter that every server
 * understands. `MODEL_CONTEXT_TOKENS`, `MODEL_OUTPUT_TOKENS` and `MODEL_IMAGES` override them.
 */
const unknownWindow: Window = {
  contextTokens: 8_192,
  outputTokens: 2_048,
  images: false,
  audio: false,
  outputParameter: 'max_tokens',
}

/** The longest answer of a model whose vendor is not in the list: what all current hosted models give. */
const usualOutputTokens = 8_192

/**
 * Longest answers, which the data package does not have, by the start of the name, the longest first. Figures are from the vendors'
 * pages on models, read in November 2026. A server that takes less says so, and the bot learns it.
 */
const outputs: [start: string, tokens: number][] = [
  ['gpt-6', 128_000],
  ['gpt-5-chat', 16_384],
  ['gpt-5.1-chat', 16_384],
  ['gpt-5.2-chat', 16_384],
  ['gpt-5', 128_000],
  ['gpt-4.1', 32_768],
  ['gpt-4o-2024-05-13', 4_096],
  ['gpt-4o', 16_384],
  ['chatgpt-4o', 16_384],
  ['gpt-4-32k', 32_768],
  ['gpt-4-turbo', 4_096],
  ['gpt-4-1106', 4_096],
  ['gpt-4-0125', 4_096],
  ['gpt-4', 8_192],
  ['gpt-3.5', 4_096],
  ['o1', 100_000],
  ['o3', 100_000],
  ['o4', 100_000],
  ['claude-2', 4_096],
  ['claude-3-5', 8_192],
  ['claude-3-7', 64_000],
  ['claude-3', 4_096],
  ['claude', 32_000],
  ['gemini-1', 8_192],
  ['gemini-2.0', 8_192],
  ['gemini', 65_536],
]

/** Names of the vendor's own models; the newer ones take `max_completion_tokens` alone. */
const vendorsNewer = /^(?:gpt-4o|gpt-4\.1|gpt-[5-9]|o\d)/

/** Models that see pictures, which the data package does not say. */
const seeing = [
  /^(?:gpt-4o|chatgpt-4o|gpt-4\.1|gpt-[5-9]|gpt-4-turbo|gpt-4-.*vision|o1|o3|o4)/,
  /^claude-(?!2|instant)/,
  /^gemini-/,
  /^kimi-(?:k[2-9]\.[5-9]|k[3-9]|.*vl)/,
  /^grok-(?:[4-9]|.*vision)/,
  /^(?:pixtral|mistral-(?:large|medium|small))/,
  /^qwen[\d.]*-?vl|^qwen.*-vl|^qwen3\.[5-9]/,
  /^glm-\d+(?:\.\d+)?v/,
  /^llama-4/,
]
/** Models that take sound in a chat request. Others would answer without having heard it. */
const hearing =
  /^(?:gpt-(?:4o-)?(?:mini-)?audio|gpt-4o-audio|gemini-(?:1\.5|[2-9])(?!.*(?:image|tts|live|embedding))|qwen[\d.]*-omni|voxtral|ultravox|phi-4-multimodal)/
const blind = /^o3-mini|^o1-(?:mini|preview)|^gpt-4-turbo-preview|^gpt-oss|-(?:audio|realtime|transcribe|tts)/

/** Windows of models that the data package gives too roughly: it has one figure for two generations, or rounds. */
const exact: [name: RegExp, tokens: number][] = [
  [/^gpt-4-32k/, 32_768],
  [/^gpt-4\.1(?![a-z\d])/, 1_047_576],
  [/^gpt-5(?:\.[12])?-chat/, 128_000],
  [/^claude-2(?:\.0)?$/, 100_000],
]

/** The OpenRouter organizations of vendors that the data package lists there alone. */
const organizations: [start: RegExp, organization: string][] = [
  [/^(?:qwen[\d.]*-|qwq|qvq)/, 'qwen'],
  [/^glm/, 'z-ai'],
  [/^kimi/, 'moonshotai'],
  [/^deepseek/, 'deepseek'],
  [/^llama-/, 'meta-llama'],
  [/^(?:mi|code|dev|magi|mini)stral|^pixtral|^mixtral/, 'mistralai'],
]

/** Windows of families for models that the data package does not have yet, or has without one: the smallest of their kind. */
const families: [start: RegExp, tokens: number][] = [
  [/^gpt-(?:[6-9]|5\.[4-9])(?![a-z])/, 400_000],
  [/^gpt-5(?![a-z])/, 128_000],
  [/^(?:gpt-4o|chatgpt-4o)(?![a-z])/, 128_000],
  [/^gpt-4-(?:1106|0125)/, 128_000],
  [/^gpt-3\.5(?![a-z])/, 16_385],
  [/^o[134](?![a-z])/, 200_000],
  [/^claude-/, 200_000],
  [/^gemini-/, 1_000_000],
  [/^deepseek-(?:v[4-9])/, 1_000_000],
  [/^deepseek-/, 64_000],
  [/^qwen-(?:plus|turbo|flash|long)/, 131_072],
  [/^qwen[\d.]*-/, 32_768],
  [/^glm-(?:4\.6|4\.7|5)/, 200_000],
  [/^glm-/, 128_000],
  [/^kimi-/, 131_072],
  [/^grok-/, 131_072],
  [/^(?:mistral|codestral|devstral|magistral)-/, 32_768],
]

/** A tag of Ollama's, or a file: such a server runs a model with a window of its own. */
const localName = /:(?:latest|[\w.-]*\d[bm]\b.*)$|\.gguf$|^\//

/** Returns whether a name, with or without a gateway's prefix, is one of a vendor's family of chat models. */
export function isKnownFamily(name: string): boolean {
  const bare = name.toLowerCase().split('/').at(-1) ?? ''
  return families.some(([start]) => start.test(bare)) || organizations.some(([start]) => start.test(bare))
}

/** Returns whether a model takes sound in a chat request. */
export function takesAudio(name: string): boolean {
  return hearing.test(name.toLowerCase().split('/').at(-1) ?? '')
}

/** Finds a model by its name, case-insensitively and with or without a gateway's vendor prefix (`openai/gpt-4o`). */
export function findWindow(name: string): Window {
  const full = name.toLowerCase()
  const bare = full.split('/').at(-1) ?? ''
  const contextTokens = localName.test(full) ? undefined : findContextTokens(full, bare)
  if (contextTokens === undefined) return { ...unknownWindow, audio: takesAudio(name) }
  const outputTokens = outputs.find(([start]) => bare.startsWith(start))?.[1] ?? usualOutputTokens
  return {
    contextTokens,
    outputTokens: Math.min(outputTokens, contextTokens),
    images: !blind.test(bare) && seeing.some(pattern => pattern.test(bare)),
    audio: takesAudio(name),
    outputParameter: vendorsNewer.test(bare) ? 'max_completion_tokens' : 'max_tokens',
  }
}

function findContextTokens(full: string, bare: string): number | undefined {
  const known = exact.find(([name]) => name.test(bare))?.[1]
  if (known !== undefined) return known
  const family = families.find(([start]) => start.test(bare))?.[1]
  const organization = organizations.find(([start]) => start.test(bare))?.[1]
  // A name without a vendor's sign is an operator's own; the data need not be loaded for it.
  if (family === undefined && organization === undefined && !/^[a-z][a-z.-]*[-./]/.test(full)) return undefined
  const undated = bare.replace(/-(?:20\d\d-?\d\d-?\d\d|\d{4}|latest)$/, '')
  const names = [bare, undated, full, ...(organization === undefined ? [] : [`${organization}/${bare}`])]
  return readContextTokens(names) ?? family
}
