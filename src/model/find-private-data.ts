import { setImmediate } from 'node:timers/promises'
import type { lintSource } from '@secretlint/core'
import { type CountryCode, findPhoneNumbersInText } from 'libphonenumber-js/max'
import validator from 'validator'

const { isIBAN, isIdentityCard, isLuhnNumber } = validator

type PrivateKind = 'email' | 'phone' | 'id' | 'card' | 'account' | 'secret' | 'word'

/** A part of a text that is personal data or a secret. */
interface PrivatePart {
  kind: PrivateKind
  start: number
  end: number
}

/** A form of private data: where it may stand, and whether what stands there really is it. */
interface Form {
  kind: PrivateKind
  pattern: RegExp
  /** Checks the text of the pattern's group `value`, or of all of it without one. */
  check?: (value: string, before: string, after: string) => boolean
}

const isHongKong = (value: string) => isIdentityCard(value, 'zh-HK')
const withoutGaps = (value: string) => value.replace(/[ \n\v|-]/g, '')

/** Every pattern is linear: its runs are bounded, and the check digits are looked at afterwards. */
const forms: readonly Form[] = [
  {
    kind: 'email',
    pattern: /[\p{Script=Latin}0-9._%+-]{1,64}@(?:[\p{Script=Latin}0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}/gu,
  },
  {
    kind: 'id',
    pattern: /(?<!\d)[1-9]\d{16}[\dXx](?!\d)/g,
    check: value => isIdentityCard(value.toUpperCase(), 'zh-CN'),
  },
  {
    kind: 'id',
    pattern: /(?<![0-9A-Za-z])[A-Z][1289A-D]\d{8}(?![0-9A-Za-z])/g,
    check: value => isIdentityCard(value, 'zh-TW'),
  },
  { kind: 'id', pattern: /(?<![0-9A-Za-z])[A-Z]{1,2}\d{6}\([\dA]\)/g, check: isHongKong },
  // The United States, and Korea.
  { kind: 'id', pattern: /(?<![0-9A-Za-z-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![0-9A-Za-z-])/g },
  {
    kind: 'id',
    pattern: /(?<![0-9A-Za-z-])\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-8]\d{6}(?![0-9A-Za-z-])/g,
  },
  {
    kind: 'id',
    pattern: /(?<![0-9A-Za-z])\d{4}[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])/g,
    check: isNamedMyNumber,
  },
  {
    kind: 'card',
    pattern: /(?<![0-9A-Za-z])[3-6](?:[ -]?\d){12,18}(?![0-9A-Za-z])/g,
    check: value => isLuhnNumber(withoutGaps(value)),
  },
  {
    kind: 'account',
    pattern: /(?<![0-9A-Za-z])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])/g,
    check: value => isIBAN(withoutGaps(value)),
  },
  // Keys by their first letters; secretlint knows further ones.
  {
    kind: 'secret',
    pattern:
      /(?<![0-9A-Za-z])(?:[spr]k[-_]|gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|npm_|hf_|AIza)[0-9A-Za-z_-]{16,200}/g,
  },
  { kind: 'secret', pattern: /(?<![0-9A-Za-z])A[KS]IA[0-9A-Z]{16}(?![0-9A-Za-z])/g },
  {
    kind: 'secret',
    pattern: /(?<![0-9A-Za-z])eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{10,8000}\.[0-9A-Za-z_-]{10,1000}/g,
  },
  {
    kind: 'secret',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{1,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  },
  { kind: 'secret', pattern: /:\/\/[^\s/:@]{0,100}:(?<value>[^\s/@]{1,200})@/dg },
  // Up to a mark of the prompt, the end of a quotation, or what ends a sentence.
  {
    kind: 'secret',
    pattern:
      /(?:password|passwd|passphrase|密码|口令|パスワード|暗証番号)(?: is |是|为|は)?["'`*\s:：=|]{0,20}(?<value>(?:(?!<\/?[a-z]{1,20}[ />]|["'`][,;:)}\]|])[!-~]){6,100}(?<![,.)\]"'`|]|(?<!&(?:amp|lt|gt));))/dgi,
    // Neither a word of a sentence, such as “the password is wrong”, nor the date on which it expires.
    check: value => (/\d/.test(value) || /[^a-z]/i.test(value.slice(0, -1))) && !writtenDate.test(value),
  },
]

const phonePattern = /(?<![A-Za-z0-9_.])[+(]?\d[\d ().‐–—-]{5,30}\d(?![A-Za-z0-9_])/g
const starred = String.raw`[\p{L}\p{N}]{0,40}`
/** Forms of a team's own after which others get their turn. */
const formsAtOnce = 20
/** A character of a team's own word as a prompt has it: some are escaped. */
const ownSources: Record<string, string> = {
  '#': '\\d',
  '&': '&(?:amp;)?',
  '<': '(?:<|&lt;)',
  '>': '(?:>|&gt;)',
  '"': '(?:"|&quot;)',
}

/** The beginning of a date, which a phone number of some country may have, too. */
const datePattern = /^(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])/
const writtenDate = /^(?:19|20)\d\d([-./])\d\d?\1\d\d?$/
/** Where a number without a country code may be from. */
const phoneCountries: CountryCode[] = ['CN', 'JP', 'US']
/** Phone numbers that are looked at before others get their turn. */
const phonesAtOnce = 20

/** Characters that nobody sees, and other forms of letters, digits, spaces and of what stands between digits. */
const oddForms =
  /[\p{Default_Ignorable_Code_Point}\u00a0\u2000-\u200a\u202f\u205f\u3000\uff08-\uff0b\uff0d\uff0e\uff10-\uff19\uff20-\uff3a\uff3f\uff41-\uff5a\u{1d400}-\u{1d7ff}]/gu
const isUnseen = /^\p{Default_Ignorable_Code_Point}$/u

/** Where somebody may have split a number: at the end of a line, of a cell of a table, or of a message. */
const splitPlaces =
  /(?<=\d)[ \t]{0,40}(?:(?<cell>\|)|(?:\|[ \t]{0,40})?\r?\n(?:[ \t]{0,40}\|)?|(?<message><\/message>\n?<message [^<>]{0,400}>))[ \t]{0,40}(?=\d)/g

/** Numbers with check digits of which a part stands behind such a place. Other figures may stand behind another one. */
const splitForms: readonly Form[] = [
  {
    kind: 'id',
    pattern: /(?<![A-Za-z])(?<!\d[ -]?)\d(?:[ \n\v|-]?\d){16}[ \n\v|-]?[\dXx](?![ -]?\d)(?![A-Za-z])/g,
    check: value => isIdentityCard(withoutGaps(value).toUpperCase(), 'zh-CN'),
  },
  {
    kind: 'id',
    pattern: /(?<![A-Za-z])(?<!\d[ -]?)\d(?:[ \n\v|-]?\d){11}(?![ -]?\d)(?![A-Za-z])/g,
    check: isNamedMyNumber,
  },
  // Parts of six digits and more, two or three of them.
  {
    kind: 'card',
    pattern: /(?<![A-Za-z])(?<!\d[ -]?)[3-6](?:[ -]?\d){5,12}[\n\v|]\d(?:[ -]?\d){5,12}(?![ -]?\d)(?![A-Za-z])/g,
    check: isSplitCard,
  },
  {
    kind: 'card',
    pattern: /(?<![A-Za-z])(?<!\d[ -]?)[3-6](?:[ -]?\d){5,6}(?:[\n\v|]\d(?:[ -]?\d){5,6}){2}(?![ -]?\d)(?![A-Za-z])/g,
    check: isSplitCard,
  },
  {
    kind: 'account',
    pattern: /(?<![0-9A-Za-z])[A-Z]{2}\d\d(?:[ \n\v|]?[A-Z0-9]{4}){2,7}(?:[ \n\v|]?[A-Z0-9]{1,3})?(?![0-9A-Za-z])/g,
    check: value => isIBAN(withoutGaps(value)),
  },
]

/** The beginnings and lengths of the numbers of payment cards. Source: ISO/IEC 7812 and the networks. */
const cardNumber = /^(?:4\d{15}|5[1-5]\d{14}|3[47]\d{13}|35\d{14}|6\d{15,18})$/
const cardName = /card|卡|カード/i
const groupsOfFour = /^\d{4}(?:[ -]\d{4})+$/
const lineStart = /(?:^|[\n\v>])[ \t]{0,8}\|?[ \t]{0,8}$/
const lineEnd = /^[ \t]{0,8}\|?[ \t]{0,8}(?:$|[\n\v<])/

/**
 * Returns whether the parts are those of a payment card. One figure in ten has the check digit of one, so that its name has to stand before
 * it, or it is written in groups of four, or its row holds nothing else, or a line begins or ends with it. A column of figures is none.
 */
function isSplitCard(value: string, before: string, after: string): boolean {
  const number = withoutGaps(value)
  if (!cardNumber.test(number) || !isLuhnNumber(number)) return false
  const parts = value.split(/[\n\v|]/)
  if (cardName.test(before) || parts.every(part => groupsOfFour.test(part))) return true
  const lengths = parts.map(part => withoutGaps(part).length)
  const neighbours = [/([\d -]{1,23})\n$/.exec(before)?.[1], /^\n([\d -]{1,23})/.exec(after)?.[1]]
  const isColumn = neighbours.some(figure => figure !== undefined && lengths.includes(withoutGaps(figure).length))
  if (isColumn) return false
  const [isFirst, isLast] = [lineStart.test(before), lineEnd.test(after)]
  return value.includes('|') ? isFirst && isLast : isFirst || isLast
}

/** Writes a text in plain forms. `placeOf` returns where a character of it stands in the text as it was given. */
const toPlain = (text: string) => rewrite(text, oddForms, ([odd]) => (isUnseen.test(odd) ? '' : odd.normalize('NFKC')))

/** Replaces parts of a text. `placeOf` returns where a character of the new one stands in the old one. */
function rewrite(text: string, pattern: RegExp, replace: (match: RegExpExecArray) => string) {
  const pieces: { at: number; from: number; isNew: boolean }[] = []
  let plain = ''
  let end = 0
  const add = (words: string, from: number, isNew: boolean) => {
    pieces.push({ at: plain.length, from, isNew })
    plain += words
  }
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) add(text.slice(end, match.index), end, false)
    add(replace(match), match.index, true)
    end = match.index + match[0].length
  }
  add(text.slice(end), end, false)
  const placeOf = (index: number) => {
    let [low, high] = [0, pieces.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((pieces[middle]?.at ?? 0) <= index) low = middle
      else high = middle - 1
    }
    const { at, from, isNew } = pieces[low] ?? { at: 0, from: 0, isNew: false }
    return isNew ? from : from + index - at
  }
  return { plain, placeOf }
}

/**
 * Finds e-mail addresses, phone numbers, numbers of identity cards, payment cards and accounts, passwords, keys and tokens. Names
 * are not found. `ownForms` are a team's own. Width of letters, kinds of spaces and unseen characters make no difference. The parts do
 * not overlap: of two, a secret stays, else the longer one. Linear, and pauses between parts of its work.
 */
export async function findPrivateParts(text: string, ownForms: readonly Form[] = []): Promise<PrivatePart[]> {
  const { plain, placeOf } = toPlain(text)
  const found: PrivatePart[] = []
  for (const form of forms) found.push(...findForm(plain, form))
  for (const [at, form] of ownForms.entries()) {
    if (at % formsAtOnce === formsAtOnce - 1) await setImmediate()
    found.push(...findForm(plain, form))
  }
  found.push(...findSplit(plain))
  found.push(...(await findSecrets(plain)))
  found.push(...(await findPhones(plain, found)))
  return withoutOverlaps(found).map(({ kind, start, end }) => ({ kind, start: placeOf(start), end: placeOf(end) }))
}

function* findForm(text: string, { kind, pattern, check }: Form): Generator<PrivatePart> {
  for (const match of text.matchAll(pattern)) {
    const [start, end] = match.indices?.groups?.value ?? [match.index, match.index + match[0].length]
    const [before, after] = [text.slice(Math.max(0, start - 24), start), text.slice(end, end + 24)]
    if (check === undefined || check(text.slice(start, end), before, after)) yield { kind, start, end }
  }
}

/** Finds the parts of numbers that somebody has split. */
function* findSplit(text: string): Generator<PrivatePart> {
  const { plain: joined, placeOf } = rewrite(
    text,
    splitPlaces,
    ({ groups }) => groups?.cell ?? (groups?.message === undefined ? '\n' : '\v'),
  )
  for (const form of splitForms)
    for (const { kind, start, end } of findForm(joined, form))
      for (const { 0: part, index } of joined.slice(start, end).matchAll(/[^\n\v|]+/g)) {
        if (part.length === end - start) continue
        const from = placeOf(start + index)
        yield { kind, start: from, end: from + part.length }
      }
}

/**
 * Parses a word of a team's own: `#` stands for a digit, `*` for up to 40 letters and digits. What stands between two stars is taken where
 * it first fits, and the end where it last does; neither is looked for again, so that the pattern is linear.
 */
export function parseOwnForm(word: string): Form {
  const toSource = (char: string) => ownSources[char] ?? `\\u{${char.codePointAt(0)?.toString(16)}}`
  const [first = '', ...rest] = word.split(/\*+/).map(part => Array.from(part, toSource).join(''))
  const parts = rest.map((part, at) => {
    const isLast = at === rest.length - 1
    return `(?=(?<star${at}>${starred}${isLast ? '' : '?'}${part}))\\k<star${at}>`
  })
  return { kind: 'word', pattern: new RegExp(first + parts.join(''), 'giu') }
}

let loading: Promise<(text: string) => ReturnType<typeof lintSource>> | undefined

async function loadSecretlint() {
  const [{ lintSource: lint }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }
  return (content: string) =>
    lint({ source: { filePath: 'message.txt', ext: '.txt', contentType: 'text', content }, options: { config } })
}

async function findSecrets(text: string): Promise<PrivatePart[]> {
  loading ??= loadSecretlint()
  const lint = await loading
  const { messages } = await lint(text)
  return messages.map(({ range: [start, end] }) => ({ kind: 'secret' as const, start, end }))
}

/** Finds phone numbers among runs of digits that are nothing else. */
async function findPhones(text: string, others: readonly PrivatePart[]): Promise<PrivatePart[]> {
  const taken = new Set(others.map(({ start }) => start))
  const found: PrivatePart[] = []
  let count = 0
  for (const { 0: run, index } of text.matchAll(phonePattern)) {
    count += 1
    if (count % phonesAtOnce === 0) await setImmediate()
    const digits = run.replace(/\D/g, '').length
    if (digits < 7 || digits > 15 || taken.has(index) || datePattern.test(run)) continue
    for (const defaultCountry of phoneCountries) {
      const numbers = findPhoneNumbersInText(run, { defaultCountry })
      if (numbers.length === 0) continue
      for (const { startsAt, endsAt } of numbers)
        found.push({ kind: 'phone', start: index + startsAt, end: index + endsAt })
      break
    }
  }
  return found
}

/** Returns whether the last digit of a Japanese individual number is right. One in eleven is, so that its name has to stand before it. */
function isNamedMyNumber(value: string, before: string): boolean {
  if (!/(?:my number|マイナンバー|個人番号)[^\d]{0,8}$/i.test(before)) return false
  const digits = [...withoutGaps(value)].map(Number)
  const sum = digits.slice(0, 11).reduce((all, digit, index) => all + digit * (index < 5 ? 6 - index : 12 - index), 0)
  const rest = sum % 11
  return digits[11] === (rest <= 1 ? 0 : 11 - rest)
}

const weigh = ({ kind, start, end }: PrivatePart) => end - start + (kind === 'secret' ? 10_000 : 0)

function withoutOverlaps(parts: PrivatePart[]): PrivatePart[] {
  const kept: PrivatePart[] = []
  const byStart = parts.sort((a, b) => a.start - b.start || b.end - a.end)
  for (const part of byStart) {
    const last = kept.at(-1)
    if (last === undefined || part.start >= last.end) kept.push(part)
    else if (weigh(part) > weigh(last)) kept[kept.length - 1] = part
  }
  return kept
}
