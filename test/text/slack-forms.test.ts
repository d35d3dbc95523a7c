import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitize } from '../../src/text/sanitize.ts'
import { rewriteForms } from '../../src/text/slack-forms.ts'
import { toMrkdwn } from '../../src/text/to-mrkdwn.ts'
import { findSteepGrowth } from '../growth.ts'

describe('forms that a model took from Slack', () => {
  test.each([
    ['see <https://e.com/a|b c>', 'see [b c](https://e.com/a)', 'see <https://e.com/a|b c>'],
    ['<https://e.com/a_(b)|[x]>', '[\\[x\\]](https://e.com/a_%28b%29)', '<https://e.com/a_%28b%29|[x]>'],
    ['<mailto:ann@e.com|Ann>', 'Ann (ann@e.com)', 'Ann (<mailto:ann@e.com|ann@e.com>)'],
    ['<mailto:ann@e.com>', 'ann@e.com', '<mailto:ann@e.com|ann@e.com>'],
    ['in <#C012345|general> and <#C012345>', 'in #general and #C012345', 'in #general and #C012345'],
    ['ask <!subteam^S012|@ops> by <!date^1790000000^{date}|Sep 21>', 'ask @ops by Sep 21', 'ask @ops by Sep 21'],
    ['`<https://e.com|x>`', '`<https://e.com|x>`', '`&lt;https://e.com|x&gt;`'],
    ['```\n<https://e.com|x>\n```', '```\n<https://e.com|x>\n```', '```\n&lt;https://e.com|x&gt;\n```'],
  ])('%s', (written, markdown, mrkdwn) => {
    expect(sanitize(written)).toBe(markdown)
    expect(toMrkdwn(written)).toBe(mrkdwn)
  })
})

describe('formulas', () => {
  test.each([
    ['\\(a_1\\) 2*3*4', '`a_1` 2\\*3\\*4', '`a_1` 2*3*4'],
    ['so $x_1^2$ it is', 'so `x_1^2` it is', 'so `x_1^2` it is'],
    ['$5 and $6', '$5 and $6', '$5 and $6'],
    ['\\[\\frac{a}{b}\\]', '`\\frac{a}{b}`', '`\\frac{a}{b}`'],
    ['\\[a \\\\[2pt] b\\]', '`a \\\\[2pt] b`', '`a \\\\[2pt] b`'],
    ['$$a^2$$', '`a^2`', '`a^2`'],
    ['a *b* c', 'a *b* c', 'a _b_ c'],
  ])('%s', (written, markdown, mrkdwn) => {
    expect(rewriteForms(written)).toBe(markdown)
    expect(toMrkdwn(written)).toBe(mrkdwn)
  })
})

test('words that are struck out are struck out in Chinese, too', () => {
  expect(toMrkdwn('~~删（完）。~~好')).toMatch(/^~删（完）。~\u200b?好$/)
})

test('code stays as it is, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('`', '``', '```\n', '~~~\n', '\n', 'a', '<#C12|b>', '$a^2$', ' ') }),
      text => {
        const inCode = `\`\`\`\n${text.replaceAll('`', '').replaceAll('~', '')}\n\`\`\`\n`
        expect(rewriteForms(inCode)).toBe(inCode)
        expect(rewriteForms(text).replaceAll(/[^`\n]/g, '').length).toBeGreaterThanOrEqual(
          text.replaceAll(/[^`\n]/g, '').length,
        )
      },
    ),
  )
})

test.each(['<', '<https://e.com|', '\\(', '\\[', '$a^', '`', '```\n', '2*', '<#C12|', '~~~\n'])(
  'takes time that grows linearly: %j',
  pattern => expect(findSteepGrowth(rewriteForms, pattern)).toBeUndefined(),
)
