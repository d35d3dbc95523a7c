/**
 * Models that are not held to JSON write what JavaScript and Python take: comments, commas before a bracket, other quotation marks, names
 * without any, `True`, `None`, `.9`. This file reads a value written like that.
 */

/** Values nest less deep in any answer. */
const maxDepth = 50

const space = /[\s\u00a0\ufeff]+|\/\/[^\n]*|#[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/|$)/y
const word = /[^\s,:{}[\]"'“”‘’，：]+/y
/** Behind the quotation mark that closes a string; one inside of it stands before other words. */
const behindString = /[\s\u00a0]*(?:[,:}\]，：]|\/[/*]|#|$)/y
const closers: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’' }
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
/** The name of a property; what is none began in a string that nobody closed. */
const properName = /^[^\n"{}[\]]{1,60}$/
const constants: Readonly<Record<string, unknown>> = { true: true, false: false, null: null, none: null, nan: null }
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/**
 * Reads the object or list that begins at `from`. Returns undefined if there is none; `end` is where the reading ended in either case.
 * Linear in the length of what it reads.
 */
export function readLooseJson(text: string, from: number): { end: number; value?: unknown } {
  const reader = createReader(text, from)
  try {
    const value = readValue(reader, 0)
    return { end: reader.at(), value }
  } catch (error) {
    if (error !== unreadable) throw error
    return { end: reader.at() }
  }
}

const unreadable = new Error('no JSON')

/** Creates a reader of the tokens of a text. */
function createReader(text: string, from: number) {
  let at = from
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const skip = (): void => {
    for (let blank = match(space); blank !== undefined; blank = match(space)) at += blank.length
  }
  return {
    at: () => at,
    /** Returns the next sign of JSON's own, which it takes if it is one of these. */
    take(signs: string): string | undefined {
      skip()
      const sign = (text[at] ?? '').replace('，', ',').replace('：', ':')
      if (sign === '' || !signs.includes(sign)) return undefined
      at += 1
      return sign
    },
    takeWord(): string | undefined {
      skip()
      const found = match(word)
      at += found?.length ?? 0
      return found
    },
    takeString(): string | undefined {
      skip()
      const closer = closers[text[at] ?? '']
      if (closer === undefined) return undefined
      const start = at + 1
      for (at = start; at < text.length; at += text[at] === '\\' ? 2 : 1) {
        if (text[at] !== closer) continue
        behindString.lastIndex = at + 1
        if (!behindString.test(text)) continue
        at += 1
        return unescapeString(text.slice(start, at - 1))
      }
      throw unreadable
    },
  }
}

type Reader = ReturnType<typeof createReader>

const unescapeString = (written: string): string =>
  written.replace(/\\(u[\da-f]{4}|[\s\S])/gi, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  )

function readValue(reader: Reader, depth: number): unknown {
  if (depth > maxDepth) throw unreadable
  const opener = reader.take('{[')
  if (opener === '{') return Object.fromEntries(readItems(reader, '}', () => readEntry(reader, depth)))
  if (opener === '[') return readItems(reader, ']', () => readValue(reader, depth + 1))
  const string = reader.takeString()
  if (string !== undefined) return string
  const plain = reader.takeWord()
  if (plain === undefined) throw unreadable
  if (number.test(plain)) return Number(plain)
  return Object.hasOwn(constants, plain.toLowerCase()) ? constants[plain.toLowerCase()] : plain
}

function readEntry(reader: Reader, depth: number): [string, unknown] {
  const name = reader.takeString() ?? reader.takeWord()
  if (name === undefined || !properName.test(name) || reader.take(':') === undefined) throw unreadable
  return [name, readValue(reader, depth + 1)]
}

/** Reads items with commas between them, and perhaps one behind the last. */
function readItems<T>(reader: Reader, closer: string, readItem: () => T): T[] {
  const items: T[] = []
  while (reader.take(closer) === undefined) {
    items.push(readItem())
    if (reader.take(',') !== undefined) continue
    if (reader.take(closer) === undefined) throw unreadable
    break
  }
  return items
}
