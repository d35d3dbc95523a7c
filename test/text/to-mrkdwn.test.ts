import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closeMarkdown, toMrkdwn } from '../../src/text/to-mrkdwn.ts'
import { measure } from '../growth.ts'
import { documents } from './documents.ts'

const space = '\u200B'
const joiner = '\u2060'

describe('what a reader of Slack sees', () => {
  test.each([
    ['marks', '**b** *i* ~~s~~ `c`', '*b* _i_ ~s~ `c`'],
    ['a bold Chinese word in a sentence', '请**注意：**后面', `请${space}*注意：*${space}后面`],
    ['bold over two lines', '**one\ntwo**', '*one*\n*two*'],
    ['marks in marks', '**a *b* `c`**', '*a _b_ `c`*'],
    ['what must be escaped, also in code', 'a < b & c `x<y>`', 'a &lt; b &amp; c `x&lt;y&gt;`'],
    ['a heading', '## 一、**开始**', '*一、开始*'],
    ['a list in a list', '- a\n  - b\n    - c\n- d', '• a\n    ◦ b\n        ▪ c\n• d'],
    ['numbers, written lazily', '3. x\n3. y\n3. z', '3. x\n4. y\n5. z'],
    ['tasks', '- [ ] open\n- [x] done', '☐ open\n☑ done'],
    ['a quote with two paragraphs', '> a\n>\n> **b**', '> a\n> \n> *b*'],
    ['a fence: its language is not shown', '```ts\nif (a < b) {}\n```', '```\nif (a &lt; b) {}\n```'],
    ['a fence in a list', '1. run\n   ```sh\n   ls\n   ```\n2. done', '1. run\n```\nls\n```\n2. done'],
    ['backticks in a fence', '~~~\n```\n~~~', `\`\`\`\n\`${space}\`\`\n\`\`\``],
    ['links', '[a|b & c](https://e.example/?q=1|2&r=3)', '<https://e.example/?q=1%7C2&amp;r=3|a|b &amp; c>'],
    ['an address in Chinese text', '见 https://e.example/a，谢谢', '见 <https://e.example/a>，谢谢'],
    ['a link that is no web page', '[go](javascript:alert(1))', 'go (javascript:alert(1))'],
    ['a label that lies', '[bank.example](https://evil.test/x)', '<https://evil.test/x|bank.example> (evil.test)'],
    ['an image', '![a cat](https://e.example/c.png)', '<https://e.example/c.png|a cat>'],
    ['a link by reference', 'see [it][1]\n\n[1]: https://e.example', 'see <https://e.example|it>'],
    ['a footnote', 'so[^1]\n\n[^1]: why', 'so[1]\n\n[1] why'],
    ['a rule', 'a\n\n---\n\nb', 'a\n\n──────────\n\nb'],
    ['tags', '<div>x</div><br>y', '&lt;div&gt;x&lt;/div&gt;\ny'],
    ['stars that are meant', '5 * 3 and \\*x\\*', `5 * 3 and *${joiner}x*`],
    ['about, not deleted', '~5 min, ~10 max', `~${joiner}5 min, ~${joiner}10 max`],
    ['those whom it does not call', '<!here> <@U1> @channel', `&lt;!here&gt; &lt;@U1&gt; @${joiner}channel`],
    ['an e-mail address', 'bob@here.com', '<mailto:bob@here.com|bob@here.com>'],
  ])('%s', (_, markdown, mrkdwn) => {
    expect(toMrkdwn(markdown)).toBe(mrkdwn)
  })

  test('a table stands in columns, Chinese and numbers too', () => {
    const table = '| 名字 | n |\n|---|--:|\n| 张三丰 | 1 |\n| Li | **200** |'
    expect(toMrkdwn(table)).toBe('```\n名字   |   n\n-------|----\n张三丰 |   1\nLi     | 200\n```')
  })

  test('a pile of marks, and links to a thousand definitions', () => {
    const pile = `${'*'.repeat(3_500)}x${'*'.repeat(3_500)}`
    expect(toMrkdwn(pile).replaceAll(joiner, '')).toBe(pile)
    const names = Array.from({ length: 1_000 }, (_, name) => name)
    const markdown = names.map(name => `[Label ${name}]: https://e.example\n\n[a][label ${name}]\n\n`).join('')
    expect(toMrkdwn(markdown)).toBe(names.map(() => '<https://e.example|a>').join('\n\n'))
  })

  test('no text makes it fail, ping or send half a character', () => {
    fc.assert(
      fc.property(fc.oneof(documents, fc.string({ unit: 'binary', maxLength: 200 })), markdown => {
        expectHarmless(toMrkdwn(markdown))
      }),
      { numRuns: 200 },
    )
  })
})

