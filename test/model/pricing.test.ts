import { expect, test } from 'vitest'
import { createPricing } from '../../src/model/pricing.ts'

/** Million tokens; the prices are the vendors’ own of November 2026, per million. */
const million = 1_000_000
const baseUrl = 'https://gateway.example/v1'

test.each([
  // A prompt of more than 272,000 tokens costs twice as much, and its answer half as much again.
  ['gpt-6-luna', { tokensIn: 100_000, tokensCached: 40_000, tokensOut: 2_000 }, 0.06 * 0.1 + 0.04 * 0.01 + 0.002 * 0.5],
  ['gpt-6-luna', { tokensIn: 100_000, tokensOut: 2_000 }, 0.1 * 0.1 + 0.002 * 0.5],
  ['claude-sonnet-5', { tokensIn: 100_000, tokensCached: 100_000, tokensOut: 0 }, 0.1 * 0.2],
  ['kimi-k3', { tokensIn: 50_000, tokensCached: 10_000, tokensOut: 1_000 }, 0.04 * 3 + 0.01 * 0.3 + 0.001 * 15],
  // Recordings cost by the hour, or by their tokens.
  ['gpt-transcribe', { tokensIn: 0, tokensOut: 0, audioSeconds: 1_800 }, 30 * 0.0045],
  [
    'gpt-4o-transcribe',
    { tokensIn: 1_000, tokensAudio: 900, tokensOut: 200, audioSeconds: 60 },
    1e-3 * (0.9 * 6 + 0.1 * 2.5 + 0.2 * 10),
  ],
])('a request to %s with %j is priced as its vendor prices it', async (name, usage, dollars) => {
  expect(await createPricing({ name, baseUrl })(usage)).toBe(Math.round(dollars * million))
})

test('a model at home has no price, whatever its server', async () => {
  expect(await createPricing({ name: 'model.gguf', baseUrl })({ tokensIn: 1, tokensOut: 1 })).toBeUndefined()
})

test('prices of the team’s own outweigh the list', async () => {
  const prices = { in: 1, cachedIn: 0.5, out: 2 }
  const price = createPricing({ name: 'gpt-6-luna', baseUrl, prices })
  expect(await price({ tokensIn: 1_000, tokensCached: 400, tokensOut: 10 })).toBe(600 + 200 + 20)
})
