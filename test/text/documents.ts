import fc from 'fast-check'

/**
 * Documents as a model writes them, of every kind of block. Content is made of words that are nothing else: the head of
 * a table is always 表头, a fence's language always `js`, so that what a part repeats can be told from what it says.
 */

const word = fc.constantFrom(
  'alpha',
  'beta',
  '中文',
  '结果很好，',
  '说明：',
  '结束。',
  'done.',
  '👩‍👩‍👧',
  '🇩🇪',
  'é',
  'e\u0301',
  '@here',
  '<!channel>',
  'a&b',
  '<@U1>',
)
const plain = fc.array(word, { minLength: 1, maxLength: 9 }).map(words => words.join(' '))
const phrase = fc.oneof(
  { weight: 3, arbitrary: plain },
  plain.map(text => `**${text}**`),
  plain.map(text => `${text}**${text}**${text}`),
  plain.map(text => `*${text}*`),
  plain.map(text => `~~${text}~~`),
  fc.constantFrom(
    '`code x`',
    '``a`b``',
    '[label](https://e.example/a_b)',
    '![pic](https://e.example/p.png)',
    '&amp;',
    'a_b_c',
  ),
)
const line = fc.array(phrase, { minLength: 1, maxLength: 4 }).map(phrases => phrases.join(' '))
const code = fc
  .array(fc.constantFrom('let a = 1', '  return x', '', '# 注释 中文', 'f(`x`)'), { minLength: 1, maxLength: 8 })
  .map(lines => `\`\`\`js\n${lines.join('\n')}\n\`\`\``)
const row = fc.tuple(plain, plain).map(([one, other]) => `| ${one} | ${other} |`)
const table = fc.array(row, { maxLength: 6 }).map(rows => ['| 表头 | 表头 |', '|---|--:|', ...rows].join('\n'))
const indent = (by: string) => (text: string) => text.replace(/\n(?=.)/g, `\n${by}`)

const item = fc.oneof(
  { weight: 4, arbitrary: line },
  fc.tuple(line, code).map(([text, block]) => `${text}\n${block}`),
  fc.tuple(line, line).map(([text, inner]) => `${text}\n- ${inner}\n- ${inner}`),
)
const bullets = fc
  .array(item, { minLength: 1, maxLength: 4 })
  .map(all => all.map(one => `- ${indent('  ')(one)}`).join('\n'))
const numbers = fc
  .array(item, { minLength: 1, maxLength: 4 })
  .map(all => all.map((one, at) => `${at + 1}. ${indent('   ')(one)}`).join('\n'))
const paragraph = fc.array(line, { minLength: 1, maxLength: 3 }).map(lines => lines.join('\n'))
const quote = fc.oneof(paragraph, code).map(text => text.replace(/^/gm, '> '))
const heading = plain.map(text => `## ${text}`)
const block = fc.oneof(paragraph, paragraph, code, table, bullets, numbers, quote, heading, fc.constant('---'))

export const documents = fc.array(block, { minLength: 1, maxLength: 6 }).map(blocks => blocks.join('\n\n'))
