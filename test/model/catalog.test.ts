import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, test } from 'vitest'
import { findWindow } from '../../src/model/catalog.ts'
import { estimateTokens, loadTokenCounter, tokenUpperBound } from '../../src/model/tokens.ts'

describe('the catalog', () => {
  test.each([
    ['gpt-3.5-turbo', 16_385, 4_096],
    ['gpt-3.5-turbo-1106', 16_385, 4_096],
    ['gpt-3.5-turbo-0125', 16_385, 4_096],
    ['gpt-3.5-16K', 16_385, 4_096],
    ['gpt-4', 8_192, 8_192],
    ['gpt-4-1106-preview', 128_000, 4_096],
    ['gpt-4-0125-preview', 128_000, 4_096],
    ['gpt-4-1106-vision-preview', 128_000, 4_096],
    ['gpt-4-turbo-2024-04-09', 128_000, 4_096],
    ['gpt-4o-2024-05-13', 128_000, 4_096],
    ['gpt-4-32K', 32_768, 32_768],
    ['claude-2', 100_000, 4_096],
    ['claude-3-opus-20240229', 200_000, 4_096],
    ['claude-3-sonnet-20240229', 200_000, 4_096],
    ['chatgpt-4o-latest', 128_000, 16_384],
    ['gpt-4o', 128_000, 16_384],
    ['gpt-4.1-mini', 1_047_576, 32_768],
    ['gpt-5-mini', 400_000, 128_000],
    ['gpt-5.6-terra', 1_050_000, 128_000],
    ['gpt-6-astra', 1_050_000, 128_000],
    ['openai/gpt-4o-2024-11-20', 128_000, 16_384],
    ['gpt-6-luna', 1_050_000, 128_000],
  ])('knows %s', (name, contextTokens, outputTokens) => {
    expect(findWindow(name)).toMatchObject({ contextTokens, outputTokens })
  })

  test.each([
    ['deepseek-chat', 64_000, false],
    ['deepseek/deepseek-v4-pro', 1_000_000, false],
    ['qwen-max', 32_768, false],
    ['qwen3-max', 262_144, false],
    ['Qwen/Qwen3-VL-32B-Instruct', 131_072, true],
    ['claude-sonnet-4-5-20250929', 200_000, true],
    ['anthropic/claude-sonnet-5', 1_000_000, true],
    ['gemini-2.5-pro', 1_000_000, true],
    ['gemini-3.8-flash', 1_000_000, true],
    ['glm-4.6', 200_000, false],
    ['z-ai/glm-4.5v', 65_536, true],
    ['kimi-k2.6', 262_144, true],
    ['gpt-6.2-sol', 400_000, true],
  ])('knows the window and the sight of %s behind a gateway', (name, contextTokens, images) => {
    expect(findWindow(name)).toMatchObject({ contextTokens, images })
  })

  test.each(['qwen3:8b', 'deepseek-r1:8b', 'llama3.1', '/models/qwen-max.gguf', 'gpt-oss:20b', 'gemini'])(
    'takes no vendor’s window for a local model: %s',
    name => {
      expect(findWindow(name)).toEqual(findWindow('my-own-finetune:7b'))
    },
  )

  test('has stated defaults for a name that it does not know', () => {
    expect(findWindow('my-own-finetune:7b')).toEqual({
      contextTokens: 8_192,
      outputTokens: 2_048,
      images: false,
      audio: false,
      outputParameter: 'max_tokens',
    })
    expect(findWindow('')).toEqual(findWindow('gpt-4omega'))
  })
})

describe('tokens', () => {
  test.each(['plain words, and more of them', '一段没有空格的中文', '👩‍👩‍👧‍👦 <|endoftext|> \ud83d', ''])(
    'are never more than the bound says: %j',
    async text => {
      const count = await loadTokenCounter()
      expect(count(text)).toBeLessThanOrEqual(tokenUpperBound(text))
    },
  )

  test.each([
    'The export button does nothing since the last release, please look into it. ',
    '页面打不开了，昨天还好好的，请看一下。',
  ])('are estimated to within a factor of two: %s', async sentence => {
    const text = sentence.repeat(50)
    const counted = (await loadTokenCounter())(text)
    expect(estimateTokens(text) / counted).toBeGreaterThan(0.5)
    expect(estimateTokens(text) / counted).toBeLessThan(2)
  })

  test('of a long unbroken run are counted in slices, within a percent of the whole', async () => {
    const count = await loadTokenCounter()
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(200)
    const whole = countTokens(text)
    expect(Math.abs(count(text) - whole) / whole).toBeLessThan(0.01)
    // In one piece this would take more than ten seconds, and the test with it.
    expect(count('哈'.repeat(40_000))).toBeGreaterThan(10_000)
  })
})
