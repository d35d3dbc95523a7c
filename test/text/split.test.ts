import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitsSlack, splitHead } from '../../src/text/split.ts'
import { toMrkdwn } from '../../src/text/to-mrkdwn.ts'
import { documents } from './documents.ts'

const upTo = (length: number) => (part: string) => part.length <= length

function splitAll(markdown: string, fits: (part: string) => boolean): string[] {
  const parts: string[] = []
  for (let rest = markdown; ; ) {
    const split = splitHead(rest, fits)
    if (split === undefined) return [...parts, rest]
    expect(split.head).not.toBe('')
    expect(split.rest.length).toBeLessThan(rest.length)
    parts.push(split.head)
    rest = split.rest
  }
}

describe('a long reply goes on in the next message', () => {
  test('what fits stays whole', () => {
    expect(splitHead('short', fitsSlack)).toBeUndefined()
  })

  test.each([
    ['between paragraphs', 'One two.\n\nThree four.', 12, ['One two.', 'Three four.']],
    ['after a sentence', '第一句话。第二句话。第三句话。', 12, ['第一句话。第二句话。', '第三句话。']],
    ['between words', 'one two three four', 10, ['one two', 'three four']],
    ['a heading goes with its text', 'a b c d e.\n\n# H\n\ntext', 16, ['a b c d e.', '# H\n\ntext']],
    ['a heading goes on as one', '## one two three', 12, ['## one two', '## three']],
    ['a fence is opened again', '```js\na()\nb()\nc()\n```', 18, ['```js\na()\nb()\n```', '```js\nc()\n```']],
    ['one endless line of code', '```\nabcdefgh\n```', 12, ['```\nabcd\n```', '```\nefgh\n```']],
    [
      'a table has its head again',
      '| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n| 4 |',
      24,
      ['| a |\n|---|\n| 1 |\n| 2 |', '| a |\n|---|\n| 3 |\n| 4 |'],
    ],
    ['a list goes on counting', '1. one\n1. two\n1. three', 14, ['1. one\n1. two', '3. three']],
    ['a quote stays one', '> one two three\n> four', 16, ['> one two three', '> four']],
    ['bold is closed and opened again', '**One two. Three four.**', 16, ['**One two.**', '**Three four.**']],
    [
      'bold to the end of a sentence',
      '**重点一。**后面还有话。再来一句。',
      12,
      ['**重点一。**', '后面还有话。再来一句。'],
    ],
    ['a link stays in one piece', 'see now [a b c](http://e.example)', 28, ['see now', '[a b c](http://e.example)']],
    ['a fence in a list', '- x\n  ```\n  a\n  b\n  ```\n- y', 20, ['- x\n  ```\n  a\n  ```', '```\nb\n```\n- y']],
    ['a family stays together', '👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 17, ['👩‍👩‍👧👩‍👩‍👧', '👩‍👩‍👧']],
  ])('%s', (_, markdown, length, parts) => {
    expect(splitAll(markdown, upTo(length))).toEqual(parts)
  })

  test('nothing is lost, nothing doubled, and each part is Markdown by itself', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 90, max: 400 }), (markdown, length) => {
        const parts = splitAll(markdown, upTo(length))
        expect(parts.map(toContent).join('')).toBe(toContent(markdown))
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(length)
          expect(part.isWellFormed()).toBe(true)
          expect((part.match(/^[\s>]*(?:(?:[-*]|\d+\.) )*```/gm)?.length ?? 0) % 2).toBe(0)
        }
        expect(parts.map(toCode).join('')).toBe(toCode(markdown))
      }),
      { numRuns: 150 },
    )
  })

  test('however little fits, it comes to an end', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 40 }), (markdown, length) => {
        const words = (text: string) => text.replace(/[^\p{L}]|js|[表头]/gu, '')
        expect(words(splitAll(markdown, upTo(length)).join(''))).toBe(words(markdown))
      }),
      { numRuns: 10 },
    )
  })

  test('what is shown stays where it is while the text grows', () => {
    fc.assert(
      fc.property(documents, documents, fc.integer({ min: 60, max: 200 }), (markdown, more, length) => {
        const whole = `${markdown}\n\n${more}`
        const first = splitHead(whole, upTo(length))
        if (first === undefined) return
        for (let end = whole.length - 1; end > length + 80; end -= 7) {
          expect(splitHead(whole.slice(0, end), upTo(length))?.head).toBe(first.head)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('every part of a long answer fits Slack', () => {
    const answer = '## 标题\n\n结果 & **说明：**一 <b>。\n\n- one\n- two\n\n```ts\nconst a = b < c\n```\n\n'.repeat(160)
    const parts = splitAll(answer, fitsSlack)
    for (const part of parts) expect(Buffer.byteLength(toMrkdwn(part))).toBeLessThanOrEqual(3_800)
    expect(parts.length).toBeLessThan((Buffer.byteLength(toMrkdwn(answer)) / 3_800) * 1.4)
  })
})

/** What a text says: without the marks, and without what a part may repeat (a table's head, a fence's lines). */
function toContent(markdown: string): string {
  return markdown
    .replace(/^[\s>]*(?:(?:[-*]|\d+\.) )*```.*$|^.*表头.*$|^\|---.*$/gm, '')
    .replace(/^[\s>]*(?:(?:[-*]|\d+\.) +)*#*/gm, '')
    .replace(/[\s*_~`>#|-]/g, '')
}

function toCode(markdown: string): string {
  return Array.from(toMrkdwn(markdown).matchAll(/^```\n([\s\S]*?)\n```$/gm), found => found[1])
    .filter(code => code?.includes('-|-') === false)
    .join('')
    .replace(/\s/g, '')
}
