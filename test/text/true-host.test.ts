import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitize } from '../../src/text/sanitize.ts'
import { closeMarkdown, toMrkdwn } from '../../src/text/to-mrkdwn.ts'

const evil = 'https://evil.example/x'
/** Each link, and the host that it hides. */
const lies: [string, string, string?][] = [
  ['an address as a label', `[https://bank.example](${evil})`],
  ['a host as a label', `[bank.example](${evil})`],
  ['a host that ends like the label', '[bank.example](https://evil-bank.example)', 'evil-bank.example'],
  [
    'a host that begins like the label',
    '[bank.example](https://bank.example.evil.example)',
    'bank.example.evil.example',
  ],
  ['another part of the same domain', '[docs.bank.example](https://login.bank.example)', 'login.bank.example'],
  ['a neighbour under a public suffix', '[alice.github.io](https://mallory.github.io)', 'mallory.github.io'],
  ['a host within words', `[log in at bank.com now](${evil})`],
  ['a host between Chinese words', `[请登录bank。com查看](${evil})`],
  ['a label in capitals', `[BANK.EXAMPLE](${evil})`],
  ['a label without a dot', `[https://intranet/login](${evil})`],
  ['an IP address as a label', `[10.0.0.1](${evil})`],
  ['a user name in the address', '[bank](https://bank.example@evil.example/)', 'evil.example'],
  ['a user name in a bare address', 'go to https://bank.example@evil.example/x now', 'evil.example'],
  ['a user name in an autolink', '<https://bank.example@evil.example/x>', 'evil.example'],
  ['a user name behind entities', '&#104;ttps://bank.example@evil.example', 'evil.example'],
  ['punycode behind words', '[log in](https://xn--pple-43d.com)', 'xn--pple-43d.com'],
  ['a look-alike letter in the address', 'https://аpple.com', 'xn--pple-43d.com'],
  ['look-alikes only', 'https://аррӏе.com', 'xn--80ak6aa92e.com'],
  ['a look-alike letter in the label', '[bаnk.example](https://bank.example)', 'bank.example'],
  ['a percent-encoded host', 'https://%65vil.example/x', 'evil.example'],
  ['a number as a host', '[bank](http://3232235777/)', '192.168.1.1'],
  ['a bare number as a host', 'http://0x7f.1/', '127.0.0.1'],
  ['full-width letters', `[ｂａｎｋ.example](${evil})`],
  ['full-width dots', `[bank．example](${evil})`],
  ['a full-width dot in the address', 'https://bank.example。evil.example', 'bank.example.evil.example'],
  ['zero-width characters', `[bank\u200B.exam\u00ADple](${evil})`],
  ['a right-to-left mark', `[bank\u200F.example](${evil})`],
  ['a turned label', `[\u202Eelpmaxe.knab\u202C bank.example](${evil})`],
  ['a label split by formatting', `[**bank**.exa*mp*le](${evil})`],
  ['a label in code', `[\`bank.example\`](${evil})`],
  ['a label with an escape', `[bank\\.example](${evil})`],
  ['a label with an entity', `[bank&#46;example](${evil})`],
  ['an address with an entity', '[bank.example](https://evil&#46;example)'],
  ['a label over two lines', `[see\nbank.example](${evil})`],
  ['an image', `![bank.example](${evil})`],
  ['an image in a link', `[![bank.example](https://bank.example/i.png)](${evil})`],
  ['a link with a title', `[bank.example](${evil} "bank.example")`],
  ['a reference', `[bank.example][1]\n\n[1]: ${evil}`],
  ['a short reference', `[bank.example]\n\n[bank.example]: ${evil}`],
  ['a reference to a quote', `[bank.example][1]\n> [1]: ${evil}`],
  ['a form of Slack', `<${evil}|bank.example>`],
  ['a form of Slack in capitals', '<HTTPS://evil.example/x|bank.example>'],
  ['a mailbox', '[pay@bank.example](mailto:pay@evil.example)', 'pay@evil.example'],
  ['a heading', `# [bank.example](${evil})`],
  ['a list in a quote', `> - **[bank.example](${evil})**`],
  ['a table', `| a |\n|---|\n| [bank.example](${evil}) |`],
  ['a very long label', `[${'safe '.repeat(200)}](${evil})`],
]

