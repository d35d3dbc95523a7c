import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ModelConfig } from '../config.ts'
import { StartError } from '../errors.ts'

const tokens = z.int().positive()
const dollars = z.number().nonnegative()
const url = z.url({ protocol: /^https?$/, error: 'is not an http(s) address' })

/** Settings of models by name. Prices are in US dollars for a million tokens. */
const fileSchema = z.strictObject({
  models: z.array(
    z.strictObject({
      name: z.string().min(1),
      baseUrl: url.exactOptional(),
      keyVariable: z.string().exactOptional(),
      contextTokens: tokens.min(2_048).exactOptional(),
      outputTokens: tokens.min(16).exactOptional(),
      images: z.boolean().exactOptional(),
      audio: z.boolean().exactOptional(),
      prices: z.strictObject({ in: dollars, cachedIn: dollars.exactOptional(), out: dollars }).exactOptional(),
    }),
  ),
})

type Entry = z.infer<typeof fileSchema>['models'][number]
type Environment = Record<string, string | undefined>

/**
 * Sets what a file in YAML or JSON says of a model, of those that answer in its place, and of others that may be chosen. Throws a `StartError` that names every mistake.
 */
export async function applyModelsFile(file: string, model: ModelConfig, env: Environment): Promise<ModelConfig> {
  const text = await readFile(file, 'utf8').catch(error => {
    throw new StartError(`MODELS_FILE: ${file} cannot be read (${error.code}); docs/models.md shows such a file`)
  })
  const entries = parseModelsFile(text, file)
  const apply = (config: ModelConfig) => {
    const entry = entries.find(({ name }) => name === config.name)
    return entry === undefined ? config : applyEntry(entry, config, env)
  }
  const { fallbacks = [], apiKey, baseUrl, idleMs, concurrency } = model
  const server = { apiKey, baseUrl, idleMs, ...(concurrency !== undefined && { concurrency }) }
  const used = new Set([model, ...fallbacks].map(({ name }) => name))
  // What nobody has chosen does not keep the bot from starting.
  const others = entries
    .filter(({ name, keyVariable }) => !used.has(name) && (keyVariable === undefined || env[keyVariable]?.trim()))
    .map(entry => applyEntry(entry, { ...server, name: entry.name }, env))
  return { ...apply(model), fallbacks: fallbacks.map(apply), others }
}

function parseModelsFile(text: string, file: string): Entry[] {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new StartError(`MODELS_FILE: ${file} is not valid YAML: ${String((error as Error).message).split('\n')[0]}`)
  }
  const { data, error } = fileSchema.safeParse(value)
  if (data !== undefined) return data.models
  const mistakes = error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw new StartError(`MODELS_FILE: ${file}: ${mistakes.join('; ')}`)
}

/** The environment outweighs the file; the model's server is the entry's own if it names one. */
function applyEntry(
  { name, baseUrl, keyVariable, ...facts }: Entry,
  config: ModelConfig,
  env: Environment,
): ModelConfig {
  const key = keyVariable === undefined ? undefined : env[keyVariable]?.trim()
  if (keyVariable !== undefined && !key)
    throw new StartError(`MODELS_FILE: ${keyVariable}, the key of ${name}, is not set in the environment`)
  // A key is never sent to another server than its own.
  const server = baseUrl === undefined ? { ...(key && { apiKey: key }) } : { baseUrl, apiKey: key ?? 'none' }
  return { ...facts, ...config, ...server }
}