describe('a text that is still growing', () => {
  test.each([
    ['bold', 'so **bo', 'so **bo**'],
    ['bold, half closed', 'so **bold*', 'so **bold**'],
    ['bold that has not begun', 'so **', 'so '],
    ['bold with a space behind it', '**so ', '**so** '],
    ['bold in italics', '*so **bo', '*so **bo***'],
    ['a strike', '~~gone', '~~gone~~'],
    ['code', 'run `npm i', 'run `npm i`'],
    ['code with two backticks', '``a`b`', '``a`b``'],
    ['a link without its address', 'see [the **doc', 'see the **doc**'],
    ['a link with half its address', 'see [doc](https://e.exam', 'see doc'],
    ['an image', 'see ![cat](htt', 'see cat'],
    ['an open fence', '```js\nlet a', '```js\nlet a\n```'],
    ['a fence that is being closed', '```js\nlet a\n``', '```js\nlet a\n```'],
    ['a fence with nothing in it', 'so:\n```js\n', 'so:'],
    ['a fence in a list', '- x\n  ```\n  a', '- x\n  ```\n  a\n  ```'],
    ['a table whose head is not known to be one', 'so:\n\n| a | b |\n|--', 'so:\n\n'],
    ['half a row', '| a | b |\n|--|--|\n| 1 | **x', '| a | b |\n|--|--|\n| 1 | **x**'],
    ['a bullet', 'a\n- ', 'a'],
    ['half a task', '- a\n- [ ', '- a'],
    ['a number', '1. a\n2.', '1. a'],
    ['a heading without words', 'a\n\n##', 'a\n\n'],
    ['a line that could make a heading of the one above', 'a\n--', 'a'],
    ['an entity', 'a &am', 'a '],
    ['a tag or a token', 'a <!chan', 'a '],
    ['half an emoji', 'hi \uD83D', 'hi '],
    ['half a family', 'hi 👩\u200D', 'hi '],
    ['half a flag', 'hi 🇩', 'hi '],
    ['an escape', 'a \\', 'a '],
  ])('%s', (_, growing, shown) => {
    expect(closeMarkdown(growing).trimEnd()).toBe(shown.trimEnd())
  })

  test.each(['R&D', 'C# and 2**10', 'Hello.\n\n- a\n- **b**', '```js\nx\n```', 'a_b_c', '[x](https://e.example)', ''])(
    'a whole one stays as it is: %j',
    whole => {
      expect(closeMarkdown(whole)).toBe(whole)
    },
  )

  test('at no moment does its reader see half a mark', () => {
    const story =
      '# 标题 **x**\n\n这是**注意：**后面 *it* ~~del~~ `co` [label](http://half.example/a_b) &amp; x\n\n- a\n- [ ] task\n- **b**\n\n' +
      '| a | b |\n|---|---|\n| 1 | **c** |\n\n```js\nlet a\n```\n> q **r**\n\n1. x\n   ```\n   c\n   ```\n2. <https://e.example>\n'
    for (let end = 0; end <= story.length; end++) {
      const outsideCode = toMrkdwn(closeMarkdown(story.slice(0, end))).replace(/```[\s\S]*?```|`[^`]+`|<[^>]*>/g, '')
      expect(outsideCode).not.toMatch(/\*\*|~~|[`[\]]|\|/)
      expect(outsideCode.match(/[*~]/g)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0)
    }
  })

  test('every beginning of every text can be shown', () => {
    const growing = fc.tuple(documents, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)))
    fc.assert(
      fc.property(growing, beginning => {
        const closed = closeMarkdown(beginning)
        expectHarmless(toMrkdwn(closed))
        expect(closed.endsWith('\u200D')).toBe(false)
        expect((closed.match(/^[\s>]*(?:(?:[-*]|\d+\.) )*```/gm)?.length ?? 0) % 2).toBe(0)
      }),
      { numRuns: 250 },
    )
  })

  test.each(['*a ', '[', '`', '> ', '- ', '**', '<', '|', '&', '\\', '_a*b', '![', '\n*', '`` ', '](', '1. '])(
    'a pile of %j costs little',
    bit => {
      const pile = bit.repeat(Math.ceil(12_000 / bit.length))
      expect(measure(() => closeMarkdown(pile))).toBeLessThan(500)
    },
  )
})

function expectHarmless(mrkdwn: string) {
  expect(mrkdwn.isWellFormed()).toBe(true)
  expect(mrkdwn).not.toMatch(/<[!@#]/)
  expect(mrkdwn.replace(/<mailto:[^>]*>/g, '')).not.toMatch(/@(?:channel|here|everyone)(?![a-z0-9_])/i)
}
