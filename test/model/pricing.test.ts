import { expect, test } from 'vitest'
import { createPricing } from '../../src/model/pricing.ts'

/** Million tokens; the prices are the vendors’ own of November 2026, per million. */
const million = 1_000_000

test.each([
  // A prompt of more than 272,000 tokens costs twice as much, and its answer half as much again.
  ['gpt-6-luna', { tokensIn: 100_000, cached: 40_000, tokensOut: 2_000 }, 0.06 * 0.1 + 0.04 * 0.01 + 0.002 * 0.5],
  ['gpt-6-luna', { tokensIn: 100_000, tokensOut: 2_000 }, 0.1 * 0.1 + 0.002 * 0.5],
  ['claude-sonnet-5', { tokensIn: 100_000, cached: 100_000, tokensOut: 0 }, 0.1 * 0.2],
  ['kimi-k3', { tokensIn: 50_000, cached: 10_000, tokensOut: 1_000 }, 0.04 * 3 + 0.01 * 0.3 + 0.001 * 15],
])('a request to %s with %j is priced as its vendor prices it', async (name, usage, dollars) => {
  expect(await createPricing(name, 'https://gateway.example/v1')(usage)).toBe(Math.round(dollars * million))
})

test('a model at home has no price, whatever its server', async () => {
  expect(await createPricing('model.gguf', 'http://127.0.0.1:8011/v1')({ tokensIn: 1, tokensOut: 1 })).toBeUndefined()
})
