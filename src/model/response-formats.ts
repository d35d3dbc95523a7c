import { ShownError } from '../errors.ts'

/**
 * Servers and gateways differ in how they send an answer: an event stream, lines of JSON, or one JSON value, and the content type is
 * often wrong. This file reads an answer by what it holds.
 */
type WireEvent = { kind: 'data'; form: 'json' | 'event'; event: string; value: unknown } | { kind: 'done' }

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** No answer has a line this long, in characters. */
const longestLine = 16_000_000

/**
 * Reads the events of a response's body. `onPart` is called while one long line arrives, which is life as well. Throws a `SyntaxError`
 * for what cannot be read, and a `ShownError` for a web page.
 */
export async function* readEvents(body: Bytes, onPart: () => void): AsyncGenerator<WireEvent> {
  const parser = createWireParser()
  for await (const line of readLines(body, onPart)) yield* parser.push(line)
  yield* parser.end()
}

/** Reads lines in linear time, however they are cut into pieces. */
async function* readLines(body: Bytes, onPart: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let open: string[] = []
  let length = 0
  for await (const bytes of body) {
    const parts = decoder.decode(bytes, { stream: true }).split(/\r\n|\n|\r/)
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield [...open, part].join('')
      open = []
      length = 0
    }
    length += last.length
    if (length > longestLine) throw new SyntaxError('a line without an end')
    if (last.trim() !== '') {
      open.push(last)
      if (!(open[0] ?? '').trimStart().startsWith(':')) onPart()
    } else if (open.length > 0) open.push(last)
  }
  yield [...open, decoder.decode()].join('')
}

/** Creates a parser that is given line after line. */
function createWireParser() {
  let mode: 'unknown' | 'json' | 'events' = 'unknown'
  let event = ''
  /** Lines of one JSON value: of an event, or of the whole answer. */
  let open: string[] = []

  const give = (value: unknown): WireEvent[] =>
    [value]
      .flat()
      .map(openEnvelope)
      .filter(one => typeof one === 'object' && one !== null)
      .map(one => ({ kind: 'data', form: mode === 'json' ? 'json' : 'event', event, value: one }))

  const pushField = (line: string): WireEvent[] => {
    const [, name = '', rest = ''] = /^(data|event)\s*:(.*)$/i.exec(line) ?? []
    if (name.toLowerCase() === 'event') event = rest.trim()
    const said = (name === '' ? line : rest).trim().replace(/^data:\s*/, '')
    if (/^"?\[done\]"?$/i.test(said)) return [{ kind: 'done' }]
    if (name.toLowerCase() === 'event' || (open.length === 0 && !looksLikeJson(said))) return []
    // Some servers leave out the blank line between two events.
    const value = open.length === 0 ? parse(said) : undefined
    if (value !== undefined) return give(value)
    if (name !== '') open.push(said)
    return []
  }
  const dispatch = (): WireEvent[] => {
    const lines = open
    open = []
    const given = lines.length === 0 ? [] : give(JSON.parse(lines.join('\n')))
    event = ''
    return given
  }
  const pushJson = (line: string): WireEvent[] => {
    const values = open.length === 0 ? parseSeveral(line) : []
    if (values.length === 0 && line.trim() !== '') open.push(line)
    return values.flatMap(give)
  }

  return {
    push(given: string): WireEvent[] {
      // Each value of a JSON text sequence begins with a record separator.
      const line = given.startsWith('\x1e') ? given.slice(1) : given
      const first = line.trimStart()[0]
      if (mode === 'unknown') {
        if (first === undefined) return []
        if (first === '<') throw new ShownError('model_not_json', i18n => i18n.model.notJson)
        mode = looksLikeJson(line.trimStart()) ? 'json' : 'events'
      }
      if (mode === 'json' && open.length === 0 && /^data\s*:/i.test(line)) mode = 'events'
      if (mode === 'json') return pushJson(line)
      return first === undefined ? dispatch() : first === ':' ? [] : pushField(line)
    },
    /** An event that was not finished broke off with the stream; a whole answer has to be read. */
    end: (): WireEvent[] => (mode === 'json' ? dispatch() : give(parse(open.join('\n')))),
  }
}

/** Some gateways put the answer into an envelope: `{"code":200,"data":{"choices":…}}`. */
function openEnvelope(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'choices' in value) return value
  const inner = [('data' in value && value.data) || undefined, ('result' in value && value.result) || undefined]
  return inner.find(one => typeof one === 'object' && one !== null && 'choices' in one) ?? value
}

/** Parses a line that holds one value, or several without anything between them. */
function parseSeveral(line: string): unknown[] {
  const one = parse(line)
  if (one !== undefined) return [one]
  const values = line.includes('}{') ? line.split(/(?<=\})(?=\{")/).map(parse) : []
  return values.includes(undefined) ? [] : values
}

const looksLikeJson = (text: string) => (text.startsWith('{') || text.startsWith('[')) && text !== '[DONE]'

function parse(text: string): unknown {
  try {
    return looksLikeJson(text.trim()) ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}
