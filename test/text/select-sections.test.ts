import { describe, expect, test } from 'vitest'
import { measureSections, pickSections, renderSections, splitSections } from '../../src/text/select-sections.ts'

const filler = 'The weather was as it often is at this time of the year. '.repeat(8).trim()
const 套话 = '今天的天气和往年这个时候差不多。'.repeat(20)

/** Selects what fits a question from pages of which one says something of its own. */
function select(pages: string[], question: string, maxCharacters: number) {
  const text = pages.map((page, index) => `[Page ${index + 1}]\n\n${page}`).join('\n\n')
  const long = splitSections(text, maxCharacters)
  const picked = pickSections(long, { question, maxCharacters, taken: new Set() })
  return { long, picked, shown: renderSections(long, picked), measured: measureSections(long, picked) }
}

describe('of a text that is too long, the pages that fit the question are kept', () => {
  const pages = Array.from({ length: 60 }, () => filler)
  test.each([
    ['in English, whatever the ending', pages, 'Which refunds were granted?', 'We refund every late parcel.'],
    ['by the number of the page', pages, 'What is on page 42?', 'Nothing.'],
    ['in Chinese', pages.map(() => 套话), '退款需要多久？', '退款在七天内到账。'],
    ['in Japanese', pages, '返金の期限はいつですか？', '返金は七日以内に行います。'],
    ['in full-width digits', pages, 'invoice 7781', 'Ｉｎｖｏｉｃｅ　７７８１ is open.'],
  ])('%s', (_, all, question, said) => {
    const { shown, measured } = select(all.with(41, said), question, 4_000)
    expect(shown.length).toBeLessThan(4_600)
    expect(shown).toMatch(/^\[Page 1\]/)
    expect(shown).toContain(`[Page 42]\n\n${said}`)
    expect(shown).toMatch(/\n\[… \d+ characters left out …\]\n\[Page 42\]/)
    expect(measured).toMatchObject({ kind: 'page', total: 60 })
    expect(measured.ranges.slice(0, 2)).toEqual([expect.stringMatching(/^1–\d+$/), '42'])
  })
})

test('a later question adds what fits it and nothing that was taken before', () => {
  const pages = Array.from({ length: 60 }, () => filler).with(30, 'The refund.')
  const { long, picked } = select(pages.with(50, 'The warranty.'), 'refund?', 4_000)
  const more = pickSections(long, { question: 'and the warranty?', maxCharacters: 1_000, taken: picked })
  expect(renderSections(long, more)).toContain('The warranty.')
  expect(more.intersection(picked)).toEqual(new Set())
  const none = pickSections(long, { question: 'thanks', maxCharacters: 1_000, taken: picked })
  expect(none).toEqual(new Set())
})

test('a gap names the headings in it', () => {
  const text = [
    '# Title',
    ...['Alpha', 'Beta', 'Gamma'].map(name => `## ${name}\n\n${filler}`),
    `## Refunds\n\n${filler}`,
  ].join('\n\n')
  const long = splitSections(text, 800)
  const picked = pickSections(long, { question: 'refunds', maxCharacters: 600, taken: new Set() })
  expect(renderSections(long, picked)).toMatch(
    /^# Title[\s\S]*characters left out, such as .*## Gamma.*\n## Refunds\n\nThe/,
  )
})

test('slides are counted, and a text without either by its share', () => {
  const slides = Array.from({ length: 9 }, (_, index) => `## Slide ${index + 1}\n\n${filler}`).join('\n\n')
  const long = splitSections(slides, 2_000)
  expect(measureSections(long, new Set([0]))).toMatchObject({ kind: 'slide', total: 9 })
  const plain = splitSections(filler.repeat(10), 1_600)
  expect(measureSections(plain, new Set([0]))).toMatchObject({ kind: 'part', ranges: [] })
})

test('the sections are all of the text, characters and all', () => {
  for (const text of ['', '\n\n', '😀'.repeat(3_000), `[Page 9]\n[Page 3]\n${'x\n'.repeat(2_000)}`]) {
    const { sections } = splitSections(text, 1_000)
    expect(sections.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
  }
})
