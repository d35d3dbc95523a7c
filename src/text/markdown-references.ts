/** Links whose address stands elsewhere in the text: `[label][1]` here, `[1]: https://…` at its end. */

import type { Definition, Nodes, Root } from 'mdast'
import { type Block, isFenced } from './markdown-blocks.ts'

const definitionLine = /^ {0,3}\[[^\]\n]+\]:[ \t]*\S.*$/gm

/** Extracts the lines that say where a label leads, as Markdown that can be put behind any other block. */
export function extractDefinitions(blocks: readonly Block[]): string {
  const prose = blocks.filter(block => block.text.includes(']:') && !isFenced(block))
  return prose
    .flatMap(({ text }) => text.match(definitionLine) ?? [])
    .map(line => `\n\n${line}`)
    .join('')
}

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
