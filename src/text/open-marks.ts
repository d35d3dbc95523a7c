/**
 * Finds bold, code and links that are still open at the end of a paragraph: a growing text closes them before it is shown, a
 * split text closes them in one part and opens them again in the next. The parser cannot tell: to it, an open mark is text.
 */

/** A mark such as `**` that is not closed. */
interface OpenMark {
  readonly mark: string
  /** The start of the marked text. */
  readonly from: number
}

interface Marks {
  /** Outermost first. */
  readonly open: readonly OpenMark[]
  /** Code without closing backticks; nothing after it is a mark. */
  readonly code: OpenMark | undefined
  /** Offsets of the square brackets that are still open. */
  readonly brackets: readonly number[]
  /** A link with a complete label and an incomplete address. */
  readonly halfLink: { readonly from: number; readonly labelEnd: number } | undefined
  /** Complete links, code and addresses, which a cut should leave whole. */
  readonly whole: readonly { readonly from: number; readonly to: number }[]
  /** Every run of `*`, `_` and `~`; `opens` if marked text begins behind it. */
  readonly runs: readonly { readonly from: number; readonly to: number; readonly opens: boolean }[]
  /** The start of a run at the end of the text that does not close everything. */
  readonly loose: number | undefined
}

interface Delimiter {
  character: string
  count: number
  original: number
  from: number
  closes: boolean
}

interface Scan {
  text: string
  at: number
  delimiters: Delimiter[]
  brackets: number[]
  code: OpenMark | undefined
  halfLink: Marks['halfLink']
  whole: { from: number; to: number }[]
  runs: { from: number; to: number; opens: boolean }[]
  loose: number | undefined
}

const cjk =
  /[\u1100-\u11FF\u2E80-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF\uFE10-\uFE1F\uFE30-\uFE6F\uFF00-\uFFEF\u{20000}-\u{3FFFD}]/u
const punctuation = /[\p{P}\p{S}]/u
const autolink = /<[a-z][a-z0-9+.-]{1,31}:[^\s<>]*>/iy

/** More nested marks are meant as characters. */
const maxNestedMarks = 8
/** More are not looked through for each mark that closes. */
const maxOpenMarks = 200

/** Reads the marks of a paragraph, heading or table cell, in one pass. */
export function readMarks(text: string): Marks {
  const scan: Scan = {
    text,
    at: 0,
    delimiters: [],
    brackets: [],
    code: undefined,
    halfLink: undefined,
    whole: [],
    runs: [],
    loose: undefined,
  }
  while (scan.at < text.length && scan.halfLink === undefined && scan.code === undefined) step(scan)
  const delimiters = scan.delimiters.length > maxNestedMarks ? [] : scan.delimiters
  return {
    ...scan,
    open: delimiters.map(({ character, count, from }) => ({ mark: character.repeat(count), from })),
  }
}

function step(scan: Scan): void {
  const character = scan.text[scan.at]
  if (character === '\\') scan.at += 2
  else if (character === '`') readCode(scan)
  else if (character === '<') readAutolink(scan)
  else if (character === '[') scan.brackets.push(scan.at++)
  else if (character === ']') readBracketEnd(scan)
  else if (character === '*' || character === '_' || character === '~') readRun(scan, character)
  else scan.at += 1
}

function runLength(text: string, at: number): number {
  let end = at
  while (text[end] === text[at]) end += 1
  return end - at
}

function readCode(scan: Scan): void {
  const from = scan.at
  const length = runLength(scan.text, from)
  for (let at = scan.text.indexOf('`', from + length); at !== -1; ) {
    const other = runLength(scan.text, at)
    if (other === length) {
      scan.at = at + other
      scan.whole.push({ from, to: scan.at })
      return
    }
    at = scan.text.indexOf('`', at + other)
  }
  scan.code = { mark: '`'.repeat(length), from: from + length }
}

function readAutolink(scan: Scan): void {
  autolink.lastIndex = scan.at
  const length = autolink.exec(scan.text)?.[0].length
  if (length !== undefined) scan.whole.push({ from: scan.at, to: scan.at + length })
  scan.at += length ?? 1
}

function readBracketEnd(scan: Scan): void {
  const from = scan.brackets.pop()
  const labelEnd = scan.at
  scan.at += 1
  if (from === undefined) return
  const next = scan.text[scan.at]
  const end = next === '(' ? addressEnd(scan.text, scan.at) : next === '[' ? referenceEnd(scan.text, scan.at) : scan.at
  if (end === 'not a link') return
  if (end === 'unfinished' || (end === scan.text.length && next === undefined)) {
    scan.halfLink = { from, labelEnd }
  } else if (end > scan.at) {
    scan.delimiters = scan.delimiters.filter(delimiter => delimiter.from <= from)
    scan.whole.push({ from, to: end })
    scan.at = end
  }
}

