import type { ModelConfig } from '../config.ts'
import type { Usage } from './model.ts'

const microsPerDollar = 1_000_000

/**
 * Creates the price of a model's requests, in millionths of a dollar, rounded up: cached tokens at their own price, long prompts at
 * theirs. Resolves with undefined if the model has no known price, such as one of a server at home. Prices of the configuration outweigh
 * the vendors' list, which is loaded with the first request.
 */
export function createPricing({ name, baseUrl, prices }: Pick<ModelConfig, 'name' | 'baseUrl' | 'prices'>) {
  return async (usage: Usage): Promise<number | undefined> => {
    const { tokensIn = 0, tokensOut = 0 } = usage
    const cached = Math.min(usage.tokensCached ?? 0, tokensIn)
    if (prices !== undefined) {
      const { in: fresh, cachedIn = fresh, out } = prices
      // Dollars for a million tokens are millionths of a dollar for one.
      return roundUp((tokensIn - cached) * fresh + cached * cachedIn + tokensOut * out)
    }
    const { calcPrice } = await import('@pydantic/genai-prices')
    const { audioSeconds: seconds = 0, tokensAudio = 0 } = usage
    const tokens = {
      input_tokens: tokensIn,
      cache_read_tokens: cached,
      output_tokens: tokensOut,
      // Of a model, the list has the price of its tokens or that of an hour.
      ...(tokensAudio > 0 && { input_audio_tokens: tokensAudio }),
      ...(seconds > 0 && { audio_seconds: seconds, input_audio_seconds: seconds }),
    }
    // A gateway has the vendor's models at an address of its own.
    const price = calcPrice(tokens, name, { providerApiUrl: baseUrl }) ?? calcPrice(tokens, name)
    return price === null ? undefined : roundUp(price.total_price * microsPerDollar)
  }
}

/** Sums of fractions end in a last digit that is nobody's cost. */
const roundUp = (micros: number) => Math.ceil(micros - 1e-6)
