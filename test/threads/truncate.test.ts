import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { truncate } from '../../src/threads/truncate.ts'

type Line = Parameters<typeof truncate>[0][number]

const line = (text: string): Line => ({ role: 'user', text, images: [] })
/** A token a character makes sums that one can follow. */
const countCharacters = async () => (text: string) => text.length

describe('a thread that is cut to a budget', () => {
  test('stays whole when it fits, and the tokenizer is not even loaded', async () => {
    const lines = [line('one'), line('two')]
    const fitted = await truncate(lines, 1_000, () => Promise.reject(new Error('loaded')))
    expect(fitted).toEqual({ lines, read: 2, total: 2, gapAfter: undefined, isShortened: false })
  })

  test('keeps the first and the last, and of the others the newest', async () => {
    const lines = [
      'first',
      ...Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`),
      'question',
    ].map(line)
    const { lines: kept, read, total, gapAfter } = await truncate(lines, 100, countCharacters)
    expect(kept.map(({ text }) => text)).toEqual(['first', 'm15', 'm16', 'm17', 'm18', 'm19', 'question'])
    expect({ read, total, gapAfter }).toEqual({ read: 7, total: 22, gapAfter: 0 })
  })

  test('cuts a question that is too long by itself in the middle, and says so', async () => {
    const { lines } = await truncate([line(`start${'x'.repeat(5_000)}end?`)], 500, countCharacters)
    expect(lines[0]?.text).toMatch(/^start.*\n\[… \d+ characters left out: too long …\]\n.*end\?$/s)
  })

  test('is never over the budget, never loses its question, and cuts no character in two', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 300, max: 3_000 }), async (all, budget) => {
        const { lines, read } = await truncate(all.map(line), budget, countCharacters)
        expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(budget)
        expect(read).toBe(lines.length)
        expect(lines.at(-1)?.text.slice(0, 20)).toBe(all.at(-1)?.slice(0, 20))
        expect(lines.every(({ text }) => text.isWellFormed())).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
