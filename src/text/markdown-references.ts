/** Links whose address stands elsewhere in the text: `[label][1]` here, `[1]: https://…` at its end. */

import type { Definition, Nodes, Root } from 'mdast'
import { type Block, isFenced } from './markdown-blocks.ts'

/** A longer line is no definition: it would be put behind every block that refers to it. */
const definitionLine = /^ {0,3}\[([^\]\n]+)\]:[ \t]*\S.{0,1000}$/gm
const reference = /\[((?:\\.|[^[\]\\]){1,999})\]/gs

/** Creates a function that returns the lines which say where a block's labels lead, as Markdown that can be put behind the block. */
export function indexDefinitions(blocks: readonly Block[]): (block: Block) => string {
  const lines = new Map<string, string>()
  for (const block of blocks.filter(({ text }) => text.includes(']:')))
    for (const [line, label = ''] of isFenced(block) ? [] : block.text.matchAll(definitionLine)) {
      const name = normalizeLabel(label)
      if (!lines.has(name)) lines.set(name, `\n\n${line}`)
    }
  return block => {
    if (lines.size === 0 || isFenced(block)) return ''
    const labels = Array.from(block.text.matchAll(reference), ([, label = '']) => normalizeLabel(label))
    return Array.from(new Set(labels), label => lines.get(label) ?? '').join('')
  }
}

const normalizeLabel = (label: string): string => label.replace(/\s+/g, ' ').trim().toLowerCase().toUpperCase()

/** Gives each link and image of a parsed text its address, where the text says one. */
export function resolveReferences(root: Root): Root {
  const definitions = new Map<string, Definition>()
  collect(root, definitions)
  resolve(root, definitions)
  return root
}

function collect(node: Nodes, definitions: Map<string, Definition>): void {
  if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node)
  if ('children' in node) for (const child of node.children) collect(child, definitions)
}

function resolve(node: Nodes, definitions: ReadonlyMap<string, Definition>): void {
  if (!('children' in node)) return
  for (const child of node.children) {
    const target = 'identifier' in child ? definitions.get(child.identifier)?.url : undefined
    if (target !== undefined && child.type === 'linkReference') Object.assign(child, { type: 'link', url: target })
    if (target !== undefined && child.type === 'imageReference') Object.assign(child, { type: 'image', url: target })
    resolve(child, definitions)
  }
}
