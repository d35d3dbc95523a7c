import { expect, test } from 'vitest'
import { findSight } from '../../src/model/image-limits.ts'
import { fitInto } from '../../src/slack/documents/draw.ts'

/** The tokens of a picture after it was made as small as the model sees it. */
function count(model: string, width: number, height: number): number {
  const { limits, count } = findSight(model)
  const factor = Math.min(1, fitInto(limits, { width, height }))
  return count({ width: Math.round(width * factor), height: Math.round(height * factor) })
}

test.each([
  // Examples of the vendor's page.
  ['gpt-4o', 1_024, 1_024, 765],
  ['gpt-4o', 2_048, 4_096, 1_105],
  ['gpt-4.1-mini', 1_024, 1_024, Math.ceil(1_024 * 1.62)],
  ['gpt-4.1-mini', 1_800, 2_400, Math.ceil(1_452 * 1.62)],
  ['gpt-4o', 512, 512, 255],
  ['gpt-4o-mini', 512, 512, 8_500],
  ['openai/gpt-5', 512, 512, 210],
  // As others measured it.
  ['gpt-5-mini', 768, 1_024, 922],
  ['gpt-6-luna', 512, 512, 308],
  ['gpt-6-luna', 4_032, 3_024, 2_176],
  ['claude-sonnet-4-20250514', 1_092, 1_092, 1_521],
  ['claude-opus-4.7', 2_000, 1_500, 3_888],
  ['claude-sonnet-5', 512, 512, 361],
  ['gemini-2.5-flash', 384, 384, 258],
  ['gemini-2.5-flash', 960, 540, 1_548],
  ['gemini-3.5-flash', 4_032, 3_024, 1_120],
  ['qwen2.5-vl-72b-instruct', 512, 512, 361],
  ['qwen3-vl-plus', 512, 512, 256],
  ['grok-4', 4_032, 3_024, 1_792],
  ['my-own-model', 512, 512, 800],
  ['my-own-model', 1_024, 768, 1_200],
])('%s counts a picture of %i by %i pixels as its vendor does', (model, width, height, tokens) => {
  expect(count(model, width, height)).toBe(tokens)
})