describe('a link that hides its host shows it', () => {
  test.each(lies)('%s', (_, markdown, host = 'evil.example') => {
    expect(sanitize(markdown)).toContain(`(${host})`)
    expect(sanitize(sanitize(markdown))).toBe(sanitize(markdown))
    // The table shows the whole address; a link that ends before the wide dot says what it is.
    if (!/^\||。evil/.test(markdown)) expect(toMrkdwn(markdown)).toContain(`(${host})`)
  })
})

test.each([
  '[docs](https://e.example/a)',
  '[e.example](https://e.example/a) and [e.example](https://www.e.example)',
  '[bank.example](https://login.bank.example/)',
  '[Node.js 24.1.2](https://nodejs.org), [v1.2.3](https://e.example)',
  '[https://e.example/docs/main.py](https://e.example/docs/main.py)',
  'https://e.example/?next=bank.example, www.e.example and ann@bank.example',
  '见 https://e.example/a，谢谢。https://例子.中国/路径',
  '[文档](https://例子.中国) [münchen.de](https://münchen.de)',
  '[Статья о Slack и ценах](https://e.example)',
  '[mail](mailto:ann@e.example) [ann@e.example](mailto:ann@e.example?subject=x)',
  '`[bank.example](https://evil.example)`',
  '```\n[bank.example](https://evil.example)\n```',
  'a[0][1] and f(x)',
])('an honest one stays as it is: %s', markdown => {
  expect(sanitize(markdown)).toBe(markdown)
})

describe('an address that is neither a web page nor a mailbox is text', () => {
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'slack://open',
    'tel:+123',
    'JaVaScRiPt:x',
    'mailto:?bcc=a@b.c',
    'https:\\\\evil.example',
    '//evil.example',
    '/x',
    '',
  ])('%s', address => {
    for (const markdown of [
      `[go](${address})`,
      `[go](<${address}>)`,
      `![go](${address})`,
      `[go][1]\n\n[1]: ${address}`,
    ]) {
      expect(sanitize(markdown)).not.toMatch(/(?<!\\)\]\((?!https?:)/)
      expect(toMrkdwn(markdown)).not.toMatch(/<[^>]/)
      expect(sanitize(markdown)).toContain('go')
    }
  })
  test.each([
    '<javascript:alert(1)>',
    '<slack://open|bank.example>',
    '<tel:+1|bank.example>',
    '<file:///x|go>',
    '&lt;slack://open|go&gt;',
  ])('%s', form => {
    expect(sanitize(form)).not.toMatch(/(?<!\\)<(?!\u2060)|&lt;(?!\u2060)/)
    expect(toMrkdwn(form)).not.toContain('<')
  })
})

test('at no moment of a growing text does a link hide its host', () => {
  for (const [, markdown] of lies) {
    for (let end = 1; end <= markdown.length; end += 1) {
      const shown = sanitize(closeMarkdown(markdown.slice(0, end)))
      for (const [, label = '', host = ''] of shown.matchAll(/\[([^\]]*)\]\(https?:\/\/([^/)]*)[^)]*\)(?! \()/g))
        if (host.includes('evil')) expect(label).not.toMatch(/b.?a.?n.?k/i)
    }
  }
})

test('whatever the text, doing it twice changes nothing', () => {
  const bits = [
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '!',
    '|',
    ' ',
    '\n',
    '> ',
    '*',
    '`',
    '\\',
    '&#91;',
    ':',
    '[1]: ',
    'https://',
    'a@',
    'evil.example',
    'bank',
    'javascript:',
    'ａ',
    '。',
    '\u200B',
    '\u2060',
    'а',
  ]
  const texts = fc
    .array(fc.constantFrom(...bits), { maxLength: 16 })
    .map(all => all.join(''))
    // What is left of a definition that is taken apart can be read in another way the second time.
    .filter(text => !text.includes('[1]: '))
  fc.assert(
    fc.property(texts, text => {
      const once = sanitize(text)
      expect(sanitize(once)).toBe(once)
    }),
    { numRuns: 3_000 },
  )
})
