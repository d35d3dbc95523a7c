import { Parser } from 'htmlparser2'
import { DocumentProblem } from './problem.ts'

type Attributes = Record<string, string>

/** Handles the parts of a document in order; names are without their namespace. */
interface MarkupHandler {
  open(name: string, attributes: Attributes): void
  close?(name: string): void
  text?(text: string): void
}

/** Elements inside each other: no program writes so many, and each one makes the next more expensive. */
const maxDepth = 2_000
const sliceLength = 65_536
/** Characters of one tag, or of a text without a tag. */
const maxTokenLength = 4_000_000

/** Reads XML, if there is any. Entities that it declares stay as they are written, and nothing outside of it is fetched. */
export function readXml(bytes: Uint8Array | undefined, handler: MarkupHandler): void {
  if (bytes === undefined) return
  const feed = createFeed(handler, true)
  const decoder = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-8')
  for (let at = 0; at < bytes.length; at += sliceLength) {
    feed.write(decoder.decode(bytes.subarray(at, at + sliceLength), { stream: true }))
  }
  feed.end()
}

/** Reads HTML, also where tags are not closed. */
export function readMarkup(html: string, handler: MarkupHandler): void {
  const feed = createFeed(handler, false)
  for (let at = 0; at < html.length; at += sliceLength) feed.write(html.slice(at, at + sliceLength))
  feed.end()
}

function createFeed(handler: MarkupHandler, xmlMode: boolean) {
  const parser = createParser(handler, xmlMode)
  let tokenLength = 0
  return {
    write(slice: string): void {
      tokenLength = slice.includes('>') ? 0 : tokenLength + slice.length
      if (tokenLength > maxTokenLength) throw new DocumentProblem('too_costly')
      parser.write(slice)
    },
    end: () => parser.end(),
  }
}

function createParser(handler: MarkupHandler, xmlMode: boolean): Parser {
  let depth = 0
  return new Parser(
    {
      onopentag(name, attributes) {
        depth += 1
        if (depth > maxDepth) throw new DocumentProblem('too_costly')
        handler.open(localName(name), attributes)
      },
      onclosetag(name) {
        depth -= 1
        handler.close?.(localName(name))
      },
      ontext: text => handler.text?.(text),
    },
    { xmlMode },
  )
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1)

/** Finds an attribute by its name without a namespace. */
export function findAttribute(attributes: Attributes, name: string): string | undefined {
  if (attributes[name] !== undefined) return attributes[name]
  const full = Object.keys(attributes).find(key => localName(key) === name)
  return full === undefined ? undefined : attributes[full]
}

/** Finds the id of a relationship, `r:id`, beside which an element may have an id of its own. */
export function findRelation(attributes: Attributes): string {
  const name = Object.keys(attributes).find(key => key.endsWith(':id'))
  return name === undefined ? '' : (attributes[name] ?? '')
}
