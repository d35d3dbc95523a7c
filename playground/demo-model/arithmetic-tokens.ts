import { type Fraction, multiplied, toFraction } from './fractions.ts'

export type Sign = '+' | '-' | '*' | '/' | '^'

/** A number or a sign of a sum, whichever language it was written in. */
export type Token = { number: string; value: Fraction } | { sign: Sign | '%' | '(' | ')' | 'of' | 'percent before' }

const SCALES: Record<string, string> = { 百: '100', 千: '1000', 万: '10000', 亿: '100000000' }
const NUMBER = /^(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:\s*([百千万亿]{1,2}))?(?!\d)/
const CHINESE_NUMBER = /^[零〇一二两三四五六七八九十百千万亿]{1,24}(?:点[零〇一二三四五六七八九]+)?/
const SIGNS: readonly (readonly [RegExp, Extract<Token, { sign: string }>['sign']])[] = [
  [/^(?:\*\*|\^|to the power of\b|raised to\b)/, '^'],
  [/^(?:\+|plus\b|加上?)/, '+'],
  [/^(?:[-−–]|minus\b|减去?)/, '-'],
  [/^(?:\/|÷|divided by\b|over\b|除以)/, '/'],
  [/^(?:\*|×|·|times\b|multiplied by\b|x(?![a-z])|乘以?)/, '*'],
  [/^百分之/, 'percent before'],
  [/^(?:%|percent\b|per cent\b)/, '%'],
  [/^(?:of\b|的)/, 'of'],
  [/^\(/, '('],
  [/^\)/, ')'],
]
const POWERS: readonly (readonly [RegExp, string])[] = [
  [/\s*(?:squared\b|的?平方)/g, '^2'],
  [/\s*(?:cubed\b|的?立方)/g, '^3'],
  [/的\s*([\d.]+|[零一二两三四五六七八九十百]+)\s*次方/g, '^$1'],
]

/** The numbers and signs that a text consists of, or nothing when it holds anything else. */
export function toTokens(text: string): Token[] | undefined {
  const tokens: Token[] = []
  let rest = POWERS.reduce((changed, [pattern, sign]) => changed.replace(pattern, sign), text).trim()
  while (rest !== '') {
    const [token, length] = nextToken(rest) ?? []
    if (!token || !length) return undefined
    tokens.push(token)
    rest = rest.slice(length).trimStart()
  }
  return tokens
}

function nextToken(text: string): [Token, number] | undefined {
  const [all, digits, scale = ''] = NUMBER.exec(text) ?? []
  if (all && digits) return [{ number: all, value: scaled(toFraction(digits.replaceAll(',', '')), scale) }, all.length]
  for (const [pattern, sign] of SIGNS) {
    const length = pattern.exec(text)?.[0].length
    if (length) return [{ sign }, length]
  }
  const chinese = CHINESE_NUMBER.exec(text)?.[0]
  return chinese ? [{ number: chinese, value: toFraction(chineseDigits(chinese)) }, chinese.length] : undefined
}

const scaled = (value: Fraction, scale: string): Fraction =>
  [...scale].reduce((product, sign) => multiplied(product, toFraction(SCALES[sign] ?? '1')), value)

const digitOf = (sign: string): number => '零一二三四五六七八九'.indexOf(sign.replace('〇', '零').replace('两', '二'))

/** "一千二百三十四点五" → "1234.5"; digits one by one ("二〇二六") are read as such. */
function chineseDigits(text: string): string {
  const [whole = '', decimals = ''] = text.split('点')
  const isSpelled = !/[十百千万亿]/.test(whole)
  const number = isSpelled ? [...whole].map(digitOf).join('') : String(chineseWhole(whole))
  return `${number}.${[...decimals].map(digitOf).join('')}`
}

const UNITS: readonly (readonly [sign: string, unit: bigint])[] = [
  ['亿', 100_000_000n],
  ['万', 10_000n],
  ['千', 1_000n],
  ['百', 100n],
  ['十', 10n],
]

/** What stands before the largest unit counts that unit, what stands after it is added. */
function chineseWhole(text: string): bigint {
  for (const [sign, unit] of UNITS) {
    const at = text.lastIndexOf(sign)
    if (at >= 0) return (chineseWhole(text.slice(0, at)) || 1n) * unit + remainder(text.slice(at + 1), unit)
  }
  return [...text].reduce((number, sign) => number * 10n + BigInt(digitOf(sign)), 0n)
}

/** "两百五" is 250 and "三万五" 35000, but "两百零五" is 205: a lone last digit counts tenths of the unit before it. */
const remainder = (text: string, unit: bigint): bigint =>
  text.length === 1 && unit > 10n ? (chineseWhole(text) * unit) / 10n : chineseWhole(text)