function referenceEnd(text: string, at: number): number | 'unfinished' | 'not a link' {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1
    else if (text[i] === ']') return i + 1
    else if (text[i] === '[' || text[i] === '\n') return 'not a link'
  }
  return 'unfinished'
}

/** An address with a title, up to its closing parenthesis or the end of the text. */
const target = new RegExp(
  [
    /\(\s*(?:<(?:\\.|[^<>\n\\])*(?:>|$)|(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*(?:\)|$))*)/,
    /(?:\s+(?:"(?:\\.|[^"\\])*(?:"|$)|'(?:\\.|[^'\\])*(?:'|$)|\((?:\\.|[^()\\])*(?:\)|$)))?\s*(\)|$)/,
  ]
    .map(({ source }) => source)
    .join(''),
  'y',
)

function addressEnd(text: string, at: number): number | 'unfinished' | 'not a link' {
  target.lastIndex = at
  const found = target.exec(text)
  if (found === null) return 'not a link'
  return found[1] === '' ? 'unfinished' : target.lastIndex
}

type Kind = 'space' | 'punctuation' | 'cjk' | 'other'

function kindOf(character: string | undefined): Kind {
  if (character === undefined || /\s/.test(character)) return 'space'
  if (cjk.test(character)) return 'cjk'
  return punctuation.test(character) ? 'punctuation' : 'other'
}

function characterBefore(text: string, at: number): string | undefined {
  const unit = text.charCodeAt(at - 1)
  const pair = unit >= 0xdc00 && unit <= 0xdfff
  return at === 0 ? undefined : text.slice(at - (pair ? 2 : 1), at)
}

function characterAt(text: string, at: number): string | undefined {
  const point = text.codePointAt(at)
  return point === undefined ? undefined : String.fromCodePoint(point)
}

/** Reads a delimiter run. Beside Chinese it counts as beside a space: the rule of `micromark-extension-cjk-friendly`. */
function readRun(scan: Scan, character: string): void {
  const from = scan.at
  const original = runLength(scan.text, from)
  scan.at += original
  const beforeCharacter = characterBefore(scan.text, from)
  const afterCharacter = characterAt(scan.text, scan.at)
  const before = kindOf(beforeCharacter)
  const after = kindOf(afterCharacter)
  const left = after !== 'space' && (after !== 'punctuation' || before !== 'other')
  const right = before !== 'space' && (before !== 'punctuation' || after !== 'other')
  const under = character === '_'
  const opens =
    left && (!under || !right || punctuation.test(beforeCharacter ?? ' ')) && isStrikeOrNoTilde(character, original)
  const closes =
    right && (!under || !left || punctuation.test(afterCharacter ?? ' ')) && isStrikeOrNoTilde(character, original)
  let count = original
  if (closes) count = closeDelimiters(scan, { character, count, original, from, closes: opens })
  const begins = count > 0 && opens && !isPower(scan.text, from, scan.at)
  if (begins && scan.delimiters.length < maxOpenMarks)
    scan.delimiters.push({ character, count, original, from: scan.at, closes })
  scan.runs.push({ from, to: scan.at, opens: begins })
  if (scan.at === scan.text.length && (count > 0 || scan.delimiters.length > 0)) scan.loose = from
}

function isStrikeOrNoTilde(character: string, length: number): boolean {
  return character !== '~' || length === 2
}

/** Checks whether a run is an operator, as in `2**10`: bold does not begin between two digits. */
function isPower(text: string, from: number, to: number): boolean {
  return /[0-9]/.test(text[from - 1] ?? '') && /[0-9]/.test(text[to] ?? '')
}

function closeDelimiters(scan: Scan, run: Delimiter): number {
  let count = run.count
  for (let i = scan.delimiters.length - 1; i >= 0 && count > 0; i--) {
    const opener = scan.delimiters[i]
    if (opener === undefined || opener.character !== run.character || clashes(opener, run)) continue
    const used = Math.min(2, count, opener.count)
    scan.delimiters.length = i
    count -= used
    if (opener.count > used) {
      scan.delimiters.push({ ...opener, count: opener.count - used })
      i += 1
    }
  }
  return count
}

/** Applies CommonMark's rule of three: a run that can both open and close pairs only if the sum is no multiple of three. */
function clashes(opener: Delimiter, run: Delimiter): boolean {
  const sum = opener.original + run.original
  return (opener.closes || run.closes) && sum % 3 === 0 && (opener.original % 3 !== 0 || run.original % 3 !== 0)
}
