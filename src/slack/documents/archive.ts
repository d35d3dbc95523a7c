import { unzipSync } from 'fflate'
import { findAttribute, readXml } from './markup.ts'
import { DocumentProblem } from './problem.ts'

/** Office files have some hundred entries. */
const maxEntries = 10_000
/** Unpacked bytes of one entry, of one that only has definitions, and of all that are read. */
const maxBodyBytes = 100_000_000
const maxEntryBytes = 10_000_000
const maxTotalBytes = 200_000_000

/**
 * The archive that an Office file is. Entries are unpacked one by one, into no more bytes than the archive's directory promises, and
 * archives inside of it stay closed. Throws a `DocumentProblem` where the directory promises too much.
 */
export class Archive {
  readonly #bytes: Uint8Array
  readonly #sizes: Map<string, number>
  #total = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#sizes = listEntries(bytes)
  }

  get names(): string[] {
    return [...this.#sizes.keys()]
  }

  has(name: string): boolean {
    return this.#sizes.has(name)
  }

  /** Unpacks an entry that has the text of the document. */
  readBody(name: string): Uint8Array | undefined {
    return this.read(name, maxBodyBytes)
  }

  /** Unpacks an entry; undefined if there is none. */
  read(name: string, maxBytes = maxEntryBytes): Uint8Array | undefined {
    const size = this.#sizes.get(name)
    if (size === undefined) return undefined
    this.#total += size
    if (size > maxBytes || this.#total > maxTotalBytes) throw new DocumentProblem('too_costly')
    return unzipSync(this.#bytes, { filter: entry => entry.name === name })[name]
  }

  /** Reads the parts that a part refers to, by their ids. */
  relationsOf(part: string): Map<string, { type: string; target: string }> {
    const folder = part.slice(0, part.lastIndexOf('/') + 1)
    const relations = new Map<string, { type: string; target: string }>()
    readXml(this.read(`${folder}_rels/${part.slice(folder.length)}.rels`), {
      open(name, attributes) {
        const [id, type, target] = ['Id', 'Type', 'Target'].map(key => findAttribute(attributes, key) ?? '')
        if (name !== 'Relationship' || !id || !type || !target) return
        const isExternal = findAttribute(attributes, 'TargetMode') === 'External'
        const kind = type.slice(type.lastIndexOf('/') + 1)
        relations.set(id, { type: kind, target: isExternal ? target : resolvePath(folder, target) })
      },
    })
    return relations
  }
}

/** Lists the entries of an archive with their unpacked sizes. */
function listEntries(bytes: Uint8Array): Map<string, number> {
  const sizes = new Map<string, number>()
  unzipSync(bytes, {
    filter({ name, originalSize }) {
      sizes.set(name, originalSize)
      if (sizes.size > maxEntries) throw new DocumentProblem('too_costly')
      return false
    },
  })
  return sizes
}

/** Resolves the path of a part, relative to a folder unless it begins with a slash. */
function resolvePath(folder: string, target: string): string {
  const base = 'file:///'
  return decodeURI(new URL(target, `${base}${folder}`).pathname.slice(1))
}
