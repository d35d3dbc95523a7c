import { createHmac } from 'node:crypto'
import type { findPrivateParts } from './find-private-data.ts'
import type { ChatMessage, Model, Piece, Purpose } from './model.ts'

/** Characters of the part of a stand-in that is derived from the value: 30 bits, in base 32. */
const digestCharacters = 6
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Small models leave out the kind where the text names it: “IBAN ACCOUNT-K3F9Q2” becomes “IBAN K3F9Q2”. */
const standInPattern = new RegExp(
  `(?:(?:EMAIL|PHONE|ID|CARD|ACCOUNT|SECRET|WORD)-|(?<![A-Z0-9]))[${alphabet}]{${digestCharacters}}`,
  'g',
)

/** Secrets that are looked for wherever they stand. */
const mostRepeated = 100

type PrivatePart = Awaited<ReturnType<typeof findPrivateParts>>[number]
type Replace = (value: string, kind: PrivatePart['kind']) => string

interface RedactionOptions {
  /** Stand-ins are derived from the value with this secret, so that they are the same in each turn and on each replica. */
  secret: string
  /** The words of the team's own that are replaced, too; undefined for a request that is sent as it is. */
  wordsFor: (purpose: Purpose | undefined) => readonly string[] | undefined
}

/**
 * Puts a stand-in such as `PHONE-K3F9Q2` in the place of personal data and secrets before a prompt leaves for the model, and the values
 * back into the answer as it streams. Pictures go as they are. A stand-in that the model made up stays as it is.
 */
export function createRedactingModel(model: Model, { secret, wordsFor }: RedactionOptions): Model {
  const stream: Model['stream'] = async function* (messages, signal, request) {
    const words = wordsFor(request?.purpose)
    if (words === undefined) return yield* model.stream(messages, signal, request)
    const table = new Map<string, string>()
    const secrets = new Map<string, string>()
    const find = await createReplacer(words, (written, kind) => {
      const value = unescapeData(written)
      const standIn = `${kind.toUpperCase()}-${digest(value, secret)}`
      table.set(standIn, value)
      if (kind === 'secret' && secrets.size < mostRepeated) secrets.set(written, standIn).set(value, standIn)
      return standIn
    })
    const found: ChatMessage[] = []
    for (const message of messages.map(addNotice)) found.push(await mapText(message, find))
    const redacted: ChatMessage[] = []
    for (const message of found) redacted.push(await mapText(message, text => replaceRepeated(text, secrets)))
    // The answers of a batch are JSON: a value stands inside its strings.
    const restorer = createRestorer(table, request?.isBatch === true ? escapeForJson : undefined)
    try {
      for await (const piece of model.stream(redacted, signal, request))
        yield* restorePiece(piece, restorer, table.size)
    } catch (error) {
      // The text that came before it is shown.
      yield* restoreText(restorer.end())
      throw error
    }
    yield* restoreText(restorer.end())
  }
  // The other properties change as the model learns.
  return Object.create(model, { stream: { value: stream } })
}

/** Tells the model what stand-ins are. Always there, so that the beginning of a thread's prompts stays the same. */
const notice =
  '\n\nSome values are replaced by stand-ins like PHONE-… or EMAIL-…, with six characters at the end. Write them exactly as they are.'

const addNotice = (message: ChatMessage, index: number): ChatMessage =>
  index === 0 && message.role === 'system' && typeof message.content === 'string'
    ? { ...message, content: message.content + notice }
    : message

const escapeForJson = (value: string) => JSON.stringify(value).slice(1, -1)

function* restorePiece(piece: Piece, restorer: ReturnType<typeof createRestorer>, redacted: number): Generator<Piece> {
  if (piece.kind === 'text') return yield* restoreText(restorer.add(piece.text))
  if (piece.kind === 'again') restorer.end()
  else yield* restoreText(restorer.end())
  yield piece.kind === 'usage' && redacted > 0 ? { kind: 'usage', usage: { ...piece.usage, redacted } } : piece
}

function* restoreText(text: string): Generator<Piece> {
  if (text !== '') yield { kind: 'text', text }
}

async function mapText({ role, content }: ChatMessage, map: (text: string) => string | Promise<string>) {
  if (typeof content === 'string') return { role, content: await map(content) }
  const parts = []
  for (const part of content) parts.push(part.kind === 'text' ? { ...part, text: await map(part.text) } : part)
  return { role, content: parts }
}

/** Replaces secrets where nothing says what they are, such as a password in a table of an earlier answer. */
function replaceRepeated(text: string, secrets: ReadonlyMap<string, string>): string {
  let replaced = text
  for (const [value, standIn] of secrets) replaced = replaced.replaceAll(value, standIn)
  return replaced
}

/** Creates a function that replaces personal data, secrets and the team's own words in a text. */
export async function createReplacer(words: readonly string[], replace: Replace) {
  // Without redaction the detectors are not loaded: that spares the memory.
  const { findPrivateParts, parseOwnForm } = await import('./find-private-data.ts')
  const ownForms = words.map(parseOwnForm)
  return async (text: string): Promise<string> => {
    let replaced = ''
    let end = 0
    for (const part of await findPrivateParts(text, ownForms)) {
      replaced += text.slice(end, part.start) + replace(text.slice(part.start, part.end), part.kind)
      end = part.end
    }
    return replaced + text.slice(end)
  }
}

/** Undoes what the prompt escapes: people are shown the value as it was written. */
const unescapeData = (value: string) =>
  value.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

function digest(value: string, secret: string): string {
  const bytes = createHmac('sha256', secret).update(value).digest()
  return Array.from(bytes.subarray(0, digestCharacters), byte => alphabet[byte % alphabet.length]).join('')
}

/** Creates the inverse of a table of stand-ins for text that comes in pieces. The possible beginning of a stand-in is held back. */
function createRestorer(table: ReadonlyMap<string, string>, toText = (value: string) => value) {
  const values = new Map(Array.from(table, ([standIn, value]) => [standIn.slice(-digestCharacters), value]))
  const beginnings = new Set<string>()
  let longest = 0
  for (const standIn of [...table.keys(), ...values.keys()]) {
    for (let length = 1; length < standIn.length; length += 1) beginnings.add(standIn.slice(0, length))
    longest = Math.max(longest, standIn.length)
  }
  const find = (match: string) => values.get(match.slice(-digestCharacters))
  const restore = (text: string) =>
    text.replace(standInPattern, match => {
      const value = find(match)
      return value === undefined ? match : toText(value)
    })
  let waiting = ''
  return {
    /** Adds a piece. Returns the text that is certain by now. */
    add(piece: string): string {
      const text = waiting + piece
      const whole = [...text.matchAll(standInPattern)].findLast(([match]) => find(match) !== undefined)
      const certain = whole === undefined ? 0 : whole.index + whole[0].length
      const from = findBeginning(text, beginnings, Math.max(certain, text.length - longest + 1))
      waiting = text.slice(from)
      return restore(text.slice(0, from))
    },
    /** Returns what was held back. */
    end(): string {
      const rest = restore(waiting)
      waiting = ''
      return rest
    },
  }
}

/** Returns where the text ends with the beginning of a stand-in, from a place on, or its length. */
function findBeginning(text: string, beginnings: ReadonlySet<string>, from: number): number {
  for (let start = from; start < text.length; start += 1) if (beginnings.has(text.slice(start))) return start
  return text.length
}
