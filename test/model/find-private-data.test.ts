import { describe, expect, test } from 'vitest'
import { findPrivateParts, parseOwnForm } from '../../src/model/find-private-data.ts'

const find = async (text: string, own?: string[]) =>
  (await findPrivateParts(text, own?.map(parseOwnForm))).map(
    ({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`,
  )

/** Built here, so that no scanner of this repository takes them for real ones. */
const secrets = {
  openai: `sk-${'proj'}-abcdefghij0123456789`,
  github: `ghp${'_'}abcdefghijklmnopqrstuvwxyz0123456789`,
  slack: `xoxb${'-'}123456789012-1234567890123-abcdefghijklmnopqrstuvwx`,
  aws: `AKIA${'IOSFODNN7EXAMPL2'}`,
  jwt: `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N`,
  pem: `-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIabc+/=\n-----END RSA PRIVATE KEY-----`,
}

describe('private data is found', () => {
  test.each([
    ['邮箱zhang.wei@example.com.cn，谢谢', ['email: zhang.wei@example.com.cn']],
    ['电话13812345678或+86 138-1234-5678', ['phone: 13812345678', 'phone: +86 138-1234-5678']],
    ['call (415) 555-2671, 03-1234-5678', ['phone: (415) 555-2671', 'phone: 03-1234-5678']],
    ['身份证号110101199003074530。', ['id: 110101199003074530']],
    [
      'HK A123456(3), TW A123456789, SSN 536-90-4399, KR 900307-1234567',
      ['id: A123456(3)', 'id: A123456789', 'id: 536-90-4399', 'id: 900307-1234567'],
    ],
    ['マイナンバー: 1234 5678 9018', ['id: 1234 5678 9018']],
    ['4111 1111 1111 1111 / 6222021234567890128', ['card: 4111 1111 1111 1111', 'card: 6222021234567890128']],
    ['IBAN DE89 3704 0044 0532 0130 00.', ['account: DE89 3704 0044 0532 0130 00']],
    ...Object.values(secrets).map(secret => [`用${secret} 登录`, [`secret: ${secret}`]] as [string, string[]]),
    ['password: hunter22! 密码是Abc123456', ['secret: hunter22!', 'secret: Abc123456']],
    [
      '{"password":"hunter22!","user":1}, **密码**：`Abc123456` (password: Xy12345), | 密码 | Zz9-hello |',
      ['secret: hunter22!', 'secret: Abc123456', 'secret: Xy12345', 'secret: Zz9-hello'],
    ],
    ['redis://default:pa55word@cache.example:6379', ['secret: pa55word']],
    [
      '手机１３８１２３４５６７８（办公），138\u200b1234\u200b5678',
      ['phone: １３８１２３４５６７８', 'phone: 138\u200b1234\u200b5678'],
    ],
    [
      '4111\u00a01111\u00a01111\u00a01111, DE89\u30003704 0044 0532 0130 00',
      ['card: 4111\u00a01111\u00a01111\u00a01111', 'account: DE89\u30003704 0044 0532 0130 00'],
    ],
    ['lee＠example.com, jürgen.müller@example.de', ['email: lee＠example.com', 'email: jürgen.müller@example.de']],
    ['ID110101199003074530, no.𝟏𝟏𝟎𝟏𝟎𝟏𝟏𝟗𝟗𝟎𝟎𝟑𝟎𝟕𝟒𝟓𝟑𝟎!', ['id: 110101199003074530', 'id: 𝟏𝟏𝟎𝟏𝟎𝟏𝟏𝟗𝟗𝟎𝟎𝟑𝟎𝟕𝟒𝟓𝟑𝟎']],
    ['card 4111 1111\n1111-1111, thanks', ['card: 4111 1111', 'card: 1111-1111']],
    ['| Dana | 4111 1111 | 1111 1111 |', ['card: 4111 1111', 'card: 1111 1111']],
    ['| 378282 |\r\n| 246310005 |', ['card: 378282', 'card: 246310005']],
    ['card:\n4111 1111\n1111 1111\n12/27\n123', ['card: 4111 1111', 'card: 1111 1111']],
    ['| 4111 1111 | 1111 1111 | 12/27 | 123 |', ['card: 4111 1111', 'card: 1111 1111']],
    ['at 5\n4111111111\n111111\n3 pm ok?', ['card: 4111111111', 'card: 111111']],
    ['银行卡 6222021\n234567\n890128', ['card: 6222021', 'card: 234567', 'card: 890128']],
    [
      '<message from="A" time="14:05">123456</message>\n<message from="A" time="14:05">4111111111</message>\n<message from="A" time="14:05">111111 thanks</message>\n<message from="A" time="14:05">222222</message>\n',
      ['card: 4111111111', 'card: 111111'],
    ],
    ['pay 4111111111\n111111', ['card: 4111111111', 'card: 111111']],
    ['110101\n19900307\n4530\n12', ['id: 110101', 'id: 19900307', 'id: 4530']],
    [
      '<message from="A 1" time="14:05">号码110101</message>\n<message from="A" time="14:06">19900307\n4530。</message>',
      ['id: 110101', 'id: 19900307', 'id: 4530'],
    ],
    [
      'DE89 3704 0044\n0532 0130 00; 個人番号 1234\n56789018',
      ['account: DE89 3704 0044', 'account: 0532 0130 00', 'id: 1234', 'id: 56789018'],
    ],
  ])('in %j', async (text, parts) => {
    expect(await find(text)).toEqual(parts)
  })

  test('in words of a team’s own, whose forms have digits and runs', async () => {
    expect(await find('Project Falcon, EMP-12345, ACME_x9', ['falcon', 'EMP-#####', 'acme_*'])).toEqual([
      'word: Falcon',
      'word: EMP-12345',
      'word: ACME_x9',
    ])
    // In a prompt, three characters stand escaped.
    expect(await find('R&amp;D and R&D, ＦＡＬ\u00adＣＯＮ', ['r&d', 'falcon'])).toEqual([
      'word: R&amp;D',
      'word: R&D',
      'word: ＦＡＬ\u00adＣＯＮ',
    ])
    expect(await find('megacorp9x, a1b2b3c, AxxB-xxB', ['*corp*x', 'a*b*c', 'a*b'])).toEqual([
      'word: megacorp9x',
      'word: a1b2b3c',
      'word: AxxB',
    ])
    const began = process.threadCpuUsage()
    expect(await find('a'.repeat(100_000), ['a*a*a*a*a*b', '*a*a*a*a*b'])).toEqual([])
    expect(process.threadCpuUsage(began).user).toBeLessThan(5_000_000)
  })
})

test.each([
  '<message from="Dana" time="2026-11-23 14:05">at 2026-11-24 09:00, 2026/11/24</message>',
  'version 1.2.3.4567, 192.168.100.200, ticket 2026112409, ts 1795842842.840000',
  '12,000 and 1,234,567.89 and 10.000.000 €, order 20261124123456, 1,2,3,4,5,6,7,8',
  // One digit is wrong in each.
  '110101199003074531 4111 1111 1111 1112 DE88 3704 0044 0532 0130 00',
  // The same of numbers that are split, and figures that are whole: those of a card are longer, and a column of them goes on.
  '4111 1111\n1111 1112 | 110101 | 199003074531 | DE88 3704 0044 0532\n0130 00',
  '| 4111 | 1111 | 1111 | 1111 |\n4111\n1111\n1111\n1111',
  '41111111\n11111111\n41111111\n11111111',
  '| shop a | 4111111 | 111111111 |\n| shop b | 51000000 | 00000008 |',
  'the password is wrong, so reset the password',
  'change the password: 2026-11-28 at the latest; 密码 2026/11/28 过期',
  '@dana in #general, U0123456789, https://example.com/a:b@c',
])('nothing is taken for private data in %j', async text => {
  expect(await find(text)).toEqual([])
})
