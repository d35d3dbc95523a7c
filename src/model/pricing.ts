import type { Usage } from './model.ts'

const microsPerDollar = 1_000_000

/**
 * Creates the price of a model's requests, in millionths of a dollar, rounded up: cached tokens at their own price, long prompts at
 * theirs. Resolves with undefined if the model has no known price, such as one of a server at home. The price list of the vendors
 * is loaded with the first request.
 */
export function createPricing(name: string, baseUrl: string) {
  return async (usage: Usage, at = Date.now()): Promise<number | undefined> => {
    const { calcPrice } = await import('@pydantic/genai-prices')
    const tokens = {
      input_tokens: usage.tokensIn ?? 0,
      cache_read_tokens: Math.min(usage.cached ?? 0, usage.tokensIn ?? 0),
      output_tokens: usage.tokensOut ?? 0,
    }
    const timestamp = new Date(at)
    // A gateway has the vendor's models at an address of its own.
    const price =
      calcPrice(tokens, name, { providerApiUrl: baseUrl, timestamp }) ?? calcPrice(tokens, name, { timestamp })
    return price === null ? undefined : Math.ceil(price.total_price * microsPerDollar - 1e-6)
  }
}
