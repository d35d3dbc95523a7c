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
const sliceBytes = 65_536

/** Reads XML, if there is any. Entities that it declares stay as they are written, and nothing outside of it is fetched. */
export function readXml(bytes: Uint8Array | undefined, handler: MarkupHandler): void {
  if (bytes === undefined) return
  const parser = createParser(handler, true)
  const decoder = new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-8')
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    parser.write(decoder.decode(bytes.subarray(at, at + sliceBytes), { stream: true }))
  }
  parser.end(decoder.decode())
}

/** Reads HTML, also where tags are not closed. */
export function readMarkup(html: string, handler: MarkupHandler): void {
  createParser(handler, false).end(html)
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
