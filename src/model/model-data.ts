import { createRequire } from 'node:module'
import type { calcPrice, findProvider } from '@pydantic/genai-prices'

/**
 * Reads the window of the first name that the data package knows. Its data takes 20 MB and 40 ms to load, so that it is loaded for this
 * and not kept.
 */
export function readContextTokens(names: readonly string[]): number | undefined {
  const require = createRequire(import.meta.url)
  const path = require.resolve('@pydantic/genai-prices')
  const data: { calcPrice: typeof calcPrice; findProvider: typeof findProvider } = require(path)
  delete require.cache[path]
  for (const name of names) {
    const provider = data.findProvider({ modelId: name })?.id ?? 'openrouter'
    for (const providerId of new Set([provider, 'openrouter'])) {
      const tokens = data.calcPrice({}, name, { providerId })?.model.context_window
      if (tokens !== undefined) return tokens
    }
  }
  return undefined
}
