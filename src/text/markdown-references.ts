/** Links whose address stands elsewhere in the text: `[label][1]` here, `[1]: https://…` at its end. */

import type { Definition, Nodes, Root } from 'mdast'

const definitionLine = /^ {0,3}\[[^\]]+\]:[ \t]*\S/

/** The lines of a text that say where a label leads, as Markdown that can be put behind any of its blocks. */
export function extractDefinitions(lines: readonly string[]): string {
  const found = lines.filter(line => definitionLine.test(line))
  return found.length === 0 ? '' : `\n\n${found.join('\n\n')}`
}

/** Gives each link and image of a parsed text its address, where the text says one. */
export function resolveReferences(root: Root): void {
  const definitions = new Map<string, Definition>()
  for (const node of root.children) {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node)
  }
  if (definitions.size > 0) resolve(root, definitions)
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
