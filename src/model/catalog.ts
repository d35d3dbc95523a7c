/** The limits and abilities of a model. */
interface Window {
  /** Tokens of prompt and answer together. */
  contextTokens: number
  /** Tokens of the longest answer. */
  outputTokens: number
  /** The model can see images. */
  images: boolean
  /** The request's parameter for the longest answer: newer models of the vendor refuse `max_tokens`. */
  outputParameter: 'max_tokens' | 'max_completion_tokens'
}

/**
 * Defaults for a model that the catalog does not know: small enough for the common local models, and the parameter that every server
 * understands. `MODEL_CONTEXT_TOKENS`, `MODEL_OUTPUT_TOKENS` and `MODEL_IMAGES` override them.
 */
const unknownWindow: Window = {
  contextTokens: 8_192,
  outputTokens: 2_048,
  images: false,
  outputParameter: 'max_tokens',
}

const row = (contextTokens: number, outputTokens: number, images: boolean, newer: boolean): Window => ({
  contextTokens,
  outputTokens,
  images,
  outputParameter: newer ? 'max_completion_tokens' : 'max_tokens',
})

const seeing = true
const blind = false
const newer = true
const older = false

/**
 * Exact names. Figures are from the vendors' pages on models, read in November 2026; those of retired models from the
 * same pages while the models were offered.
 */
const exact: Record<string, Window> = {
  'gpt-3.5-turbo': row(16_385, 4_096, blind, older),
  'gpt-3.5-turbo-1106': row(16_385, 4_096, blind, older),
  'gpt-3.5-turbo-0125': row(16_385, 4_096, blind, older),
  'gpt-3.5-16k': row(16_385, 4_096, blind, older),
  'gpt-3.5-turbo-16k': row(16_385, 4_096, blind, older),
  'gpt-4': row(8_192, 8_192, blind, older),
  'gpt-4-0613': row(8_192, 8_192, blind, older),
  'gpt-4-32k': row(32_768, 32_768, blind, older),
  'gpt-4-1106-preview': row(128_000, 4_096, blind, older),
  'gpt-4-0125-preview': row(128_000, 4_096, blind, older),
  'gpt-4-1106-vision-preview': row(128_000, 4_096, seeing, older),
  'gpt-4-turbo': row(128_000, 4_096, seeing, older),
  'gpt-4-turbo-2024-04-09': row(128_000, 4_096, seeing, older),
  'gpt-4o-2024-05-13': row(128_000, 4_096, seeing, older),
  'chatgpt-4o-latest': row(128_000, 16_384, seeing, older),
  'claude-2': row(100_000, 4_096, blind, older),
  'claude-3-opus-20240229': row(200_000, 4_096, seeing, older),
  'claude-3-sonnet-20240229': row(200_000, 4_096, seeing, older),
  'gpt-5-chat-latest': row(128_000, 16_384, seeing, newer),
  'gpt-5.1-chat-latest': row(128_000, 16_384, seeing, newer),
  'gpt-5.2-chat-latest': row(128_000, 16_384, seeing, newer),
}

/** Families by the start of the name, the longest first, so that dated snapshots are found too. */
const families: [start: string, window: Window][] = [
  ['gpt-6', row(1_050_000, 128_000, seeing, newer)],
  ['gpt-5.6', row(1_050_000, 128_000, seeing, newer)],
  ['gpt-5.5', row(1_050_000, 128_000, seeing, newer)],
  ['gpt-5.4-mini', row(400_000, 128_000, seeing, newer)],
  ['gpt-5.4-nano', row(400_000, 128_000, seeing, newer)],
  ['gpt-5.4', row(1_050_000, 128_000, seeing, newer)],
  ['gpt-5', row(400_000, 128_000, seeing, newer)],
  ['gpt-4.1', row(1_047_576, 32_768, seeing, newer)],
  ['gpt-4o', row(128_000, 16_384, seeing, newer)],
  ['o4-mini', row(200_000, 100_000, seeing, newer)],
  ['o3-mini', row(200_000, 100_000, blind, newer)],
  ['o3', row(200_000, 100_000, seeing, newer)],
  ['o1', row(200_000, 100_000, seeing, newer)],
]

/** Looks up a model by its name, case-insensitively and without a gateway's vendor prefix (`openai/gpt-4o`). */
export function findWindow(name: string): Window {
  const bare = name.toLowerCase().split('/').at(-1) ?? ''
  return exact[bare] ?? families.find(([start]) => isFamily(bare, start))?.[1] ?? unknownWindow
}

/** Returns true for `gpt-4o-2024-08-06` in the family `gpt-4o`, false for `gpt-4omega`. */
function isFamily(name: string, start: string): boolean {
  return name.startsWith(start) && /^(?:$|[-:@.])/.test(name.slice(start.length))
}
