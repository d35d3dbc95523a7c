/** JSON in the answer of a model, which may have words, braces and other JSON around it. */

import { readLooseJson } from './loose-json.ts'

/** Characters that may be scanned for each character of the text: values inside of values are scanned again. */
const maxScans = 4
const minBudget = 20_000
/** Beginnings of a broken value that are tried, and of one that is not quite JSON. */
const maxBroken = 20
const maxLoose = 20
/** JSON inside of a string, or of a web page. */
const wrapped = /[{[][\s\\n]{0,20}(?:\\"|&quot;)/

/** The longest word of JSON's own, with some blanks. */
const longestWord = 12

const token = /\s*(?:("[^"\\]*(?:\\[\s\S][^"\\]*)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y

/**
 * Finds the values that `parse` accepts, the outermost first, in the order of the text. If there is none, one that broke off with the
 * text is closed behind its last whole part. Linear in the length of the text.
 */
export function findJson<T>(
  text: string,
  parse: (value: unknown) => T | undefined,
): { values: T[]; isBroken: boolean } {
  const values: T[] = []
  const broken: string[] = []
  const opener = /[{[]/g
  let looseTries = 0
  let budget = Math.max(minBudget, maxScans * text.length)
  for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
    const from = found.index
    const { end, isWhole, closed } = scanValue(text, from)
    budget -= end - from
    const strict = isWhole ? parse(readValue(text.slice(from, end))) : undefined
    const loose = strict === undefined && looseTries < maxLoose && budget > 0 ? readLooseJson(text, from) : undefined
    if (loose !== undefined) {
      looseTries += 1
      budget -= loose.end - from
    }
    const value = strict ?? parse(loose?.value)
    if (value !== undefined) values.push(value)
    if (value !== undefined || budget < 0)
      opener.lastIndex = Math.max(strict === undefined ? (loose?.end ?? end) : end, from + 1)
    if (!isWhole && closed !== undefined && broken.length < maxBroken) broken.push(closed)
  }
  if (values.length > 0) return { values, isBroken: false }
  if (broken.length === 0 && wrapped.test(text)) return findJson(unwrap(text), parse)
  const mended = broken.map(readValue).map(value => (value === undefined ? undefined : parse(value)))
  return { values: mended.filter(value => value !== undefined).slice(0, 1), isBroken: true }
}

/** Takes JSON out of the string or the web page that it was written into. */
const unwrap = (text: string) =>
  text.replaceAll('&quot;', '"').replace(/\\(["\\n])/g, (_, code: string) => (code === 'n' ? ' ' : code))

interface Scan {
  /** Where the value ends, or where it cannot go on. */
  end: number
  isWhole: boolean
  /** A value that breaks off with the text, closed behind its last whole part. */
  closed?: string
}

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end'

/** Scans an object or a list by JSON's grammar. */
function scanValue(text: string, from: number): Scan {
  const stack: string[] = []
  let expected: Expected = 'value'
  let at = from
  let whole = { at: 0, depth: 0 }
  for (;;) {
    token.lastIndex = at
    const [read, quoted, plain, sign] = token.exec(text) ?? []
    const next: Expected | undefined =
      read === undefined ? undefined : advance(expected, stack, quoted ?? plain ?? sign ?? '')
    if (read === undefined || next === undefined) {
      const isEnd = read === undefined && breaksOff(text, at)
      const end = isEnd ? text.length : Math.max(at, from + 1)
      return { end, isWhole: false, ...(isEnd && closeBroken(text, from, whole, stack)) }
    }
    at += read.length
    expected = next
    if (stack.length === 0) return { end: at, isWhole: true }
    if (sign === '}' || sign === ']') whole = { at, depth: stack.length }
  }
}

/** Returns what may follow a token, or undefined if the token is wrong here. Keeps the stack of what is open. */
function advance(expected: Expected, stack: string[], read: string): Expected | undefined {
  const isEnd = read === '}' || read === ']'
  if (isEnd) {
    const opener = read === '}' ? '{' : '['
    return expected.endsWith('end') && stack.at(-1) === opener ? close(stack) : undefined
  }
  if (read === ',') {
    if (expected !== 'comma or end') return undefined
    return stack.at(-1) === '{' ? 'key' : 'value'
  }
  if (read === ':') return expected === 'colon' ? 'value' : undefined
  if (expected.startsWith('key')) return read.startsWith('"') ? 'colon' : undefined
  if (!expected.startsWith('value')) return undefined
  if (read !== '{' && read !== '[') return 'comma or end'
  stack.push(read)
  return read === '{' ? 'key or end' : 'value or end'
}

function close(stack: string[]): Expected {
  stack.pop()
  return 'comma or end'
}

function closeBroken(
  text: string,
  from: number,
  whole: { at: number; depth: number },
  stack: readonly string[],
): { closed: string } | undefined {
  if (whole.at === 0) return undefined
  const open = stack.slice(0, whole.depth).reverse()
  return { closed: text.slice(from, whole.at) + open.map(opener => (opener === '{' ? '}' : ']')).join('') }
}

/** Returns whether the text ends at this place: in a string that is not closed, or within a few characters. */
function breaksOff(text: string, at: number): boolean {
  return (
    text.length - at <= longestWord ||
    text
      .slice(at, at + longestWord)
      .trimStart()
      .startsWith('"')
  )
}

/** Parses a value. Line breaks inside of strings, which JSON forbids and small models write, become spaces. */
function readValue(json: string): unknown {
  for (const written of [json, json.replace(/[\n\r\t]/g, ' ')]) {
    try {
      return JSON.parse(written)
    } catch {}
  }
  return undefined
}
